"""Talking: hold, mute, keys, recording, transfer, reloads, supervisors, and the end."""

from collections.abc import Callable

import pytest

from madoguchi.domain.agents.messages import EndHandling
from madoguchi.domain.calls import media
from madoguchi.domain.calls.call import ActiveRecording, Medium
from madoguchi.domain.calls.commands import (
    AttachConsumerMedia,
    AttachMedia,
    AttachMonitor,
    CallDue,
    CallMessage,
    EffectFailed,
    EndCall,
    HangUp,
    KeysPressed,
    LegDown,
    LegOnHold,
    LegSilent,
    LegUp,
    Monitor,
    PressKeys,
    ServerRestarted,
    SetHold,
    SetMute,
    SetRecordingPaused,
    StopMonitoring,
    TransferToAgent,
    TransferToQueue,
)
from madoguchi.domain.calls.decide import failed
from madoguchi.domain.calls.effects import (
    CloseBridge,
    PauseRecording,
    Play,
    ReleaseLeg,
    SendDigits,
    SetGains,
    StartRecording,
    StopPlayback,
    StopRecording,
    lanes,
    lasting,
)
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.calls.parties import Media
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.domain.routing.offers import AcceptOffer, PlaceOffers
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from madoguchi.kernel.ids import LegId, MonitoringId, UserId
from madoguchi.testing.builders import (
    ANA,
    BEN,
    CALL_ID,
    CHIE,
    CONSUMER_LEG,
    SUE,
    CallScript,
    a_call_in_menu,
    a_queue,
    a_ringing_call,
    a_talking_call,
    a_waiting_call,
    an_offer,
    leg_of,
)

RECORDED = a_queue("sales", recording=RecordingPolicy.RECORD)
ASKING = a_queue("sales", recording=RecordingPolicy.ASK_PERMISSION)
SUES_LEG = leg_of(SUE)
LISTENING = MonitoringId("monitoring_1")


def listen(script: CallScript) -> CallScript:
    script.tell(Monitor(SUE, "Sue", LISTENING, SUES_LEG), LegUp(SUES_LEG))
    return script


def recorded(script: CallScript) -> ActiveRecording | None:
    return script.call.recording


def hears_music(script: CallScript) -> bool:
    playing = script.call.consumer_party.playing
    return playing is not None and playing.music


def gains(script: CallScript) -> dict[tuple[LegId, LegId], float]:
    joined = media.joined(script.call)
    assert joined is not None
    return {
        (listener, speaker): joined.gains[row][column]
        for row, listener in enumerate(joined.legs)
        for column, speaker in enumerate(joined.legs)
        if row != column
    }


def test_the_parties_are_joined_once_the_agent_is_connected() -> None:
    script = a_talking_call()
    both = (CONSUMER_LEG, leg_of(ANA))
    assert script.decision.effects == (
        SetGains(script.call.bridge, both, ((0.0, 1.0), (1.0, 0.0))),
        StopPlayback(script.decision.effects[1].playback, CONSUMER_LEG),  # type: ignore[union-attr]
    )


def test_on_hold_the_consumer_hears_music_and_nobody_hears_him() -> None:
    script = a_talking_call()
    decision = script.tell(SetHold(ANA, on=True))
    assert [type(effect) for effect in decision.effects] == [SetGains, Play]
    assert set(gains(script).values()) == {0.0}
    assert script.tell(SetHold(ANA, on=True)).events == ()
    script.tell(SetHold(ANA, on=False))
    assert set(gains(script).values()) == {1.0}


def test_a_muted_agent_is_not_heard() -> None:
    script = a_talking_call()
    script.tell(SetMute(ANA, on=True))
    assert gains(script)[CONSUMER_LEG, leg_of(ANA)] == 0.0
    assert script.tell(SetMute(ANA, on=True)).events == ()


def test_keys_go_to_the_consumer() -> None:
    script = a_talking_call()
    assert script.tell(PressKeys(ANA, "12#")).effects == (SendDigits(CONSUMER_LEG, "12#"),)
    for wrong in ("", "x", "1" * 33):
        with pytest.raises(InvalidInputError):
            script.tell(PressKeys(ANA, wrong))


