"""The queues, for menus, screens and routing. Kept in memory: they are needed for every ring and change rarely."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from madoguchi.domain.access.users import Principal
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.domain.queues.resolve import Members, Menus, names_of, nobody
from madoguchi.domain.queues.tree import Tree
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.ports.queues import QueueMenus, StoredMenus
from madoguchi.services.rows import Json, queue_ref


class QueueService:
    """Reads queues. `available` tells how many of some agents could be rung; set when agents are there."""

    def __init__(self, menus: QueueMenus, members: Members = nobody) -> None:
        self._stored_menus = menus
        self._members = members
        self._stored = StoredMenus()
        self._menus = Menus()
        self._phone_menu = PhoneMenu()
        self._queues: Mapping[QueueId, Queue] = {}
        self._all: Sequence[Queue] = ()
        self._of_agent: Mapping[UserId, tuple[Queue, ...]] = {}
        self._observers: list[Callable[[], None]] = []
        self.available: Callable[[Sequence[UserId]], int] = lambda _agents: 0

    async def load(self) -> None:
        """Read all queues; to be called at the start and whenever one was changed."""
        self._stored = await self._stored_menus.load()
        self.refresh()

    def refresh(self) -> None:
        """Work out again who serves which queue; to be called when teams have changed."""
        stored = self._stored
        self._menus = Menus(Tree.of(stored.nodes), stored.common, self._members)
        self._phone_menu = self._menus.phone_menu()
        self._queues = {one.id: one for one in self._menus.queues()}
        self._all = tuple(self._queues.values())
        of_agent: dict[UserId, tuple[Queue, ...]] = {}
        for queue in self._shown():
            for agent in queue.agents:
                of_agent[agent] = (*of_agent.get(agent, ()), queue)
        self._of_agent = of_agent
        for observer in self._observers:
            observer()

    def observe(self, observer: Callable[[], None]) -> None:
        """Call `observer` whenever queues were read anew."""
        self._observers.append(observer)

    @property
    def stored(self) -> StoredMenus:
        """What was read last."""
        return self._stored

    @property
    def menus(self) -> Menus:
        """The trees with their settings."""
        return self._menus

    def all(self) -> Sequence[Queue]:
        """Return all queues in menu order; last those that are deleted, where somebody may still wait."""
        return self._all

    def get(self, queue: QueueId) -> Queue:
        """Return a queue.

        Raises:
            NotFoundError: there is none with this id, or it is deleted.
        """
        found = self._queues.get(queue)
        if found is None or self._menus.tree.nodes[queue].deleted:
            raise NotFoundError("there is no such queue", field="queue")
        return found

    def agents_of(self, queue: QueueId) -> Sequence[UserId]:
        """Return who serves a queue now, also one that is deleted; nobody where there is none with this id."""
        found = self._queues.get(queue)
        return found.agents if found is not None else ()

    def wanted_skills(self) -> Collection[str]:
        """Return the skills that any queue, or group of agents in one, asks for."""
        routings = [one.routing for one in self._all]
        groups = [group for routing in routings for group in routing.groups]
        asked = [*(one.skills for one in routings), *(one.skills for one in groups)]
        return {need.skill for needs in asked for need in needs}

    def phone_menu(self) -> PhoneMenu:
        """Return what a caller can choose from."""
        return self._phone_menu

    def in_phone_menu(self, place: QueueId) -> bool:
        """Whether this is a level or queue of the phone menu."""
        node = self._menus.tree.nodes.get(place)
        return node is not None and not node.deleted and node.channel is MenuChannel.IVR

    def phone_places(self) -> Iterator[tuple[QueueId, Sequence[Mapping[str, str]]]]:
        """Yield the levels and queues of the phone menu, in its order, with their names from the top down."""
        for node in self._menus.tree.walk(MenuChannel.IVR):
            yield node.id, [names_of(one) for one in self._menus.tree.chain(node)]

    def phone_menu_at(self, place: QueueId) -> PhoneMenu:
        """Return what a caller comes to who is sent to a level or queue: its choices, or the queue alone.

        Where it is not there any more, that is the whole menu: nobody is to be lost by it.
        """
        node = self._menus.tree.nodes.get(place)
        if node is None or node.deleted:
            return self._phone_menu
        if not self._menus.tree.leaf(node):
            return self._menus.phone_menu(node)
        return PhoneMenu.flat((replace(self._queues[place], agents=(), spoken={}),))

    def of_agent(self, agent: UserId) -> Sequence[Queue]:
        """Return the queues that an agent is assigned to."""
        return self._of_agent.get(agent, ())

    def above(self, queue: QueueId) -> Sequence[QueueId]:
        """Return the levels that a queue is in, the nearest first."""
        node = self._menus.tree.nodes.get(queue)
        return [one.id for one in reversed(self._menus.tree.chain(node)[:-1])] if node is not None else []

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
            for one in self._shown()
        ]

    def for_consumer(self, channel: MenuChannel = MenuChannel.WEB) -> Sequence[Json]:
        """Return the queues that consumers can choose in a menu of pages, in its order."""
        return list(self._offered(channel, None))

    def menu_for_consumer(self, channel: MenuChannel = MenuChannel.WEB) -> Sequence[Json]:
        """Return a menu as consumers walk through it: levels have `entries`, queues have `channels`."""
        return self._level(channel, None)

    def _level(self, channel: MenuChannel, parent: QueueId | None) -> list[Json]:
        rows: list[Json] = []
        for node in self._menus.choices(channel, parent):
            row: Json = {"id": node.id, "names": dict(names_of(node))}
            below = self._level(channel, node.id)
            rows.append({**row, "entries": below} if below else {**row, "channels": ["chat", "call"], "entries": []})
        return rows

    def _offered(self, channel: MenuChannel, parent: QueueId | None) -> Iterator[Json]:
        for node in self._menus.choices(channel, parent):
            if self._menus.tree.leaf(node):
                yield {**queue_ref(self._queues[node.id]), "channels": ["chat", "call"]}
            else:
                yield from self._offered(channel, node.id)

    def _shown(self) -> Iterator[Queue]:
        nodes = self._menus.tree.nodes
        return (one for one in self._queues.values() if not nodes[one.id].deleted)
