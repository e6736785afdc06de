"""Clock, ids and chance that do the same every time."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final, TypeVar

from madoguchi.kernel.time import Instant, Span

T = TypeVar("T")

NOON: Final[Instant] = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONGEST_WORK: Final[Span] = timedelta(minutes=10)
"""Longer than all that is waited for in a house that closes: what takes longer waits for ever."""


class FakeClock:
    """Stands still until it is told to advance; sleepers wake in the order of their times."""

    def __init__(self, now: Instant = NOON) -> None:
        self._now = now
        self._sleepers: list[tuple[Instant, asyncio.Future[None]]] = []

    def now(self) -> Instant:
        """Return the present fake time."""
        return self._now

    async def sleep(self, span: Span) -> None:
        """Wait until the clock was advanced by `span`."""
        if span <= timedelta(0):
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        entry = (self._now + span, future)
        self._sleepers.append(entry)
        try:
            await future
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)

    async def advance(self, span: Span | float) -> None:
        """Move on by `span` (or seconds), waking sleepers at their times and letting everybody run in between."""
        until = self._now + (span if isinstance(span, timedelta) else timedelta(seconds=span))
        await settle()
        while due := min((entry for entry in self._sleepers if entry[0] <= until), key=lambda e: e[0], default=None):
            self._now = max(self._now, due[0])
            self._sleepers.remove(due)
            if not due[1].done():
                due[1].set_result(None)
            await settle()
        self._now = until
        await settle()

    async def finish(self, work: Coroutine[Any, Any, T], within: Span = LONGEST_WORK) -> T:
        """Let time go on until `work` is done, and return what it returns.

        Raises:
            TimeoutError: it is not done after `within` of fake time; it is cancelled.
        """
        task = asyncio.create_task(work)
        end = self._now + within
        while not task.done():
            if self._now >= end:
                task.cancel()
                raise TimeoutError(f"not done after {within} of fake time: {work!r}")
            await self.advance(0.1)
        return await task


async def settle(rounds: int = 50) -> None:
    """Let all tasks that can run do so, as long as they need nothing but each other."""
    for _ in range(rounds):
        await asyncio.sleep(0)


async def until(condition: Callable[[], object], limit_s: float = 10.0) -> None:
    """Wait for what needs real time, such as a thread's work: poll until `condition` is true.

    Raises:
        TimeoutError: it never was.
    """
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - nobody tells when a thread is done
            await asyncio.sleep(0.005)
    await settle()


class CountingIds:
    """Ids that count: `call_00000000000000000000000001` is the first."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self, prefix: str) -> str:
        """Return the next id."""
        return f"{prefix}_{next(self._numbers):026d}"

    def secret(self) -> str:
        """Return the next text that is no secret at all."""
        return f"secret-{next(self._numbers):036d}"


class FirstChoice:
    """Chance that always takes the first option and the lowest number."""

    def choice(self, options: Sequence[T]) -> T:
        """Return the first of `options`."""
        return options[0]

    def uniform(self, low: float, high: float) -> float:
        """Return `low`."""
        del high
        return low
