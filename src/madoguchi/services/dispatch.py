"""Pairs who waits with who is free. The second step of the saga whose first is in `reservations`.

It remembers nothing that matters: who waits, for how long and what was tried is in the calls and chats, who is free is
in the agents. If it died between two steps, reservations expire and the next round begins anew. Only the turn of groups
that share by percent is its own, and begins anew with the process.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar

import structlog

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.routing.choice import explain
from madoguchi.domain.routing.estimate import minutes
from madoguchi.domain.routing.floor import Floor, Post
from madoguchi.domain.routing.offers import Channel, Offer, PlaceOffers
from madoguchi.domain.routing.pairing import Pair, Pairing
from madoguchi.domain.routing.record import Why
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import InteractionId, QueueId, UserId
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock
from madoguchi.services.alarms import Alarms
from madoguchi.services.lifecycle import Change
from madoguchi.services.queues import QueueService
from madoguchi.services.reservations import LiveAgents, Reservations
from madoguchi.services.wait_times import WaitTimes

AFTER_TROUBLE: Final = timedelta(seconds=1)

_log = structlog.get_logger(__name__)


class Waits(Protocol):
    """A call or a chat."""

    @property
    def id(self) -> InteractionId:
        """Its id."""

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

    def __init__(
        self, owners: LiveInteractions[W], channel: Channel, position_is: Callable[[int, int | None], object]
    ) -> None:
        self.channel = channel
        self._owners = owners
        self._position_is = position_is
        self._told: dict[InteractionId, object] = {}

    def observe(self, changed: Callable[[InteractionId, Waiting | None], None]) -> None:
        """Call `changed` when somebody begins or ceases to wait, or waits otherwise than before."""

        def look(change: Change[W, Any]) -> None:
            before = change.before.waiting() if change.before is not None else None
            now = change.state.waiting()
            if now != before:
                changed(change.state.id, now)

        self._owners.observe(look)

    async def place(self, interaction: InteractionId, offers: PlaceOffers) -> None:
        """Let it ring.

        Raises:
            MadoguchiError: it does not wait any more.
        """
        await self._owners.send(interaction, offers)

    def tell_positions(self, line: Sequence[Waiting], wait: Callable[[int], Span | None]) -> None:
        """Tell each of a line in which place he is and how long it will take, where that has changed."""
        for ahead, one in enumerate(line):
            probable = wait(ahead)
            position = self._position_is(ahead + 1, minutes(probable) if probable is not None else None)
            if self._told.get(one.interaction) != position:
                self._told[one.interaction] = position
                self._owners.tell(one.interaction, position)

    def forget(self, interaction: InteractionId) -> None:
        """Tell him his place again, should he wait once more."""
        self._told.pop(interaction, None)


class Dispatcher:
    """The one task that rings agents. `run` it; it wakes itself when something has changed, or its time has come."""

    def __init__(
        self, agents: LiveAgents, queues: QueueService, reservations: Reservations, clock: Clock, alarms: Alarms
    ) -> None:
        self.floor = Floor()
        self.wait_times = WaitTimes(self.floor, clock)
        self._agents = agents
        self._queues = queues
        self._reservations = reservations
        self._clock = clock
        self._alarms = alarms
        self._rooms: list[tuple[WaitingRoom[Any], Pairing]] = []
        self._changed = asyncio.Event()
        self._knows_queues = False
        """The floor has the queues as they are."""

    def add(self, room: WaitingRoom[Any]) -> None:
        """Serve one more kind of interaction; calls are added before chats and are served first."""
        pairing = Pairing(self.floor, room.channel)
        self._rooms.append((room, pairing))

        def changed(interaction: InteractionId, waiting: Waiting | None) -> None:
            if waiting is not None:
                pairing.put(waiting)
            else:
                pairing.drop(interaction)
                room.forget(interaction)
            self.wake()

        room.observe(changed)

    def agent_changed(self, change: Change[Agent, Any]) -> None:
        """Look again where an agent may be of more use than before; an observer of the runtime's agents."""
        self.wait_times.agent_changed(change)
        self._look(self.floor.agent_is(change.state.candidate()))

    def queues_changed(self) -> None:
        """Take in the queues anew, their settings and their agents."""
        self._knows_queues = False
        self.wake()

    def wake(self) -> None:
        """Look again where something has changed."""
        self._changed.set()

    def line_of(self, waiting: Waiting) -> tuple[Waiting, Post] | None:
        """Return somebody who waits with the group he was allotted to, and his queue; None where there is no such."""
        self._take_in_queues()
        post = self.floor.post(waiting.queue)
        for room, pairing in self._rooms:
            if room.channel is waiting.channel and post is not None:
                return pairing.waiting(waiting.interaction) or waiting, post
        return None

    async def run(self) -> NoReturn:
        """Pair until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                self._take_in_queues()
                for room, pairing in self._rooms:
                    self._tell_positions(room, pairing)
                    await self._serve(room, pairing)
            except* Exception as trouble:  # noqa: BLE001 - see below
                # Whatever it is, who waits must not wait for ever: nothing is lost, the next round begins anew.
                for error in _leaves(trouble):
                    if isinstance(error, MadoguchiError):
                        _log.warning("dispatch_interrupted", code=error.code)
                    else:
                        _log.error("dispatch_failed", exc_info=error)
                await self._clock.sleep(AFTER_TROUBLE)
                for _, pairing in self._rooms:
                    pairing.look_at_all()
                self.wake()

    def _look(self, queues: Iterable[QueueId]) -> None:
        for queue in queues:
            for _, pairing in self._rooms:
                if pairing.look_at(queue):
                    self._changed.set()

    def _take_in_queues(self) -> None:
        if self._knows_queues:
            return
        self._knows_queues = True
        queues = self._queues.all()
        for agent in {agent for queue in queues for agent in queue.agents}:
            state = self._agents.state(agent)
            if state is not None and self.floor.agent(agent) is None:
                self.floor.agent_is(state.candidate())
        self.floor.assign(queues)
        for _, pairing in self._rooms:
            pairing.settings_changed()

    def _tell_positions(self, room: WaitingRoom[Any], pairing: Pairing) -> None:
        for queue, line in pairing.moved().items():
            if line:
                room.tell_positions(line, self.wait_times.in_line(self.floor.post(queue), room.channel))

    async def _serve(self, room: WaitingRoom[Any], pairing: Pairing) -> None:
        now = self._clock.now()
        async with asyncio.TaskGroup() as rings:
            for pair in pairing.pairs(now):
                why = explain(pair.waiting, pair.post.queue.routing, pair.post.staff, now, pair.choice)
                pairing.hold(pair.waiting.interaction)
                for candidate in pair.choice.agents:
                    self.floor.hold(candidate.agent)
                rings.create_task(self._ring(room, pairing, pair, why))
        for queue, at in pairing.again.items():
            self._look_at(pairing, room.channel, queue, at)

    def _look_at(self, pairing: Pairing, channel: Channel, queue: QueueId, at: Instant) -> None:
        def look() -> None:
            if pairing.look_at(queue):
                self._changed.set()

        self._alarms.set(f"dispatch {channel.value} {queue}", at, look)

    async def _ring(self, room: WaitingRoom[Any], pairing: Pairing, pair: Pair, why: Why) -> None:
        offers: list[Offer] = []
        try:
            asked = await asyncio.gather(
                *(self._reserve(pair, candidate.agent) for candidate in pair.choice.agents), return_exceptions=True
            )
            offers = [one for one in asked if isinstance(one, Offer)]
            for trouble in asked:
                if isinstance(trouble, BaseException):
                    raise trouble
            if offers:
                await room.place(pair.waiting.interaction, PlaceOffers(tuple(offers), why))
        except MadoguchiError as error:
            for offer in offers:
                self._reservations.free(offer)
            if error.kind is Kind.UNAVAILABLE:
                raise
        finally:
            pairing.release(pair.waiting.interaction)
            self._changed.set()
            for candidate in pair.choice.agents:
                self._let_go(candidate.agent)

    def _let_go(self, agent: UserId) -> None:
        """Count an agent as what he is, and no longer as about to be rung."""
        state = self._agents.state(agent)
        if state is not None:
            self._look(self.floor.agent_is(state.candidate()))

    async def _reserve(self, pair: Pair, agent: UserId) -> Offer | None:
        waiting, settings = pair.waiting, pair.post.queue.routing
        try:
            return await self._reservations.reserve(
                agent, waiting.interaction, waiting.channel, settings, to_all=pair.choice.to_all
            )
        except MadoguchiError as error:
            if error.kind is Kind.UNAVAILABLE:
                raise
            return None


def _leaves(trouble: BaseExceptionGroup[Exception]) -> Iterator[Exception]:
    """Yield the exceptions in a task group's wrapping."""
    for error in trouble.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
