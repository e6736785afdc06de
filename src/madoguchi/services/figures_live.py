"""The live figures: who waits, for how long, who is there, and what the day has brought so far.

Computed only while somebody watches, and at most once a second. What the day has brought is read anew after facts were
written, and less often where reading takes long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import structlog

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.chats.lifecycle import ANSWERED
from madoguchi.domain.figures.totals import Totals, summed
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock
from madoguchi.services import views
from madoguchi.services.figures import FiguresService
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json, moment, queue_ref
from madoguchi.services.rows_figures import figures_row, goals_row
from madoguchi.services.view_frames import Row
from madoguchi.services.view_store import ViewStore

EVERY: Final = Span(seconds=1)
DAYS_EVERY: Final = Span(seconds=30)
REST: Final = 10
"""How many times as long as reading the day took nothing is read again."""
WAITING: Final = frozenset({CallState.QUEUED, CallState.OFFERED})
"""States in which the consumer waits; a call whose agent waits for a colleague is talked in."""
ALL: Final = "all"
"""The id of the row of everything together."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Floor:
    """What is live now."""

    calls: Callable[[], Iterator[Call]]
    chats: Callable[[], Iterator[Chat]]
    agents: Callable[[], Iterator[Agent]]


@dataclass
class _Count:
    """Of one queue and channel, or of all queues."""

    waiting: int = 0
    longest_since: Instant | None = None
    working: int = 0

    def wait(self, since: Instant) -> None:
        self.waiting += 1
        self.longest_since = since if self.longest_since is None else min(self.longest_since, since)

    def row(self) -> Json:
        return {"waiting": self.waiting, "longest_since": moment(self.longest_since), "working": self.working}


@dataclass
class _Day:
    """What was counted last of the day."""

    day: date = date.min
    totals: Mapping[Channel, Mapping[str, Totals]] = field(default_factory=dict)
    goals: Json = field(default_factory=dict)


class LiveFigures:
    """Rows of the view `figures`: one for each queue, and one for all."""

    def __init__(
        self, store: ViewStore, floor: Floor, figures: FiguresService, queues: QueueService, clock: Clock
    ) -> None:
        self._views = store
        self._floor = floor
        self._figures = figures
        self._queues = queues
        self._clock = clock
        self._wake = asyncio.Event()
        self._new_facts = True
        self._day = _Day()
        self._today: date | None = None
        self._not_before = clock.now()
        self.on_new_day: Callable[[], None] = lambda: None
        """Called when another day has begun at the centre."""
        store.add_source(views.FIGURES, self._source)

    def changed(self, _change: object = None) -> None:
        """Note that something on the floor is otherwise; an observer of calls, chats and agents."""
        self._wake.set()

    def facts_written(self) -> None:
        """Note that the day has brought more."""
        self._new_facts = True
        self._wake.set()

    async def run(self) -> None:
        """Publish what changed, at most once a second, until cancelled. No fault of it ends the house."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._views.rows(views.FIGURES):
                await self._unharmed(self._publish)
                await self._clock.sleep(EVERY)

    async def watch_days(self) -> None:
        """Begin anew when another day has begun at the centre, until cancelled."""
        while True:
            await self._unharmed(self._look_at_day)
            await self._clock.sleep(DAYS_EVERY)

    async def _publish(self) -> None:
        self._views.publish(views.FIGURES, await self._rows(), self._gone())
        if self._new_facts:  # It was too soon to read the day again.
            self._wake.set()

    async def _look_at_day(self) -> None:
        today = await self._figures.day()
        if self._today not in {None, today}:
            self.facts_written()
            self.on_new_day()
        self._today = today

    async def _unharmed(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except MadoguchiError as error:
            _log.warning("figures_put_off", code=error.code)
            self._wake.set()
        except Exception:  # noqa: BLE001 - figures are not worth a house
            _log.exception("figures_failed")

    async def _source(self, _topic: str) -> Sequence[Row]:
        self._new_facts, self._not_before = True, self._clock.now()
        return await self._rows()

    def _gone(self) -> Sequence[str]:
        known = {ALL, *(one.id for one in self._queues.all())}
        return [one for one in self._views.rows(views.FIGURES) if one not in known]

    async def _rows(self) -> Sequence[Json]:
        if self._new_facts and self._clock.now() >= self._not_before:
            await self._read_day()
        counts = self._count()
        agents = {one.id: one for one in self._floor.agents()}
        rows = [
            self._row(queue.id, queue, counts, [agents[one] for one in queue.agents if one in agents])
            for queue in self._queues.all()
        ]
        return [*rows, self._row(ALL, None, counts, list(agents.values()))]

    async def _read_day(self) -> None:
        begun = self._clock.now()
        self._new_facts = False
        try:
            goals = await self._figures.goals()
            day, totals = await self._figures.today(goals)
        except BaseException:
            self._new_facts = True
            raise
        self._day = _Day(day, totals, goals_row(goals))
        ended = self._clock.now()
        self._not_before = ended + REST * (ended - begun)

    def _count(self) -> Mapping[tuple[str, Channel], _Count]:
        counts: dict[tuple[str, Channel], _Count] = {}

        def of(queue: str, channel: Channel) -> Iterator[_Count]:
            for key in (queue, ALL):
                yield counts.setdefault((key, channel), _Count())

        for call in self._floor.calls():
            if call.queue is None:
                continue
            for count in of(call.queue.id, Channel.CALL):
                if call.state in WAITING and call.queued_at is not None:
                    count.wait(call.queued_at)
                count.working += call.state is CallState.TALKING
        for chat in self._floor.chats():
            for count in of(chat.queue.id, Channel.CHAT):
                if chat.waiting() is not None:
                    count.wait(chat.queued_at)
                count.working += chat.state in ANSWERED
        return counts

    def _row(
        self, row_id: str, queue: Queue | None, counts: Mapping[tuple[str, Channel], _Count], agents: Sequence[Agent]
    ) -> Json:
        today = {
            channel: summed(found.values()) if queue is None else found.get(row_id, Totals())
            for channel, found in ((one, self._day.totals.get(one, {})) for one in Channel)
        }
        return {
            "id": row_id,
            "kind": "figures",
            "queue": queue_ref(queue) if queue is not None else None,
            **{one.value: counts.get((row_id, one), _Count()).row() for one in Channel},
            "agents": {
                "assigned": len(agents),
                "signed_in": sum(one.status is not Presence.SIGNED_OUT for one in agents),
                "available": sum(any(one.free_for(channel) for channel in Channel) for one in agents),
            },
            "day": self._day.day.isoformat(),
            "today": {
                **{channel.value: figures_row(totals) for channel, totals in today.items()},
                "all": figures_row(summed(today.values())),
            },
            "goals": self._day.goals,
        }
