"""Offers of a call."""

from datetime import timedelta

import pytest

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.calls.commands import CallDue, LegDown, PositionIs
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.calls.ringing import rings
from madoguchi.domain.routing.offers import AcceptOffer, Channel, DeclineOffer, OfferGoneError, PlaceOffers
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import HandlingId, OfferId
from madoguchi.testing.builders import (
    ANA,
    BEN,
    CHIE,
    CONSUMER_LEG,
    CallScript,
    a_call_in_menu,
    a_queue,
    a_ringing_call,
    a_talking_call,
    a_waiting_call,
    an_offer,
)


def test_the_first_answer_wins_and_the_other_desks_stop() -> None:
    script = a_ringing_call(ANA, BEN)
    decision = script.tell(AcceptOffer(an_offer(ANA).id, ANA), after_s=5)

    agent = script.call.agent_party
    assert agent is not None
    assert (agent.user, script.call.state, script.call.offers) == (ANA, CallState.TALKING, ())
    assert isinstance(decision.answer, str)
    handling = HandlingId(decision.answer)
    assert decision.effects[:2] == (
        FreeSlot(BEN, an_offer(BEN).id, missed=False),
        OpenHandling(
            ANA, handling, an_offer(ANA).id, script.call.id, Channel.CALL, script.call.consumer, script.call.queue
        ),
    )
    with pytest.raises(OfferGoneError):
        script.tell(AcceptOffer(an_offer(BEN).id, BEN))


def test_who_clicks_twice_gets_the_same_answer_twice() -> None:
    script = a_ringing_call(ANA, BEN)
    first = script.tell(AcceptOffer(an_offer(ANA).id, ANA))
    again = script.tell(AcceptOffer(an_offer(ANA).id, ANA), after_s=60)
    assert (again.answer, again.events, again.effects) == (first.answer, (), ())


@pytest.mark.parametrize("late_s", [20.0, 3600.0])
def test_an_expired_offer_cannot_be_accepted(late_s: float) -> None:
    script = a_ringing_call(ANA)
    with pytest.raises(OfferGoneError):
        script.tell(AcceptOffer(an_offer(ANA).id, ANA), after_s=late_s)


def test_nobody_accepts_what_was_offered_to_another() -> None:
    with pytest.raises(OfferGoneError):
        a_ringing_call(ANA).tell(AcceptOffer(an_offer(ANA).id, BEN))


def test_a_lapsed_offer_is_held_against_the_one_who_was_rung_alone() -> None:
    script = a_ringing_call(ANA)
    assert script.call.next_deadline() == script.now + timedelta(seconds=20)
    decision = script.tell(CallDue(), after_s=20)
    assert decision.effects == (FreeSlot(ANA, an_offer(ANA).id, missed=True),)
    assert (script.call.state, script.call.attempts, script.call.tried) == (CallState.QUEUED, 1, (ANA,))


def test_offers_to_all_lapse_without_blame() -> None:
    script = a_ringing_call(ANA, BEN)
    decision = script.tell(CallDue(), after_s=20)
    assert {effect.missed for effect in decision.effects if isinstance(effect, FreeSlot)} == {False}
    assert script.call.state is CallState.QUEUED


def test_it_goes_on_ringing_until_the_last_has_declined() -> None:
    script = a_ringing_call(ANA, BEN)
    script.tell(DeclineOffer(an_offer(ANA).id, ANA))
    assert rings(script.call)
    assert script.tell(DeclineOffer(an_offer(ANA).id, ANA)).events == ()
    script.tell(DeclineOffer(an_offer(BEN).id, BEN))
    assert not rings(script.call)
    assert set(script.call.tried) == {ANA, BEN}


def test_while_it_rings_at_all_more_can_be_rung() -> None:
    script = a_ringing_call(ANA, BEN)
    script.tell(PlaceOffers((an_offer(CHIE, to_all=True),)))
    assert [one.agent for one in script.call.offers] == [ANA, BEN, CHIE]
    assert script.tell(PlaceOffers((an_offer(CHIE, to_all=True),))).events == ()


def test_nobody_else_is_rung_beside_a_single_agent_or_before_the_queue() -> None:
    with pytest.raises(ConflictError):
        a_ringing_call(ANA).tell(PlaceOffers((an_offer(BEN),)))
    with pytest.raises(ConflictError):
        a_call_in_menu().tell(PlaceOffers((an_offer(BEN),)))


def test_a_caller_who_leaves_stops_the_ringing() -> None:
    script = a_ringing_call(ANA, BEN)
    decision = script.tell(LegDown(CONSUMER_LEG))
    assert (script.call.state, script.call.end_reason) == (CallState.ABANDONED, EndReason.CONSUMER_HUNG_UP)
    assert [effect for effect in decision.effects if isinstance(effect, FreeSlot)] == [
        FreeSlot(ANA, an_offer(ANA).id, missed=False),
        FreeSlot(BEN, an_offer(BEN).id, missed=False),
    ]


def test_an_agent_whose_browser_never_connects_loses_the_call() -> None:
    script = a_ringing_call(ANA)
    script.tell(AcceptOffer(an_offer(ANA).id, ANA))
    decision = script.tell(CallDue(), after_s=20)
    assert (script.call.state, script.call.front) == (CallState.QUEUED, True)
    assert any(isinstance(effect, EndHandling) for effect in decision.effects)


def test_the_place_in_the_queue_is_announced_now_and_then() -> None:
    script = a_waiting_call()
    assert script.tell(PositionIs(3)).lasting is False
    assert script.tell(PositionIs(3)).events == ()
    script.tell(CallDue(), after_s=45)
    playing = script.call.consumer_party.playing
    assert playing is not None
    assert playing.lines[0].text == "You are number 3 in line. Thank you for your patience."
    script.tell(PositionIs(1))
    script.tell(CallDue(), after_s=45)
    playing = script.call.consumer_party.playing
    assert playing is not None
    assert playing.lines[0].text.startswith("You are the next")


def test_without_a_place_there_is_music_only() -> None:
    script = a_waiting_call()
    script.tell(CallDue(), after_s=45)
    playing = script.call.consumer_party.playing
    assert playing is not None
    assert (playing.lines, playing.music) == ((), True)


def test_who_talks_has_no_place() -> None:
    assert a_talking_call().tell(PositionIs(2)).events == ()


def test_routing_learns_what_it_needs() -> None:
    waiting = a_ringing_call(ANA, BEN, queue=a_queue("sales", ANA, BEN)).call.waiting()
    assert waiting is not None
    assert (waiting.queue, waiting.attempts, waiting.standing, waiting.to_all) == (
        "queue_sales",
        1,
        frozenset({ANA, BEN}),
        True,
    )
    assert a_talking_call().call.waiting() is None


def test_a_call_begins_by_arriving_only() -> None:
    with pytest.raises(NotFoundError):
        CallScript().tell(AcceptOffer(OfferId("offer_1"), ANA))
