"""What must hold for everybody who hears and is heard."""

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis.strategies import SearchStrategy

from madoguchi.domain.supervision import Role, Voice, gain_matrix, hears
from madoguchi.kernel.ids import LegId

LEGS = st.integers(1, 9).map(lambda number: LegId(f"leg_{number}"))


def voices(*roles: Role) -> SearchStrategy[Voice]:
    """Anyone who plays one of `roles`, in any mute and hold state."""
    flag = st.booleans()
    return st.builds(Voice, leg=LEGS, role=st.sampled_from(roles or tuple(Role)), muted=flag, on_hold=flag)


ROOMS = st.lists(voices(), max_size=6, unique_by=lambda one: one.leg)


@pytest.mark.req("MON-1")
@given(voices(), voices(Role.MONITOR))
def test_nobody_hears_a_monitor(anyone: Voice, monitor: Voice) -> None:
    assert not hears(anyone, monitor)


@pytest.mark.req("MON-1", "MON-8")
@given(voices(Role.CONSUMER), voices(Role.MONITOR, Role.WHISPER))
def test_a_consumer_never_hears_a_silent_supervisor(consumer: Voice, supervisor: Voice) -> None:
    assert not hears(consumer, supervisor)


@pytest.mark.req("MON-1", "MON-8")
@given(ROOMS, voices(Role.MONITOR))
def test_a_monitor_changes_nothing_of_what_the_others_hear_of_each_other(room: list[Voice], monitor: Voice) -> None:
    others = [one for one in room if one.leg != monitor.leg]
    with_him = gain_matrix([*others, monitor])
    assert tuple(row[:-1] for row in with_him[:-1]) == gain_matrix(others)
    assert all(row[-1] == 0.0 for row in with_him)


@pytest.mark.req("MON-11")
@given(ROOMS, voices(Role.MONITOR, Role.WHISPER, Role.BARGE))
def test_who_must_not_hear_hears_nobody_and_is_heard_as_before(room: list[Voice], supervisor: Voice) -> None:
    deaf = replace(supervisor, deaf=True)
    assert not any(hears(deaf, one) for one in room)
    assert [hears(one, deaf) for one in room] == [hears(one, supervisor) for one in room]


@pytest.mark.req("MON-8")
@given(voices(), voices(Role.WHISPER))
def test_only_agents_hear_who_whispers(anyone: Voice, coach: Voice) -> None:
    assert not hears(anyone, coach) or anyone.role is Role.AGENT


@given(voices())
def test_nobody_hears_themselves(one: Voice) -> None:
    assert not hears(one, one)


@given(voices(), voices())
def test_who_is_muted_or_on_hold_is_not_heard(listener: Voice, speaker: Voice) -> None:
    assert not (hears(listener, speaker) and (speaker.muted or speaker.on_hold or listener.on_hold))


@given(voices(), voices(Role.CONSUMER, Role.AGENT, Role.BARGE))
def test_who_takes_part_is_heard_by_all_unless_something_speaks_against_it(listener: Voice, speaker: Voice) -> None:
    against = speaker.muted or speaker.on_hold or listener.on_hold or listener.leg == speaker.leg
    assert hears(listener, speaker) is not against


@given(ROOMS)
def test_the_matrix_says_for_every_pair_what_hears_says(room: list[Voice]) -> None:
    gains = gain_matrix(room)

    assert len(gains) == len(room)
    for row, listener in zip(gains, room, strict=True):
        assert row == tuple(float(hears(listener, speaker)) for speaker in room)


@pytest.mark.req("MON-1", "MON-2")
@given(ROOMS, voices(Role.MONITOR))
def test_a_monitor_who_comes_changes_nothing_between_the_others(room: list[Voice], monitor: Voice) -> None:
    others = [one for one in room if one.leg != monitor.leg]

    with_monitor = gain_matrix([*others, monitor])

    assert tuple(row[:-1] for row in with_monitor[:-1]) == gain_matrix(others)
