"""One clock watcher for all owners: it holds the earliest deadline of each and wakes whose time has come."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import NoReturn

from madoguchi.kernel.time import Instant
from madoguchi.ports.environment import Clock


class Alarms:
    """At most one alarm per key. Setting is cheap; a replaced alarm is dropped when its time comes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[Instant, int, str]] = []
        self._set: dict[str, tuple[int, Callable[[], None]]] = {}
        self._at: dict[str, Instant] = {}
        self._number = count()
        self._changed = asyncio.Event()

    def set(self, key: str, at: Instant | None, ring: Callable[[], None]) -> None:
        """Call `ring` once at `at`, instead of whatever was set for `key`; None only clears."""
        if self._at.get(key) == at:
            return
        self._set.pop(key, None)
        self._at.pop(key, None)
        if at is None:
            return
        number = next(self._number)
        self._set[key] = (number, ring)
        self._at[key] = at
        heapq.heappush(self._heap, (at, number, key))
        if self._heap[0][1] == number:
            self._changed.set()

    async def run(self) -> NoReturn:
        """Ring until cancelled."""
        while True:
            self._changed.clear()
            self._ring_due()
            if not self._heap:
                await self._changed.wait()
                continue
            async with asyncio.TaskGroup() as race:
                changed = race.create_task(self._changed.wait())
                slept = race.create_task(self._clock.sleep(self._heap[0][0] - self._clock.now()))
                await asyncio.wait({changed, slept}, return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                slept.cancel()

    def _ring_due(self) -> None:
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            _, number, key = heapq.heappop(self._heap)
            if key in self._set and self._set[key][0] == number:
                _, ring = self._set.pop(key)
                del self._at[key]
                ring()
