"""Asking others into a call: consult, swap, confer, hand over, and whatever can go wrong with it."""

import pytest

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.calls.call import Medium
from madoguchi.domain.calls.commands import (
    AttachMedia,
    BeginConsult,
    CallDue,
    CancelConsult,
    CompleteTransfer,
    ConsumerHangUp,
    EffectFailed,
    HangUp,
    HoldParty,
    JoinConsult,
    LegDown,
    LegSilent,
    LegUp,
    MuteParty,
    Outside,
    PressKeys,
    RemoveParty,
    SetHold,
    SetMute,
    SetRecordingPaused,
    SwapConsult,
    TransferToQueue,
)
from madoguchi.domain.calls.consult import ConsultOutcome, ConsultState
from madoguchi.domain.calls.effects import DialLeg, PauseRecording, Play, ReleaseLeg, SendDigits, SetGains
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.domain.routing.offers import AcceptOffer, DeclineOffer, PlaceOffers
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import LegId, PartyId
from madoguchi.testing.builders import (
    ANA,
    BEN,
    CHIE,
    CONSUMER_LEG,
    CallScript,
    a_queue,
    a_talking_call,
    an_offer,
    leg_of,
)

THIRD_LEG = LegId("leg_third")
EXPERT = Outside(THIRD_LEG, "+81312345678", "03-1234-5678", "+81398765432", 45.0)
SUPPORT = a_queue("support", BEN, CHIE)
RECORDED = a_queue("sales", recording=RecordingPolicy.RECORD)


def ask(script: CallScript, *, private: bool = True) -> CallScript:
    """Let Ana call the expert."""
    script.tell(BeginConsult(ANA, private=private, outside=EXPERT))
    return script


def consulting(script: CallScript | None = None) -> CallScript:
    """Return a call in which Ana talks to the expert in private."""
    script = ask(script or a_talking_call())
    script.tell(LegUp(THIRD_LEG))
    return script


def conferring() -> CallScript:
    """Return a call in which consumer, Ana and the expert hear each other."""
    script = consulting()
    script.tell(JoinConsult(ANA))
    return script


def with_ben(*, private: bool = True) -> CallScript:
    """Return a call into which Ben has come, asked by Ana."""
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=private, offer=an_offer(BEN, at=script.now)))
    script.tell(AcceptOffer(an_offer(BEN).id, BEN), AttachMedia(BEN, leg_of(BEN)), LegUp(leg_of(BEN)))
    return script


def state(script: CallScript) -> ConsultState | None:
    return script.call.consults[-1].state if script.call.consults else None


def the_third(script: CallScript) -> Party:
    (third,) = script.call.third_parties
    return third


def plays_to(script: CallScript, leg: LegId) -> str:
    party = script.call.party_of(leg)
    assert party is not None
    return party.playing.key if party.playing is not None else ""


def failure(script: CallScript) -> tuple[str, ConsultOutcome]:
    assert script.call.consult_failure is not None
    return script.call.consult_failure.name, script.call.consult_failure.outcome


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
def test_in_a_conference_all_hear_each_other() -> None:
    script = consulting()
    script.tell(SwapConsult(ANA), JoinConsult(ANA))

    assert state(script) is ConsultState.THREE_WAY
    (gains,) = [one for one in script.decision.effects if isinstance(one, SetGains)]
    assert gains.gains == ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0))
    assert not any(one.playing for one in script.call.parties)


@pytest.mark.req("BASE-11")
def test_the_agent_leaves_consumer_and_third_party_to_each_other_and_wraps_up() -> None:
    script = consulting()
    script.tell(CompleteTransfer(ANA))

    call = script.call
    assert (call.state, call.agent_party, call.consults) == (CallState.TALKING, None, ())
    assert [one.agent for one in script.decision.effects if isinstance(one, EndHandling)] == [ANA]
    assert not call.consumer_party.on_hold
    (transfer,) = call.transfers
    assert (transfer.to_number, transfer.warm) == ("03-1234-5678", True)
    script.tell(LegDown(THIRD_LEG))
    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, EndReason.THIRD_PARTY_HUNG_UP)


