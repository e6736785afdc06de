"""When to play what has arrived: one adaptive jitter buffer policy for all legs at once.

Positions count 1/8000 s from a stream's first packet, whatever its codec's clock. A packet's transit is the time of
the tick in which it was found, less its position; how much longer that was than the shortest transit of the last
seconds is its relative delay. Play-out lags the shortest transit by the delay that 97 % of the packets keep. It moves
by whole 20 ms frames: later by concealing where a frame is missing or nobody speaks, earlier by dropping a frame where
nobody speaks, or within speech when it has been more than one frame too late for a second.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FRAME: Final = 160
"""Positions in a tick of 20 ms."""
RANGE: Final = 60 * FRAME
"""How far ahead of the play-out a packet may be: 1.2 s."""
QUANTILE: Final = 0.97
SHALLOWEST, DEEPEST, START = 1, 12, 2
"""The play-out delay in frames: least, most, and before anything is known."""
_BUCKETS: Final = 16
_FORGET: Final = 0.998
"""Per packet: the delays of the last 10 s count."""
_WINDOW: Final = 500
"""Packets after which the shortest transit is looked for anew, so that it follows drifting clocks."""
_PATIENCE: Final = 50
"""Ticks for which too deep a buffer waits for a pause in speech."""
_URGENT: Final = 3
"""Frames by which a buffer must be too shallow to be stretched within speech."""
_STRAY_TICKS: Final = 10
"""For how long packets must miss their play-out before the stream counts as a new one."""
_FAR: Final = 2**60


class JitterBank:
    """The play-out clocks of `capacity` streams. A tick is: `arrive`, `begin_tick`, then `end_tick`."""

    def __init__(self, capacity: int) -> None:
        self.started: Flags = np.zeros(capacity, np.bool_)
        self.play: Ints = np.zeros(capacity, np.int64)
        """The position that is due; always a multiple of `FRAME`."""
        self.target: Ints = np.full(capacity, START, np.int64)
        """The wanted delay in frames."""
        self.late: Ints = np.zeros(capacity, np.int64)
        """How many packets came after their play-out."""
        self.jitter: NDArray[np.float64] = np.zeros(capacity)
        """Inter-arrival jitter in positions (RFC 3550 section 6.4.1), seen in ticks."""
        self.waiting: Flags = np.zeros(capacity, np.bool_)
        """Streams that play nothing in this tick, so that their buffer gets deeper."""
        self._scale: Ints = np.ones(capacity, np.int64)
        self._first: Ints = np.zeros(capacity, np.int64)
        self._newest: Ints = np.zeros(capacity, np.int64)
        self._last_transit: Ints = np.zeros(capacity, np.int64)
        self._shortest: Ints = np.full(capacity, _FAR, np.int64)
        self._window: Ints = np.full(capacity, _FAR, np.int64)
        self._counted: Ints = np.zeros(capacity, np.int64)
        self._delays: NDArray[np.float64] = np.zeros((capacity, _BUCKETS))
        self._stray_since: Ints = np.full(capacity, _FAR, np.int64)
        self._deep_ticks: Ints = np.zeros(capacity, np.int64)
        self._excess: Ints = np.zeros(capacity, np.int64)
        self._quiet: Flags = np.zeros(capacity, np.bool_)

    def open(self, slot: int, clock_rate: int) -> None:
        """Begin a stream anew; its first packet will be position 0.

        Raises:
            ValueError: `clock_rate` is no multiple of 8000.
        """
        if clock_rate % 8000 or clock_rate <= 0:
            raise ValueError(f"an RTP clock of {clock_rate} Hz")
        self.started[slot] = self.waiting[slot] = False
        self._scale[slot] = clock_rate // 8000
        self.target[slot] = START
        self.jitter[slot] = self.late[slot] = 0

    def arrive(self, slots: Ints, stamps: Ints, tick: int) -> tuple[Ints, Flags, Ints]:
        """Note packets found in tick `tick`.

        Args:
            slots: shape (n,), each packet's stream; a stream may be there several times, in order.
            stamps: shape (n,), the packets' 32-bit RTP time stamps.
            tick: the number of this tick.

        Returns:
            The packets' positions; whether each is of use (neither too late nor much too early); and the streams that
            begin with this batch, whose buffers must be empty before it is stored.
        """
        at = tick * FRAME
        lost_touch = self.started[slots] & (self._stray_since[slots] <= tick - _STRAY_TICKS)
        begins, first = np.unique(slots[~self.started[slots] | lost_touch], return_index=True)
        if len(begins):
            where = np.flatnonzero(~self.started[slots] | lost_touch)[first]
            self._begin(begins, stamps[where], at)
        newest = self._newest[slots]
        reference = (self._first[slots] + newest) & 0xFFFFFFFF
        ahead = (stamps - reference) & 0xFFFFFFFF
        raw = newest + np.where(ahead >= 2**31, ahead - 2**32, ahead)
        positions = raw // self._scale[slots]
        lead = positions - self.play[slots]
        usable = (lead >= 0) & (lead < RANGE)
        np.maximum.at(self._newest, slots[lead < RANGE], raw[lead < RANGE])
        self._learn(slots, at - positions)
        strayed = slots[~usable]
        np.add.at(self.late, slots[lead < 0], 1)
        self._stray_since[strayed] = np.minimum(self._stray_since[strayed], tick)
        self._stray_since[slots[usable]] = _FAR
        return positions, usable, begins

    def begin_tick(self, tick: int) -> None:
        """Find which streams must wait in this tick."""
        wanted = tick * FRAME + -self._shortest // FRAME * FRAME - self.target * FRAME
        self._excess = np.where(self.started, (wanted - self.play) // FRAME, 0)
        self.waiting = (self._excess <= -_URGENT) | ((self._excess < 0) & self._quiet)

    def end_tick(self, missing: Flags, quiet: Flags) -> Flags:
        """Move on.

        Args:
            missing: shape (capacity,): nothing had arrived for what was due.
            quiet: shape (capacity,): nobody speaks in what was played.

        Returns:
            The streams that skip a frame: the one before their new `play` is to be dropped.
        """
        self._quiet = quiet
        self._deep_ticks = np.where(self._excess > 0, self._deep_ticks + 1, 0)
        stays = self.waiting | ((self._excess < 0) & missing)
        forced = (self._excess > 1) & (self._deep_ticks > _PATIENCE)
        skips = ((self._excess > 0) & quiet & self.started) | (forced & self.started)
        self.play += FRAME
        self.play[stays] -= FRAME
        self.play[skips] += FRAME
        self._deep_ticks[skips] = 0
        return skips

    def _begin(self, slots: Ints, stamps: Ints, at: int) -> None:
        self.started[slots] = True
        self._first[slots] = stamps
        self._newest[slots] = 0
        self._shortest[slots] = self._window[slots] = self._last_transit[slots] = at
        self._counted[slots] = self._deep_ticks[slots] = 0
        self._delays[slots] = 0
        self._stray_since[slots] = _FAR
        self.play[slots] = -self.target[slots] * FRAME

    def _learn(self, slots: Ints, transits: Ints) -> None:
        """Keep the shortest transit, the spread of delays and with it the wanted depth up to date."""
        self.jitter[slots] += (np.abs(transits - self._last_transit[slots]) - self.jitter[slots]) / 16
        self._last_transit[slots] = transits
        np.minimum.at(self._window, slots, transits)
        self._shortest[slots] = np.minimum(self._shortest[slots], self._window[slots])
        np.add.at(self._counted, slots, 1)
        over = slots[self._counted[slots] >= _WINDOW]
        if len(over):
            self._shortest[over] = self._window[over]
            self._window[over] = _FAR
            self._counted[over] = 0
        buckets = np.clip((transits - self._shortest[slots] + FRAME - 1) // FRAME, 0, _BUCKETS - 1)
        self._delays[slots] *= _FORGET
        np.add.at(self._delays, (slots, buckets), 1.0)
        total = np.cumsum(self._delays[slots], axis=1)
        enough = (total < QUANTILE * total[:, -1:]).sum(axis=1)
        known = total[:, -1] >= 2 * _BUCKETS
        self.target[slots] = np.where(known, np.clip(enough, SHALLOWEST, DEEPEST), np.maximum(enough, START))
