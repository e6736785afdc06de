"""How long somebody has heard something, and what is noted of it when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from madoguchi.domain.listening.entries import Because, Mode, Named, What, mode_of
from madoguchi.domain.listening.listening import Listening, Scene, closed_late
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId

pytestmark = pytest.mark.req("MON-12")

NOON = datetime(2026, 11, 27, 12, 0, 0, 123_456, tzinfo=UTC)
ANA, BEN = UserId("user_ana"), UserId("user_ben")
TALK = Scene(Mode.LISTEN, hears=True, agent=Named(ANA, "Ana"), queue=Named("queue_1", "Sales"), staff=frozenset({ANA}))


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def sue(scene: Scene = TALK) -> Listening:
    return Listening(
        ListeningId("monitoring_1"),
        UserId("user_sue"),
        "Sue",
        InteractionId("call_1"),
        Channel.CALL,
        "main",
        NOON,
        scene,
    )


def test_only_what_reaches_him_counts_and_hold_is_counted_beside_it() -> None:
    silent = replace(TALK, hears=False)
    one, began = sue(silent).begun()
    one, nothing = one.seen(TALK, after(2))
    one, _ = one.seen(replace(TALK, on_hold=True), after(5))
    one, _ = one.seen(TALK, after(9))
    one, _ = one.seen(silent, after(10))
    ended = one.ended(None, after(60), Because.LEFT)

    assert (began.what, began.number, began.heard_ms, began.at) == (What.BEGAN, 1, 0, NOON.replace(microsecond=123_000))
    assert nothing is None
    assert (ended.what, ended.number, ended.because) == (What.ENDED, 2, Because.LEFT)
    assert (ended.heard_ms, ended.hold_ms) == (8_000, 4_000)


def test_a_mode_is_noted_when_it_changes_with_what_was_heard_until_then() -> None:
    one, _ = sue().begun()
    one, whisper = one.seen(replace(TALK, mode=Mode.WHISPER), after(3))
    one, same = one.seen(replace(TALK, mode=Mode.WHISPER), after(4))
    ended = one.ended(replace(TALK, mode=Mode.LISTEN, hears=False), after(7), Because.INTERACTION_ENDED)

    assert whisper is not None
    assert (whisper.what, whisper.mode, whisper.heard_ms, whisper.number) == (What.MODE, Mode.WHISPER, 3_000, 2)
    assert same is None
    assert (ended.mode, ended.heard_ms, ended.number) == (Mode.WHISPER, 7_000, 3)


def test_all_other_agents_who_were_in_it_are_counted_each_once() -> None:
    one, began = sue().begun()
    one, _ = one.seen(replace(TALK, staff=frozenset({ANA, BEN})), after(1))
    one, _ = one.seen(replace(TALK, staff=frozenset({BEN}), agent=Named(BEN, "Ben")), after(2))
    ended = one.ended(None, after(3), Because.LEFT)

    assert (began.others, ended.others) == (1, 2)
    assert (began.agent, ended.agent) == (Named(ANA, "Ana"), Named(BEN, "Ben"))


def test_a_clock_that_was_set_back_takes_nothing_away() -> None:
    one, began = sue().begun()
    assert one.ended(None, after(-60), Because.LEFT).at == began.at


def test_what_a_dead_server_left_open_ends_at_its_last_sign_of_life() -> None:
    one, began = sue().begun()
    _, moved = one.seen(replace(TALK, mode=Mode.BARGE), after(10))
    assert moved is not None

    late = closed_late(moved, after(25))
    assert (late.what, late.because, late.number) == (What.ENDED, Because.SERVER_STOPPED, 3)
    assert (late.heard_ms, late.mode) == (25_000, Mode.BARGE)
    assert closed_late(began, after(-5)).at == began.at


def test_whoever_came_as_a_monitor_and_is_anything_else_has_taken_over() -> None:
    assert [mode_of(one) for one in (Role.MONITOR, Role.WHISPER, Role.BARGE, Role.AGENT)] == [
        Mode.LISTEN,
        Mode.WHISPER,
        Mode.BARGE,
        Mode.TAKE_OVER,
    ]
