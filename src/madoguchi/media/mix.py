"""Who hears whom, done to samples: every leg's share of every other leg, in a few matrix products a tick.

Every listener is mixed at the rate of his own codec: G.711 at 8 kHz, Opus and G.722 at 16 kHz. A speaker of the other
rate is brought to the listener's before the mix, so nothing is resampled twice, nor what nobody hears. Whom a listener
cannot hear changes nothing for him: a silent monitor leaves no trace. Bridges of the same shape are mixed in one
product.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.errors import InvalidInputError

Samples = NDArray[np.int16]
Gains = NDArray[np.float32]
Slots = NDArray[np.intp]
Flags = NDArray[np.bool_]


class FrameShapeError(InvalidInputError):
    """The gains do not fit the legs."""

    code = "frame_shape"


def mix(frames: Samples, gains: Gains) -> Samples:
    """Mix one frame for every leg of every bridge.

    Args:
        frames: shape (bridges, legs, samples), linear PCM, mono.
        gains: shape (bridges, listeners, legs), row = listener, column = speaker; 0.0 silences, 1.0 is unity.

    Returns:
        Shape (bridges, listeners, samples): what each listener hears, saturated to int16, never wrapped.

    Raises:
        FrameShapeError: the columns of `gains` are not the legs of `frames`.

    Source: RFC 7667 section 3.6.1, "Media-Mixing Mixer".
    """
    bridges, legs, _ = frames.shape
    if gains.ndim != frames.ndim or (gains.shape[0], gains.shape[2]) != (bridges, legs):
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
    """The listeners of one rate in all rooms of one shape."""

    listeners: Slots
    """Shape (bridges, listeners)."""
    speakers: Slots
    """Shape (bridges, legs)."""
    gains: Gains
    """Shape (bridges, listeners, legs)."""

    def run(self, said: Samples, heard: Samples) -> None:
        """Fill the rows of `heard` that belong to this batch; both have shape (slots, samples)."""
        heard[self.listeners] = mix(said[self.speakers], self.gains)


@dataclass(frozen=True)
class MixPlan:
    """What is to be mixed in every tick until somebody comes, goes, or hears differently."""

    narrow: tuple[Batch, ...]
    wide: tuple[Batch, ...]
    to_widen: Slots
    """Narrow speakers whom somebody hears at 16 kHz."""
    to_narrow: Slots
    """Wide speakers whom somebody hears at 8 kHz."""
    rich: Flags
    """Shape (slots,): the wide listeners who hear somebody wide; the others are sent nothing that is above 4 kHz."""


def plan(rooms: Iterable[Room], is_wide: Flags) -> MixPlan:
    """Work out who is mixed how. Rooms with fewer than two legs have nothing to mix.

    Args:
        rooms: no leg is in two of them.
        is_wide: shape (slots,), the legs that speak and hear at 16 kHz.
    """
    # Plain loops: a room is small, and an array of its own would cost ten times what is done with it.
    wide_slots = set(np.flatnonzero(is_wide).tolist())
    groups: dict[tuple[bool, int, int], list[tuple[Sequence[int], Sequence[int], Sequence[Sequence[float]]]]] = {}
    resampled: dict[bool, list[int]] = {False: [], True: []}
    rich: list[int] = []
    for room in rooms:
        if len(room.slots) < 2:  # noqa: PLR2004 - it takes two to talk
            continue
        speaks_wide = [slot in wide_slots for slot in room.slots]
        for wide in set(speaks_wide):
            here = [index for index, flag in enumerate(speaks_wide) if flag == wide]
            rows = [room.gains[index] for index in here]
            listeners = [room.slots[index] for index in here]
            groups.setdefault((wide, len(here), len(room.slots)), []).append((listeners, room.slots, rows))
            if len(here) < len(room.slots):
                resampled[wide] += [
                    slot
                    for index, slot in enumerate(room.slots)
                    if speaks_wide[index] != wide and any(row[index] for row in rows)
                ]
            if wide:
                rich += [slot for slot, row in zip(listeners, rows, strict=True) if any(row[index] for index in here)]
    batches = {
        key: Batch(
            np.array([listeners for listeners, _, _ in members], np.intp),
            np.array([speakers for _, speakers, _ in members], np.intp),
            np.array([rows for _, _, rows in members], np.float32),
        )
        for key, members in groups.items()
    }
    hears_wide = np.zeros(len(is_wide), np.bool_)
    hears_wide[rich] = True
    return MixPlan(
        narrow=tuple(batch for (wide, *_), batch in batches.items() if not wide),
        wide=tuple(batch for (wide, *_), batch in batches.items() if wide),
        to_widen=np.array(sorted(resampled[True]), np.intp),
        to_narrow=np.array(sorted(resampled[False]), np.intp),
        rich=hears_wide,
    )