@pytest.mark.req("BASE-11")
def test_a_colleague_takes_over_with_his_own_handling() -> None:
    script = with_ben()
    ben = the_third(script)
    assert ben.handling is not None

    script.tell(CompleteTransfer(ANA))

    call = script.call
    assert call.agent_party is not None
    assert (call.agent_party.user, call.agent_party.handling) == (BEN, ben.handling)
    assert (call.transfers[0].to_agent, call.transfers[0].warm) == (BEN, True)
    script.tell(SetHold(BEN, on=True))
    assert script.call.consumer_party.on_hold
    with pytest.raises(NotFoundError):
        script.tell(SetHold(ANA, on=False))


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
def test_the_agent_hands_over_to_a_phone_that_still_rings() -> None:
    script = ask(a_talking_call())
    script.tell(CompleteTransfer(ANA))
    assert plays_to(script, CONSUMER_LEG) == "ringing"
    assert [one.agent for one in script.decision.effects if isinstance(one, EndHandling)] == [ANA]

    script.tell(LegUp(THIRD_LEG))
    assert (plays_to(script, CONSUMER_LEG), script.call.consults) == ("", ())
    script.tell(ConsumerHangUp())
    assert script.call.end_reason is EndReason.CONSUMER_HUNG_UP
    assert ReleaseLeg(THIRD_LEG) in script.decision.effects


@pytest.mark.req("BASE-11")
def test_handed_over_to_a_phone_that_is_busy_the_consumer_waits_again_before_all_others() -> None:
    script = ask(a_talking_call())
    script.tell(CompleteTransfer(ANA), LegDown(THIRD_LEG, "busy"))

    assert (script.call.state, script.call.front) == (CallState.QUEUED, True)


def test_who_asks_for_a_colleague_waits_for_his_answer_before_he_leaves() -> None:
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=True, offer=an_offer(BEN, at=script.now)))
    with pytest.raises(ConflictError):
        script.tell(CompleteTransfer(ANA))


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


def test_the_agent_does_not_come_back_to_a_conference_and_the_others_go_on() -> None:
    script = conferring()
    script.tell(LegDown(leg_of(ANA)))
    assert plays_to(script, CONSUMER_LEG) == "", "he still hears the third party"
    script.tell(CallDue(), after_s=20)

    assert (script.call.state, script.call.agent_party) == (CallState.TALKING, None)
    assert the_third(script).number


def test_a_colleague_who_loses_his_browser_is_out_and_the_agent_is_told() -> None:
    script = with_ben()
    script.tell(LegSilent(leg_of(BEN), silent=True))
    script.tell(CallDue(), after_s=20)

    assert failure(script) == ("Ben", ConsultOutcome.MEDIA_LOST)
    assert [(one.agent, one.wrap_up_s) for one in script.decision.effects if isinstance(one, EndHandling)] == [
        (BEN, 0.0)
    ]


def test_a_colleague_mutes_himself_and_leaves_but_commands_nobody() -> None:
    script = with_ben(private=False)
    script.tell(SetMute(BEN, on=True))
    assert the_third(script).muted
    for forbidden in (SetHold(BEN, on=True), JoinConsult(BEN), CompleteTransfer(BEN)):
        with pytest.raises(NotFoundError):
            script.tell(forbidden)

    script.tell(HangUp(BEN))
    assert script.call.third_parties == ()
    assert script.call.state is CallState.TALKING


