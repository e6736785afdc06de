"""A supervisor ends calls in every state: who hears, reads and does what then, and what is kept of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.domain.transfers import ToAgent, ToNumber, ToQueue
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import LegId, MonitoringId, QueueId
from madoguchi.ports.voice import LegReleased, ReleaseCause
from madoguchi.services import views
from madoguchi.services.consults import Wanted
from madoguchi.services.lifecycle import InteractionOverError
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal
from madoguchi.testing.environment import settle
from tests.unit.services.endings import (
    AGENT,
    CALLER,
    CONSUMER,
    DIRECT,
    SALES,
    SUPERVISOR,
    SUPPORT,
    THIRD,
    VISITOR,
    WES,
    Scene,
    Stage,
    a_centre,
    assert_everybody_is_done,
    assert_it_rings_at,
    assert_the_next_one_rings,
    read_by_consumer,
    told_last,
)
from tests.unit.services.floor import PAGE, Floor

pytestmark = pytest.mark.req("END-1")


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with a_centre(tmp_path) as made:
        yield made


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
