"""How punctual the ticks are."""

import time
from collections.abc import Callable
from typing import Final

LATE_S: Final = 0.005
"""From when on a tick counts as late."""
MOST_BEHIND: Final = 25
"""Ticks that are made up for after a stall; what is beyond half a second is left out."""
_STEP_S: Final = 0.0001
_STEPS: Final = 2000


class Durations:
    """A histogram in steps of 0.1 ms up to 200 ms."""

    def __init__(self) -> None:
        self.count = 0
        self.longest_s = 0.0
        self._counts = [0] * (_STEPS + 1)

    def add(self, seconds: float) -> None:
        """Count one."""
        self._counts[min(max(int(seconds / _STEP_S), 0), _STEPS)] += 1
        self.count += 1
        self.longest_s = max(self.longest_s, seconds)

    def quantile_ms(self, share: float) -> float:
        """Return the duration that `share` of all stay below, in milliseconds."""
        wanted = share * self.count
        seen = 0
        for step, number in enumerate(self._counts):
            seen += number
            if seen >= wanted and seen:
                return min((step + 1) * _STEP_S, self.longest_s or _STEP_S) * 1000
        return 0.0


class Ticker:
    """Calls `work` every `period_s` at absolute deadlines; waits by `wait`, which may do other things meanwhile.

    Args:
        period_s: from one tick to the next.
        work: does tick number n.
        wait: is called with the seconds that are left, also when there are none, and returns when it likes.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        period_s: float,
        work: Callable[[int], None],
        wait: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lateness = Durations()
        self.work = Durations()
        self.late = 0
        self.skipped = 0
        self._period_s = period_s
        self._work = work
        self._wait = wait
        self._clock = clock
        self._number = 0
        self._start = clock()

    def count_anew(self) -> None:
        """Forget how punctual the ticks have been so far."""
        self.lateness, self.work = Durations(), Durations()
        self.late = self.skipped = 0

    def step(self) -> None:
        """Wait for the next tick and do it."""
        deadline = self._start + self._number * self._period_s
        self._wait(max(0.0, deadline - self._clock()))
        while (left := deadline - self._clock()) > 0:
            self._wait(left)
        began = self._clock()
        behind = int((began - deadline) / self._period_s)
        if behind > MOST_BEHIND:
            self.skipped += behind
            self._number += behind
        self.lateness.add(began - deadline)
        self.late += began - deadline > LATE_S
        self._work(self._number)
        self.work.add(self._clock() - began)
        self._number += 1
