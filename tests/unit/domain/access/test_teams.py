"""The tree of teams, and who is within a manager's reach."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.access.permissions import Permission, Role, Scope
from madoguchi.domain.access.teams import Team, TeamTree
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import SessionId, TeamId, UserId
from madoguchi.testing.builders import a_user

ANA, BEN, CIA, SUE = (UserId(f"user_{name}") for name in ("ana", "ben", "cia", "sue"))
SUPPORT = Team(TeamId("team_s"), "サポート", managers=frozenset({SUE}))
TOKYO = Team(TeamId("team_t"), "東京", SUPPORT.id, members=frozenset({ANA}))
NIGHT = Team(TeamId("team_n"), "夜", TOKYO.id, members=frozenset({BEN}))
SALES = Team(TeamId("team_x"), "Sales", position=2, members=frozenset({CIA}))
TREE = TeamTree([NIGHT, SALES, TOKYO, SUPPORT])


def somebody(user: UserId, scope: Scope | None) -> Principal:
    grants = {} if scope is None else {Permission.VIEW_USERS: scope}
    return Principal.of(a_user(user, role=Role.MANAGER), SessionId("s"), grants)


@pytest.mark.req("BASE-2")
def test_teams_are_listed_each_before_those_below_it() -> None:
    assert [(team.id, depth) for team, depth in TREE.walk()] == [
        (SUPPORT.id, 0),
        (TOKYO.id, 1),
        (NIGHT.id, 2),
        (SALES.id, 0),
    ]
    assert TREE.path(NIGHT.id) == "サポート:東京:夜"
    assert TREE.by_path()["サポート:東京"] == TOKYO


@pytest.mark.req("BASE-2")
def test_a_manager_reaches_his_teams_and_those_below_at_any_depth_and_nobody_else() -> None:
    sue = somebody(SUE, Scope.ASSIGNED_TEAMS)
    reached = {user for user in (ANA, BEN, CIA, SUE) if TREE.within(sue, Permission.VIEW_USERS, user)}
    assert reached == {ANA, BEN, SUE}


@pytest.mark.req("BASE-2")
def test_without_a_scope_everybody_is_in_reach_and_without_the_permission_nobody() -> None:
    assert TREE.within(somebody(ANA, Scope.ALL), Permission.VIEW_USERS, CIA)
    assert not TREE.within(somebody(SUE, None), Permission.VIEW_USERS, ANA)
    assert not TREE.within(somebody(ANA, Scope.ASSIGNED_TEAMS), Permission.VIEW_USERS, ANA)


@pytest.mark.req("BASE-2")
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (replace(SALES, name="A:B"), "colon"),
        (replace(SALES, name="A;B"), "colon"),
        (replace(SALES, name="  "), "length"),
        (replace(SALES, parent=TeamId("team_none")), "unknown_team"),
        (replace(SALES, name="サポート"), "taken"),
        (replace(SUPPORT, parent=NIGHT.id), "loop"),
        (replace(SUPPORT, parent=SUPPORT.id), "loop"),
        (replace(SALES, managers=frozenset({CIA})), "both"),
    ],
)
def test_a_team_that_cannot_be_put_there_is_refused(wrong: Team, reason: str) -> None:
    with pytest.raises(MadoguchiError) as refused:
        TREE.checked(wrong)
    assert refused.value.reason == reason


@given(st.data())
def test_no_order_of_moves_makes_a_loop(data: st.DataObject) -> None:
    teams = {TeamId(f"team_{n}"): Team(TeamId(f"team_{n}"), f"T{n}") for n in range(6)}
    for _ in range(12):
        team = data.draw(st.sampled_from(sorted(teams)))
        parent = data.draw(st.sampled_from([None, *sorted(teams)]))
        try:
            teams[team] = TeamTree(teams.values()).checked(replace(teams[team], parent=parent))
        except MadoguchiError:
            continue
    assert {team.id for team, _ in TeamTree(teams.values()).walk()} == set(teams)
