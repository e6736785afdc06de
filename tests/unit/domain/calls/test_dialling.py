"""An agent calls out: ring-back tone, answer, and the reasons why there is none."""

import pytest

from madoguchi.domain.agents.messages import EndHandling, OpenHandling
from madoguchi.domain.calls.commands import (
    AttachMedia,
    CallDue,
    Dial,
    EffectFailed,
    EndCall,
    HangUp,
    LegDown,
    LegUp,
    Outside,
    SetHold,
)
from madoguchi.domain.calls.effects import DialLeg, ReleaseLeg, StartRecording
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.queues.queue import Queue, RecordingPolicy
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import LegId, OfferId
from madoguchi.testing.builders import ANA, CALL_ID, SUE, CallScript, a_consumer, a_queue, leg_of

LEG = LegId("leg_dialled")
RECORDED = a_queue("sales", recording=RecordingPolicy.RECORD)


def dialling(queue: Queue | None = None, *, browser: bool = True) -> CallScript:
    """Return a call that rings at the consumer's."""
    script = CallScript()
    outside = Outside(LEG, "+81312345678", "03-1234-5678", "", 45.0)
    script.tell(
        Dial(CALL_ID, ANA, "Ana", OfferId("offer_1"), outside, "ja", "Madoguchi", a_consumer("03-1234-5678"), queue)
    )
    if browser:
        script.tell(AttachMedia(ANA, leg_of(ANA)), LegUp(leg_of(ANA)))
    return script


@pytest.mark.req("BASE-12")
def test_the_phone_is_dialled_and_the_agent_hears_the_ring_back_tone() -> None:
    script = dialling(browser=False)
    assert script.call.state is CallState.DIALLING
    (opened,) = [one for one in script.decision.effects if isinstance(one, OpenHandling)]
    (dial,) = [one for one in script.decision.effects if isinstance(one, DialLeg)]
    assert (opened.agent, opened.offer, dial.leg, dial.near) == (ANA, "offer_1", LEG, CALL_ID)

    script.tell(AttachMedia(ANA, leg_of(ANA)), LegUp(leg_of(ANA)))
    agent = script.call.agent_party
    assert agent is not None
    assert agent.playing is not None
    assert agent.playing.ringing


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize("recorded", [True, False])
def test_answered_they_talk_and_the_queue_says_whether_it_is_recorded(recorded: bool) -> None:  # noqa: FBT001 - both ways
    script = dialling(RECORDED if recorded else None)
    script.tell(LegUp(LEG))

    assert (script.call.state, script.call.answered_at) == (CallState.TALKING, script.now)
    assert not any(one.playing for one in script.call.parties)
    assert any(isinstance(one, StartRecording) for one in script.decision.effects) is recorded
    script.tell(SetHold(ANA, on=True), HangUp(ANA))
    assert script.call.end_reason is EndReason.AGENT_HUNG_UP


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("busy", EndReason.BUSY),
        ("no_answer", EndReason.NO_ANSWER),
        ("declined", EndReason.DECLINED),
        ("unreachable", EndReason.UNREACHABLE),
        ("rejected", EndReason.UNREACHABLE),
    ],
)
def test_a_phone_that_is_not_answered_ends_the_call_with_its_reason_and_no_wrap_up(
    cause: str, reason: EndReason
) -> None:
    script = dialling(RECORDED)
    script.tell(LegDown(LEG, cause))

    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, reason)
    (ended,) = [one for one in script.decision.effects if isinstance(one, EndHandling)]
    assert ended.wrap_up_s == 0


@pytest.mark.req("BASE-12")
def test_the_agent_gives_up_his_browser_is_lost_or_a_supervisor_ends_it() -> None:
    given_up = dialling()
    given_up.tell(HangUp(ANA))
    assert ReleaseLeg(LEG) in given_up.decision.effects
    assert given_up.call.end_reason is EndReason.AGENT_HUNG_UP

    lost = dialling(browser=False)
    lost.tell(CallDue(), after_s=20)
    assert lost.call.end_reason is EndReason.AGENT_MEDIA_LOST

    ended = dialling()
    ended.tell(EndCall(SUE))
    assert ended.call.end_reason is EndReason.ENDED_BY_SUPERVISOR


def test_what_cannot_be_dialled_is_unreachable_and_nothing_rings_for_ever() -> None:
    refused = dialling()
    refused.tell(EffectFailed("DialLeg", LEG, "voice_unavailable"))
    assert refused.call.end_reason is EndReason.UNREACHABLE

    forgotten = dialling()
    forgotten.tell(CallDue(), after_s=180)
    assert forgotten.call.end_reason is EndReason.NO_ANSWER


def test_nothing_is_held_before_it_is_answered() -> None:
    with pytest.raises(NotFoundError):
        dialling().tell(SetHold(ANA, on=True))


def test_an_agent_who_is_lost_ends_a_call_that_came_from_no_queue() -> None:
    script = dialling()
    script.tell(LegUp(LEG), LegDown(leg_of(ANA)))
    script.tell(CallDue(), after_s=20)
    assert script.call.end_reason is EndReason.AGENT_MEDIA_LOST
