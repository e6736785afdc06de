"""What is live now, and how many wait and are talked to in each queue."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.chats.lifecycle import ANSWERED
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Instant
from madoguchi.services.rows import Json, moment

WAITING: Final = frozenset({CallState.QUEUED, CallState.OFFERED})
"""States in which the consumer waits; a call whose agent waits for a colleague is talked in."""
ALL: Final = "all"
"""The key of all queues together."""


@dataclass(frozen=True)
class Floor:
    """What is live now."""

    calls: Callable[[], Iterator[Call]]
    chats: Callable[[], Iterator[Chat]]
    agents: Callable[[], Iterator[Agent]]

    def staffed(self, queues: Iterable[Queue]) -> Iterator[tuple[Queue, Sequence[Agent]]]:
        """Yield queues with those of their agents who are known."""
        known = {one.id: one for one in self.agents()}
        for queue in queues:
            yield queue, [known[one] for one in queue.agents if one in known]


@dataclass
class Standing:
    """How one channel of a queue stands, or of all queues."""

    waiting: int = 0
    longest_since: Instant | None = None
    working: int = 0

    def wait(self, since: Instant) -> None:
        """Count one who waits."""
        self.waiting += 1
        self.longest_since = since if self.longest_since is None else min(self.longest_since, since)

    def row(self) -> Json:
        """Return it as rows of screens have it."""
        return {"waiting": self.waiting, "longest_since": moment(self.longest_since), "working": self.working}


Standings: TypeAlias = Mapping[tuple[str, Channel], Standing]


def standings(floor: Floor) -> Standings:
    """Count by queue and channel, and by `ALL` and channel."""
    counts: dict[tuple[str, Channel], Standing] = {}

    def of(queue: str, channel: Channel) -> Iterator[Standing]:
        for key in (queue, ALL):
            yield counts.setdefault((key, channel), Standing())

    for call in floor.calls():
        if call.queue is None:
            continue
        for count in of(call.queue.id, Channel.CALL):
            if call.state in WAITING and call.queued_at is not None:
                count.wait(call.queued_at)
            count.working += call.state is CallState.TALKING
    for chat in floor.chats():
        for count in of(chat.queue.id, Channel.CHAT):
            if chat.waiting() is not None:
                count.wait(chat.queued_at)
            count.working += chat.state in ANSWERED
    return counts


def staffing(agents: Iterable[Agent]) -> Json:
    """Return how many of a queue's agents are there, busy and free. Busy is who has work, a wrap-up or a ring."""
    here = list(agents)
    return {
        "assigned": len(here),
        "signed_in": sum(one.status is not Presence.SIGNED_OUT for one in here),
        "busy": sum(bool(one.handlings or one.reservations) for one in here),
        "available": sum(any(one.free_for(channel) for channel in Channel) for one in here),
    }
