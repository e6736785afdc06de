"""Chats from end to end without network: consumers, agents, screens, storage, restarts."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from madoguchi.adapters.storage.store import sqlite_storage
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.agents.messages import AgentNotFreeError
from madoguchi.domain.chats.commands import NotYourChatError
from madoguchi.domain.chats.lifecycle import ChatState
from madoguchi.domain.routing.offers import AcceptOffer
from madoguchi.domain.transfers import ToAgent, ToQueue
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import AttachmentId, InteractionId, QueueId, UserId
from madoguchi.ports.storage import Storage, StorageUnavailableError
from madoguchi.services.chats import TooManyChatsError
from madoguchi.services.lifecycle import InteractionOverError
from madoguchi.services.rate_limits import TooFastError
from madoguchi.services.views import DeltaFrame, Frame, SnapshotFrame
from madoguchi.testing.chat_house import KEN, ChatHouse, MemoryBlobs, a_chat_house, a_visitor, a_worker, until
from madoguchi.testing.chats import ANA, BEN, MEI, RETURNS, SALES
from madoguchi.testing.environment import CountingIds, FakeClock, settle
from madoguchi.testing.storage import MemoryStorage

VISITOR, STRANGER = a_visitor(MEI), a_visitor(KEN)
AGENT, COLLEAGUE = a_worker(ANA), a_worker(BEN)
SUPERVISOR = a_worker(UserId("user_sue"), Role.MANAGER)


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
async def house(storage: MemoryStorage) -> AsyncIterator[ChatHouse]:
    async with a_chat_house(storage) as running:
        yield running


@pytest.mark.req("CH-3")
@pytest.mark.req("BASE-13")
async def test_a_chat_from_the_first_line_to_the_transcript(house: ChatHouse) -> None:
    service = house.service
    chat = await service.start(VISITOR, SALES.id, "en", "Where is my order?")
    await house.accept(chat)
    assert await service.send(AGENT, chat, "a1", "On its way.") == 3
    assert await service.send(VISITOR, chat, "c1", "Thank you!") == 4
    await service.read(AGENT, chat, 4)
    await service.end(VISITOR, chat)

    text = await service.transcript(AGENT, chat, "txt")
    assert text.splitlines()[0] == "Chat transcript"
    assert [line.partition("] ")[2] for line in text.splitlines() if line.startswith("[")] == [
        "Web User 11/23 12:00: Where is my order?",
        "System: Ana joined the chat.",
        "Ana: On its way.",
        "Web User 11/23 12:00: Thank you!",
        "System: Web User 11/23 12:00 ended the chat.",
    ]
    told = json.loads(await service.transcript(VISITOR, chat, "json"))
    assert [line["seq"] for line in told["messages"]] == [1, 2, 3, 4, 5]
    assert (told["state"], told["end_reason"]) == ("finished", "consumer_ended")
    (row,) = await service.completed(SUPERVISOR, 10, None)
    assert (row["id"], row["agent"], row["waiting_since"]) == (chat, {"id": ANA, "name": "Ana"}, None)
    assert await service.completed(SUPERVISOR, 10, house.clock.now()) == []
    await until(lambda: [one.state.value for one in house.agent(ANA).handlings] == ["wrap_up"])


@pytest.mark.req("BASE-13")
async def test_desk_supervisors_and_consumer_see_what_concerns_them(house: ChatHouse) -> None:
    chat = await house.service.start(VISITOR, SALES.id, "en", "Hello?")
    assert house.rows("chats")[chat]["state"] == "queued"
    assert house.rows(f"consumer:{MEI.id}")[chat]["state"] == "queued"

    offer = await house.ring(chat)
    assert house.rows(f"desk:{ANA}")[offer]["kind"] == "offer"
    assert house.rows(f"desk:{ANA}")[offer]["interaction"] == chat
    assert house.rows("chats")[chat]["offered_to"] == [{"id": ANA, "name": "Ana"}]
    assert house.rows(f"consumer:{MEI.id}")[chat]["state"] == "queued"

    await house.chats.send(chat, AcceptOffer(offer, ANA))
    desk = house.rows(f"desk:{ANA}")
    assert offer not in desk
    assert desk[chat]["unread"] == 1
    assert desk[chat]["handling"].startswith("handling_")
    assert "monitors" not in desk[chat]
    await house.service.read(AGENT, chat, 1)
    assert house.rows(f"desk:{ANA}")[chat]["unread"] == 0
    await house.service.send(AGENT, chat, "a1", "Hi")
    mine = house.rows(f"consumer:{MEI.id}")[chat]
    assert (mine["unread"], mine["agent"]) == (1, {"name": "Ana"})

    await house.service.end(AGENT, chat)
    assert chat not in house.rows("chats")
    assert chat not in house.rows(f"desk:{ANA}")
    assert house.rows(f"consumer:{MEI.id}")[chat]["end_reason"] == "agent_ended"
    await house.clock.advance(599)
    house.store.sweep()
    assert chat in house.rows(f"consumer:{MEI.id}")
    await house.clock.advance(1)
    house.store.sweep()
    assert chat not in house.rows(f"consumer:{MEI.id}")


@pytest.mark.req("BASE-11")
async def test_an_agent_holds_several_chats_and_no_more_than_his_limit(house: ChatHouse) -> None:
    first = await house.answered(MEI)
    second = await house.answered(KEN)
    third = await house.service.start(STRANGER, SALES.id, "en", "Me too")
    await house.accept(third)
    fourth = await house.service.start(VISITOR, SALES.id, "en", "And me")

    with pytest.raises(AgentNotFreeError):
        await house.ring(fourth)
    assert {first, second, third} <= set(house.rows(f"desk:{ANA}"))
    for chat in (first, second, third):
        assert await house.service.send(AGENT, chat, "a1", "Hello") == 3


@pytest.mark.req("BASE-17")
async def test_an_open_chat_shows_every_line_and_the_consumer_no_monitors(house: ChatHouse) -> None:
    chat = await house.answered()
    agents_page = await house.views.subscribe(AGENT, "chat", {"chat": chat})
    consumers_page = await house.views.subscribe(VISITOR, "chat", {"chat": chat})
    supervisors_page = await house.views.subscribe(SUPERVISOR, "chat", {"chat": chat})
    pages = [agents_page, consumers_page, supervisors_page]
    seen: list[dict[str, object]] = [rows(await anext(page)) for page in pages]
    assert [list(one) for one in seen] == [[chat, "m1", "m2"]] * 3
    assert house.rows("chats")[chat]["monitors"] == [{"id": "user_sue", "name": "Sue"}]
    assert consumers_page.poll() is None, "a supervisor changes nothing for the consumer"
    assert agents_page.poll() is None, "nor for the agent"

    await house.service.typing(AGENT, chat, typing=True)
    assert row_of(await anext(consumers_page), chat)["typing"] == {"consumer": False, "agent": True}
    await house.service.send(AGENT, chat, "a1", "Hi")
    frame = rows(await anext(consumers_page))
    assert frame["m3"]["body"] == {"type": "text", "text": "Hi"}  # type: ignore[index]
    assert "monitors" not in frame[chat]  # type: ignore[operator]

    supervisors_page.close()
    assert house.rows("chats")[chat]["monitors"] == []


def rows(frame: Frame) -> dict[str, object]:
    shown = frame.rows if isinstance(frame, SnapshotFrame) else frame.put
    return {row["id"]: row for row in shown}


def changed(shown: dict[str, object], delta: DeltaFrame) -> dict[str, object]:
    return {row_id: row for row_id, row in (shown | rows(delta)).items() if row_id not in delta.gone}


def row_of(frame: Frame, row_id: str) -> dict[str, object]:
    found = rows(frame)[row_id]
    assert isinstance(found, dict)
    return found


@pytest.mark.req("BASE-17")
async def test_a_long_chat_is_shown_by_its_last_200_lines_however_one_comes_to_it(house: ChatHouse) -> None:
    chat = await house.answered()
    watching = await house.views.subscribe(AGENT, "chat", {"chat": chat})
    shown = rows(await anext(watching))
    for number in range(230):
        await house.clock.advance(1)
        await house.service.send(AGENT if number % 2 else VISITOR, chat, f"n{number}", f"Line {number}")
    frame: Frame | None = await anext(watching)
    while frame is not None:
        shown = rows(frame) if isinstance(frame, SnapshotFrame) else changed(shown, frame)
        frame = watching.poll()

    house.store._topics.clear()
    fresh = rows(await anext(await house.views.subscribe(SUPERVISOR, "chat", {"chat": chat})))

    assert set(fresh) == {chat, *(f"m{seq}" for seq in range(33, 233))}
    assert shown == fresh
    text = await house.service.transcript(SUPERVISOR, chat, "txt")
    assert sum(": Line " in line for line in text.splitlines()) == 230


@pytest.mark.req("BASE-11")
async def test_a_transferred_chat_leaves_the_first_agents_screen(house: ChatHouse) -> None:
    chat = await house.answered()
    page = await house.views.subscribe(AGENT, "chat", {"chat": chat})
    await anext(page)

    await house.service.transfer(AGENT, chat, ToQueue(RETURNS.id))

    assert [frame async for frame in page] == [SnapshotFrame("", ())]
    with pytest.raises(NotFoundError):
        await house.views.subscribe(AGENT, "chat", {"chat": chat})
    assert house.state(chat).queue == RETURNS
    await house.accept(chat, BEN)
    with pytest.raises(NotYourChatError):
        await house.service.send(AGENT, chat, "late", "Wait!")
    assert "Ben joined" in await house.service.transcript(AGENT, chat, "txt")


@pytest.mark.req("BASE-11")
async def test_a_transfer_to_a_colleague_rings_at_his_desk(house: ChatHouse) -> None:
    chat = await house.answered()
    await house.service.transfer(AGENT, chat, ToAgent(BEN))
    (offer,) = house.state(chat).offers
    assert offer.agent == BEN
    assert house.rows(f"desk:{BEN}")[offer.id]["kind"] == "offer"
    await house.chats.send(chat, AcceptOffer(offer.id, BEN))
    assert house.state(chat).state is ChatState.CHATTING
    await settle()
    assert [one.interaction for one in house.agent(BEN).handlings] == [chat]


async def test_a_transfer_that_cannot_be_changes_nothing(house: ChatHouse) -> None:
    chat = await house.answered()
    for target, error in (
        (ToAgent(ANA), ConflictError),
        (ToAgent(UserId("user_nobody")), AgentNotFreeError),
        (ToQueue(QueueId("queue_none")), NotFoundError),
    ):
        with pytest.raises(error):
            await house.service.transfer(AGENT, chat, target)
    with pytest.raises(NotYourChatError):
        await house.service.transfer(COLLEAGUE, chat, ToQueue(RETURNS.id))
    assert house.state(chat).state is ChatState.CHATTING
    assert house.agent(BEN).reservations == ()


async def test_a_full_colleague_is_not_rung(house: ChatHouse) -> None:
    for consumer in (KEN, KEN, KEN):
        await house.answered(consumer, BEN)
    chat = await house.answered()
    with pytest.raises(AgentNotFreeError):
        await house.service.transfer(AGENT, chat, ToAgent(BEN))


Deed = Callable[[ChatHouse, InteractionId], object]


@pytest.mark.parametrize(
    "deed",
    [
        lambda house, chat: house.service.send(STRANGER, chat, "x", "Hi"),
        lambda house, chat: house.service.send(COLLEAGUE, chat, "x", "Hi"),
        lambda house, chat: house.service.typing(STRANGER, chat, typing=True),
        lambda house, chat: house.service.read(COLLEAGUE, chat, 1),
        lambda house, chat: house.service.delivered(STRANGER, chat, 1),
        lambda house, chat: house.service.end(STRANGER, chat),
        lambda house, chat: house.service.end_stuck(AGENT, chat),
        lambda house, chat: house.service.send(SUPERVISOR, chat, "x", "I should not be here"),
        lambda house, chat: house.service.transcript(STRANGER, chat, "txt"),
        lambda house, chat: house.service.transcript(COLLEAGUE, chat, "txt"),
        lambda house, chat: house.service.attach(STRANGER, chat, "x", "cat.png", Path("/nowhere")),
        lambda house, _chat: house.service.completed(AGENT, 10, None),
    ],
)
async def test_nobody_else_may_do_anything_with_a_chat(house: ChatHouse, deed: Deed) -> None:
    chat = await house.answered()
    before = house.state(chat)
    with pytest.raises((NotYourChatError, NotAllowedError, NotFoundError)):
        await deed(house, chat)  # type: ignore[misc]
    assert house.state(chat) == before


@pytest.mark.req("END-1")
async def test_a_supervisor_ends_a_chat_whatever_its_state(house: ChatHouse) -> None:
    queued = await house.service.start(VISITOR, SALES.id, "en", None)
    answered = await house.answered(KEN)
    for chat in (queued, answered, answered):
        await house.service.end_stuck(SUPERVISOR, chat)
    assert not list(house.chats.states())
    with pytest.raises(NotFoundError):
        await house.service.end_stuck(SUPERVISOR, InteractionId("chat_none"))


@pytest.mark.req("END-1")
@pytest.mark.parametrize(
    ("waits_s", "asleep", "reason"), [(0, True, "supervisor_ended"), (900, False, "consumer_silent")]
)
async def test_a_supervisor_ends_a_chat_that_sleeps_and_may_ask_it_of_one_that_was_dismissed(
    house: ChatHouse, waits_s: float, reason: str, *, asleep: bool
) -> None:
    chat = await house.answered()
    await house.service.send(AGENT, chat, "a1", "Are you there?")
    await house.clock.advance(300)
    await house.clock.advance(waits_s)
    live = house.chats.state(chat)
    assert (live is not None and live.state is ChatState.DORMANT) is asleep

    for _ in range(2):
        await house.service.end_stuck(SUPERVISOR, chat)

    (row,) = await house.service.completed(SUPERVISOR, 10, None)
    assert (row["id"], row["end_reason"]) == (chat, reason)


async def test_what_comes_after_the_end_is_late_and_a_repeated_line_still_has_its_number(house: ChatHouse) -> None:
    chat = await house.answered()
    seq = await house.service.send(VISITOR, chat, "c1", "Bye")
    await house.service.end(AGENT, chat)

    assert await house.service.send(VISITOR, chat, "c1", "Bye") == seq
    await house.service.end(VISITOR, chat)
    await house.service.read(VISITOR, chat, seq)
    await house.service.typing(VISITOR, chat, typing=True)
    with pytest.raises(InteractionOverError):
        await house.service.send(VISITOR, chat, "c2", "One more thing")
    with pytest.raises(NotYourChatError):
        await house.service.end(STRANGER, chat)


@pytest.mark.parametrize(
    ("client_id", "text", "field"),
    [("", "Hi", "client_id"), ("x" * 101, "Hi", "client_id"), ("x", " ", "text"), ("x", "y" * 4_001, "text")],
)
async def test_a_bad_line_is_refused_with_the_field_that_is_wrong(
    house: ChatHouse, client_id: str, text: str, field: str
) -> None:
    chat = await house.answered()
    with pytest.raises(InvalidInputError) as refused:
        await house.service.send(VISITOR, chat, client_id, text)
    assert refused.value.field == field


async def test_a_consumer_has_so_many_chats_at_once_and_no_more(house: ChatHouse) -> None:
    for _ in range(3):
        await house.service.start(VISITOR, SALES.id, "ja", "こんにちは")
    with pytest.raises(TooManyChatsError):
        await house.service.start(VISITOR, SALES.id, "ja", "もう一つ")
    with pytest.raises(NotFoundError):
        await house.service.start(STRANGER, QueueId("queue_none"), "ja", "x")


async def test_who_writes_too_fast_is_slowed_down(house: ChatHouse) -> None:
    chat = await house.answered()
    for number in range(60):
        await house.service.send(VISITOR, chat, f"c{number}", "spam")
    with pytest.raises(TooFastError):
        await house.service.send(VISITOR, chat, "c60", "spam")
    await house.clock.advance(10)
    assert await house.service.send(VISITOR, chat, "again", "sorry")


@pytest.mark.req("BASE-13")
async def test_silence_ends_chats_by_the_clock_alone(house: ChatHouse) -> None:
    chat = await house.answered()
    await house.service.send(AGENT, chat, "a1", "Are you there?")
    await house.clock.advance(300)
    assert house.state(chat).state is ChatState.DORMANT
    await house.clock.advance(900)
    assert house.chats.state(chat) is None
    assert (await house.shown.present(chat)).state is ChatState.DISMISSED


@pytest.mark.req("BASE-13")
async def test_the_organisation_says_how_long_silence_may_last(house: ChatHouse) -> None:
    saved = {"dormant_s": 30, "dismiss_s": -1, "agent_silent_s": "soon", "unanswered_s": True, "something": 1}
    await house.storage.catalogue.save_settings("chats", saved)
    chat = await house.answered()
    limits = house.state(chat).time_outs
    assert (limits.dormant_s, limits.dismiss_s, limits.agent_silent_s, limits.unanswered_s) == (30, 900, 900, 1_800)
    await house.service.send(AGENT, chat, "a1", "Are you there?")
    await house.clock.advance(30)
    assert house.state(chat).state is ChatState.DORMANT


@pytest.mark.req("BASE-13")
async def test_lines_to_which_both_sides_gave_the_same_id_are_all_kept(lasting: Callable[[], Storage]) -> None:
    storage = lasting()
    await storage.open()
    async with a_chat_house(storage) as house:
        chat = await house.answered()
        for sender in (VISITOR, AGENT):
            for client_id in ("1", "first", "system-2", "a:b"):
                await house.service.send(sender, chat, client_id, f"{client_id} of mine")
        seen = await anext(await house.views.subscribe(AGENT, "chat", {"chat": chat}))
        assert isinstance(seen, SnapshotFrame)
        assert [row["client_id"] for row in seen.rows[1:]] == [
            *("", "system-2"),
            *("1", "first", "system-2", "a:b"),
            *("1", "first", "system-2", "a:b"),
        ]
        assert [row["seq"] for row in seen.rows[1:]] == list(range(1, 11))
    await storage.close()


async def test_without_storage_nothing_is_acknowledged(house: ChatHouse, storage: MemoryStorage) -> None:
    chat = await house.answered()
    storage.interactions.available = False
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(_refused(house, chat))
        await house.clock.advance(5)
        assert await sending
    storage.interactions.available = True
    assert await house.service.send(VISITOR, chat, "c1", "Now?") == 3


async def _refused(house: ChatHouse, chat: InteractionId) -> bool:
    try:
        await house.service.send(VISITOR, chat, "c1", "Now?")
    except StorageUnavailableError:
        return True
    return False


@pytest.fixture(params=["memory", "sqlite"])
def lasting(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Storage]:
    """What makes the storage again, as a process that starts does."""
    memory = MemoryStorage()
    return (lambda: memory) if request.param == "memory" else lambda: sqlite_storage(tmp_path / "madoguchi.db")


@pytest.mark.req("BASE-13")
async def test_a_killed_server_loses_no_acknowledged_line_and_the_chat_goes_on(
    lasting: Callable[[], Storage],
) -> None:
    clock, ids, blobs = FakeClock(), CountingIds(), MemoryBlobs()
    storage = lasting()
    await storage.open()
    async with a_chat_house(storage, clock=clock, ids=ids, blobs=blobs) as house:
        chat = await house.answered()
        waiting = await house.service.start(STRANGER, SALES.id, "en", "Anybody?")
        await house.ring(waiting, BEN)
        over = await house.answered(KEN)
        await house.service.end(AGENT, over)
        page = await house.views.subscribe(VISITOR, "chat", {"chat": chat})
        cursor = (await anext(page)).cursor
        await house.service.typing(VISITOR, chat, typing=True)
        acknowledged = [await house.service.send(VISITOR, chat, f"c{n}", f"Line {n}") for n in range(5)]
        await house.service.read(AGENT, chat, 4)
    await storage.close()

    await clock.advance(60)
    storage = lasting()
    await storage.open()
    async with a_chat_house(storage, clock=clock, ids=ids, blobs=blobs) as house:
        await until(lambda: house.state(waiting).state is ChatState.QUEUED)  # the offer lapsed with the server
        await until(lambda: house.state(chat).consumer_typing is None)
        assert house.state(chat).state is ChatState.CHATTING
        assert house.rows(f"desk:{ANA}")[chat]["unread"] == 3
        assert house.rows(f"consumer:{KEN.id}")[over]["end_reason"] == "agent_ended"
        seen = await anext(await house.views.subscribe(VISITOR, "chat", {"chat": chat}, cursor))
        assert isinstance(seen, SnapshotFrame)
        assert [row["body"]["text"] for row in seen.rows if row.get("client_id", "").startswith("c")] == [
            f"Line {n}" for n in range(5)
        ]
        assert [await house.service.send(VISITOR, chat, f"c{n}", f"Line {n}") for n in range(5)] == acknowledged
        assert await house.service.send(AGENT, chat, "a9", "Sorry, where were we?") == 8
        await house.accept(waiting, BEN)
        assert await house.service.send(COLLEAGUE, waiting, "b1", "Hello") == 3
    await storage.close()


async def test_a_file_that_does_not_exist_is_not_found(house: ChatHouse) -> None:
    with pytest.raises(NotFoundError):
        await house.service.attachment(AGENT, AttachmentId("attachment_none"))
