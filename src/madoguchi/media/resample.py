"""Between 8 kHz and 16 kHz, for all legs at once: one matrix product a direction and tick.

A windowed-sinc low-pass at 3.8 kHz, 33 taps at 16 kHz, so a frame comes out 1 ms late. A frame is cut into blocks;
each block with the samples before it is one row of the product.
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Slots = NDArray[np.intp]

TAPS: Final = 33
CUTOFF_HZ: Final = 3800
WIDE_RATE: Final = 16000
_BLOCK: Final = 40
"""Narrow samples in a block: four blocks are a 20 ms frame."""
_PAST: Final = 16
"""Narrow samples of the past that a block needs (TAPS // 2)."""


def _filter() -> NDArray[np.float64]:
    at = np.arange(TAPS) - TAPS // 2
    taps = np.sinc(2 * CUTOFF_HZ / WIDE_RATE * at) * np.kaiser(TAPS, 6.0)
    normal: NDArray[np.float64] = taps / taps.sum()
    return normal


def _up_matrix() -> NDArray[np.float32]:
    """Shape (past + block, 2 block): narrow samples to wide ones; zeros are stuffed between, so the gain is 2."""
    taps = 2 * _filter()
    matrix = np.zeros((_PAST + _BLOCK, 2 * _BLOCK))
    for out in range(2 * _BLOCK):
        for tap in range(TAPS):
            at = 2 * _PAST + out - tap
            if at % 2 == 0:
                matrix[at // 2, out] = taps[tap]
    return matrix.astype(np.float32)


def _down_matrix() -> NDArray[np.float32]:
    """Shape (2 past + 2 block, block): wide samples to every second of the filtered ones."""
    taps = _filter()
    matrix = np.zeros((2 * _PAST + 2 * _BLOCK, _BLOCK))
    for out in range(_BLOCK):
        for tap in range(TAPS):
            matrix[2 * _PAST + 2 * out - tap, out] = taps[tap]
    return matrix.astype(np.float32)


class _Resampler:
    """Filters with a memory of each slot's last samples."""

    def __init__(self, capacity: int, matrix: NDArray[np.float32], block: int, past: int) -> None:
        self._matrix = matrix
        self._block = block
        self._past = np.zeros((capacity, past), np.float32)

    def forget(self, slot: int) -> None:
        """Begin `slot` anew, as if it had always been silent."""
        self._past[slot] = 0

    def run(self, slots: Slots, frames: Samples) -> Samples:
        """Return the frames of `slots` at the other rate; `frames` has shape (slots, samples)."""
        past = self._past.shape[1]
        joined = np.concatenate([self._past[slots], frames.astype(np.float32)], axis=1)
        self._past[slots] = joined[:, -past:]
        rows = sliding_window_view(joined, past + self._block, axis=1)[:, :: self._block]
        out = np.matmul(rows, self._matrix).reshape(len(slots), -1)
        np.rint(out, out=out)
        np.clip(out, -32768, 32767, out=out)
        resampled: Samples = out.astype(np.int16)
        return resampled


class Widener(_Resampler):
    """8 kHz to 16 kHz: (n, 160) to (n, 320)."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, _up_matrix(), _BLOCK, _PAST)


class Narrower(_Resampler):
    """16 kHz to 8 kHz: (n, 320) to (n, 160)."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, _down_matrix(), 2 * _BLOCK, 2 * _PAST)
