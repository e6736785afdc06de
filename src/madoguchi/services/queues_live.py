"""The queues as supervisors watch them: how each stands now, and what the last 24 hours have brought it."""

from collections.abc import Mapping, Sequence
from typing import Final

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.belonging import Belonging
from madoguchi.domain.figures.totals import Totals, summed
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock
from madoguchi.services import views
from madoguchi.services.figures import FiguresService
from madoguchi.services.floor import Floor, Standing, Standings, staffing, standings
from madoguchi.services.live_rows import LiveRows
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json, queue_ref
from madoguchi.services.rows_figures import queue_sums_row
from madoguchi.services.view_frames import Row
from madoguchi.services.view_store import ViewStore

LAST: Final = Span(hours=24)
AGAIN: Final = Span(minutes=1)
"""How often it is read anew although nothing was written: what is older than a day falls out."""


class LiveQueues:
    """Rows of the view `queues_live`. A queue belongs to its agents: that is what a restricted manager sees of them."""

    def __init__(
        self, store: ViewStore, floor: Floor, figures: FiguresService, queues: QueueService, clock: Clock
    ) -> None:
        self._floor = floor
        self._figures = figures
        self._queues = queues
        self._clock = clock
        self._totals: Mapping[Channel, Mapping[str, Totals]] = {}
        self.rows = LiveRows(store, views.LIVE_QUEUES, clock, self._read, self._work_out, _owner)

    async def watch_time(self) -> None:
        """Let what is older than a day fall out, until cancelled."""
        while True:
            await self._clock.sleep(AGAIN)
            self.rows.facts_written()

    async def _read(self) -> None:
        now = self._clock.now()
        self._totals = await self._figures.between(now - LAST, now, await self._figures.goals())

    def _work_out(self) -> Sequence[Json]:
        counts = standings(self._floor)
        return [self._row(queue, counts, agents) for queue, agents in self._floor.staffed(self._queues.all())]

    def _row(self, queue: Queue, counts: Standings, agents: Sequence[Agent]) -> Json:
        last = {channel: self._totals.get(channel, {}).get(queue.id, Totals()) for channel in Channel}
        return {
            "id": queue.id,
            "kind": "queue",
            "queue": queue_ref(queue),
            "channels": [one.value for one in MenuChannel if one in queue.channels],
            "policy": queue.routing.policy.value,
            "spread": queue.routing.spread.value,
            "priority": queue.routing.priority,
            "agents": staffing(agents),
            **{one.value: counts.get((queue.id, one), Standing()).row() for one in Channel},
            "last": {
                **{channel.value: queue_sums_row(totals) for channel, totals in last.items()},
                "all": queue_sums_row(summed(last.values())),
            },
        }


def _owner(row: Row) -> Belonging:
    return Belonging(queue=QueueId(row["id"]))
