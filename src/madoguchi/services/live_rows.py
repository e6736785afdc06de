"""Rows that are worked out of the whole floor and of facts: only while somebody watches, and at most once a second.

Facts are read anew after some were written, and less often where reading takes long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock
from madoguchi.services.rows import Json
from madoguchi.services.view_frames import Row
from madoguchi.services.view_store import Owner, ViewStore

EVERY: Final = Span(seconds=1)
REST: Final = 10
"""How many times as long as reading the facts took nothing is read again."""

_log = structlog.get_logger(__name__)


class LiveRows:
    """One topic of such rows: `read` takes in the facts, `work_out` makes the rows."""

    def __init__(
        self,
        store: ViewStore,
        topic: str,
        clock: Clock,
        read: Callable[[], Awaitable[None]],
        work_out: Callable[[], Sequence[Json]],
        owner: Owner | None = None,
    ) -> None:
        self._views = store
        self._topic = topic
        self._clock = clock
        self._read = read
        self._work_out = work_out
        self._owner = owner
        self._wake = asyncio.Event()
        self._new_facts = True
        self._not_before = clock.now()
        store.add_source(topic, self._source, owner)

    def changed(self, _change: object = None) -> None:
        """Note that something on the floor is otherwise; an observer of calls, chats and agents."""
        self._wake.set()

    def facts_written(self) -> None:
        """Note that there are other facts than before."""
        self._new_facts = True
        self._wake.set()

    async def run(self) -> None:
        """Publish what changed, at most once a second, until cancelled. No fault of it ends the house."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._views.held(self._topic):
                await self.unharmed(self._publish)
                await self._clock.sleep(EVERY)

    async def unharmed(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something whose failure is told and has no other consequences."""
        try:
            await work()
        except MadoguchiError as error:
            _log.warning("figures_put_off", code=error.code)
            self._wake.set()
        except Exception:  # noqa: BLE001 - figures are not worth a house
            _log.exception("figures_failed")

    async def _publish(self) -> None:
        rows = await self._rows()
        gone = self._views.rows(self._topic).keys() - {row["id"] for row in rows}
        whose = {row["id"]: self._owner(row) for row in rows} if self._owner is not None else {}
        self._views.publish(self._topic, rows, gone, whose)
        if self._new_facts:  # It was too soon to read them again.
            self._wake.set()

    async def _source(self, _topic: str) -> Sequence[Row]:
        self._new_facts, self._not_before = True, self._clock.now()
        return await self._rows()

    async def _rows(self) -> Sequence[Json]:
        if self._new_facts and self._clock.now() >= self._not_before:
            begun = self._clock.now()
            self._new_facts = False
            try:
                await self._read()
            except BaseException:
                self._new_facts = True
                raise
            ended = self._clock.now()
            self._not_before = ended + REST * (ended - begun)
        return self._work_out()
