"""A caller who chooses a closed queue is told so, and not let in."""

from datetime import timedelta

import pytest

from madoguchi.domain.calls.call import Stage
from madoguchi.domain.calls.commands import (
    CallDue,
    ConsumerHangUp,
    EffectFailed,
    KeysPressed,
    LegDown,
    LegUp,
    PlaybackOver,
)
from madoguchi.domain.calls.doors import Door, Elsewhere, closed_door
from madoguchi.domain.calls.draft import CallDecision
from madoguchi.domain.calls.effects import DialLeg, ReleaseLeg, SendDigits, SetGains
from madoguchi.domain.calls.events import Deflected
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.hours.calendar import OpenSpan
from madoguchi.domain.messages.texts import Line
from madoguchi.domain.queues.menu import Entry, PhoneMenu
from madoguchi.kernel.ids import LegId, QueueId
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


# --- Elsewhere instead ---

PHONE = Elsewhere("+81312345678", "03-1234-5678", "", 30.0)
MOMENT_PLEASE = (Line("We are closed.", "en"), Line("One moment.", "en"))
TO_PHONE = Door(SALES.id, (), MOMENT_PLEASE, to_phone=PHONE)
ORDERS = QueueId("orders")


def dialled(decision: CallDecision) -> DialLeg:
    return next(one for one in decision.effects if isinstance(one, DialLeg))


def elsewhere() -> tuple[CallScript, LegId]:
    script = in_menu(TO_PHONE)
    script.tell(KeysPressed(CONSUMER_LEG, "1"))
    leg = dialled(script.hear_out()).leg
    return script, leg


@pytest.mark.req("DEF-3")
def test_who_chooses_a_closed_queue_waits_in_the_one_that_is_named() -> None:
    script = in_menu(Door(SALES.id, (), CLOSED, to_queue=SUPPORT))

    decision = script.tell(KeysPressed(CONSUMER_LEG, "1"))

    assert (script.call.state, script.call.queue) == (CallState.QUEUED, SUPPORT)
    assert Deflected(SALES.id, SUPPORT, "", script.now) in decision.events


@pytest.mark.req("DEF-3")
def test_who_is_sent_round_in_a_circle_is_told_that_it_is_closed() -> None:
    script = in_menu(Door(SALES.id, (), CLOSED, to_queue=SUPPORT), Door(SUPPORT.id, (), MOMENT_PLEASE, to_queue=SALES))

    script.tell(KeysPressed(CONSUMER_LEG, "1"))

    assert script.call.stage is Stage.CLOSED
    assert [one.text for one in heard(script)] == [one.text for one in MOMENT_PLEASE]
    script.hear_out()
    assert script.call.end_reason is EndReason.AFTER_HOURS


@pytest.mark.req("DEF-9")
@pytest.mark.parametrize("shut", [True, False])
def test_a_level_with_nothing_open_below_deflects_as_a_whole_before_its_choices_are_said(*, shut: bool) -> None:
    below = tuple(Entry.of(one) for one in (SALES, SUPPORT))
    menu = PhoneMenu((Entry(1, {"en": "Orders"}, entries=below, level=ORDERS), Entry.of(a_queue("night", key=2))))
    opened = () if shut else (OpenSpan(NOON, NOON + timedelta(minutes=5)),)
    script = a_call(menu=menu, doors=(Door(ORDERS, opened, CLOSED), SHUT))
    script.tell(LegUp(CONSUMER_LEG))

    script.tell(KeysPressed(CONSUMER_LEG, "1"))

    assert script.call.stage is (Stage.CLOSED if shut else Stage.MENU)
    if shut:
        assert [one.text for one in heard(script)] == [one.text for one in CLOSED]


@pytest.mark.req("DEF-3")
def test_a_number_is_rung_after_the_words_and_both_hear_each_other_once_it_answers() -> None:
    script = in_menu(TO_PHONE)
    script.tell(KeysPressed(CONSUMER_LEG, "1"))
    assert [one.text for one in heard(script)] == [one.text for one in MOMENT_PLEASE]

    dial = dialled(script.hear_out())

    assert (dial.address, dial.caller, dial.ring_s, dial.near) == (PHONE.address, "", 30.0, CONSUMER_LEG)
    playing = script.call.consumer_party.playing
    assert playing is not None
    assert playing.ringing
    decision = script.tell(LegUp(dial.leg))
    gains = next(one for one in decision.effects if isinstance(one, SetGains))
    assert (gains.legs, gains.gains) == ((CONSUMER_LEG, dial.leg), ((0.0, 1.0), (1.0, 0.0)))
    assert heard(script) == []
    assert script.call.consumer_party.playing is None


@pytest.mark.req("DEF-3")
def test_keys_go_to_who_answered() -> None:
    script, leg = elsewhere()
    assert not script.tell(KeysPressed(CONSUMER_LEG, "1")).effects, "nobody is there yet"
    script.tell(LegUp(leg))
    assert SendDigits(leg, "5") in script.tell(KeysPressed(CONSUMER_LEG, "5")).effects


@pytest.mark.req("DEF-3")
@pytest.mark.parametrize("fact", ["busy", "no_answer", "unreachable", "failed to dial", "rings for ever"])
def test_a_number_that_does_not_answer_is_told_and_the_caller_is_hung_up(fact: str) -> None:
    script, leg = elsewhere()

    if fact == "failed to dial":
        script.tell(EffectFailed("DialLeg", leg, "trunk_down"))
    elif fact == "rings for ever":
        script.tell(CallDue(), after_s=200)
    else:
        script.tell(LegDown(leg, fact))

    assert script.call.stage is Stage.UNREACHED
    assert [one.message for one in heard(script)] == ["number_not_reached"]
    decision = script.hear_out()
    assert script.call.end_reason is EndReason.DEFLECTION_FAILED
    assert ReleaseLeg(CONSUMER_LEG) in decision.effects


@pytest.mark.req("DEF-3")
@pytest.mark.parametrize("who", ["consumer", "phone"])
def test_the_call_ends_with_whoever_hangs_up_first(who: str) -> None:
    script, leg = elsewhere()
    script.tell(LegUp(leg))

    decision = script.tell(LegDown(CONSUMER_LEG if who == "consumer" else leg))

    assert (script.call.state, script.call.end_reason) == (CallState.ENDED, EndReason.DEFLECTED)
    released = {one.leg for one in decision.effects if isinstance(one, ReleaseLeg)}
    assert released == {CONSUMER_LEG, leg}


@pytest.mark.req("DEF-3")
def test_who_gives_up_while_it_rings_has_left_and_it_rings_no_more() -> None:
    script, leg = elsewhere()
    decision = script.tell(LegDown(CONSUMER_LEG))
    assert (script.call.state, script.call.end_reason) == (CallState.ABANDONED, EndReason.CONSUMER_HUNG_UP)
    assert ReleaseLeg(leg) in decision.effects
