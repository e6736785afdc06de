"""A caller who chooses a closed queue is told so, and not let in."""

from datetime import timedelta

import pytest

from madoguchi.domain.calls.call import Stage
from madoguchi.domain.calls.commands import ConsumerHangUp, KeysPressed, LegUp, PlaybackOver
from madoguchi.domain.calls.doors import Door, closed_door
from madoguchi.domain.calls.effects import ReleaseLeg
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.hours.calendar import OpenSpan
from madoguchi.domain.messages.texts import Line
from madoguchi.testing.builders import CONSUMER_LEG, CallScript, a_call, a_queue
from madoguchi.testing.environment import NOON

pytestmark = pytest.mark.req("BASE-7")

SALES, SUPPORT = a_queue("sales", key=1), a_queue("support", key=2)
CLOSED = (Line("We are closed.", "en"), Line("We open tomorrow.", "en"))
SHUT = Door(SALES.id, (), CLOSED)
SOON_SHUT = Door(SALES.id, (OpenSpan(NOON, NOON + timedelta(seconds=30)),), CLOSED)


def in_menu(*doors: Door) -> CallScript:
    script = a_call(SALES, SUPPORT, doors=doors)
    script.tell(LegUp(CONSUMER_LEG))
    return script


def heard(script: CallScript) -> list[Line]:
    playing = script.call.consumer_party.playing
    return list(playing.lines) if playing is not None else []


def test_a_door_is_closed_outside_its_spans_and_a_queue_without_one_is_open() -> None:
    assert closed_door((SOON_SHUT,), SALES.id, NOON) is None
    assert closed_door((SOON_SHUT,), SALES.id, NOON + timedelta(seconds=30)) is SOON_SHUT
    assert closed_door((SOON_SHUT,), SUPPORT.id, NOON + timedelta(days=1)) is None
    assert closed_door((SHUT,), SALES.id, NOON) is SHUT


def test_who_chooses_a_closed_queue_hears_when_it_opens_and_is_hung_up() -> None:
    script = in_menu(SHUT)

    script.tell(KeysPressed(CONSUMER_LEG, "1"))

    assert (script.call.stage, script.call.state, script.call.queue) == (Stage.CLOSED, CallState.IN_MENU, SALES)
    assert [one.text for one in heard(script)] == [one.text for one in CLOSED]
    script.tell(KeysPressed(CONSUMER_LEG, "2"))
    assert [one.text for one in heard(script)] == [one.text for one in CLOSED], "the choice is made"

    playing = script.call.consumer_party.playing
    assert playing is not None
    decision = script.tell(PlaybackOver(playing.id))
    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, EndReason.AFTER_HOURS)
    assert any(isinstance(effect, ReleaseLeg) for effect in decision.effects)


def test_who_hangs_up_while_he_is_told_was_told_enough() -> None:
    script = in_menu(SHUT)
    script.tell(KeysPressed(CONSUMER_LEG, "1"))

    script.tell(ConsumerHangUp())

    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, EndReason.AFTER_HOURS)


def test_an_open_queue_beside_a_closed_one_lets_him_in_and_forgets_the_doors() -> None:
    script = in_menu(SHUT)

    script.tell(KeysPressed(CONSUMER_LEG, "2"))

    assert script.call.stage is not Stage.CLOSED
    assert script.call.state is CallState.QUEUED
    assert script.call.doors == ()


@pytest.mark.parametrize(("after_s", "stage"), [(10, Stage.DONE), (40, Stage.CLOSED)])
def test_a_queue_that_closes_while_the_menu_is_said_is_closed_from_then_on(after_s: float, stage: Stage) -> None:
    script = in_menu(SOON_SHUT)

    script.tell(KeysPressed(CONSUMER_LEG, "1"), after_s=after_s)

    assert script.call.stage is stage


def test_the_only_queue_is_closed_without_a_menu() -> None:
    script = a_call(SALES, doors=(SHUT,))

    script.tell(LegUp(CONSUMER_LEG))

    assert [one.text for one in heard(script)] == [one.text for one in CLOSED]
