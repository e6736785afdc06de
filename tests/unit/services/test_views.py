"""Who may watch what, and what happens at the edges of a subscription."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.consumers.consumer import Consumer, ConsumerPrincipal
from madoguchi.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import ConsumerId, InteractionId, RoleId, SessionId, UserId
from madoguchi.kernel.time import Instant, Span
from madoguchi.services.views import ChatSight, DeltaFrame, Row, SnapshotFrame, UnknownViewError, ViewService, ViewStore
from madoguchi.testing.environment import FakeClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Still:
    """A clock that stands, and ids that count."""

    def __init__(self) -> None:
        self.made = 0

    def now(self) -> Instant:
        return NOON

    async def sleep(self, span: Span) -> None:
        raise AssertionError(span)

    def new(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made}"

    def secret(self) -> str:
        raise AssertionError


class Sights:
    """One chat, Mei's with Ana."""

    def __init__(self) -> None:
        self.watching: list[str] = []

    async def sight(self, chat_id: InteractionId) -> ChatSight | None:
        return ChatSight(ConsumerId("mei"), frozenset({UserId("ana")})) if chat_id == "chat_1" else None

    def watch(self, chat_id: InteractionId, user: UserId, name: str) -> Callable[[], None]:
        assert chat_id == "chat_1"
        assert name == user.title()
        self.watching.append(user)
        return lambda: self.watching.remove(user)


def user(name: str, *roles: RoleId) -> Principal:
    person = User(UserId(name), name.title(), f"{name}@example.com", frozenset(roles))
    return Principal.of(person, SessionId(f"session_{name}"))


def consumer(name: str) -> ConsumerPrincipal:
    return ConsumerPrincipal(Consumer(ConsumerId(name), name, None, NOON), SessionId("session"))


ANA = user("ana", Role.AGENT)
BEN = user("ben", Role.AGENT)
SUE = user("sue", Role.MANAGER)
MEI = consumer("mei")


@pytest.fixture
def still() -> Still:
    return Still()


@pytest.fixture
def store(still: Still) -> ViewStore:
    return ViewStore(still, still)


@pytest.fixture
def sights() -> Sights:
    return Sights()


@pytest.fixture
def views(store: ViewStore, sights: Sights) -> ViewService:
    return ViewService(store, sights)


@pytest.mark.parametrize(
    ("viewer", "view", "topic"),
    [
        (ANA, "desk", "desk:ana"),
        (SUE, "calls", "calls"),
        (SUE, "chats", "chats"),
        (SUE, "agents", "agents"),
        (SUE, "monitoring", "monitoring:sue"),
        (MEI, "consumer", "consumer:mei"),
    ],
)
async def test_each_view_shows_its_own_topic(
    views: ViewService, store: ViewStore, viewer: Principal, view: str, topic: str
) -> None:
    store.publish(topic, [{"id": "a"}])

    frame = await anext(await views.subscribe(viewer, view))

    assert isinstance(frame, SnapshotFrame)
    assert frame.rows == ({"id": "a"},)