def test_nobody_presses_keys_towards_who_is_not_there() -> None:
    script = a_talking_call(medium=Medium.WEB)
    script.tell(LegDown(CONSUMER_LEG))
    with pytest.raises(ConflictError):
        script.tell(PressKeys(ANA, "1"))


@pytest.mark.parametrize("command", [SetHold(BEN, on=True), HangUp(BEN), AttachMedia(BEN, leg_of(BEN))])
def test_only_its_agent_commands_a_call(command: HangUp) -> None:
    with pytest.raises(NotFoundError):
        a_talking_call().tell(command)
    with pytest.raises(NotFoundError):
        a_waiting_call().tell(command)


def test_the_conversation_is_recorded_and_can_be_paused() -> None:
    script = a_talking_call(queue=RECORDED)
    recording = script.call.recording
    assert recording is not None
    assert StartRecording(recording.id, CONSUMER_LEG, 1, dual=False) in script.decision.effects
    paused = script.tell(SetRecordingPaused(ANA, on=True))
    assert paused.effects == (PauseRecording(recording.id, CONSUMER_LEG, on=True),)
    assert script.tell(SetRecordingPaused(ANA, on=True)).events == ()
    assert script.tell(SetRecordingPaused(ANA, on=False)).effects[0] == PauseRecording(
        recording.id, CONSUMER_LEG, on=False
    )
    assert StopRecording(recording.id, CONSUMER_LEG) in script.tell(HangUp(ANA)).effects


def test_what_the_agent_keeps_out_of_the_recording_stays_out_when_the_consumer_reloads() -> None:
    script = a_talking_call(medium=Medium.WEB, queue=RECORDED)
    script.tell(SetRecordingPaused(ANA, on=True))
    again = LegId("leg_again")
    script.tell(AttachConsumerMedia(again), LegUp(again))
    recording = script.call.recording
    assert recording is not None
    assert (recording.number, recording.paused) == (2, True)
    assert PauseRecording(recording.id, again, on=True) in script.decision.effects

    script.tell(TransferToQueue(ANA, RECORDED))
    script.tell(*take(BEN))
    assert script.call.recording is not None
    assert not script.call.recording.paused, "the next agent has asked for nothing"


def test_what_is_not_recorded_cannot_be_paused() -> None:
    with pytest.raises(ConflictError):
        a_talking_call().tell(SetRecordingPaused(ANA, on=True))


def test_who_refused_is_not_recorded() -> None:
    script = a_talking_call(queue=ASKING)
    assert (script.call.may_record, script.call.recording) == (False, None)


def test_a_recording_that_cannot_begin_leaves_the_call_alone() -> None:
    script = a_talking_call(queue=RECORDED)
    script.tell(EffectFailed("StartRecording", CONSUMER_LEG, "voice_unavailable"))
    assert (script.call.state, script.call.recording, script.call.recording_broken) == (CallState.TALKING, None, True)
    assert script.tell(EffectFailed("Play", CONSUMER_LEG, "leg_gone")).events == ()


def test_after_a_transfer_a_new_recording_begins() -> None:
    script = a_talking_call(queue=RECORDED)
    script.tell(TransferToQueue(ANA, RECORDED))
    assert recorded(script) is None
    script.tell(*take(BEN))
    again = recorded(script)
    assert again is not None
    assert again.number == 2


def take(user: UserId) -> tuple[CallMessage, ...]:
    offer = an_offer(user)
    return PlaceOffers((offer,)), AcceptOffer(offer.id, user), AttachMedia(user, leg_of(user)), LegUp(leg_of(user))


@pytest.mark.parametrize("by_agent", [True, False])
def test_whoever_hangs_up_nothing_is_left(by_agent: bool) -> None:  # noqa: FBT001 - a parameter
    script = listen(a_talking_call(queue=RECORDED))
    decision = script.tell(HangUp(ANA) if by_agent else LegDown(CONSUMER_LEG))
    reason = EndReason.AGENT_HUNG_UP if by_agent else EndReason.CONSUMER_HUNG_UP
    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, reason)
    kinds = [type(effect) for effect in decision.effects]
    assert kinds == [EndHandling, StopRecording, CloseBridge, ReleaseLeg, ReleaseLeg, ReleaseLeg]
    assert media.legs_of(script.call) == ()
    assert script.call.next_deadline() is None


