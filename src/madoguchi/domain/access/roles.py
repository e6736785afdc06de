"""What a role must be like, and who may hand it out."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from madoguchi.domain.access.permissions import (
    DEFAULT_ROLES,
    FIXED_ROLES,
    PAGE_OF,
    Grants,
    Permission,
    Role,
    Scope,
    with_views,
)
from madoguchi.kernel.errors import ConflictError, InvalidInputError, Kind, MadoguchiError
from madoguchi.kernel.ids import RoleId

MAX_CUSTOM_ROLES: Final = 100
MAX_ROLES_PER_USER: Final = 10
MAX_NAME: Final = 20
MAX_LABEL: Final = 16
COLOURS: Final = ("ok", "info", "warning", "danger", "violet", "muted")


class RoleNotAssignableError(MadoguchiError):
    """You may not hand out this role."""

    kind = Kind.FORBIDDEN
    code = "role_not_assignable"


class LastAdminError(MadoguchiError):
    """Somebody must stay who may do everything."""

    kind = Kind.CONFLICT
    code = "last_admin"


def checked(role: Role, others: Iterable[Role]) -> Role:
    """Return `role` as it is stored, with what Edit implies.

    Raises:
        InvalidInputError: name, label, colour or a permission is not possible.
        ConflictError: another role has this name, there are too many, or it is one that nobody can change.
    """
    others = tuple(others)
    if role.id in FIXED_ROLES:
        raise ConflictError("this role cannot be changed", reason="fixed_role")
    _check_words(role, others)
    if role.id not in DEFAULT_ROLES:
        custom = [one for one in others if one.id not in DEFAULT_ROLES]
        if len(custom) >= MAX_CUSTOM_ROLES:
            raise ConflictError(f"there are {MAX_CUSTOM_ROLES} roles already", reason="too_many_roles")
    for right, scope in role.grants.items():
        page = PAGE_OF.get(right)
        if page is None:
            raise InvalidInputError(f"only the Agent role has {right.value}", field="grants", reason="desk")
        if scope is not Scope.ALL and not page.scoped:
            raise InvalidInputError(f"{right.value} cannot be restricted to teams", field="grants", reason="scope")
    known = {one.id for one in others} | {role.id}
    if role.assignable is not None and not role.assignable <= known:
        raise InvalidInputError("there is no such role", field="assignable")
    return Role(
        role.id,
        role.name.strip(),
        role.label.strip(),
        role.colour,
        role.position,
        with_views(role.grants),
        role.assignable,
        role.second_factor,
    )


def _check_words(role: Role, others: Iterable[Role]) -> None:
    name, label = role.name.strip(), role.label.strip()
    if not name or len(name) > MAX_NAME:
        raise InvalidInputError(f"1 to {MAX_NAME} characters", field="name", reason="length")
    if not label or len(label) > MAX_LABEL:
        raise InvalidInputError(f"1 to {MAX_LABEL} characters", field="label", reason="length")
    if ";" in name:
        raise InvalidInputError("a role's name has no semicolon", field="name", reason="semicolon")
    if role.colour not in COLOURS:
        raise InvalidInputError(f"one of {', '.join(COLOURS)}", field="colour")
    if any(one.name.casefold() == name.casefold() for one in others if one.id != role.id):
        raise ConflictError("another role has this name", field="name", reason="taken")


def assignable(actor_roles: Iterable[RoleId], known: Mapping[RoleId, Role]) -> frozenset[RoleId]:
    """Return the roles that somebody with `actor_roles` may hand out: what his roles that edit users allow, together.

    A role cannot hand out more than it has itself may do: whoever may hand out all roles is meant to be able to.
    """
    result: set[RoleId] = set()
    for each in actor_roles:
        role = known.get(each)
        if role is None or Permission.EDIT_USERS not in role.grants:
            continue
        result |= set(known) if role.assignable is None else role.assignable & set(known)
    return frozenset(result)


def check_assignment(
    before: Collection[RoleId], after: Collection[RoleId], may: Collection[RoleId], known: Collection[RoleId]
) -> None:
    """Let pass a change of a user's roles by somebody who may hand out the roles `may`.

    Raises:
        InvalidInputError: a role does not exist, there are none, or more than ten.
        RoleNotAssignableError: a role was given or taken that he may not hand out.
    """
    unknown = set(after) - set(known)
    if unknown:
        raise InvalidInputError("there is no such role", field="roles", reason="unknown_role")
    if not after or len(after) > MAX_ROLES_PER_USER:
        raise InvalidInputError(f"1 to {MAX_ROLES_PER_USER} roles", field="roles", reason="count")
    changed = set(before) ^ set(after)
    if not changed <= set(may):
        raise RoleNotAssignableError("ask an administrator", field="roles")


def exceeds(grants: Grants, own: Grants) -> bool:
    """Whether `grants` allow something that `own` do not, or for more people."""
    return any(
        right not in own or (scope is Scope.ALL and own[right] is not Scope.ALL) for right, scope in grants.items()
    )
