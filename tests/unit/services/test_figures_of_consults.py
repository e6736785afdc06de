"""What figures, metadata and routing tell of consultations, handovers after a word, and calls that agents make."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.figures.story import Came, Outcome, Story
from madoguchi.domain.figures.telling import tell
from madoguchi.domain.transfers import ToAgent, ToNumber, ToQueue
from madoguchi.kernel.ids import InteractionId, LegId
from madoguchi.ports.voice import ReleaseCause
from madoguchi.services import views
from madoguchi.services.consults import Wanted
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor

pytestmark = pytest.mark.req("BASE-14", "BASE-15")

CALLER = LegId("leg_caller")
ANAS = a_principal(ANA)
SALES = a_queue("sales", ANA, key=1)
EXPERTS = a_queue("experts", BEN, key=2)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, SUE, queues=(SALES, EXPERTS))
    async with made:
        yield made


async def a_talk(floor: Floor) -> InteractionId:
    """Ana and a caller have talked for ten seconds; making Ben available later takes one more."""
    await floor.available(ANA)
    call = await floor.waits(CALLER, key="1")
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    await floor.clock.advance(10)
    return call


async def story(floor: Floor, call: InteractionId) -> Story:
    await settle()
    return tell(await floor.storage.interactions.journal(call))


def worked(told: Story) -> list[tuple[str, float, float, bool]]:
    """Who worked on it: seconds of talk and of hold, and whether he sent the consumer elsewhere."""
    return [(one.agent, one.talk.total_seconds(), one.hold.total_seconds(), one.transferred) for one in told.stretches]


async def consulted(floor: Floor) -> InteractionId:
    """Ana consults Ben, who comes after two seconds, for five seconds; then all talk for four, and Ana leaves."""
    call = await a_talk(floor)
    await floor.available(BEN)
    await floor.core.consults.begin(ANAS, call, Wanted(ToQueue(EXPERTS.id)))
    await settle()
    await floor.clock.advance(2)
    await floor.accepts(BEN)
    await floor.connects(BEN, call)
    await floor.clock.advance(5)
    await floor.core.consults.join(ANAS, call)
    await floor.clock.advance(4)
    await floor.core.consults.complete(ANAS, call)
    await floor.clock.advance(6)
    return call


async def test_a_handover_after_a_word_is_one_stay_and_two_handlings(floor: Floor) -> None:
    call = await consulted(floor)
    await floor.core.calls.hang_up(a_principal(BEN), call)
    told = await story(floor, call)

    assert worked(told) == [(ANA, 15.0, 7.0, True), (BEN, 10.0, 5.0, False)]
    assert [one.queue["names"] for one in told.stretches if one.queue is not None] == [SALES.names, EXPERTS.names]
    (stay,) = told.stays
    assert (stay.outcome, stay.agent, stay.offers) == (Outcome.ANSWERED, ANA, 1)
    assert [(one.agent, one.outcome) for one in told.offers] == [(ANA, "accepted"), (BEN, "accepted")]
    (handover,) = told.handovers
    assert (handover.agent, handover.to_agent, handover.warm) == (ANA, BEN, True)


async def test_who_took_over_and_sends_on_counts_as_a_transfer_of_his_own(floor: Floor) -> None:
    call = await consulted(floor)
    await floor.core.calls.transfer(a_principal(BEN), call, ToQueue(SALES.id))
    told = await story(floor, call)

    assert [(one.agent, one.transferred) for one in told.stretches] == [(ANA, True), (BEN, True)]
    assert [one.came for one in told.stays] == [Came.CHOSEN, Came.TRANSFERRED]
    assert [one.warm for one in told.handovers] == [True, False]


async def test_swapping_ends_and_begins_the_consumers_hold(floor: Floor) -> None:
    call = await a_talk(floor)
    await floor.available(BEN)
    await floor.core.consults.begin(ANAS, call, Wanted(ToAgent(BEN)))
    await settle()
    await floor.accepts(BEN)
    await floor.connects(BEN, call)
    await floor.clock.advance(3)
    await floor.core.consults.swap(ANAS, call)
    await floor.clock.advance(8)
    await floor.core.consults.swap(ANAS, call)
    await floor.clock.advance(1)
    await floor.core.consults.cancel(ANAS, call)
    await floor.clock.advance(2)
    await floor.core.calls.hang_up(ANAS, call)

    assert worked(await story(floor, call)) == [(ANA, 21.0, 4.0, False), (BEN, 8.0, 4.0, False)]


async def test_a_consultation_that_is_declined_does_not_count_for_the_queue(floor: Floor) -> None:
    call = await a_talk(floor)
    await floor.available(BEN)
    await floor.core.consults.begin(ANAS, call, Wanted(ToAgent(BEN)))
    await settle()
    await floor.core.offers.decline(a_principal(BEN), floor.offer_to(BEN))
    told = await story(floor, call)

    assert [(one.agent, one.outcome) for one in told.offers] == [(ANA, "accepted"), (BEN, "declined")]
    assert [(one.offers, one.declined, one.missed) for one in told.stays] == [(1, 0, 0)]


async def test_handed_over_to_a_phone_that_is_busy_the_caller_comes_back(floor: Floor) -> None:
    call = await a_talk(floor)
    await floor.core.consults.hand_over_to_number(ANAS, call, "03-1234-5678")
    await settle()
    floor.voice.far_end_hangs_up(LegId(str(floor.voice.did("dial")[-1].arguments[0])), ReleaseCause.BUSY)
    told = await story(floor, call)

    assert [one.came for one in told.stays] == [Came.CHOSEN, Came.RETURNED]
    assert worked(told) == [(ANA, 10.0, 0.0, True)]


async def test_a_phone_in_the_call_is_no_handling_and_is_named_where_it_takes_over(floor: Floor) -> None:
    call = await a_talk(floor)
    await floor.core.consults.begin(ANAS, call, Wanted(ToNumber("03-1234-5678")))
    await settle()
    floor.voice.far_end_answers(LegId(str(floor.voice.did("dial")[-1].arguments[0])))
    await settle()
    await floor.core.consults.complete(ANAS, call)
    told = await story(floor, call)

    assert [one.agent for one in told.stretches] == [ANA]
    assert [(one.to_number, one.to_agent, one.warm) for one in told.handovers] == [("03-1234-5678", None, True)]


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize(("answers", "talk_s"), [(True, 20.0), (False, 0.0)])
async def test_a_call_out_talks_from_the_answer_on(floor: Floor, answers: bool, talk_s: float) -> None:  # noqa: FBT001 - a case
    await floor.available(ANA)
    call = await floor.core.outbound.dial(ANAS, "090-1234-5678", SALES.id)
    await settle()
    await floor.connects(ANA, call)
    await floor.clock.advance(7)
    if answers:
        floor.voice.far_end_answers(LegId(str(floor.voice.did("dial")[-1].arguments[0])))
        await settle()
        await floor.clock.advance(20)
    await floor.core.calls.hang_up(ANAS, call)
    told = await story(floor, call)

    assert worked(told) == [(ANA, talk_s, 0.0, False)]
    assert (told.stays, told.stretches[0].queue is not None, told.ended_at is not None) == ((), True, True)
    metadata = await floor.core.metadata.of_call(ANAS, call)
    assert (metadata["direction"], metadata["state"], metadata["durations"]["menu_s"]) == (
        "outbound",
        CallState.ENDED.value,
        0.0,
    )
    assert metadata["durations"]["talk_s"] == talk_s


@pytest.mark.req("BASE-9")
async def test_the_routing_of_a_consultation_is_explained(floor: Floor) -> None:
    call = await consulted(floor)
    decisions = (await floor.core.routing.of_call(a_principal(SUE, role=Role.MANAGER_ADMIN), call))["decisions"]

    assert [[(one["agent"], one["outcome"]) for one in each["rung"]] for each in decisions] == [
        [(ANA, "accepted")],
        [(BEN, "accepted")],
    ]


async def test_a_call_whose_agent_waits_for_a_colleague_is_talked_in(floor: Floor) -> None:
    call = await a_talk(floor)
    await floor.core.consults.begin(ANAS, call, Wanted(ToQueue(EXPERTS.id)))
    await settle()
    subscription = await floor.core.views.subscribe(floor.manager(SUE), views.FIGURES)
    rows = floor.views.rows(views.FIGURES)

    counts = {one: (row["call"]["waiting"], row["call"]["working"]) for one, row in rows.items()}
    (row,) = floor.desk(ANA, "call")
    assert {one for one, count in counts.items() if count != (0, 0)} == {row["queue"]["id"], "all"}
    assert counts["all"] == (0, 1)
    subscription.close()