@pytest.mark.req("BASE-9")
def test_who_is_transferred_to_a_queue_goes_before_those_who_have_talked_to_nobody() -> None:
    script = a_talking_call()
    script.tell(TransferToQueue(ANA, a_queue("support")))
    waiting = script.call.waiting()
    assert waiting is not None
    assert (waiting.queue, waiting.front) == ("queue_support", True)


def test_a_transfer_to_an_agent_rings_there_at_once() -> None:
    script = a_talking_call()
    script.tell(SetHold(ANA, on=True))
    decision = script.tell(TransferToAgent(ANA, an_offer(CHIE)))
    assert (script.call.state, [one.agent for one in script.call.offers]) == (CallState.OFFERED, [CHIE])
    assert not script.call.consumer_party.on_hold
    assert ReleaseLeg(leg_of(ANA)) in decision.effects
    (transfer,) = script.call.transfers
    assert (transfer.agent, transfer.to_agent) == (ANA, CHIE)
    script.tell(CallDue(), after_s=20)
    assert (script.call.state, script.call.front) == (CallState.QUEUED, True)


def test_an_agent_s_reload_costs_the_consumer_some_music() -> None:
    script = a_talking_call()
    decision = script.tell(LegDown(leg_of(ANA)))
    assert [type(effect) for effect in decision.effects] == [CloseBridge, Play, ReleaseLeg]
    again = LegId("leg_again")
    script.tell(AttachMedia(ANA, again), after_s=19)
    decision = script.tell(LegUp(again))
    assert [type(effect) for effect in decision.effects] == [SetGains, StopPlayback]
    script.tell(CallDue(), after_s=30)
    assert script.call.state is CallState.TALKING


def test_an_agent_who_falls_silent_and_is_heard_again() -> None:
    script = a_talking_call()
    script.tell(LegSilent(leg_of(ANA), silent=True))
    agent = script.call.agent_party
    assert agent is not None
    assert agent.media is Media.LOST
    assert hears_music(script)
    assert script.tell(LegSilent(leg_of(ANA), silent=True)).events == ()
    script.tell(LegSilent(leg_of(ANA), silent=False))
    assert not hears_music(script)
    assert script.tell(LegSilent(leg_of(ANA), silent=False)).events == ()


def test_a_consumer_who_falls_silent_is_waited_for() -> None:
    script = a_talking_call()
    script.tell(LegSilent(CONSUMER_LEG, silent=True))
    agent = script.call.agent_party
    assert agent is not None
    assert agent.playing is not None, "the agent hears that something is being done"
    script.tell(CallDue(), after_s=30)
    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, EndReason.CONSUMER_MEDIA_LOST)


def test_a_phone_that_put_us_on_hold_is_silent_with_good_reason() -> None:
    script = a_talking_call()
    script.tell(LegOnHold(CONSUMER_LEG, on=True))
    assert script.tell(LegOnHold(CONSUMER_LEG, on=True)).events == ()
    assert script.tell(LegSilent(CONSUMER_LEG, silent=True)).events == ()
    assert script.tell(LegOnHold(leg_of(ANA), on=True)).events == ()


def test_a_consumer_s_reload_in_the_browser() -> None:
    script = a_talking_call(medium=Medium.WEB, queue=RECORDED)
    again = LegId("leg_again")
    script.tell(LegDown(CONSUMER_LEG))
    assert recorded(script) is None
    script.tell(AttachConsumerMedia(again))
    script.tell(LegUp(again))
    recording = recorded(script)
    assert recording is not None
    assert (recording.leg, recording.number) == (again, 2)
    script.tell(LegDown(again))
    script.tell(CallDue(), after_s=20)
    assert script.call.end_reason is EndReason.CONSUMER_MEDIA_LOST


def test_a_browser_that_stays_away_while_waiting_has_abandoned() -> None:
    script = a_waiting_call(medium=Medium.WEB)
    script.tell(LegDown(CONSUMER_LEG))
    script.tell(CallDue(), after_s=20)
    assert (script.call.state, script.call.end_reason) == (CallState.ABANDONED, EndReason.CONSUMER_MEDIA_LOST)


def test_a_phone_has_no_browser() -> None:
    with pytest.raises(ConflictError):
        a_talking_call().tell(AttachConsumerMedia(LegId("leg_x")))


