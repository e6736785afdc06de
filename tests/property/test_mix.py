"""What must hold for every mix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from madoguchi.media.mix import FrameShapeError, Room, mix, plan

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


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=8))
def test_a_plan_has_every_leg_of_two_or_more_once_at_the_right_rate(sizes: list[tuple[int, bool]]) -> None:
    is_wide = np.zeros(64, np.bool_)
    wanted, slot = [], 0
    for size, wide in sizes:
        slots = tuple(range(slot, slot + size))
        slot += size
        if size and wide:
            is_wide[slots[-1]] = True
        wanted.append(Room(slots, np.eye(size).tolist()))

    made = plan(wanted, is_wide)

    talking = [room for room in wanted if len(room.slots) > 1]
    narrow = sorted(row for batch in made.narrow for row in map(tuple, batch.slots.tolist()))
    wide_rows = sorted(row for batch in made.wide for row in map(tuple, batch.slots.tolist()))
    assert narrow == sorted(room.slots for room in talking if not is_wide[list(room.slots)].any())
    assert wide_rows == sorted(room.slots for room in talking if is_wide[list(room.slots)].any())
    guests = {leg for room in wide_rows for leg in room if not is_wide[leg]}
    assert set(made.to_widen.tolist()) == guests


def test_gains_that_do_not_fit_are_refused() -> None:
    with pytest.raises(FrameShapeError):
        mix(np.zeros((1, 2, 160), np.int16), np.zeros((1, 2, 3), np.float32))
