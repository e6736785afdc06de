"""The live figures: who waits, for how long, who is there, and what the day has brought so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.figures.totals import Totals, summed
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock
from madoguchi.services import views
from madoguchi.services.figures import FiguresService
from madoguchi.services.floor import ALL, Floor, Standing, Standings, staffing, standings
from madoguchi.services.live_rows import LiveRows
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json, queue_ref
from madoguchi.services.rows_figures import figures_row, goals_row
from madoguchi.services.view_store import ViewStore

DAYS_EVERY: Final = Span(seconds=30)


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
        self._floor = floor
        self._figures = figures
        self._queues = queues
        self._clock = clock
        self._day = _Day()
        self._today: date | None = None
        self.on_new_day: Callable[[], None] = lambda: None
        """Called when another day has begun at the centre."""
        self.rows = LiveRows(store, views.FIGURES, clock, self._read_day, self._work_out)

    async def watch_days(self) -> None:
        """Begin anew when another day has begun at the centre, until cancelled."""
        while True:
            await self.rows.unharmed(self._look_at_day)
            await self._clock.sleep(DAYS_EVERY)

    async def _look_at_day(self) -> None:
        today = await self._figures.day()
        if self._today not in {None, today}:
            self.rows.facts_written()
            self.on_new_day()
        self._today = today

    async def _read_day(self) -> None:
        goals = await self._figures.goals()
        day, totals = await self._figures.today(goals)
        self._day = _Day(day, totals, goals_row(goals))

    def _work_out(self) -> Sequence[Json]:
        counts = standings(self._floor)
        rows = [self._row(queue.id, queue, counts, agents) for queue, agents in self._floor.staffed(self._queues.all())]
        return [*rows, self._row(ALL, None, counts, list(self._floor.agents()))]

    def _row(self, row_id: str, queue: Queue | None, counts: Standings, agents: Sequence[Agent]) -> Json:
        today = {
            channel: summed(found.values()) if queue is None else found.get(row_id, Totals())
            for channel, found in ((one, self._day.totals.get(one, {})) for one in Channel)
        }
        return {
            "id": row_id,
            "kind": "figures",
            "queue": queue_ref(queue) if queue is not None else None,
            **{one.value: counts.get((row_id, one), Standing()).row() for one in Channel},
            "agents": {name: count for name, count in staffing(agents).items() if name != "busy"},
            "day": self._day.day.isoformat(),
            "today": {
                **{channel.value: figures_row(totals) for channel, totals in today.items()},
                "all": figures_row(summed(today.values())),
            },
            "goals": self._day.goals,
        }
