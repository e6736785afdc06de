"""A supervisor ends calls and chats in every state: who hears, reads and does what then, and what is kept of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from madoguchi.domain.access.users import Credentials
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.domain.transfers import ToAgent, ToNumber, ToQueue
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId, MonitoringId, QueueId, UserId
from madoguchi.ports.voice import LegReleased, ReleaseCause
from madoguchi.services import views
from madoguchi.services.consults import Wanted
from madoguchi.services.lifecycle import InteractionOverError
from madoguchi.services.views import SnapshotFrame
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue, a_user
from madoguchi.testing.environment import settle
from madoguchi.testing.queues import plant
from tests.unit.services.floor import PAGE, Floor, a_visitor

pytestmark = pytest.mark.req("END-1")

CALLER, SECOND = LegId("leg_caller"), LegId("leg_second")
CONSUMER, AGENT, THIRD, SUPERVISOR = 440, 660, 880, 1100
SALES = a_queue("sales", ANA, key=1, recording=RecordingPolicy.RECORD)
SUPPORT = a_queue("support", BEN, key=2)
DIRECT = "+81355551111"
WES = UserId("user_wes")
VISITOR = a_visitor()


@dataclass(frozen=True)
class Stage:
    """An interaction in some state, and who has what to do with it."""

    id: InteractionId
    wrap_up: tuple[UserId, ...] = ()
    """Who wraps up when it ends."""
    left: tuple[UserId, ...] = ()
    """Who of them had left it before."""
    rings: tuple[UserId, ...] = ()
    """At whom it rings now."""


Scene = Callable[[Floor], Awaitable[Stage]]


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.storage.catalogue.add_user(replace(a_user(ANA), direct_numbers={DIRECT: ""}), Credentials("x"))
    await made.staff(BEN, WES)
    await plant(made.storage.queues, SALES, SUPPORT)
    async with made:
        yield made


# --- Calls ---


async def in_the_menu(floor: Floor) -> Stage:
    return Stage(await floor.rings(CALLER, says=(CONSUMER,)))


async def queued(floor: Floor) -> Stage:
    return Stage(await floor.waits(CALLER, key="1", says=(CONSUMER,)))


async def ringing(floor: Floor) -> Stage:
    await floor.available(ANA)
    return replace(await queued(floor), rings=(ANA,))


async def ringing_at_a_direct_number(floor: Floor) -> Stage:
    await floor.available(ANA)
    return Stage(await floor.rings(CALLER, called=DIRECT, says=(CONSUMER,)), rings=(ANA,))


async def accepted_without_a_browser_yet(floor: Floor) -> Stage:
    stage = await ringing(floor)
    await floor.accepts(ANA)
    await settle()
    return Stage(stage.id, (ANA,))


async def talking(floor: Floor) -> Stage:
    stage = await accepted_without_a_browser_yet(floor)
    await floor.connects(ANA, stage.id, says=(AGENT,))
    return stage


async def held(floor: Floor) -> Stage:
    stage = await talking(floor)
    await floor.core.calls.hold(a_principal(ANA), stage.id, on=True)
    await settle()
    return stage


async def redacted(floor: Floor) -> Stage:
    stage = await talking(floor)
    await floor.core.calls.pause_recording(a_principal(ANA), stage.id, paused=True)
    await settle()
    return stage


async def dialling(floor: Floor) -> Stage:
    await floor.available(ANA)
    call = await floor.core.outbound.dial(a_principal(ANA), "090-1234-5678", SALES.id)
    await floor.connects(ANA, call, says=(AGENT,))
    return Stage(call, (ANA,))


async def transferred_cold(floor: Floor) -> Stage:
    stage = await talking(floor)
    await floor.available(BEN)
    await floor.core.calls.transfer(a_principal(ANA), stage.id, ToQueue(QueueId("queue_supportivr")))
    await settle()
    return Stage(stage.id, (ANA,), left=(ANA,), rings=(BEN,))


async def a_colleague_is_being_asked(floor: Floor) -> Stage:
    stage = await talking(floor)
    await floor.available(BEN)
    await floor.core.consults.begin(a_principal(ANA), stage.id, Wanted(ToAgent(BEN)))
    await settle()
    return replace(stage, rings=(BEN,))


async def in_a_warm_transfer(floor: Floor) -> Stage:
    stage = await a_colleague_is_being_asked(floor)
    await floor.accepts(BEN)
    await floor.connects(BEN, stage.id, says=(THIRD,))
    return replace(stage, rings=())


async def left_to_a_phone_that_rings(floor: Floor) -> Stage:
    stage = await talking(floor)
    await floor.core.consults.hand_over_to_number(a_principal(ANA), stage.id, "100")
    await settle()
    return replace(stage, left=(ANA,))


async def in_a_conference(floor: Floor) -> Stage:
    stage = await in_a_warm_transfer(floor)
    await floor.core.consults.join(a_principal(ANA), stage.id)
    await settle()
    return stage


async def in_a_conference_with_a_phone(floor: Floor) -> Stage:
    stage = await talking(floor)
    await floor.core.consults.begin(a_principal(ANA), stage.id, Wanted(ToNumber("100")))
    await settle()
    phone = LegId(str(floor.voice.did("dial")[-1].arguments[0]))
    floor.voice.far_end_says(phone, (THIRD,))
    floor.voice.far_end_answers(phone)
    await settle()
    await floor.core.consults.join(a_principal(ANA), stage.id)
    await settle()
    return stage


async def supervised(floor: Floor) -> Stage:
    """Two listen, one of them whispers, and he who ends it is one of them."""
    stage = await talking(floor)
    await floor.listens(SUE, stage.id)
    monitoring, _ = await floor.listens(WES, stage.id, says=(SUPERVISOR,))
    await floor.core.supervision.switch(floor.manager(WES), MonitoringId(monitoring), "whisper")
    await settle()
    return stage


async def agents_browser_died(floor: Floor) -> Stage:
    stage = await talking(floor)
    leg = floor.call(stage.id).parties[1].leg
    assert leg is not None
    floor.voice.far_end_hangs_up(leg)
    await settle()
    return stage


async def held_by_an_agent_whose_browser_died(floor: Floor) -> Stage:
    stage = await held(floor)
    leg = floor.call(stage.id).parties[1].leg
    assert leg is not None
    floor.voice.far_end_hangs_up(leg)
    await settle()
    return stage


async def without_an_owner(floor: Floor) -> Stage:
    """Nobody works on it any more; what is stored is all there is."""
    stage = await talking(floor)
    del floor.house._calls._owners[stage.id]
    return stage


CALLS = (
    in_the_menu,
    queued,
    ringing,
    ringing_at_a_direct_number,
    accepted_without_a_browser_yet,
    talking,
    held,
    redacted,
    dialling,
    transferred_cold,
    a_colleague_is_being_asked,
    in_a_warm_transfer,
    left_to_a_phone_that_rings,
    in_a_conference,
    in_a_conference_with_a_phone,
    supervised,
    agents_browser_died,
    held_by_an_agent_whose_browser_died,
    without_an_owner,
)


@pytest.mark.parametrize("scene", CALLS, ids=lambda scene: scene.__name__)
async def test_a_call_is_ended_for_everybody_who_is_in_it(floor: Floor, scene: Scene) -> None:
    stage = await scene(floor)
    sue = floor.manager(SUE)
    legs = set(floor.voice.legs)
    assert CALLER in legs or scene is dialling
    assert [row["id"] for row in floor.rows(views.CALLS)] == [stage.id]
    assert_it_rings_at(floor, *stage.rings)

    await floor.core.calls.end(sue, stage.id)
    await settle()

    # Everybody is hung up on at once, and nothing of the call is left in the voice engine.
    assert set(floor.voice.legs) == set()
    assert {one.leg for one in floor.voice.events if isinstance(one, LegReleased)} >= legs
    hung_up = [one for one in floor.voice.events if isinstance(one, LegReleased) and one.leg in legs]
    assert {one.cause for one in hung_up} == {ReleaseCause.NORMAL}
    assert not floor.voice.playbacks
    assert not floor.voice.recordings
    assert not floor.voice.bridges

    await assert_everybody_is_done(floor, stage, views.CALLS)
    assert floor.rows(views.monitoring(SUE)) == floor.rows(views.monitoring(WES)) == []

    (row,) = await floor.core.calls.completed(sue, 10)
    assert (row["id"], row["state"], row["end_reason"]) == (stage.id, "ended", "ended_by_supervisor")
    details = await floor.core.calls.details(sue, stage.id)
    assert told_last(details["timeline"]) == ("dismissed", SUE, "Sue")
    assert told_last((await floor.core.metadata.of_call(sue, stage.id))["timeline"]) == ("dismissed", SUE, "Sue")

    with pytest.raises(InteractionOverError):
        await floor.core.calls.end(sue, stage.id)
    await assert_the_next_one_rings(floor)


async def test_a_browser_that_calls_is_told_that_it_was_ended(floor: Floor) -> None:
    await floor.available(ANA)
    call, leg, _ = await floor.core.calls.start(VISITOR, SALES.id, "en", PAGE)
    await floor.hear_out(leg)
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    await floor.core.calls.end(floor.manager(SUE), call)
    await settle()

    assert not floor.voice.legs
    (row,) = floor.rows(views.consumer(VISITOR.consumer.id))
    assert (row["state"], row["end_reason"]) == ("ended", "ended_by_supervisor")
    assert "Sue" not in str(row)
    with pytest.raises(NotFoundError):
        await floor.core.calls.consumer_hang_up(VISITOR, call)


async def test_what_is_done_to_a_call_while_it_ends_comes_too_late(floor: Floor) -> None:
    stage = await in_a_warm_transfer(floor)
    await floor.core.calls.end(floor.manager(SUE), stage.id)
    for late in (
        floor.core.calls.hold(a_principal(ANA), stage.id, on=False),
        floor.core.consults.complete(a_principal(ANA), stage.id),
        floor.core.calls.hang_up(a_principal(BEN), stage.id),
        floor.core.calls.attach_media(a_principal(ANA), stage.id, PAGE),
    ):
        with pytest.raises((NotFoundError, InteractionOverError)):
            await late
    await settle()
    assert not floor.voice.legs


@pytest.mark.req("END-3")
async def test_a_call_whose_owner_was_killed_is_over_and_a_chat_is_ended_as_if_nothing_had_been(tmp_path: Path) -> None:
    first = Floor(tmp_path)
    await first.staff(ANA, BEN, queues=(SALES, SUPPORT))
    await first.__aenter__()
    call = (await held(first)).id
    await first.available(BEN)
    chat = await first.core.chats.start(VISITOR, SUPPORT.id, "en", "Where is my order?")
    await settle()
    await first.accepts(BEN)
    await settle()
    await first.killed()

    async with first.restarted() as second:
        await settle()
        sue = second.manager(SUE)
        with pytest.raises(InteractionOverError):
            await second.core.calls.end(sue, call)
        (row,) = await second.core.calls.completed(sue, 10)
        assert (row["id"], row["end_reason"]) == (call, "server_restarted")

        assert [one["id"] for one in second.rows(views.CHATS)] == [chat]
        await second.core.chats.end_stuck(sue, chat)
        await settle()
        assert second.rows(views.CHATS) == []
        assert await read_by_consumer(second, chat) == ("finished", "supervisor_ended", "ended", None)
        await second.clock.advance(SALES.wrap_up_s + 61)
        assert second.desk(ANA, "wrap_up") == second.desk(BEN, "wrap_up") == []


# --- Chats ---


async def chat_queued(floor: Floor) -> Stage:
    chat = await floor.core.chats.start(VISITOR, SALES.id, "en", "Where is my order?")
    await settle()
    return Stage(chat)


async def chat_ringing(floor: Floor) -> Stage:
    await floor.available(ANA)
    return replace(await chat_queued(floor), rings=(ANA,))


async def chatting(floor: Floor) -> Stage:
    stage = await chat_ringing(floor)
    await floor.accepts(ANA)
    await floor.core.chats.send(a_principal(ANA), stage.id, "a1", "Let me see.")
    await settle()
    return Stage(stage.id, (ANA,))


async def while_both_type(floor: Floor) -> Stage:
    stage = await chatting(floor)
    for one in (a_principal(ANA), VISITOR):
        await floor.core.chats.typing(one, stage.id, typing=True)
    return stage


async def dormant(floor: Floor) -> Stage:
    stage = await chatting(floor)
    await floor.clock.advance(301)
    (row,) = floor.rows(views.CHATS)
    assert row["state"] == "dormant"
    return stage


async def handed_over_to_a_queue(floor: Floor) -> Stage:
    stage = await chatting(floor)
    await floor.core.chats.transfer(a_principal(ANA), stage.id, ToQueue(SUPPORT.id))
    await floor.clock.advance(SALES.wrap_up_s + 1)
    return Stage(stage.id)


async def handed_over_to_an_agent(floor: Floor) -> Stage:
    await floor.available(BEN)
    stage = await chatting(floor)
    await floor.core.chats.transfer(a_principal(ANA), stage.id, ToAgent(BEN))
    await settle()
    return Stage(stage.id, (ANA,), left=(ANA,), rings=(BEN,))


async def taken_from_a_silent_agent(floor: Floor) -> Stage:
    stage = await chatting(floor)
    await floor.core.chats.send(VISITOR, stage.id, "v2", "Are you there?")
    await floor.clock.advance(901)
    await floor.clock.advance(SALES.wrap_up_s + 1)
    return Stage(stage.id)


async def with_a_guest_and_a_whisper(floor: Floor) -> Stage:
    stage = await chatting(floor)
    await floor.core.chat_supervision.whisper(floor.manager(SUE), stage.id, "w1", "Be kind.")
    await floor.core.chat_supervision.join(floor.manager(SUE), stage.id)
    await settle()
    return stage


async def chat_without_an_owner(floor: Floor) -> Stage:
    stage = await chatting(floor)
    del floor.house._chats._owners[stage.id]
    return stage


CHATS = (
    chat_queued,
    chat_ringing,
    chatting,
    while_both_type,
    dormant,
    handed_over_to_a_queue,
    handed_over_to_an_agent,
    taken_from_a_silent_agent,
    with_a_guest_and_a_whisper,
    chat_without_an_owner,
)


@pytest.mark.parametrize("scene", CHATS, ids=lambda scene: scene.__name__)
async def test_a_chat_is_ended_for_everybody_who_is_in_it(floor: Floor, scene: Scene) -> None:
    stage = await scene(floor)
    sue = floor.manager(SUE)
    had = bool(stage.wrap_up) and not stage.rings
    assert [row["id"] for row in floor.rows(views.CHATS)] == [stage.id]
    assert_it_rings_at(floor, *stage.rings)

    await floor.core.chats.end_stuck(sue, stage.id)
    await settle()

    state = "finished" if had else "abandoned"
    assert await read_by_consumer(floor, stage.id) == (state, "supervisor_ended", "ended", None)
    (mine,) = floor.rows(views.consumer(VISITOR.consumer.id))
    assert (mine["state"], mine["end_reason"]) == (state, "supervisor_ended")
    assert "Sue" not in str(mine) or scene is with_a_guest_and_a_whisper
    await assert_everybody_is_done(floor, stage, views.CHATS)

    (row,) = await floor.core.chats.completed(sue, 10, None)
    assert (row["id"], row["state"], row["end_reason"], row["guests"]) == (stage.id, state, "supervisor_ended", [])
    told = await floor.core.metadata.of_chat(sue, stage.id)
    assert told_last(told["timeline"]) == (state, SUE, "Sue")

    for who, name in ((VISITOR, "late1"), (a_principal(ANA), "late2"), (sue, "late3")):
        with pytest.raises(InteractionOverError):
            await floor.core.chats.send(who, stage.id, name, "One more thing")
    # Asked twice, it is over all the same, and the record still says who was first.
    await floor.core.chats.end_stuck(floor.manager(BEN), stage.id)
    assert told_last((await floor.core.metadata.of_chat(sue, stage.id))["timeline"]) == (state, SUE, "Sue")
    await assert_the_next_one_rings(floor)


async def test_a_chat_that_was_dismissed_keeps_its_reason_when_somebody_ends_it(floor: Floor) -> None:
    stage = await dormant(floor)
    await floor.clock.advance(901)
    assert floor.rows(views.CHATS) == []
    before = await read_by_consumer(floor, stage.id)
    assert before == ("dismissed", "consumer_silent", "ended", None)
    await floor.clock.advance(SALES.wrap_up_s + 1)

    await floor.core.chats.end_stuck(floor.manager(SUE), stage.id)
    await settle()

    assert await read_by_consumer(floor, stage.id) == before
    (row,) = await floor.core.chats.completed(floor.manager(SUE), 10, None)
    assert row["end_reason"] == "consumer_silent"
    assert floor.desk(ANA, "wrap_up") == floor.desk(ANA, "chat") == []


# --- What holds for all of them ---


def assert_it_rings_at(floor: Floor, *agents: UserId) -> None:
    assert tuple(one for one in (ANA, BEN) if floor.desk(one, "offer")) == agents


async def assert_everybody_is_done(floor: Floor, stage: Stage, board: str) -> None:
    """Nothing of it is on any screen, and who handled it wraps up, and nobody else."""
    assert floor.rows(board) == []
    for agent in (ANA, BEN):
        assert floor.desk(agent, "offer") == floor.desk(agent, "call") == floor.desk(agent, "chat") == []
        state = floor.house._agents.state(agent)
        assert state is not None
        assert not state.reservations
        assert [one.state.value for one in state.handlings] == ["wrap_up"] * (agent in stage.wrap_up)
        told = [(row["interaction"], row["dismissed"]) for row in floor.desk(agent, "wrap_up")]
        assert told == [(stage.id, agent not in stage.left)] * (agent in stage.wrap_up)


async def assert_the_next_one_rings(floor: Floor) -> None:
    """After the wrap-up nothing is wrong, and the next call rings at whom it should."""
    await floor.clock.advance(SALES.wrap_up_s + 61)
    assert [one.code.value for one in await floor.core.doctor.anomalies(floor.manager(SUE))] == []
    if floor.status(ANA) != "available":
        await floor.available(ANA)
    await floor.waits(SECOND, key="1")
    assert_it_rings_at(floor, ANA)


def told_last(timeline: list[dict[str, object]]) -> tuple[object, object, object]:
    """Return how a timeline ends: what happened, and who did it."""
    last = timeline[-1]
    data = last["data"]
    assert isinstance(data, dict)
    return last["kind"], data.get("by"), data.get("name")


async def read_by_consumer(floor: Floor, chat: InteractionId) -> tuple[str, str | None, str, str | None]:
    """Return what the consumer's page shows: state, reason, and the last line's event with the name in it."""
    subscription = await floor.core.views.subscribe(VISITOR, "chat", {"chat": chat})
    try:
        async for frame in subscription:
            assert isinstance(frame, SnapshotFrame)
            (row,) = (one for one in frame.rows if one["kind"] == "chat")
            last = [one for one in frame.rows if one["kind"] == "message"][-1]["body"]
            return row["state"], row["end_reason"], last["event"], last.get("name")
    finally:
        subscription.close()
    raise AssertionError("nothing came")
