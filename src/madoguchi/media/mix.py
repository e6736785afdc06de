"""Who hears whom, done to samples: every leg's share of every other leg, in a few matrix products a tick.

A bridge whose legs are all narrow (G.711) is mixed at 8 kHz; one wide leg (Opus, G.722) makes the whole bridge mix at
16 kHz, so that two wide legs keep their sound. Bridges of the same size are mixed in one product.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.errors import InvalidInputError

Samples = NDArray[np.int16]
Gains = NDArray[np.float32]
Slots = NDArray[np.intp]


class FrameShapeError(InvalidInputError):
    """The gains do not fit the legs."""

    code = "frame_shape"


def mix(frames: Samples, gains: Gains) -> Samples:
    """Mix one frame for every leg of every bridge.

    Args:
        frames: shape (bridges, legs, samples), linear PCM, mono.
        gains: shape (bridges, legs, legs), row = listener, column = speaker; 0.0 silences, 1.0 is unity.

    Returns:
        Shape (bridges, legs, samples): what each leg hears, saturated to int16, never wrapped.

    Raises:
        FrameShapeError: `gains` is not square over the legs of `frames`.

    Source: RFC 7667 section 3.6.1, "Media-Mixing Mixer".
    """
    bridges, legs, _ = frames.shape
    if gains.shape != (bridges, legs, legs):
        raise FrameShapeError(f"{gains.shape} for {bridges} bridges of {legs} legs")
    heard = np.matmul(gains, frames.astype(np.float32))
    np.rint(heard, out=heard)
    np.clip(heard, -32768, 32767, out=heard)
    mixed: Samples = heard.astype(np.int16)
    return mixed


@dataclass(frozen=True)
class Room:
    """One bridge as the mixer sees it: its legs' slots, and the gains, shape (legs, legs)."""

    slots: tuple[int, ...]
    gains: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Batch:
    """All rooms of one size and rate."""

    slots: Slots
    """Shape (bridges, legs)."""
    gains: Gains
    """Shape (bridges, legs, legs)."""

    def run(self, said: Samples, heard: Samples) -> None:
        """Fill the rows of `heard` that belong to this batch; both have shape (slots, samples)."""
        heard[self.slots] = mix(said[self.slots], self.gains)


@dataclass(frozen=True)
class MixPlan:
    """What is to be mixed in every tick until somebody comes, goes, or hears differently."""

    narrow: tuple[Batch, ...]
    wide: tuple[Batch, ...]
    to_widen: Slots
    """Narrow legs in wide rooms: what they say must be brought to 16 kHz, what they hear to 8 kHz."""


def plan(rooms: Iterable[Room], is_wide: NDArray[np.bool_]) -> MixPlan:
    """Group `rooms` by size and rate. Rooms with fewer than two legs have nothing to mix."""
    groups: dict[tuple[bool, int], list[Room]] = {}
    to_widen: list[int] = []
    for room in rooms:
        if len(room.slots) < 2:  # noqa: PLR2004 - it takes two to talk
            continue
        wide = bool(is_wide[list(room.slots)].any())
        groups.setdefault((wide, len(room.slots)), []).append(room)
        if wide:
            to_widen.extend(slot for slot in room.slots if not is_wide[slot])
    batches = {
        key: Batch(
            np.array([room.slots for room in members], np.intp),
            np.array([room.gains for room in members], np.float32),
        )
        for key, members in groups.items()
    }
    return MixPlan(
        narrow=tuple(batch for (wide, _), batch in batches.items() if not wide),
        wide=tuple(batch for (wide, _), batch in batches.items() if wide),
        to_widen=np.array(sorted(to_widen), np.intp),
    )