def test_reports_of_former_legs_change_nothing() -> None:
    script = a_talking_call()
    script.tell(AttachMedia(ANA, LegId("leg_again")))
    for late in (LegDown(leg_of(ANA)), LegUp(leg_of(ANA)), KeysPressed(leg_of(ANA), "1")):
        assert script.tell(late).events == ()


def test_keys_while_talking_are_for_the_ears_only() -> None:
    assert a_talking_call().tell(KeysPressed(CONSUMER_LEG, "1")).events == ()
    assert a_talking_call().tell(KeysPressed(leg_of(ANA), "1")).events == ()


@pytest.mark.req("MON-1")
def test_a_supervisor_hears_all_and_changes_nothing_between_the_others() -> None:
    script = a_talking_call()
    before = gains(script)
    listen(script)
    after = gains(script)
    assert {pair: after[pair] for pair in before} == before
    assert (after[SUES_LEG, CONSUMER_LEG], after[SUES_LEG, leg_of(ANA)]) == (1.0, 1.0)
    assert not any(after[pair] for pair in after if pair[1] == SUES_LEG)
    assert [one.role for one in script.call.monitors()] == [Role.MONITOR]


def test_a_supervisor_who_reloads_or_leaves() -> None:
    script = listen(a_talking_call())
    script.tell(LegDown(SUES_LEG))
    again = LegId("leg_sue2")
    script.tell(AttachMonitor(SUE, LISTENING, again), LegUp(again))
    assert (again, CONSUMER_LEG) in gains(script)
    decision = script.tell(StopMonitoring(SUE, LISTENING))
    assert decision.effects[-1] == ReleaseLeg(again)
    with pytest.raises(NotFoundError):
        script.tell(StopMonitoring(SUE, LISTENING))


def test_a_supervisor_who_does_not_come_back_is_forgotten() -> None:
    script = listen(a_talking_call())
    script.tell(LegDown(SUES_LEG))
    script.tell(CallDue(), after_s=20)
    assert list(script.call.monitors()) == []
    assert script.call.state is CallState.TALKING


def test_there_must_be_something_to_listen_to() -> None:
    with pytest.raises(ConflictError):
        a_waiting_call().tell(Monitor(SUE, "Sue", LISTENING, SUES_LEG))


@pytest.mark.req("END-1")
@pytest.mark.parametrize("make", [a_call_in_menu, a_waiting_call, lambda: a_ringing_call(ANA), a_talking_call])
def test_a_supervisor_ends_any_call(make: Callable[[], CallScript]) -> None:
    script = make()
    script.tell(EndCall(SUE))
    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, EndReason.ENDED_BY_SUPERVISOR)


def test_after_a_restart_only_the_agents_are_told() -> None:
    script = listen(a_talking_call(queue=RECORDED))
    decision = script.tell(ServerRestarted())
    assert [type(effect) for effect in decision.effects] == [EndHandling]
    assert (script.call.state, script.call.end_reason) == (CallState.FAILED, EndReason.SERVER_RESTARTED)


def test_an_engine_without_memory_is_told_everything() -> None:
    script = a_talking_call(queue=RECORDED)
    script.tell(SetRecordingPaused(ANA, on=True), SetHold(ANA, on=True))
    kinds = [type(effect) for effect in media.orders(None, script.call)]
    assert kinds == [SetGains, Play, StartRecording, PauseRecording]


def test_what_must_survive_and_what_must_not_overtake() -> None:
    script = a_talking_call(queue=RECORDED)
    effects = script.tell(HangUp(ANA)).effects
    assert [lasting(effect) for effect in effects] == [True] + [False] * (len(effects) - 1)
    assert [lanes(effect)[0] for effect in effects] == [
        ANA,
        CONSUMER_LEG,
        script.call.bridge,
        CONSUMER_LEG,
        leg_of(ANA),
    ]
    facts = [failed(effect, ConflictError("x")) for effect in effects]
    assert [fact.leg for fact in facts] == [None, CONSUMER_LEG, None, CONSUMER_LEG, leg_of(ANA)]
    assert script.call.party_of(CONSUMER_LEG) is None
    assert script.call.id == CALL_ID
