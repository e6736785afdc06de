"""Asking somebody else during a call: ring, talk in private, swap, cancel, and whatever can go wrong with it."""

import pytest

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.calls.call import Medium
from madoguchi.domain.calls.commands import (
    AttachMedia,
    BeginConsult,
    CallDue,
    CancelConsult,
    CompleteTransfer,
    EffectFailed,
    HoldParty,
    JoinConsult,
    LegDown,
    LegUp,
    PressKeys,
    SetHold,
    SwapConsult,
    TransferToQueue,
)
from madoguchi.domain.calls.consult import ConsultOutcome, ConsultState
from madoguchi.domain.calls.effects import DialLeg, Play, ReleaseLeg, SendDigits, SetGains
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.routing.offers import AcceptOffer, DeclineOffer, PlaceOffers
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import LegId
from madoguchi.testing.builders import ANA, BEN, CHIE, CONSUMER_LEG, a_talking_call, an_offer, leg_of
from tests.unit.domain.calls.consults import (
    SUPPORT,
    THIRD_LEG,
    ask,
    conferring,
    consulting,
    failure,
    plays_to,
    state,
    the_third,
)


@pytest.mark.req("BASE-11")
def test_while_it_rings_the_consumer_hears_music_and_the_agent_the_ring_back_tone() -> None:
    script = ask(a_talking_call())

    (dial,) = [one for one in script.decision.effects if isinstance(one, DialLeg)]
    assert (dial.address, dial.caller, dial.near) == ("+81312345678", "+81398765432", CONSUMER_LEG)
    assert plays_to(script, CONSUMER_LEG) == "hold"
    assert plays_to(script, leg_of(ANA)) == "ringing"
    (ring_back,) = [one for one in script.decision.effects if isinstance(one, Play) and one.leg == leg_of(ANA)]
    assert ring_back.ringing


@pytest.mark.req("BASE-11")
def test_the_third_party_answers_and_is_heard_by_the_agent_alone() -> None:
    script = consulting()

    assert state(script) is ConsultState.CONSULTING
    (gains,) = [one for one in script.decision.effects if isinstance(one, SetGains)]
    assert gains.legs == (CONSUMER_LEG, leg_of(ANA), THIRD_LEG)
    assert gains.gains == ((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0))
    assert plays_to(script, leg_of(ANA)) == ""
    assert plays_to(script, CONSUMER_LEG) == "hold"


@pytest.mark.req("BASE-11")
def test_the_agent_swaps_between_the_two_and_each_hears_music_in_turn() -> None:
    script = consulting()

    script.tell(SwapConsult(ANA))
    assert (plays_to(script, CONSUMER_LEG), plays_to(script, THIRD_LEG)) == ("", "hold")
    script.tell(SwapConsult(ANA))
    assert (plays_to(script, CONSUMER_LEG), plays_to(script, THIRD_LEG)) == ("hold", "")


@pytest.mark.req("BASE-11")
def test_somebody_of_a_queue_is_found_as_for_a_waiting_consumer() -> None:
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=True, queue=SUPPORT))
    waiting = script.call.waiting()
    assert waiting is not None
    assert (waiting.queue, waiting.attempts) == (SUPPORT.id, 0)

    script.tell(PlaceOffers((an_offer(BEN, at=script.now),)))
    script.tell(DeclineOffer(an_offer(BEN).id, BEN))
    waiting = script.call.waiting()
    assert waiting is not None
    assert (waiting.attempts, set(waiting.tried)) == (1, {BEN})
    script.tell(PlaceOffers((an_offer(CHIE, at=script.now),)))
    script.tell(AcceptOffer(an_offer(CHIE).id, CHIE))
    (opened,) = [one for one in script.decision.effects if isinstance(one, OpenHandling)]
    assert (opened.agent, opened.queue) == (CHIE, SUPPORT)
    assert script.call.waiting() is None
    script.tell(CompleteTransfer(ANA))
    assert script.call.queue == SUPPORT


def test_nobody_of_the_queue_comes_in_three_minutes() -> None:
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=True, queue=SUPPORT))
    script.tell(CallDue(), after_s=180)

    assert failure(script) == ("Support", ConsultOutcome.NO_ANSWER)
    assert script.call.waiting() is None


@pytest.mark.req("BASE-11")
@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("busy", ConsultOutcome.BUSY),
        ("no_answer", ConsultOutcome.NO_ANSWER),
        ("declined", ConsultOutcome.DECLINED),
        ("rejected", ConsultOutcome.UNREACHABLE),
    ],
)
def test_a_phone_that_does_not_answer_leaves_the_consumer_on_hold_and_says_why(
    cause: str, outcome: ConsultOutcome
) -> None:
    script = ask(a_talking_call())
    script.tell(LegDown(THIRD_LEG, cause))

    assert failure(script) == ("03-1234-5678", outcome)
    assert script.call.consumer_party.on_hold
    assert (script.call.consults, script.call.third_parties) == ((), ())
    script.tell(SetHold(ANA, on=False))
    assert not any(one.playing for one in script.call.parties)


