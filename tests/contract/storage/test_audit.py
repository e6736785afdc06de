"""Every change of a catalogue brings its entry in the audit log with it."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from madoguchi.domain.access.credentials import Link, LinkKind, SecondFactor
from madoguchi.domain.access.permissions import DEFAULT_ROLES, Permission, Role, Scope
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials, Session, User
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.domain.audit.entries import Act, Action, Change, Entry, Subject, Told
from madoguchi.domain.deflection.plan import QueueDeflection
from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import CustomHours
from madoguchi.domain.hours.week import WeeklyHours
from madoguchi.domain.messages.languages import LanguageSettings
from madoguchi.domain.messages.own import OwnMessage
from madoguchi.domain.queues.nodes import Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import (
    CustomHoursId,
    DispositionId,
    QueueId,
    ReplyId,
    RoleId,
    SessionId,
    StatusId,
    TeamId,
    UserId,
)
from madoguchi.ports.audit import AuditQuery, acting
from madoguchi.ports.deflection import QueueDeflections
from madoguchi.ports.desk import DeskRecords
from madoguchi.ports.hours import HoursRecords, Signature
from madoguchi.ports.messages import MessageStore
from madoguchi.ports.people import People, UserBatch
from madoguchi.ports.queues import QueueMenus
from madoguchi.ports.statuses import StatusCatalogue
from madoguchi.ports.storage import Catalogue, StaleVersionError, Storage

pytestmark = pytest.mark.req("OPS-4")

NOON: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANA: Final = User(UserId("user_ana"), "Ana Sato", "ana@example.com", frozenset({Role.AGENT}), first_name="Ana")
BOSS: Final = Act(UserId("user_boss"), "Boss", "192.0.2.7")
SIGNED: Final = Signature(NOON, UserId("user_boss"), "Boss")
STATUS: Final = CustomStatus(StatusId("status_1"), {"ja": "研修", "en": "Training"})
SOLD: Final = Disposition(DispositionId("disposition_1"), {"ja": "成約", "en": "Sold"}, position=1)
HELLO: Final = CannedReply(ReplyId("reply_1"), "hello", {"en": "Hello"})
TEAM: Final = Team(TeamId("team_1"), "Tokyo")
NIGHT: Final = CustomHours(CustomHoursId("hours_1"), "Night", "Asia/Tokyo", WeeklyHours())
NODE: Final = Node(QueueId("queue_1"), MenuChannel.WEB, None, 1, {"ja": "返品", "en": "Returns"})
LINK: Final = Link("hash-of-a-link", ANA.id, LinkKind.INVITATION, NOON, NOON + timedelta(days=7))
FACTOR: Final = SecondFactor(ANA.id, "TOPSECRET", confirmed=True, last_step=0, recovery_hashes=("code-hash",))
SESSION: Final = Session(SessionId("session_1"), "hash-of-a-token", ANA.id, NOON, NOON + timedelta(hours=1))
PASSWORD: Final = Credentials("hash-of-a-password")
SECRETS: Final = (LINK.token_hash, FACTOR.secret, "code-hash", SESSION.token_hash, PASSWORD.password_hash)


async def latest(storage: Storage, count: int = 1) -> list[Entry]:
    return [one.entry for one in await storage.audit.find(AuditQuery(limit=count))]


async def with_ana(storage: Storage) -> None:
    await storage.catalogue.add_user(ANA, PASSWORD)


async def add_link(storage: Storage) -> None:
    await with_ana(storage)
    await storage.people.add_link(LINK)


async def turn_on(storage: Storage) -> None:
    await with_ana(storage)
    await storage.people.save_second_factor(FACTOR)


async def let_go(storage: Storage) -> None:
    await storage.people.save_roles([replace(DEFAULT_ROLES[Role.MANAGER], id=RoleId("role_1"), name="Lead")])
    await storage.people.delete_role(RoleId("role_1"))


async def end_session(storage: Storage) -> None:
    await sign_in(storage)
    await storage.catalogue.end_session(SESSION.token_hash)


async def sign_in(storage: Storage) -> None:
    await with_ana(storage)
    await storage.catalogue.add_session(SESSION)


async def after_ana(storage: Storage, change: Callable[[], Awaitable[object]]) -> None:
    await with_ana(storage)
    await change()


Scene = Callable[[Storage], Awaitable[object]]

SCENES: Final[Mapping[str, tuple[Scene, Subject, Action]]] = {
    "Catalogue.add_user": (with_ana, Subject.USER, Action.CREATED),
    "Catalogue.save_user": (
        lambda s: after_ana(s, lambda: s.catalogue.save_user(replace(ANA, location="Osaka"))),
        Subject.USER,
        Action.CHANGED,
    ),
    "Catalogue.set_credentials": (
        lambda s: after_ana(s, lambda: s.catalogue.set_credentials(ANA.id, PASSWORD)),
        Subject.SIGN_IN,
        Action.PASSWORD_CHANGED,
    ),
    "Catalogue.add_session": (sign_in, Subject.SIGN_IN, Action.SIGNED_IN),
    "Catalogue.end_session": (end_session, Subject.SIGN_IN, Action.SIGNED_OUT),
    "Catalogue.save_settings": (
        lambda s: s.catalogue.save_settings("branding", {"name": "Acme"}),
        Subject.SETTINGS,
        Action.CREATED,
    ),
    "People.save_roles": (
        lambda s: s.people.save_roles([replace(DEFAULT_ROLES[Role.MANAGER], second_factor=True)]),
        Subject.ROLE,
        Action.CHANGED,
    ),
    "People.delete_role": (let_go, Subject.ROLE, Action.REMOVED),
    "People.save_teams": (lambda s: s.people.save_teams([TEAM]), Subject.TEAM, Action.CREATED),
    "People.delete_team": (
        lambda s: _then(s.people.save_teams([TEAM]), lambda: s.people.delete_team(TEAM.id)),
        Subject.TEAM,
        Action.REMOVED,
    ),
    "People.write": (lambda s: s.people.write(UserBatch(new=[ANA])), Subject.USER, Action.CREATED),
    "People.add_link": (add_link, Subject.SIGN_IN, Action.INVITED),
    "People.use_link": (
        lambda s: _then(add_link(s), lambda: s.people.use_link(LINK.token_hash, "new-hash")),
        Subject.SIGN_IN,
        Action.INVITATION_ACCEPTED,
    ),
    "People.save_second_factor": (turn_on, Subject.SIGN_IN, Action.SECOND_FACTOR_ON),
    "People.drop_second_factor": (
        lambda s: _then(turn_on(s), lambda: s.people.drop_second_factor(ANA.id)),
        Subject.SIGN_IN,
        Action.SECOND_FACTOR_OFF,
    ),
    "People.use_recovery_code": (
        lambda s: _then(turn_on(s), lambda: s.people.use_recovery_code(ANA.id, "code-hash")),
        Subject.SIGN_IN,
        Action.RECOVERY_CODE_USED,
    ),
    "QueueMenus.save": (lambda s: plant(s, NODE), Subject.QUEUE, Action.CREATED),
    "QueueDeflections.save": (
        lambda s: s.deflections.save(QueueDeflection(NODE.id, enabled=True)),
        Subject.DEFLECTION,
        Action.CHANGED,
    ),
    "StatusCatalogue.save": (lambda s: s.statuses.save(STATUS), Subject.STATUS, Action.CREATED),
    "StatusCatalogue.remove": (
        lambda s: _then(s.statuses.save(STATUS), lambda: s.statuses.remove(STATUS.id)),
        Subject.STATUS,
        Action.REMOVED,
    ),
    "DeskRecords.save_disposition": (lambda s: s.desk.save_disposition(SOLD), Subject.DISPOSITION, Action.CREATED),
    "DeskRecords.forget_disposition": (
        lambda s: _then(s.desk.save_disposition(SOLD), lambda: s.desk.forget_disposition(SOLD.id)),
        Subject.DISPOSITION,
        Action.REMOVED,
    ),
    "DeskRecords.save_reply": (lambda s: s.desk.save_reply(HELLO), Subject.REPLY, Action.CREATED),
    "DeskRecords.forget_reply": (
        lambda s: _then(s.desk.save_reply(HELLO), lambda: s.desk.forget_reply(HELLO.id)),
        Subject.REPLY,
        Action.REMOVED,
    ),
    "MessageStore.save_languages": (
        lambda s: s.messages.save_languages(LanguageSettings("en", ("ja", "en"), 1)),
        Subject.LANGUAGES,
        Action.CHANGED,
    ),
    "MessageStore.save_own_message": (
        lambda s: s.messages.save_own_message(OwnMessage("greeting", "en", 1, "Hello")),
        Subject.MESSAGE,
        Action.CHANGED,
    ),
    "HoursRecords.save": (lambda s: s.hours.save(NIGHT, 0, SIGNED), Subject.CUSTOM_HOURS, Action.CREATED),
    "HoursRecords.delete": (
        lambda s: _then(s.hours.save(NIGHT, 0, SIGNED), lambda: s.hours.delete(NIGHT.id, 1, SIGNED)),
        Subject.CUSTOM_HOURS,
        Action.REMOVED,
    ),
}
"""Whatever writes, what brings its entry about, and what the entry says."""

NOTHING_TO_TELL: Final[Mapping[str, str]] = {
    "Catalogue.end_sessions_before": "sessions that are over by themselves",
    "Catalogue.save_consumer": "consumers are no settings; their interactions have journals",
    "Catalogue.add_consumer_session": "consumers are no settings",
    "Catalogue.save_recording": "the engine's own notes on recordings",
    "Catalogue.save_attachment": "part of a chat, whose journal tells of it",
    "Catalogue.forget_attachment": "part of a chat",
    "People.use_step": "the sign-in that the code is for tells of it",
    "People.end_sessions": "follows from what is told: a new password, or a user who was let go",
}
_READS: Final = frozenset(
    [
        "user",
        "users",
        "user_by_number",
        "credentials",
        "session",
        "consumer",
        "consumer_by_phone",
        "consumer_session",
        "recording",
        "recordings",
        "recordings_in",
        "attachment",
        "settings",
        "roles",
        "holders",
        "teams",
        "find",
        "known",
        "skills",
        "link",
        "has_password",
        "password_hash",
        "second_factor",
        "with_second_factor",
        "load",
        "all",
        "languages",
        "own_messages",
        "own_message",
        "center",
        "custom",
        "folders",
        "changes",
        "dispositions",
        "replies",
    ]
)


async def _then(first: Awaitable[object], second: Callable[[], Awaitable[object]]) -> None:
    await first
    await second()


async def plant(storage: Storage, *nodes: Node) -> None:
    await storage.queues.save(nodes, revision=(await storage.queues.load()).revision)


def test_whatever_a_store_can_write_is_told_or_has_a_reason_why_not() -> None:
    ports = (Catalogue, People, QueueMenus, StatusCatalogue, MessageStore, HoursRecords, DeskRecords, QueueDeflections)
    writes = {
        f"{port.__name__}.{name}"
        for port in ports
        for name, _ in inspect.getmembers(port, inspect.isfunction)
        if not name.startswith("_") and name not in _READS
    }

    assert writes == SCENES.keys() | NOTHING_TO_TELL.keys()


@pytest.mark.parametrize("write", SCENES)
async def test_a_change_brings_its_entry_with_it(storage: Storage, write: str) -> None:
    scene, subject, action = SCENES[write]

    with acting(BOSS):
        await scene(storage)

    (found,) = await storage.audit.find(AuditQuery(limit=1))
    assert (found.entry.subject, found.entry.action, found.act) == (subject, action, BOSS)


async def test_no_secret_is_ever_in_it(storage: Storage) -> None:
    for scene, _, _ in SCENES.values():
        try:
            await scene(storage)
        except (ConflictError, StaleVersionError):
            continue  # Another scene has made it already.

    told = repr(await storage.audit.find(AuditQuery(limit=500)))
    assert not [secret for secret in SECRETS if secret in told]


async def test_a_change_that_is_refused_leaves_no_entry(storage: Storage) -> None:
    await with_ana(storage)
    before = await storage.audit.find(AuditQuery())

    with pytest.raises(ConflictError):
        await storage.people.write(
            UserBatch(new=[replace(ANA, id=UserId("user_2"))], changed=[replace(ANA, phone="1")])
        )

    assert await storage.audit.find(AuditQuery()) == before


async def test_it_tells_what_changed_from_what_to_what(storage: Storage) -> None:
    await with_ana(storage)

    await storage.catalogue.save_user(replace(ANA, location="Osaka", chat_limit=5))
    await storage.people.save_teams([replace(TEAM, members=frozenset({ANA.id}))])
    grants = {**DEFAULT_ROLES[Role.MANAGER].grants, Permission.EDIT_ROLES: Scope.ALL}
    await storage.people.save_roles([replace(DEFAULT_ROLES[Role.MANAGER], grants=grants)])
    await storage.hours.save(SupportCenter(phone="+81312345678"), 0, SIGNED)

    center, role, team, user = await latest(storage, 4)
    assert user.changes == (Change("chat_limit", 3, 5), Change("location", "", "Osaka"))
    assert Change("members", [], [ANA.id], Told.PART) in team.changes
    assert role.changes == (Change("grants.roles.edit", None, "all"),)
    assert center.changes == (Change("phone", "", "+81312345678"),)


async def test_who_makes_room_in_a_menu_is_not_told_of(storage: Storage) -> None:
    other = replace(NODE, id=QueueId("queue_2"), position=2)
    await plant(storage, NODE, other)

    await plant(storage, replace(NODE, deleted=True, position=0), replace(other, position=1))
    removed, *_ = await latest(storage)
    await plant(storage, replace(other, position=5))
    moved, *_ = await latest(storage)

    assert (removed.thing, removed.action, removed.name) == (NODE.id, Action.REMOVED, "返品 / Returns")
    assert (moved.thing, moved.changes) == (other.id, (Change("position", 1, 5),))


async def test_saving_what_is_there_already_tells_nothing(storage: Storage) -> None:
    await with_ana(storage)
    before = await storage.audit.find(AuditQuery())

    await storage.catalogue.save_user(ANA)

    assert await storage.audit.find(AuditQuery()) == before


async def test_who_is_not_signed_in_yet_is_known_by_his_password(storage: Storage) -> None:
    with acting(Act(address="192.0.2.9")):
        await sign_in(storage)

    (found,) = await storage.audit.find(AuditQuery(limit=1))
    assert found.act == Act(ANA.id, ANA.name, "192.0.2.9")


async def test_entries_are_found_page_by_page(storage: Storage) -> None:
    with acting(BOSS):
        await storage.statuses.save(STATUS)
    await with_ana(storage)
    await storage.people.save_teams([TEAM])
    log = storage.audit
    everything = await log.find(AuditQuery())

    first = await log.find(AuditQuery(limit=2))
    rest = await log.find(AuditQuery(before=first[-1].seq))

    assert [*first, *rest] == everything
    assert [one.entry.thing for one in everything] == [TEAM.id, ANA.id, STATUS.id]
    assert [one.entry.thing for one in await log.find(AuditQuery(by=BOSS.by))] == [STATUS.id]
    assert [one.entry.thing for one in await log.find(AuditQuery(subject=Subject.TEAM))] == [TEAM.id]
    assert [one.entry.thing for one in await log.find(AuditQuery(thing=ANA.id))] == [ANA.id]
    assert [one.entry.thing for one in await log.find(AuditQuery(text="ANA sa"))] == [ANA.id]
    assert [one.entry.thing for one in await log.find(AuditQuery(text="boss 研修"))] == [STATUS.id]
    assert not await log.find(AuditQuery(until=everything[-1].at))
    assert await log.find(AuditQuery(since=everything[-1].at)) == everything
    assert await log.names([TEAM.id, "team_x"]) == {TEAM.id: "Tokyo"}


async def test_it_tells_what_was_done_since_a_version(storage: Storage) -> None:
    await storage.statuses.save(STATUS)
    await storage.statuses.save(replace(STATUS, colour="red", version=1))

    assert [one.entry.version for one in await storage.audit.since(Subject.STATUS, STATUS.id, 0)] == [2, 1]
    assert [one.entry.changes for one in await storage.audit.since(Subject.STATUS, STATUS.id, 1)] == [
        (Change("colour", "grey", "red"),)
    ]


async def test_nobody_overwrites_what_he_has_not_seen(storage: Storage) -> None:
    await with_ana(storage)
    await storage.statuses.save(STATUS)
    await storage.people.save_teams([TEAM])
    await storage.people.save_roles([DEFAULT_ROLES[Role.MANAGER]])
    await storage.catalogue.save_settings("figures", {"answer_s": 10})
    (status,), (team,), (role,) = (
        await storage.statuses.all(),
        await storage.people.teams(),
        await storage.people.roles(),
    )
    user = await storage.catalogue.user(ANA.id)
    assert user is not None
    assert {one.version for one in (status, team, role, user)} == {1}

    await storage.statuses.save(replace(status, colour="red"))
    await storage.people.save_teams([replace(team, name="Osaka", members=frozenset({ANA.id}))])
    await storage.people.save_roles([replace(role, label="M")])

    with pytest.raises(StaleVersionError):
        await storage.statuses.save(replace(status, colour="blue"))
    with pytest.raises(StaleVersionError):
        await storage.people.save_teams([replace(team, name="Nagoya")])
    with pytest.raises(StaleVersionError):
        await storage.people.save_roles([replace(role, label="X")])
    await storage.desk.save_disposition(SOLD)
    await storage.desk.save_reply(HELLO)
    (sold,), (hello,) = await storage.desk.dispositions(), await storage.desk.replies()
    assert {sold.version, hello.version} == {1}
    await storage.desk.save_disposition(replace(sold, position=2))  # Its place alone makes no new version.
    await storage.desk.save_disposition(replace(sold, notes_required=True))
    await storage.desk.save_reply(replace(hello, shortcut="hi"))
    with pytest.raises(StaleVersionError):
        await storage.desk.save_disposition(replace(sold, queues=(QueueId("queue_1"),)))
    with pytest.raises(StaleVersionError):
        await storage.desk.save_reply(replace(hello, shortcut="hey"))
    with pytest.raises(StaleVersionError):  # He is in another team than before.
        await storage.people.write(UserBatch(changed=[replace(user, location="x")]))
    with pytest.raises(StaleVersionError):
        await storage.catalogue.save_settings("figures", {"answer_s": 30}, seen={"answer_s": 20})
