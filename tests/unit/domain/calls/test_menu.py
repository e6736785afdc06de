"""The menu: what a caller hears before he waits."""

import pytest

from madoguchi.domain.calls.call import Medium, Stage
from madoguchi.domain.calls.commands import (
    CallDue,
    ConsumerHangUp,
    EffectFailed,
    KeysPressed,
    LegDown,
    LegUp,
    PlaybackOver,
)
from madoguchi.domain.calls.effects import AnswerLeg, Play, ReleaseLeg
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.kernel.ids import PlaybackId
from madoguchi.testing.builders import (
    CONSUMER_LEG,
    CallScript,
    a_call,
    a_call_in_menu,
    a_queue,
)

ASK = a_queue("claims", recording=RecordingPolicy.ASK_PERMISSION)


def heard(script: CallScript) -> list[str]:
    playing = script.call.consumer_party.playing
    return [line.text for line in playing.lines] if playing is not None else []


def press(script: CallScript, keys: str) -> None:
    script.tell(KeysPressed(CONSUMER_LEG, keys))


def test_a_phone_is_answered_and_greeted_once_it_hears() -> None:
    script = a_call(a_queue("sales", key=1), a_queue("support", key=2))
    assert script.decision.effects == (AnswerLeg(CONSUMER_LEG),)

    decision = script.tell(LegUp(CONSUMER_LEG))

    playing = script.call.consumer_party.playing
    assert playing is not None
    assert decision.effects == (Play(playing.id, CONSUMER_LEG, playing.lines, music=False),)
    assert heard(script) == [
        "Thank you for calling Madoguchi.",
        "For Sales, press 1.",
        "For Support, press 2.",
        "To hear this again, press star.",
    ]


def test_a_phone_that_does_not_confirm_is_given_up() -> None:
    script = a_call(a_queue())
    script.tell(CallDue(), after_s=32)
    assert (script.call.state, script.call.end_reason) == (CallState.ABANDONED, EndReason.NOT_CONNECTED)


def test_a_phone_that_hung_up_before_we_answered_is_gone() -> None:
    script = a_call(a_queue())
    decision = script.tell(EffectFailed("AnswerLeg", CONSUMER_LEG, "leg_gone"))
    assert script.call.state is CallState.ABANDONED
    assert decision.effects == (ReleaseLeg(CONSUMER_LEG),)


@pytest.mark.parametrize("key", ["1", ""])
def test_a_caller_does_not_wait_for_ever_for_words_that_cannot_be_played(key: str) -> None:
    recorded = [a_queue(name, key=n, recording=RecordingPolicy.RECORD) for n, name in enumerate(("sales", "help"), 1)]
    script = a_call_in_menu(*recorded)
    press(script, key)
    assert script.call.stage is (Stage.NOTICE if key else Stage.MENU)
    playing = script.call.consumer_party.playing
    assert playing is not None
    script.tell(EffectFailed("Play", CONSUMER_LEG, "effect_timed_out", playing.id))
    assert script.call.stage is (Stage.DONE if key else Stage.CHOOSING)


def test_a_key_chooses_while_the_menu_is_still_said() -> None:
    script = a_call_in_menu()
    press(script, "2")
    assert script.call.queue is not None
    assert script.call.queue.id == "queue_support"
    assert script.call.state is CallState.QUEUED


def test_zero_says_the_menu_again_without_the_greeting() -> None:
    script = a_call_in_menu()
    press(script, "0")
    assert heard(script)[0] == "For Sales, press 1."
    assert script.call.mistakes == 0


def test_zero_pressed_all_the_time_is_a_mistake_in_the_end() -> None:
    script = a_call_in_menu()
    press(script, "0" * 9)
    assert script.call.mistakes == 0
    press(script, "0")
    assert script.call.mistakes == 1


def test_three_mistakes_of_any_kind_end_in_goodbye() -> None:
    script = a_call_in_menu()
    press(script, "9")
    assert heard(script)[0] == "Sorry, this is not one of the choices."
    script.hear_out()
    assert script.call.stage is Stage.CHOOSING
    script.tell(CallDue(), after_s=5)
    assert heard(script)[0] == "Sorry, I did not notice a choice."
    press(script, "#")
    assert heard(script) == ["Sorry, we could not help you this time. Please call again. Goodbye."]
    press(script, "1")
    assert script.call.state is CallState.IN_MENU, "after goodbye no key counts"

    decision = script.hear_out()

    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, EndReason.NO_CHOICE)
    assert decision.effects == (ReleaseLeg(CONSUMER_LEG),)


