"""Time for a user agent: what the present moment is, and to be called later. Tests turn the clock by hand."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Timer(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Never make the call. Cancelling twice, or after it was made, is no error."""


class Timers(Protocol):
    """The present time in seconds that only go forward, and calls that are due later."""

    def now(self) -> float:
        """Return the present time."""

    def after(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` in `delay_s` seconds."""


class LoopTimers:
    """The running event loop's time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def now(self) -> float:
        """Return the loop's time."""
        return self._loop.time()

    def after(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` in `delay_s` seconds."""
        return self._loop.call_later(delay_s, callback)


class _ManualTimer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualTimers:
    """Time that stands still until it is advanced."""

    def __init__(self) -> None:
        self._now = 0.0
        self._numbers = itertools.count()
        self._due: list[tuple[float, int, _ManualTimer]] = []

    def now(self) -> float:
        """Return the seconds advanced so far."""
        return self._now

    def after(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` when time has been advanced by `delay_s`."""
        timer = _ManualTimer(callback)
        heapq.heappush(self._due, (self._now + delay_s, next(self._numbers), timer))
        return timer

    def advance(self, span_s: float) -> None:
        """Let `span_s` pass, making every call that falls due, in order."""
        end = self._now + span_s
        while self._due and self._due[0][0] <= end:
            self._now, _, timer = heapq.heappop(self._due)
            if timer.callback is not None:
                timer.callback()
        self._now = end


@dataclass(frozen=True)
class Timing:
    """The basic timer values of RFC 3261 section 17.1.1.1, in seconds."""

    t1_s: float = 0.5
    """Estimated round trip."""
    t2_s: float = 4.0
    """The longest gap between retransmissions."""
    t4_s: float = 5.0
    """How long a message may stay in the network."""

    @property
    def limit_s(self) -> float:
        """64*T1: how long anything waits for an answer."""
        return 64 * self.t1_s
