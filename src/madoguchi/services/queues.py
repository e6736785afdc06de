"""The queues, for menus, screens and routing. Kept in memory: they are needed for every ring and change rarely."""

from collections.abc import Callable, Sequence
from typing import Final

from madoguchi.domain.access.users import Principal
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.ports.storage import Catalogue
from madoguchi.services.rows import Json, queue_ref

MENU_KEYS: Final = range(1, 10)


class QueueService:
    """Reads queues. `available` tells how many of some agents could be rung; set when agents are there."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._queues: tuple[Queue, ...] = ()
        self._of_agent: dict[UserId, list[Queue]] = {}
        """Asked for whenever an agent changes."""
        self.available: Callable[[Sequence[UserId]], int] = lambda _agents: 0
        self.changed: Callable[[], None] = lambda: None
        """Told whenever queues were read anew."""

    async def load(self) -> None:
        """Read all queues; to be called at the start and whenever one was changed."""
        self._queues = tuple(await self._catalogue.queues())
        self._of_agent = {}
        for queue in self._queues:
            for agent in queue.agents:
                self._of_agent.setdefault(agent, []).append(queue)
        self.changed()

    async def save(self, queue: Queue) -> None:
        """Store or replace a queue."""
        await self._catalogue.save_queue(queue)
        await self.load()

    def all(self) -> Sequence[Queue]:
        """Return all queues in menu order."""
        return self._queues

    def get(self, queue: QueueId) -> Queue:
        """Return a queue.

        Raises:
            NotFoundError: there is none with this id.
        """
        found = next((one for one in self._queues if one.id == queue), None)
        if found is None:
            raise NotFoundError("there is no such queue", field="queue")
        return found

    def phone_menu(self) -> Sequence[Queue]:
        """Return what a caller can choose from, in order of the keys."""
        return [one for one in self._queues if MenuChannel.IVR in one.channels and one.position in MENU_KEYS]

    def of_agent(self, agent: UserId) -> Sequence[Queue]:
        """Return the queues that an agent is assigned to."""
        return self._of_agent.get(agent, ())

    async def for_portal(self, actor: Principal) -> Sequence[Json]:
        """Return all queues as the portal lists them, for transfers and filters."""
        del actor  # Whoever is signed in may know the queues' names.
        return [
            {
                **queue_ref(one),
                "channels": sorted(channel.value for channel in one.channels),
                "agents": len(one.agents),
                "available": self.available(one.agents),
            }
            for one in self._queues
        ]

    async def for_consumer(self) -> Sequence[Json]:
        """Return the queues of the web menu as consumers see them."""
        return [
            {**queue_ref(one), "channels": ["call", "chat"]} for one in self._queues if MenuChannel.WEB in one.channels
        ]
