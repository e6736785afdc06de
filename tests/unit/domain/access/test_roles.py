"""What roles may contain, how several add up, and who may hand them out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.access.permissions import (
    DEFAULT_ROLES,
    FIXED_ROLES,
    PAGE_OF,
    PAGES,
    Permission,
    Role,
    Scope,
    combined,
    granted,
    with_views,
)
from madoguchi.domain.access.roles import (
    RoleNotAssignableError,
    assignable,
    check_assignment,
    checked,
    exceeds,
)
from madoguchi.kernel.errors import ConflictError, InvalidInputError, MadoguchiError
from madoguchi.kernel.ids import RoleId

OTHERS = tuple(DEFAULT_ROLES.values())
NIGHT = Role(RoleId("role_1"), "Night shift", "Night", "info", 7, {Permission.VIEW_CALLS: Scope.ALL})

scopes = st.sampled_from(Scope)
grants = st.dictionaries(st.sampled_from(list(PAGE_OF)), scopes)
roles = st.builds(lambda given: replace(NIGHT, grants=given), grants)


def test_every_permission_but_the_desk_is_on_exactly_one_page() -> None:
    rights = [right for page in PAGES for right in page.rights]
    assert len(rights) == len(set(rights))
    assert set(rights) == set(Permission) - {Permission.DESK}


@pytest.mark.req("BASE-3")
def test_only_the_agent_role_opens_the_desk() -> None:
    assert [role.id for role in OTHERS if Permission.DESK in role.grants] == [Role.AGENT]


@pytest.mark.req("BASE-3")
@pytest.mark.req("END-2")
def test_ending_calls_and_chats_is_for_administrators_and_for_managers_in_their_teams() -> None:
    end = Permission.END_INTERACTIONS
    assert end.value == "monitor_chats.edit"
    assert granted([Role.ADMIN])[end] is Scope.ALL
    assert granted([Role.MANAGER])[end] is Scope.ASSIGNED_TEAMS
    assert granted([Role.MANAGER_TEAM])[end] is Scope.ASSIGNED_TEAMS
    assert end not in granted([Role.AGENT])


@pytest.mark.req("BASE-3")
@given(grants)
def test_who_may_edit_may_view_for_at_least_as_many(given_grants: dict[Permission, Scope]) -> None:
    implied = with_views(given_grants)
    for page in PAGES:
        if page.edit in given_grants and page.view is not None:
            assert implied[page.view] in {Scope.ALL, given_grants[page.edit]}
    assert with_views(implied) == implied
    assert not exceeds(given_grants, implied)


@pytest.mark.req("BASE-3")
@given(st.lists(roles, max_size=10))
def test_of_several_roles_the_highest_wins_in_right_and_in_scope(several: list[Role]) -> None:
    together = combined(several)
    for role in several:
        assert not exceeds(role.grants, together)
    for right, scope in together.items():
        assert any(with_views(role.grants).get(right) is scope for role in several)


@pytest.mark.req("BASE-3")
def test_a_role_is_stored_with_what_edit_implies() -> None:
    role = checked(replace(NIGHT, name=" Night ", grants={Permission.EDIT_USERS: Scope.ALL}), OTHERS)
    assert role.name == "Night"
    assert role.grants == {Permission.EDIT_USERS: Scope.ALL, Permission.VIEW_USERS: Scope.ALL}


@pytest.mark.req("BASE-3")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(NIGHT, name="x" * 21), "name"),
        (replace(NIGHT, name=" "), "name"),
        (replace(NIGHT, label="x" * 17), "label"),
        (replace(NIGHT, colour="pink"), "colour"),
        (replace(NIGHT, name="MANAGER"), "name"),
        (replace(NIGHT, grants={Permission.DESK: Scope.ALL}), "grants"),
        (replace(NIGHT, grants={Permission.VIEW_AUDIT: Scope.ASSIGNED_TEAMS}), "grants"),
        (replace(NIGHT, assignable=frozenset({RoleId("role_none")})), "assignable"),
    ],
)
def test_an_impossible_role_is_refused_at_its_field(wrong: Role, field: str) -> None:
    with pytest.raises(MadoguchiError) as refused:
        checked(wrong, OTHERS)
    assert refused.value.field == field


@pytest.mark.req("BASE-3")
def test_the_longest_name_and_label_are_possible() -> None:
    assert checked(replace(NIGHT, name="夜" * 20, label="夜" * 16), OTHERS).name == "夜" * 20


@pytest.mark.req("BASE-3")
def test_there_are_a_hundred_custom_roles_and_not_one_more() -> None:
    many = [replace(NIGHT, id=RoleId(f"role_{n}"), name=f"Role {n}") for n in range(100)]
    checked(replace(NIGHT, id=RoleId("role_x")), [*OTHERS, *many[:99]])
    with pytest.raises(ConflictError, match="100"):
        checked(replace(NIGHT, id=RoleId("role_x")), [*OTHERS, *many])


@pytest.mark.parametrize("fixed", sorted(FIXED_ROLES))
def test_agent_and_admin_cannot_be_changed(fixed: RoleId) -> None:
    with pytest.raises(ConflictError):
        checked(replace(DEFAULT_ROLES[fixed], grants={}), OTHERS)


@pytest.mark.req("BASE-3")
def test_nobody_hands_out_roles_beyond_those_that_his_own_allow() -> None:
    team = assignable([Role.MANAGER_TEAM], DEFAULT_ROLES)
    assert team == {Role.AGENT}
    assert assignable([Role.MANAGER], DEFAULT_ROLES) == frozenset()
    assert assignable([Role.ADMIN], DEFAULT_ROLES) == DEFAULT_ROLES.keys()
    check_assignment([], [Role.AGENT], team, DEFAULT_ROLES)
    check_assignment([Role.ADMIN], [Role.ADMIN, Role.AGENT], team, DEFAULT_ROLES)
    for before, after in (([], [Role.ADMIN]), ([Role.MANAGER], [Role.AGENT])):
        with pytest.raises(RoleNotAssignableError):
            check_assignment(before, after, team, DEFAULT_ROLES)


@pytest.mark.req("BASE-1")
@pytest.mark.parametrize("count", [0, 11])
def test_a_user_has_one_to_ten_roles(count: int) -> None:
    known = {RoleId(f"role_{n}") for n in range(11)}
    check_assignment([], sorted(known)[:10], known, known)
    with pytest.raises(InvalidInputError):
        check_assignment([], sorted(known)[:count], known, known)
