"""What is counted: facts out of journals, reports, and the live figures of the dashboard and of the queues."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from madoguchi.bootstrap.ports import Ports
from madoguchi.services.calls import CallOwners
from madoguchi.services.centre_time import CentreTime
from madoguchi.services.chats import ChatOwners
from madoguchi.services.doctor import AgentOwners
from madoguchi.services.fact_keeper import FactKeeper
from madoguchi.services.figures import FiguresService
from madoguchi.services.figures_live import LiveFigures
from madoguchi.services.floor import Floor
from madoguchi.services.queues import QueueService
from madoguchi.services.queues_live import LiveQueues
from madoguchi.services.view_store import ViewStore


class Figures:
    """Keeps facts and shows figures; `service` answers questions about them."""

    def __init__(self, ports: Ports, centre: CentreTime, queues: QueueService, views: ViewStore) -> None:
        self._clock = ports.clock
        self._queues = queues
        self._views = views
        self._facts = FactKeeper(ports.storage, ports.clock)
        self.service = FiguresService(ports.storage, queues, centre, ports.clock)

    def observe(
        self, calls: CallOwners, chats: ChatOwners, agents: AgentOwners, on_new_day: Callable[[], None]
    ) -> None:
        """Count what happens to these; `on_new_day` is called when the centre's date changes."""
        floor = Floor(calls.states, chats.states, agents.states)
        self._day = LiveFigures(self._views, floor, self.service, self._queues, self._clock)
        self._day.on_new_day = on_new_day
        self._now = LiveQueues(self._views, floor, self.service, self._queues, self._clock)
        calls.observe(self._facts.interaction_changed)
        chats.observe(self._facts.interaction_changed)
        agents.observe(self._facts.agent_changed)
        for rows in (self._day.rows, self._now.rows):
            calls.observe(rows.changed)
            chats.observe(rows.changed)
            agents.observe(rows.changed)
            self._queues.observe(rows.changed)
            self._facts.observe(rows.facts_written)

    def work(self) -> Sequence[Coroutine[Any, Any, None]]:
        """Return what has to run as long as the house is open."""
        return (
            self._facts.run(),
            self._day.rows.run(),
            self._day.watch_days(),
            self._now.rows.run(),
            self._now.watch_time(),
        )