def test_who_hangs_up_at_goodbye_was_told_all_there_is() -> None:
    script = a_call_in_menu()
    press(script, "999")
    script.tell(LegDown(CONSUMER_LEG))
    assert script.call.end_reason is EndReason.NO_CHOICE


def test_without_queues_the_caller_is_told_so() -> None:
    script = a_call()
    script.tell(LegUp(CONSUMER_LEG))
    assert heard(script)[0].startswith("Sorry, nobody can take your call")
    script.tell(LegDown(CONSUMER_LEG))
    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, EndReason.NO_QUEUE)


def test_the_menu_does_not_last_for_ever() -> None:
    script = a_call_in_menu()
    script.tell(CallDue(), after_s=180)
    assert script.call.stage is Stage.GOODBYE


def test_one_queue_needs_no_menu() -> None:
    script = a_call(a_queue())
    script.tell(LegUp(CONSUMER_LEG))
    assert script.call.state is CallState.QUEUED
    assert heard(script) == ["One moment, please. We are connecting you."]
    playing = script.call.consumer_party.playing
    assert playing is not None
    assert playing.music


@pytest.mark.req("REC-1")
def test_a_caller_is_told_that_the_call_is_recorded_before_he_waits() -> None:
    script = a_call(a_queue(recording=RecordingPolicy.RECORD))
    script.tell(LegUp(CONSUMER_LEG))
    assert heard(script) == ["To improve our service, this call is recorded."]
    press(script, "1")
    script.hear_out()
    assert script.call.state is CallState.QUEUED


@pytest.mark.req("REC-1")
def test_a_caller_who_presses_one_is_not_recorded() -> None:
    script = a_call(ASK)
    script.tell(LegUp(CONSUMER_LEG))
    press(script, "5")
    assert script.call.state is CallState.IN_MENU
    press(script, "1")
    assert (script.call.state, script.call.may_record) == (CallState.QUEUED, False)


@pytest.mark.req("REC-1")
def test_a_caller_who_stays_on_the_line_is_recorded() -> None:
    script = a_call(ASK)
    script.tell(LegUp(CONSUMER_LEG))
    script.hear_out()
    script.tell(CallDue(), after_s=5)
    assert (script.call.state, script.call.may_record) == (CallState.QUEUED, True)


@pytest.mark.req("REC-1")
def test_in_the_browser_too_the_notice_is_said_to_its_end_before_anybody_is_rung() -> None:
    script = a_call(a_queue(recording=RecordingPolicy.RECORD), medium=Medium.WEB)
    assert script.decision.effects == ()
    script.tell(LegUp(CONSUMER_LEG))
    assert heard(script) == ["To improve our service, this call is recorded."]
    assert (script.call.state, script.call.waiting()) == (CallState.IN_MENU, None)
    script.hear_out()
    assert script.call.state is CallState.QUEUED


def test_who_hangs_up_in_the_menu_has_abandoned() -> None:
    script = a_call_in_menu()
    decision = script.tell(ConsumerHangUp())
    assert (script.call.state, script.call.end_reason) == (CallState.ABANDONED, EndReason.CONSUMER_HUNG_UP)
    assert decision.effects == (ReleaseLeg(CONSUMER_LEG),)


def test_reports_of_former_playbacks_and_early_keys_change_nothing() -> None:
    script = a_call(a_queue("sales", key=1), a_queue("support", key=2))
    assert script.tell(KeysPressed(CONSUMER_LEG, "1")).events == ()
    script.tell(LegUp(CONSUMER_LEG))
    assert script.tell(PlaybackOver(PlaybackId("playback_old"))).events == ()
    assert script.tell(LegUp(CONSUMER_LEG)).events == ()


def test_between_prompts_the_caller_hears_nothing() -> None:
    script = a_call_in_menu()
    playing = script.call.consumer_party.playing
    assert playing is not None
    script.tell(PlaybackOver(playing.id))
    assert heard(script) == []