@pytest.mark.req("BASE-11")
def test_a_participant_is_added_while_agent_and_consumer_talk_on() -> None:
    script = ask(a_talking_call(), private=False)
    assert plays_to(script, CONSUMER_LEG) == plays_to(script, leg_of(ANA)) == ""

    script.tell(LegUp(THIRD_LEG))
    assert state(script) is ConsultState.THREE_WAY
    script.tell(BeginConsult(ANA, private=False, offer=an_offer(BEN, at=script.now)))
    script.tell(AcceptOffer(an_offer(BEN).id, BEN), AttachMedia(BEN, leg_of(BEN)), LegUp(leg_of(BEN)))
    (gains,) = [one for one in script.decision.effects if isinstance(one, SetGains)]
    assert all(sum(row) == 3 for row in gains.gains)


@pytest.mark.req("BASE-11")
def test_the_agent_holds_mutes_and_removes_single_participants() -> None:
    script = conferring()
    third, consumer = the_third(script).id, script.call.consumer_party.id

    script.tell(HoldParty(ANA, third, on=True))
    assert plays_to(script, THIRD_LEG) == "hold"
    script.tell(HoldParty(ANA, third, on=False), MuteParty(ANA, third, on=True))
    (gains,) = [one for one in script.decision.effects if isinstance(one, SetGains)]
    assert gains.gains[0][2] == gains.gains[1][2] == 0.0
    script.tell(HoldParty(ANA, consumer, on=True))
    assert plays_to(script, CONSUMER_LEG) == "hold"
    with pytest.raises(ConflictError):
        script.tell(RemoveParty(ANA, consumer))
    with pytest.raises(NotFoundError):
        script.tell(RemoveParty(ANA, PartyId("party_nobody")))
    script.tell(RemoveParty(ANA, third))
    assert script.call.third_parties == ()


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


def test_a_call_is_full_at_some_point() -> None:
    script = conferring()
    for number in range(3):
        leg = LegId(f"leg_more{number}")
        script.tell(BeginConsult(ANA, private=False, outside=Outside(leg, "sip:1", "1", "", 45.0)), LegUp(leg))
    with pytest.raises(ConflictError):
        script.tell(BeginConsult(ANA, private=False, queue=SUPPORT))


@pytest.mark.req("BASE-6")
def test_the_recording_goes_on_through_consultation_and_transfer_and_what_was_left_out_ends() -> None:
    script = a_talking_call(queue=RECORDED)
    recording = script.call.recording
    assert recording is not None
    script.tell(SetRecordingPaused(ANA, on=True))

    consulting(script).tell(CompleteTransfer(ANA))

    assert PauseRecording(recording.id, CONSUMER_LEG, on=False) in script.decision.effects
    assert script.call.recording is not None
    assert script.call.recording.id == recording.id


def test_the_consumer_of_a_browser_reloads_while_others_are_in_the_call() -> None:
    script = consulting(a_talking_call(medium=Medium.WEB))
    script.tell(LegDown(CONSUMER_LEG))
    assert plays_to(script, leg_of(ANA)) == "", "he goes on talking to the third party"
    assert the_third(script).role is Role.THIRD_PARTY


def test_the_agent_ends_the_call_for_all() -> None:
    script = with_ben(private=False)
    script.tell(HangUp(ANA))

    assert (script.call.state, script.call.consults) == (CallState.ENDED, ())
    ended = {one.agent: one.wrap_up_s for one in script.decision.effects if isinstance(one, EndHandling)}
    assert ended == {ANA: 60.0, BEN: 0.0}


@pytest.mark.req("BASE-11")
def test_agent_and_colleague_are_lost_at_the_same_moment_and_the_consumer_waits_again_once() -> None:
    script = a_talking_call()
    script.tell(BeginConsult(ANA, private=True, offer=an_offer(BEN, at=script.now)), AcceptOffer(an_offer(BEN).id, BEN))
    script.tell(AttachMedia(ANA, LegId("leg_again")))

    script.tell(CallDue(), after_s=20)

    assert script.call.state is CallState.QUEUED
    ended = [one.agent for one in script.decision.effects if isinstance(one, EndHandling)]
    assert sorted(ended) == [ANA, BEN]
