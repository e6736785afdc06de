"""On whom somebody may use a permission: what services ask that act on calls, chats and agents."""

from collections.abc import Callable, Collection
from typing import TypeAlias

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import UserId

Reach: TypeAlias = Callable[[Principal, Permission, Collection[UserId]], None]
"""Lets pass who may use a permission on at least one of some users; raises `NotAllowedError` otherwise."""


def everybody(actor: Principal, permission: Permission, users: Collection[UserId]) -> None:
    """Be the reach of a house without teams: whoever has the permission has it for all.

    Raises:
        NotAllowedError: he has not got it.
    """
    del users
    actor.require(permission)
