"""Several in a call: confer, add and remove, leave the call to others, and whatever can go wrong with it."""

import pytest

from madoguchi.domain.agents.messages import EndHandling
from madoguchi.domain.calls.commands import (
    AttachMedia,
    BeginConsult,
    CallDue,
    CompleteTransfer,
    ConsumerHangUp,
    HangUp,
    HoldParty,
    JoinConsult,
    LegDown,
    LegSilent,
    LegUp,
    MuteParty,
    Outside,
    RemoveParty,
    SetHold,
    SetMute,
    SetRecordingPaused,
    SwapConsult,
)
from madoguchi.domain.calls.consult import ConsultOutcome, ConsultState
from madoguchi.domain.calls.effects import PauseRecording, ReleaseLeg, SetGains
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.routing.offers import AcceptOffer
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import LegId, PartyId
from madoguchi.testing.builders import ANA, BEN, CONSUMER_LEG, a_talking_call, an_offer, leg_of
from tests.unit.domain.calls.consults import (
    RECORDED,
    SUPPORT,
    THIRD_LEG,
    ask,
    conferring,
    consulting,
    failure,
    plays_to,
    state,
    the_third,
    with_ben,
)


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


def test_the_agent_ends_the_call_for_all() -> None:
    script = with_ben(private=False)
    script.tell(HangUp(ANA))

    assert (script.call.state, script.call.consults) == (CallState.ENDED, ())
    ended = {one.agent: one.wrap_up_s for one in script.decision.effects if isinstance(one, EndHandling)}
    assert ended == {ANA: 60.0, BEN: 0.0}
