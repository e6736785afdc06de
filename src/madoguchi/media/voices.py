"""What narrow legs say: G.711 sound waiting for its play-out, and what is heard where it is missing."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from madoguchi.media.jitter import FRAME

Samples = NDArray[np.int16]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BLOCKS: Final = 64
"""Frames of 20 ms that a leg can have waiting."""
MISSING: Final = -32768
"""Marks a sample that has not arrived; G.711 has no such value."""
_FADES: Final = np.linspace([1.0, 0.6, 0.3], [0.6, 0.3, 0.0], FRAME, axis=1).astype(np.float32)
"""How loud the first, second and third missing frame in a row is; then there is silence."""
_STEPS: Final = np.stack([_FADES[0], _FADES[1] / _FADES[0][::-1], _FADES[2] / _FADES[1][::-1]])
"""The fades as factors on the frame before, which is read backwards."""


class VoiceBuffer:
    """Rings of samples, one a leg. Any packet length fits; whole frames go in batches."""

    def __init__(self, capacity: int) -> None:
        self._rings: Samples = np.zeros((capacity, BLOCKS, FRAME), np.int16)
        self._last: Samples = np.zeros((capacity, FRAME), np.int16)
        self._gaps: Ints = np.zeros(capacity, np.int64)
        """How many frames in a row have been missing."""

    def clear(self, slots: Ints) -> None:
        """Forget everything about these legs."""
        self._rings[slots] = MISSING
        self._last[slots] = 0
        self._gaps[slots] = len(_FADES)

    def write_frames(self, slots: Ints, positions: Ints, frames: Samples) -> None:
        """Store frames of exactly 20 ms at positions that are multiples of `FRAME`."""
        self._rings[slots, (positions // FRAME) % BLOCKS] = frames

    def write(self, slot: int, position: int, samples: Samples) -> None:
        """Store any number of samples at any position."""
        ring = self._rings[slot].reshape(-1)
        at = (position + np.arange(len(samples))) % len(ring)
        ring[at] = samples

    def read(self, slots: Ints, positions: Ints, waiting: Flags) -> tuple[Samples, Flags]:
        """Take the frames that are due.

        Args:
            slots: shape (n,), all different.
            positions: shape (n,), multiples of `FRAME`.
            waiting: shape (n,): legs that are to play made-up sound and keep what they have.

        Returns:
            The frames, shape (n, FRAME), made up where nothing had arrived; and which were missing.
        """
        blocks = (positions // FRAME) % BLOCKS
        frames = self._rings[slots, blocks]
        absent = frames == MISSING
        missing = absent.all(axis=1)
        if absent.any():
            frames[absent] = 0
        taken = ~(missing | waiting)
        self._rings[slots[taken], blocks[taken]] = MISSING
        gone = np.flatnonzero(~taken)
        if len(gone):
            frames[gone] = self._conceal(slots[gone])
        self._gaps[slots[taken]] = 0
        self._last[slots] = frames
        return frames, missing

    def drop(self, slots: Ints, positions: Ints) -> None:
        """Forget the frames at these positions, which will not be played."""
        self._rings[slots, (positions // FRAME) % BLOCKS] = MISSING

    def _conceal(self, slots: Ints) -> Samples:
        """Make up a frame: the last one backwards, which goes on without a step, fading out within three frames."""
        gaps = self._gaps[slots]
        self._gaps[slots] += 1
        made = np.zeros((len(slots), FRAME), np.int16)
        audible = np.flatnonzero(gaps < len(_FADES))
        if len(audible):
            # Undo the fade of the frame before: it is in `_last` already, so each step only adds its own share.
            mirrored = self._last[slots[audible], ::-1].astype(np.float32)
            made[audible] = (mirrored * _STEPS[gaps[audible]]).astype(np.int16)
        return made
