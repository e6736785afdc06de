"""Supervisors whisper to the agent of a chat, join it, and take it over; the consumer sees what is meant for him."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.users import Principal
from madoguchi.domain.agents.messages import AgentNotFreeError
from madoguchi.domain.chats.commands import NotYourChatError
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import InteractionId, SessionId
from madoguchi.services import views
from madoguchi.services.views import SnapshotFrame
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue, a_user
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor, a_visitor

SALES = a_queue("sales", ANA, key=1)
VISITOR = a_visitor()
SECRET = "Offer her the refund."


def boss(*more: Permission) -> Principal:
    """Return a supervisor who may speak; `more` is what else he may do."""
    rights = (Permission.MONITOR, Permission.BARGE, *more)
    return Principal.of(a_user(SUE), SessionId("session_sue"), dict.fromkeys(rights, Scope.ALL))


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, queues=(SALES,))
    async with made:
        await made.available(ANA)
        yield made


async def a_chat(floor: Floor) -> InteractionId:
    web = next(one.id for one in floor.house._queues.all() if "web" in {each.value for each in one.channels})
    chat = await floor.core.chats.start(VISITOR, web, "en", "Where is my order?")
    await settle()
    await floor.accepts(ANA)
    await settle()
    return chat


async def seen(floor: Floor, viewer: Any, chat: InteractionId) -> list[Mapping[str, Any]]:
    """Return what somebody who opens the chat sees now."""
    subscription = await floor.core.views.subscribe(viewer, "chat", {"chat": chat})
    try:
        async for frame in subscription:
            assert isinstance(frame, SnapshotFrame)
            return list(frame.rows)
    finally:
        subscription.close()
    raise AssertionError("nothing came")


@pytest.mark.req("MON-8")
async def test_a_whispered_line_is_seen_by_the_agent_and_never_by_the_consumer(floor: Floor) -> None:
    chat = await a_chat(floor)
    before = json.dumps(await seen(floor, VISITOR, chat), sort_keys=True, default=str)
    mine = floor.rows(views.consumer(VISITOR.consumer.id))
    for _ in range(2):
        await floor.core.chat_supervision.whisper(boss(), chat, "w1", SECRET)
    await settle()
    (line,) = [row for row in await seen(floor, a_principal(ANA), chat) if row["kind"] == "whisper"]
    assert (line["sender"], line["text"]) == ({"id": SUE, "name": "Sue"}, SECRET)
    assert json.dumps(await seen(floor, VISITOR, chat), sort_keys=True, default=str) == before
    assert floor.rows(views.consumer(VISITOR.consumer.id)) == mine
    assert await floor.core.chats.send(a_principal(ANA), chat, "a1", "One moment.") == 3, "it takes no number"
    for form in ("txt", "json"):
        assert SECRET not in await floor.core.chats.transcript(VISITOR, chat, form)


@pytest.mark.req("MON-7")
async def test_who_joins_writes_for_both_sides_and_leaves_again_and_twice(floor: Floor) -> None:
    chat = await a_chat(floor)
    with pytest.raises(NotYourChatError):
        await floor.core.chats.send(boss(), chat, "s0", "Hello")
    for turn in range(2):
        for _ in range(2):
            await floor.core.chat_supervision.join(boss(), chat)
        await floor.core.chats.send(boss(), chat, f"s{turn}", "May I help?")
        await settle()
        rows = await seen(floor, VISITOR, chat)
        assert [(row["sender"], row["sender_name"]) for row in rows if row["kind"] == "message"][-1] == ("agent", "Sue")
        (desk,) = floor.desk(ANA, "chat")
        assert desk["guests"] == [{"id": SUE, "name": "Sue"}]
        assert desk["agent"]["id"] == ANA
        await floor.core.chat_supervision.leave(boss(), chat)
        await floor.core.chat_supervision.leave(boss(), chat)
    with pytest.raises(NotYourChatError):
        await floor.core.chats.send(boss(), chat, "s9", "Hello")
    told = [row["body"] for row in await seen(floor, VISITOR, chat) if row["kind"] == "message"]
    events = [(one["event"], one["name"]) for one in told if one["type"] == "event"]
    assert events == [("agent_joined", "Ana"), *[("agent_joined", "Sue"), ("agent_left", "Sue")] * 2]


@pytest.mark.req("MON-8")
async def test_who_joined_neither_reads_nor_hands_over_nor_ends(floor: Floor) -> None:
    chat = await a_chat(floor)
    await floor.core.chat_supervision.join(boss(), chat)
    for attempt in (
        floor.core.chats.read(boss(), chat, 1),
        floor.core.chats.typing(boss(), chat, typing=True),
        floor.core.chats.end(boss(), chat),
    ):
        with pytest.raises(NotYourChatError):
            await attempt


@pytest.mark.req("MON-8")
async def test_a_chat_is_taken_over_without_a_moment_in_the_queue(floor: Floor) -> None:
    chat = await a_chat(floor)
    with pytest.raises(AgentNotFreeError):
        await floor.core.chat_supervision.take_over(boss(Permission.DESK), chat)
    await floor.core.desk.set_presence(boss(Permission.DESK), "break")
    await floor.core.chat_supervision.join(boss(), chat)
    await floor.core.chat_supervision.take_over(boss(Permission.DESK), chat)
    await settle()

    (row,) = floor.desk(SUE, "chat")
    assert (row["agent"]["id"], row["state"], row["guests"]) == (SUE, "chatting", [])
    assert floor.desk(ANA, "chat") == []
    assert len(floor.desk(ANA, "wrap_up")) == 1
    await floor.core.chats.send(boss(Permission.DESK), chat, "s1", "I go on with you.")
    await floor.core.chats.end(boss(Permission.DESK), chat)
    await settle()
    told = await floor.core.metadata.of_chat(floor.manager(BEN), chat)
    assert [one["id"] for one in told["participants"] if one["role"] == "agent"] == [ANA, SUE]
    assert [one["wait_s"] for one in told["stays"]][-1] == 0
    rules = [one["rule"] for one in (await floor.core.routing.of_chat(floor.manager(BEN), chat))["decisions"]]
    assert rules[-1] == "taken_over"


@pytest.mark.req("MON-8")
async def test_what_cannot_be_done_is_refused(floor: Floor) -> None:
    chat = await a_chat(floor)
    supervision = floor.core.chat_supervision
    trainee = Principal.of(a_user(SUE), SessionId("s"), {Permission.MONITOR: Scope.ALL})
    for attempt in (supervision.whisper(trainee, chat, "w", "x"), supervision.join(trainee, chat)):
        with pytest.raises(NotAllowedError):
            await attempt
    with pytest.raises(NotAllowedError):
        await supervision.take_over(boss(), chat)
    with pytest.raises(InvalidInputError):
        await supervision.whisper(boss(), chat, "w", " ")
    own = dict.fromkeys((Permission.BARGE, Permission.DESK), Scope.ALL)
    with pytest.raises(ConflictError):
        await supervision.join(Principal.of(a_user(ANA), SessionId("s"), own), chat)
    with pytest.raises(NotFoundError):
        await supervision.whisper(boss(), InteractionId("chat_none"), "w", "x")
    await floor.core.chats.end(a_principal(ANA), chat)
    with pytest.raises(NotFoundError):
        await supervision.join(boss(), chat)


@pytest.mark.req("MON-8")
async def test_whispers_and_guests_outlive_the_server(floor: Floor) -> None:
    chat = await a_chat(floor)
    await floor.core.chat_supervision.whisper(boss(), chat, "w1", SECRET)
    await floor.core.chat_supervision.join(boss(), chat)
    await settle()
    await floor.killed()
    async with floor.restarted() as again:
        rows = await seen(again, a_principal(ANA), chat)
        assert [row["text"] for row in rows if row["kind"] == "whisper"] == [SECRET]
        await again.core.chats.send(boss(), chat, "s1", "Still here.")
