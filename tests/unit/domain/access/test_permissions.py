"""Who may do what."""

import pytest

from madoguchi.domain.access.permissions import Permission, Role, Scope, granted
from madoguchi.domain.access.users import Principal, User
from madoguchi.kernel.errors import NotAllowedError
from madoguchi.kernel.ids import SessionId, UserId


def test_an_agent_works_and_a_manager_looks_on() -> None:
    assert granted(frozenset({Role.AGENT})) == {Permission.DESK: Scope.ALL, Permission.OUTBOUND: Scope.ALL}
    assert Permission.DESK not in granted(frozenset({Role.MANAGER}))
    assert {Permission.MONITOR, Permission.END_INTERACTIONS} <= granted(frozenset({Role.MANAGER})).keys()


def test_several_roles_add_up_and_none_allow_nothing() -> None:
    assert granted(frozenset({Role.AGENT, Role.ADMIN})).keys() == set(Permission)
    assert granted(frozenset()) == {}


def test_a_missing_permission_is_named() -> None:
    ana = Principal.of(User(UserId("user_ana"), "Ana", "ana@example.com", frozenset({Role.AGENT})), SessionId("s"))
    ana.require(Permission.DESK)
    with pytest.raises(NotAllowedError, match="monitor"):
        ana.require(Permission.MONITOR)