@pytest.mark.req("BASE-17")
@pytest.mark.parametrize(
    ("viewer", "view", "error"),
    [
        (SUE, "desk", NotAllowedError),
        (ANA, "calls", NotAllowedError),
        (ANA, "chats", NotAllowedError),
        (ANA, "agents", NotAllowedError),
        (ANA, "monitoring", NotAllowedError),
        (ANA, "consumer", NotAllowedError),
        (MEI, "calls", NotAllowedError),
        (MEI, "desk", NotAllowedError),
        (SUE, "everything", UnknownViewError),
        (SUE, "chat", InvalidInputError),
    ],
)
async def test_nobody_watches_what_is_not_his(
    views: ViewService, viewer: Principal, view: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await views.subscribe(viewer, view)


async def test_a_chat_is_seen_by_its_agent_its_consumer_and_supervisors_only(views: ViewService) -> None:
    for viewer in (ANA, MEI, SUE):
        (await views.subscribe(viewer, "chat", {"chat": "chat_1"})).close()
    for stranger in (BEN, consumer("ken")):
        with pytest.raises(NotFoundError):
            await views.subscribe(stranger, "chat", {"chat": "chat_1"})
    with pytest.raises(NotFoundError):
        await views.subscribe(SUE, "chat", {"chat": "chat_2"})


@pytest.mark.req("MON-6")
async def test_only_a_supervisor_counts_as_watching_and_only_while_he_does(views: ViewService, sights: Sights) -> None:
    await views.subscribe(ANA, "chat", {"chat": "chat_1"})
    await views.subscribe(MEI, "chat", {"chat": "chat_1"})
    assert sights.watching == []

    subscription = await views.subscribe(SUE, "chat", {"chat": "chat_1"})
    assert sights.watching == ["sue"]
    subscription.close()
    subscription.close()
    assert sights.watching == []


@pytest.mark.req("BASE-17")
async def test_a_waiting_reader_gets_changes_as_they_come_and_none_after_closing(store: ViewStore) -> None:
    subscription = await store.subscribe("calls")
    await anext(subscription)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(anext(subscription))
        store.publish("calls", [{"id": "a"}])
        assert await waiting == DeltaFrame("view_1:1", ({"id": "a"},), ())
        ending = tasks.create_task(anext(subscription, None))
        tasks.create_task(_close(subscription.close))
        assert await ending is None


async def _close(close: Callable[[], None]) -> None:
    close()


@pytest.mark.req("BASE-17")
async def test_a_reconnect_with_a_cursor_gets_what_was_missed_and_with_a_foreign_one_everything(
    store: ViewStore,
) -> None:
    first = await store.subscribe("calls")
    store.publish("calls", [{"id": "a"}])
    seen = await anext(first)
    first.close()
    store.publish("calls", [{"id": "b"}])

    again = await anext(await store.subscribe("calls", seen.cursor))
    assert again == DeltaFrame("view_1:2", ({"id": "b"},), ())
    up_to_date = await anext(await store.subscribe("calls", again.cursor))
    assert up_to_date == DeltaFrame("view_1:2", (), ())
    for foreign in ("view_9:1", "view_1:99", "view_1:-1", "view_1:", "", "²", "view_1:²"):
        fresh = await anext(await store.subscribe("calls", foreign))
        assert fresh == SnapshotFrame("view_1:2", ({"id": "a"}, {"id": "b"}))


async def test_what_is_published_while_a_topic_loads_is_newer_than_what_is_loaded(store: ViewStore) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    loads = 0

    async def source(_topic: str) -> list[Row]:
        nonlocal loads
        loads += 1
        begun.set()
        await go_on.wait()
        return [{"id": "a", "value": "old"}, {"id": "b", "value": "old"}, {"id": "c", "value": "old"}]

    store.add_source("chat", source)
    store.publish("chat:1", [{"id": "z"}])  # nobody watches: it is in the source's store already
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(store.subscribe("chat:1"))
        second = tasks.create_task(store.subscribe("chat:1"))
        await begun.wait()
        store.publish("chat:1", [{"id": "a", "value": "new"}], gone=["c"])
        go_on.set()
    for subscription in (first.result(), second.result()):
        frame = await anext(subscription)
        assert isinstance(frame, SnapshotFrame)
        assert {row["id"]: row["value"] for row in frame.rows} == {"a": "new", "b": "old"}
    assert loads == 1


async def test_a_topic_whose_source_fails_can_be_tried_again(store: ViewStore) -> None:
    answers: list[list[Row] | NotFoundError] = [NotFoundError("no database"), [{"id": "a"}]]

    async def source(_topic: str) -> list[Row]:
        answer = answers.pop(0)
        if isinstance(answer, NotFoundError):
            raise answer
        return answer

    store.add_source("chat", source)
    with pytest.raises(NotFoundError):
        await store.subscribe("chat:1")
    frame = await anext(await store.subscribe("chat:1"))
    assert frame == SnapshotFrame("view_1:0", ({"id": "a"},))


async def test_who_loses_his_right_sees_an_empty_view_and_the_end(store: ViewStore) -> None:
    store.publish("chat:1", [{"id": "a"}])
    lost, kept = await store.subscribe("chat:1", reader="ana"), await store.subscribe("chat:1", reader="ben")
    await anext(lost)

    store.revoke("chat:1", "ana")

    assert [frame async for frame in lost] == [SnapshotFrame("", ())]
    assert isinstance(await anext(kept), SnapshotFrame)


async def test_a_retired_row_goes_at_its_time(store: ViewStore) -> None:
    store.publish("consumer:mei", [{"id": "a"}, {"id": "b"}])
    store.retire("consumer:mei", "a", NOON)
    store.retire("consumer:mei", "b", NOON + Span(seconds=1))

    store.sweep()

    assert set(store.rows("consumer:mei")) == {"b"}
    assert store.row("consumer:mei", "a") is None


@pytest.mark.req("BASE-17")
async def test_rows_stay_though_nobody_has_watched_them_for_long() -> None:
    clock = FakeClock()
    store = ViewStore(clock, Still())
    (await store.subscribe("calls")).close()
    store.publish("calls", [{"id": "a"}])
    await clock.advance(Span(hours=1))

    store.sweep()

    assert set(store.rows("calls")) == {"a"}


async def test_topics_without_rows_or_with_a_source_are_forgotten_when_nobody_watches() -> None:
    clock = FakeClock()
    store = ViewStore(clock, Still())

    async def source(_topic: str) -> list[Row]:
        return [{"id": "a"}]

    store.add_source("chat", source)
    watched = await store.subscribe("chat:watched")
    (await store.subscribe("chat:left")).close()
    (await store.subscribe("calls")).close()
    await clock.advance(Span(hours=1))

    store.sweep()

    assert list(store._topics) == ["chat:watched"]
    watched.close()
