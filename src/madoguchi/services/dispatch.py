"""Pairs who waits with who is free. The second step of the saga whose first is in `reservations`.

It remembers nothing that matters: who waits, for how long and what was tried is in the calls and chats, who is free is
in the agents. If it died between two steps, reservations expire and the next round begins anew.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar

import structlog

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.choice import Choice, Waiting, choose, in_order
from madoguchi.domain.routing.offers import Channel, Offer, PlaceOffers
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import InteractionId
from madoguchi.ports.environment import Clock
from madoguchi.services.lifecycle import Change
from madoguchi.services.queues import QueueService
from madoguchi.services.reservations import LiveAgents, Reservations

AFTER_TROUBLE: Final = timedelta(seconds=1)

_log = structlog.get_logger(__name__)


class Waits(Protocol):
    """A call or a chat."""

    def waiting(self) -> Waiting | None:
        """Return what routing needs to know while it waits."""


W = TypeVar("W", bound=Waits)


class LiveInteractions(Protocol[W]):
    """The owners of calls or chats."""

    def states(self) -> Iterable[W]:
        """Yield the live ones."""

    async def send(self, owner: str, command: Any) -> object:
        """Have a command decided."""

    def tell(self, owner: str, fact: Any) -> None:
        """Report a fact."""

    def observe(self, observer: Callable[[Change[W, Any]], None]) -> None:
        """Call `observer` after every change."""


class WaitingRoom(Generic[W]):
    """The waiting calls, or the waiting chats."""

    def __init__(self, owners: LiveInteractions[W], position_is: Callable[[int], object]) -> None:
        self._owners = owners
        self._position_is = position_is
        self._told: dict[InteractionId, int] = {}

    def waiting(self) -> Sequence[Waiting]:
        """Return who waits, in order of service."""
        return in_order(found for one in self._owners.states() if (found := one.waiting()) is not None)

    def observe(self, wake: Callable[[], None]) -> None:
        """Call `wake` when somebody begins or ceases to wait, or waits otherwise than before."""

        def changed(change: Change[W, Any]) -> None:
            before = change.before.waiting() if change.before is not None else None
            if change.state.waiting() != before:
                wake()

        self._owners.observe(changed)

    async def place(self, interaction: InteractionId, offers: tuple[Offer, ...]) -> None:
        """Let it ring.

        Raises:
            MadoguchiError: it does not wait any more.
        """
        await self._owners.send(interaction, PlaceOffers(offers))

    def tell_positions(self, waiting: Sequence[Waiting]) -> None:
        """Tell each in which place of its queue it is, where that has changed."""
        told: dict[InteractionId, int] = {}
        counts: dict[str, int] = {}
        for one in waiting:
            counts[one.queue] = place = counts.get(one.queue, 0) + 1
            told[one.interaction] = place
            if self._told.get(one.interaction) != place:
                self._owners.tell(one.interaction, self._position_is(place))
        self._told = told


class Dispatcher:
    """The one task that rings agents. `run` it; it wakes itself when something has changed."""

    def __init__(self, agents: LiveAgents, queues: QueueService, reservations: Reservations, clock: Clock) -> None:
        self._agents = agents
        self._queues = queues
        self._reservations = reservations
        self._clock = clock
        self._rooms: list[WaitingRoom[Any]] = []
        self._changed = asyncio.Event()

    def add(self, room: WaitingRoom[Any]) -> None:
        """Serve one more kind of interaction; calls are added before chats and are served first."""
        self._rooms.append(room)
        room.observe(self.wake)

    def agent_changed(self, change: Change[Agent, Any]) -> None:
        """Look again when an agent may have become free; an observer of the runtime's agents."""
        before, after = change.before, change.state
        if any(after.free_for(channel) and not (before and before.free_for(channel)) for channel in Channel):
            self.wake()

    def wake(self) -> None:
        """Look again who waits and who is free."""
        self._changed.set()

    async def run(self) -> NoReturn:
        """Pair until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                for room in self._rooms:
                    await self._serve(room)
            except Exception as error:  # noqa: BLE001 - see below
                # Whatever it is, who waits must not wait for ever: nothing is lost, the next round begins anew.
                if isinstance(error, MadoguchiError):
                    _log.warning("dispatch_interrupted", code=error.code)
                else:
                    _log.exception("dispatch_failed")
                await self._clock.sleep(AFTER_TROUBLE)
                self.wake()

    async def _serve(self, room: WaitingRoom[Any]) -> None:
        waiting = room.waiting()
        room.tell_positions(waiting)
        queues = {one.id: one for one in self._queues.all()}
        for one in waiting:
            queue = queues.get(one.queue)
            if queue is not None:
                choice = self._choose(one, queue)
                if choice.agents:
                    await self._ring(room, one, queue, choice)

    def _choose(self, waiting: Waiting, queue: Queue) -> Choice:
        agents = [
            found for agent in queue.agents_for(waiting.language) if (found := self._agents.state(agent)) is not None
        ]
        candidates = [one.candidate(waiting.channel) for one in agents]
        return choose(waiting, queue.offer_policy, queue.attempts, candidates)

    async def _ring(self, room: WaitingRoom[Any], waiting: Waiting, queue: Queue, choice: Choice) -> None:
        offers: list[Offer] = []
        try:
            for candidate in choice.agents:
                offer = await self._reserve(waiting, queue, choice, candidate.agent)
                if offer is not None:
                    offers.append(offer)
            if offers:
                await room.place(waiting.interaction, tuple(offers))
        except MadoguchiError as error:
            for offer in offers:
                self._reservations.free(offer)
            if error.kind is Kind.UNAVAILABLE:
                raise

    async def _reserve(self, waiting: Waiting, queue: Queue, choice: Choice, agent: Any) -> Offer | None:
        try:
            return await self._reservations.reserve(
                agent, waiting.interaction, waiting.channel, queue.offer_s, to_all=choice.to_all
            )
        except MadoguchiError as error:
            if error.kind is Kind.UNAVAILABLE:
                raise
            return None
