"""What must hold for every mix."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from madoguchi.media.mix import FrameShapeError, MixPlan, Room, mix, plan

Frames = NDArray[np.int16]
Gains = NDArray[np.float32]


@st.composite
def rooms(draw: st.DrawFn) -> tuple[Frames, Gains]:
    """Any sound in any bridge, heard in any way without amplification."""
    bridges, legs, samples = draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 16))
    frames = draw(arrays(np.int16, (bridges, legs, samples)))
    gains = draw(arrays(np.float32, (bridges, legs, legs), elements=st.floats(0, 1, width=32)))
    return frames, gains


@given(rooms())
def test_a_mix_is_the_weighted_sum_and_never_wraps(room: tuple[Frames, Gains]) -> None:
    frames, gains = room

    heard = mix(frames, gains)

    exact = np.einsum("blk,bks->bls", gains.astype(np.float64), frames.astype(np.float64))
    assert heard.dtype == np.int16
    assert np.abs(heard - np.clip(exact, -32768, 32767)).max() <= 1


@given(rooms(), st.data())
def test_whom_nobody_hears_makes_no_difference(room: tuple[Frames, Gains], data: st.DataObject) -> None:
    frames, gains = room
    unheard = data.draw(st.integers(0, frames.shape[1] - 1))
    gains[:, :, unheard] = 0
    others = frames.copy()
    others[:, unheard] = data.draw(arrays(np.int16, frames[:, unheard].shape))

    assert (mix(frames, gains) == mix(others, gains)).all()


@given(rooms())
def test_unity_from_one_speaker_gives_his_very_samples(room: tuple[Frames, Gains]) -> None:
    frames, gains = room
    gains[:] = 0
    gains[:, :, 0] = 1

    heard = mix(frames, gains)

    assert (heard == frames[:, :1]).all()


@dataclass(frozen=True)
class Scene:
    """Rooms of any size whose legs are wide or not."""

    rooms: list[Room]
    is_wide: NDArray[np.bool_]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    rooms, slot = [], 0
    for size in draw(st.lists(st.integers(0, 5), max_size=6)):
        gains = draw(arrays(np.float32, (size, size), elements=st.sampled_from([0.0, 0.5, 1.0])))
        rooms.append(Room(tuple(range(slot, slot + size)), gains.tolist()))
        slot += size
    return Scene(rooms, draw(arrays(np.bool_, 32)))


def mixed(made: MixPlan, is_wide: NDArray[np.bool_], said: Frames) -> list[list[int]]:
    """What every leg hears at its own rate, where what is said is the same at both."""
    heard, heard_wide = np.zeros_like(said), np.zeros_like(said)
    for batch in made.narrow:
        batch.run(said, heard)
    for batch in made.wide:
        batch.run(said, heard_wide)
    return [(heard_wide if wide else heard)[slot].tolist() for slot, wide in enumerate(is_wide)]


@given(scenes())
def test_everybody_in_a_room_of_two_or_more_is_mixed_once_at_his_rate(scene: Scene) -> None:
    made = plan(scene.rooms, scene.is_wide)

    talking = [slot for room in scene.rooms if len(room.slots) > 1 for slot in room.slots]
    for batches, wide in ((made.narrow, False), (made.wide, True)):
        listeners = sorted(slot for batch in batches for slot in batch.listeners.flat)
        assert listeners == [slot for slot in talking if scene.is_wide[slot] == wide]


@given(scenes())
def test_whoever_is_heard_at_another_rate_is_resampled_once_and_nobody_else(scene: Scene) -> None:
    made = plan(scene.rooms, scene.is_wide)

    wanted: dict[bool, set[int]] = {False: set(), True: set()}
    rich = set()
    for room in (room for room in scene.rooms if len(room.slots) > 1):
        for listener, row in zip(room.slots, room.gains, strict=True):
            for speaker in (speaker for gain, speaker in zip(row, room.slots, strict=True) if gain):
                if scene.is_wide[speaker] != scene.is_wide[listener]:
                    wanted[bool(scene.is_wide[listener])].add(speaker)
                elif scene.is_wide[listener]:
                    rich.add(listener)
    assert (made.to_narrow.tolist(), made.to_widen.tolist()) == (sorted(wanted[False]), sorted(wanted[True]))
    assert set(np.flatnonzero(made.rich).tolist()) == rich


@given(scenes(), st.data())
def test_a_silent_monitor_changes_nothing_for_those_whom_he_hears(scene: Scene, data: st.DataObject) -> None:
    busy = [number for number, room in enumerate(scene.rooms) if len(room.slots) > 1]
    assume(busy)
    number = data.draw(st.sampled_from(busy))
    room = scene.rooms[number]
    gains = np.zeros((len(room.slots) + 1, len(room.slots) + 1), np.float32)
    gains[:-1, :-1] = room.gains
    gains[-1, :-1] = 1.0
    watched = [*scene.rooms]
    watched[number] = Room((*room.slots, 31), gains.tolist())
    said = np.random.default_rng(1).integers(-9000, 9000, (32, 4)).astype(np.int16)

    alone, with_monitor = plan(scene.rooms, scene.is_wide), plan(watched, scene.is_wide)

    assert mixed(alone, scene.is_wide, said)[:31] == mixed(with_monitor, scene.is_wide, said)[:31]
    assert with_monitor.rich[:31].tolist() == alone.rich[:31].tolist()


def test_gains_that_do_not_fit_are_refused() -> None:
    with pytest.raises(FrameShapeError):
        mix(np.zeros((1, 2, 160), np.int16), np.zeros((1, 2, 3), np.float32))
