"""What every store of roles, teams, links and second factors must do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.access.credentials import Link, LinkKind, SecondFactor
from madoguchi.domain.access.permissions import DEFAULT_ROLES, Permission, Role, Scope
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials, Session, User
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import RoleId, SessionId, TeamId, UserId
from madoguchi.ports.people import UserBatch, UserQuery
from madoguchi.ports.storage import Storage
from madoguchi.testing.environment import NOON


def person(short: str, *, roles: tuple[RoleId, ...] = (Role.AGENT,), **more: object) -> User:
    user = User(
        UserId(f"user_{short}"), short.title(), f"{short}@example.com", frozenset(roles), last_name=short.title()
    )
    return replace(user, **more)  # type: ignore[arg-type]


ANA = person(
    "ana",
    name="ミサキ Ana",
    phone="+819012345678",
    agent_number="A-1",
    location="東京",
    direct_numbers={"+81355551111": "", "+81355552222": "queue_sales"},
    first_name="ミサキ",
    avatar="avatars/1",
)
BEN = person("ben", roles=(Role.AGENT, Role.MANAGER_TEAM), active=False)
CIA = person("cia", roles=(Role.MANAGER,))
NIGHT = Role(
    RoleId("role_night"),
    "夜勤",
    "夜",
    "violet",
    7,
    {Permission.EDIT_USERS: Scope.ASSIGNED_TEAMS, Permission.VIEW_USERS: Scope.ALL},
    frozenset({Role.AGENT}),
    second_factor=True,
)
TOP = Team(TeamId("team_top"), "サポート", None, 1, frozenset({ANA.id}), frozenset({CIA.id}))
SUB = Team(TeamId("team_sub"), "夜", TOP.id, 1, frozenset({BEN.id}))


async def staffed(storage: Storage) -> None:
    await storage.people.write(UserBatch(new=[ANA, BEN, CIA]))


@pytest.mark.req("BASE-1")
async def test_users_come_back_as_they_were_written(storage: Storage) -> None:
    await staffed(storage)
    assert await storage.catalogue.user(ANA.id) == ANA
    changed = replace(ANA, last_name="佐藤", phone=None, agent_number=None, email="Ana.S@example.com")
    await storage.people.write(UserBatch(changed=[changed]))
    assert await storage.catalogue.user(ANA.id) == changed
    found = await storage.catalogue.credentials("ana.s@example.com")
    assert found is not None
    assert found[1].password_hash == ""


@pytest.mark.req("BASE-1")
@pytest.mark.parametrize(
    ("new", "field"),
    [
        (person("dan", email="ANA@example.com"), "email"),
        (person("dan", agent_number="A-1"), "agent_number"),
        (person("dan", direct_numbers={"+81355551111": ""}), "direct_numbers"),
    ],
)
async def test_a_taken_address_or_number_changes_nothing(storage: Storage, new: User, field: str) -> None:
    await staffed(storage)
    with pytest.raises(ConflictError) as refused:
        await storage.people.write(UserBatch(new=[person("eve"), new], changed=[replace(BEN, location="大阪")]))
    assert refused.value.field == field
    assert await storage.catalogue.user(UserId("user_eve")) is None
    assert await storage.catalogue.user(BEN.id) == BEN


@pytest.mark.req("BASE-1")
async def test_two_users_exchange_address_and_number(storage: Storage) -> None:
    ben = replace(BEN, agent_number="B-2")
    await storage.people.write(UserBatch(new=[ANA, ben]))
    swapped = [
        replace(ANA, email=ben.email, agent_number="B-2"),
        replace(ben, email=ANA.email, agent_number="A-1"),
    ]
    await storage.people.write(UserBatch(changed=swapped))
    assert [await storage.catalogue.user(one.id) for one in swapped] == swapped


@pytest.mark.req("BASE-12")
async def test_a_direct_number_is_somebodys_until_he_lets_go_of_it(storage: Storage) -> None:
    await staffed(storage)
    catalogue, people = storage.catalogue, storage.people
    assert await catalogue.user_by_number(["+81399999999", "+81355552222"]) == ANA
    assert await catalogue.user_by_number([]) is None

    given = [replace(ANA, direct_numbers={"+81355551111": ""}), replace(BEN, direct_numbers={"+81355552222": ""})]
    await people.write(UserBatch(changed=given))
    assert await catalogue.user_by_number(["+81355552222"]) == given[1]
    swapped = [replace(one, direct_numbers=other.direct_numbers) for one, other in zip(given, given[::-1], strict=True)]
    await people.write(UserBatch(changed=swapped))
    assert await catalogue.user_by_number(["+81355552222"]) == swapped[0]
    await people.write(UserBatch(changed=[replace(ANA, direct_numbers={})]))
    assert await catalogue.user_by_number(["+81355552222"]) is None


@pytest.mark.req("BASE-1")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (UserQuery(), [ANA, BEN, CIA]),
        (UserQuery("ANA@"), [ANA]),
        (UserQuery("東京 a-1"), [ANA]),
        (UserQuery("ﾐｻｷ"), [ANA]),
        (UserQuery("100%"), []),
        (UserQuery("_na"), []),
        (UserQuery(role=Role.MANAGER), [CIA]),
        (UserQuery(role=Role.AGENT, active=True), [ANA]),
        (UserQuery(active=False), [BEN]),
        (UserQuery(teams=[TOP.id]), [ANA, CIA]),
        (UserQuery(teams=[TOP.id, SUB.id], text="b"), [BEN]),
        (UserQuery(teams=[]), []),
        (UserQuery(nobodys=True), []),
    ],
)
async def test_users_are_found_by_text_role_team_and_whether_they_work_here(
    storage: Storage, query: UserQuery, expected: list[User]
) -> None:
    await staffed(storage)
    await storage.people.save_teams([TOP, SUB])
    found, total = await storage.people.find(query)
    assert sorted(user.id for user in found) == [user.id for user in expected]
    assert total == len(expected)


@pytest.mark.req("BASE-1")
async def test_pages_of_users_follow_each_other_by_name(storage: Storage) -> None:
    await staffed(storage)
    names = []
    for offset in range(3):
        (user,), total = await storage.people.find(UserQuery(limit=1, offset=offset))
        names.append(user.last_name)
        assert total == 3
    assert names == ["Ben", "Cia", "Ana"]


@pytest.mark.req("BASE-3")
async def test_roles_come_back_in_list_order_and_can_be_replaced(storage: Storage) -> None:
    await storage.people.save_roles([NIGHT, replace(DEFAULT_ROLES[Role.MANAGER], position=8)])
    assert [role.id for role in await storage.people.roles()] == [NIGHT.id, Role.MANAGER]
    await storage.people.save_roles([replace(NIGHT, position=9, assignable=None)])
    manager, night = await storage.people.roles()
    assert night == replace(NIGHT, position=9, assignable=None)
    assert manager.grants == DEFAULT_ROLES[Role.MANAGER].grants


@pytest.mark.req("BASE-3")
async def test_a_deleted_role_is_nobodys_and_nobody_hands_it_out(storage: Storage) -> None:
    await storage.people.write(UserBatch(new=[person("dan", roles=(NIGHT.id, Role.AGENT)), CIA]))
    lead = replace(NIGHT, id=RoleId("role_lead"), name="Lead", assignable=frozenset({NIGHT.id, Role.AGENT}))
    await storage.people.save_roles([NIGHT, lead])
    assert await storage.people.holders() == {NIGHT.id: 1, Role.AGENT: 1, Role.MANAGER: 1}

    await storage.people.delete_role(NIGHT.id)

    assert await storage.people.holders() == {Role.AGENT: 1, Role.MANAGER: 1}
    assert [(role.id, role.assignable) for role in await storage.people.roles()] == [(lead.id, frozenset({Role.AGENT}))]


@pytest.mark.req("BASE-2")
async def test_teams_come_back_with_who_is_in_them(storage: Storage) -> None:
    await staffed(storage)
    await storage.people.save_teams([TOP, SUB])
    assert {team.id: team for team in await storage.people.teams()} == {TOP.id: TOP, SUB.id: SUB}
    changed = replace(TOP, name="Support", members=frozenset({CIA.id}), managers=frozenset({ANA.id, BEN.id}))
    await storage.people.save_teams([changed])
    await storage.people.delete_team(SUB.id)
    assert list(await storage.people.teams()) == [changed]


@pytest.mark.req("BASE-1")
async def test_users_teams_and_links_are_written_together(storage: Storage) -> None:
    await storage.people.save_teams([replace(TOP, members=frozenset(), managers=frozenset())])
    link = Link("hash", ANA.id, LinkKind.INVITATION, NOON, NOON + timedelta(days=7))
    await storage.people.write(UserBatch([ANA, CIA], (), [TOP], [link]))
    assert list(await storage.people.teams()) == [TOP]
    assert await storage.people.link("hash") == link
    assert await storage.people.known([ANA.id, UserId("user_none")]) == {ANA.id}


@pytest.mark.req("BASE-1")
async def test_a_link_sets_the_password_once_and_ends_the_others(storage: Storage) -> None:
    await staffed(storage)
    old, new, other = (
        Link(name, ANA.id, kind, NOON, NOON + timedelta(days=1))
        for name, kind in (("old", LinkKind.RESET), ("new", LinkKind.RESET), ("other", LinkKind.INVITATION))
    )
    for link in (old, new, other):
        await storage.people.add_link(link)
    assert await storage.people.link("old") is None

    assert await storage.people.use_link("new", "hash of it") == new

    assert await storage.people.use_link("new", "again") is None
    assert await storage.people.link("other") is None
    assert await storage.people.password_hash(ANA.id) == "hash of it"
    assert await storage.people.has_password([ANA.id, BEN.id]) == {ANA.id}


@pytest.mark.req("BASE-9")
async def test_the_skills_that_anybody_has_are_told_once(storage: Storage) -> None:
    await staffed(storage)
    assert set(await storage.people.skills()) == set()
    skilled = ((ANA, {"billing": 2, "returns": 1}), (BEN, {"billing": 5}), (CIA, {"billing": 2, "returns": 1}))
    for user, skills in skilled:
        stored = await storage.catalogue.user(user.id)
        assert stored is not None
        await storage.people.write(UserBatch(changed=[replace(stored, skills=skills)]))
    assert set(await storage.people.skills()) == {"billing", "returns"}


@pytest.mark.req("BASE-1")
async def test_no_code_and_no_recovery_code_is_good_twice(storage: Storage) -> None:
    await staffed(storage)
    factor = SecondFactor(ANA.id, "SECRET", confirmed=True, last_step=5, recovery_hashes=("a", "b"))
    await storage.people.save_second_factor(replace(factor, confirmed=False))
    assert await storage.people.with_second_factor([ANA.id]) == frozenset()
    await storage.people.save_second_factor(factor)
    assert await storage.people.with_second_factor([ANA.id, BEN.id]) == {ANA.id}

    assert [await storage.people.use_step(ANA.id, step) for step in (5, 6, 6, 4)] == [False, True, False, False]
    assert [await storage.people.use_recovery_code(ANA.id, code) for code in ("a", "a", "x")] == [True, False, False]
    assert await storage.people.second_factor(ANA.id) == replace(factor, last_step=6, recovery_hashes=("b",))
    await storage.people.drop_second_factor(ANA.id)
    assert await storage.people.second_factor(ANA.id) is None


@pytest.mark.req("BASE-1")
async def test_a_users_sessions_end_all_or_all_but_one(storage: Storage) -> None:
    await staffed(storage)
    await storage.catalogue.set_credentials(ANA.id, Credentials("x"))
    for number in range(3):
        session = SessionId(f"session_{number}")
        await storage.catalogue.add_session(
            Session(session, f"token {number}", ANA.id, NOON, NOON + timedelta(hours=12))
        )
    assert sorted(await storage.people.end_sessions(ANA.id, keep=SessionId("session_1"))) == ["session_0", "session_2"]
    assert await storage.catalogue.session("token 1") is not None
    assert await storage.people.end_sessions(ANA.id) == ["session_1"]