def test_a_number_that_cannot_be_dialled_is_unreachable() -> None:
    script = ask(a_talking_call())
    script.tell(EffectFailed("DialLeg", THIRD_LEG, "voice_unavailable"))
    assert failure(script)[1] is ConsultOutcome.UNREACHABLE


def test_a_colleague_who_declines_or_lets_it_ring_is_said_to_have() -> None:
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=True, offer=an_offer(BEN, at=script.now)))
    script.tell(DeclineOffer(an_offer(BEN).id, BEN))
    assert failure(script) == ("Ben", ConsultOutcome.DECLINED)

    script.tell(BeginConsult(ANA, private=True, offer=an_offer(BEN, at=script.now)))
    assert script.call.consult_failure is None
    script.tell(CallDue(), after_s=20)
    assert failure(script) == ("Ben", ConsultOutcome.NO_ANSWER)
    assert [one.missed for one in script.decision.effects if isinstance(one, FreeSlot)] == [True]


def test_sent_away_the_third_party_leaves_agent_and_consumer_as_they_were() -> None:
    script = consulting()
    script.tell(CancelConsult(ANA))
    assert not script.call.consumer_party.on_hold
    assert ReleaseLeg(THIRD_LEG) in script.decision.effects
    assert script.call.consult_failure is None

    held = a_talking_call()
    held.tell(SetHold(ANA, on=True))
    ask(held).tell(CancelConsult(ANA))
    assert held.call.consumer_party.on_hold


def test_cancelling_while_it_rings_stops_the_ringing_everywhere() -> None:
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=True, queue=SUPPORT))
    script.tell(PlaceOffers((an_offer(BEN, at=script.now, to_all=True), an_offer(CHIE, at=script.now, to_all=True))))
    script.tell(CancelConsult(ANA))

    assert {one.agent for one in script.decision.effects if isinstance(one, FreeSlot)} == {BEN, CHIE}
    assert script.call.offers == ()


@pytest.mark.req("BASE-11")
def test_the_agent_reloads_his_page_in_the_middle_and_is_back() -> None:
    script = consulting()
    script.tell(LegDown(leg_of(ANA)))
    assert plays_to(script, THIRD_LEG) == "reconnecting"
    assert plays_to(script, CONSUMER_LEG) == "hold"

    script.tell(AttachMedia(ANA, LegId("leg_again")), LegUp(LegId("leg_again")), after_s=3)
    assert plays_to(script, THIRD_LEG) == ""
    assert state(script) is ConsultState.CONSULTING


def test_the_agent_does_not_come_back_from_a_consultation_and_the_consumer_waits_again() -> None:
    script = consulting()
    script.tell(LegDown(leg_of(ANA)))
    script.tell(CallDue(), after_s=20)

    assert (script.call.state, script.call.front, script.call.third_parties) == (CallState.QUEUED, True, ())
    assert ReleaseLeg(THIRD_LEG) in script.decision.effects


def test_keys_go_to_whom_the_agent_talks_to() -> None:
    script = consulting()
    assert SendDigits(THIRD_LEG, "1") in script.tell(PressKeys(ANA, "1")).effects
    script.tell(SwapConsult(ANA))
    assert SendDigits(CONSUMER_LEG, "2") in script.tell(PressKeys(ANA, "2")).effects


def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    script = consulting()
    for refused in (
        BeginConsult(ANA, private=True, queue=SUPPORT),
        SetHold(ANA, on=False),
        HoldParty(ANA, the_third(script).id, on=True),
        TransferToQueue(ANA, SUPPORT),
    ):
        with pytest.raises(ConflictError):
            script.tell(refused)
    alone = a_talking_call()
    for impossible in (SwapConsult(ANA), JoinConsult(ANA), CompleteTransfer(ANA), CancelConsult(ANA)):
        with pytest.raises(ConflictError):
            alone.tell(impossible)
    with pytest.raises(ConflictError):
        conferring().tell(BeginConsult(ANA, private=True, queue=SUPPORT))


def test_the_consumer_of_a_browser_reloads_while_others_are_in_the_call() -> None:
    script = consulting(a_talking_call(medium=Medium.WEB))
    script.tell(LegDown(CONSUMER_LEG))
    assert plays_to(script, leg_of(ANA)) == "", "he goes on talking to the third party"
    assert the_third(script).role is Role.THIRD_PARTY


@pytest.mark.req("BASE-11")
def test_agent_and_colleague_are_lost_at_the_same_moment_and_the_consumer_waits_again_once() -> None:
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=True, offer=an_offer(BEN, at=script.now)), AcceptOffer(an_offer(BEN).id, BEN))
    script.tell(AttachMedia(ANA, LegId("leg_again")))

    script.tell(CallDue(), after_s=20)

    assert script.call.state is CallState.QUEUED
    ended = [one.agent for one in script.decision.effects if isinstance(one, EndHandling)]
    assert sorted(ended) == [ANA, BEN]
