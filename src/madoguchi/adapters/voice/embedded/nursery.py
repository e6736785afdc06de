"""Tasks that live as long as the engine, and fail alone."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Nursery:
    """A task group that is opened and closed by different callers. A task's error is logged and hurts no other."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begin."""
        opened = asyncio.Event()
        # The one task that owns the group: a group must be left by the task that entered it.
        self._keeper = asyncio.get_running_loop().create_task(self._keep(opened))
        await opened.wait()

    async def close(self) -> None:
        """Cancel what still runs, and wait for its end."""
        self._stop.set()
        for task in tuple(self._tasks):
            task.cancel()
        if self._keeper is not None:
            await self._keeper

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in the background; after `close` it is dropped."""
        if self._group is None or self._stop.is_set():
            work.close()
            return
        task = self._group.create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A task that is cancelled before it began has never looked at its work.
        task.add_done_callback(lambda _: work.close())

    async def _keep(self, opened: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as self._group:
            opened.set()
            await self._stop.wait()


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("a background task failed")
