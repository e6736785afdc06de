"""The doctor under random evidence: whoever is heard is never cut off, and what he ends is over."""

from collections.abc import Callable
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from madoguchi.domain.calls.commands import EndCall, LegDown, LegOnHold
from madoguchi.domain.calls.lifecycle import EndReason
from madoguchi.domain.calls.silence import talkers
from madoguchi.domain.doctor.anomalies import remembered
from madoguchi.domain.doctor.examine import Present, examine
from madoguchi.domain.doctor.hearing import Hearing, closing, silence
from madoguchi.kernel.ids import LegId
from madoguchi.testing.builders import (
    ANA,
    CONSUMER_LEG,
    SUE,
    CallScript,
    a_call_in_menu,
    a_ringing_call,
    a_talking_call,
    a_waiting_call,
    leg_of,
)
from tests.unit.domain.calls.consults import THIRD_LEG, ask, conferring, consulting, with_ben

pytestmark = pytest.mark.req("END-3")

LEGS = (CONSUMER_LEG, leg_of(ANA), THIRD_LEG, LegId("leg_user_ben"))
MAKERS: tuple[Callable[[], CallScript], ...] = (
    a_call_in_menu,
    a_waiting_call,
    lambda: a_ringing_call(ANA),
    a_talking_call,
    lambda: ask(a_talking_call()),
    consulting,
    conferring,
    with_ben,
)
seconds = st.integers(0, 400)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[CallScript, Hearing, timedelta]:
    """A call to which something may have happened, what the engine says of it some time later, and the limit."""
    script = draw(st.sampled_from(MAKERS))()
    if draw(st.booleans()):
        script.tell(LegDown(leg_of(ANA)))
    if draw(st.booleans()):
        script.tell(LegOnHold(CONSUMER_LEG, on=True))
    then = script.now
    silent = draw(st.dictionaries(st.sampled_from(LEGS), seconds))
    gone = draw(st.dictionaries(st.sampled_from(LEGS), seconds))
    script.now += timedelta(seconds=draw(seconds))
    hearing = Hearing(
        known=frozenset(LEGS) - gone.keys(),
        silent={leg: then + timedelta(seconds=at) for leg, at in silent.items()},
        missing={leg: then + timedelta(seconds=at) for leg, at in gone.items()},
    )
    return script, hearing, timedelta(seconds=draw(st.integers(40, 200)))


@given(scenes())
def test_whoever_is_heard_or_waited_for_is_never_cut_off(scene: tuple[CallScript, Hearing, timedelta]) -> None:
    script, hearing, limit = scene
    for party in talkers(script.call):
        heard = party.connected and party.leg in hearing.known and party.leg not in hearing.silent
        patience = script.call.patience(party)
        if heard or (patience is not None and patience > script.now):
            assert closing(script.call, hearing, limit, script.now) is None


@given(scenes())
def test_what_is_found_silent_for_too_long_is_over_once_it_is_told_so(
    scene: tuple[CallScript, Hearing, timedelta],
) -> None:
    script, hearing, limit = scene
    fact = closing(script.call, hearing, limit, script.now)
    if fact is not None:
        found = silence(script.call, hearing, script.now)
        assert found is not None
        assert script.now - found.since >= limit
        script.tell(fact)
        assert script.call.end_reason is EndReason.NO_MEDIA
        assert closing(script.call, hearing, limit, script.now) is None


@given(scenes())
def test_what_is_ended_is_not_told_any_more(scene: tuple[CallScript, Hearing, timedelta]) -> None:
    script, hearing, _ = scene
    found = list(examine(Present(now=script.now, calls=[script.call], hearing=hearing)))
    assert len({one.id for one in found}) == len(found)
    shown, first = remembered(found, {}, script.now)
    assert {one.id for one in shown} <= first.keys()
    script.tell(EndCall(SUE))
    assert not list(examine(Present(now=script.now, hearing=hearing)))
