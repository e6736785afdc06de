"""What a routing decision costs, and how that grows with agents, queues and consumers who wait. No I/O is in it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from bench import skip_locked
from bench.figures import Row, Table, quantile
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.domain.routing.candidate import Candidate
from madoguchi.domain.routing.choice import explain
from madoguchi.domain.routing.floor import Floor
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.pairing import Pairing
from madoguchi.domain.routing.settings import RoutingSettings, SkillNeed
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import InteractionId, QueueId, UserId

TARGET_MS: Final = 50.0
NOTES: Final = """\
One event with every decision that follows from it: which queues are looked at, who is served first, whom to ring, and
the record why. Everybody else is busy, and each queue asks for a skill and a language. What grows is told by rows that
differ in one number only: agents 50 and 500, waiting 100, 1,000 and 4,000, members 10,000 and 100,000."""
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Size:
    """How big a centre is."""

    queues: int
    agents: int
    serves: int
    """How many queues each agent serves."""
    waiting: int

    @property
    def members(self) -> int:
        """Assignments of agents to queues."""
        return self.agents * self.serves


SIZES: Final = (
    Size(200, 50, 20, 1_000),
    Size(200, 500, 20, 100),
    Size(200, 500, 20, 1_000),
    Size(200, 500, 20, 4_000),
    Size(200, 500, 200, 1_000),
    Size(40_000, 15_000, 5, 1_000),
)


class Centre:
    """A centre in which everybody is busy and many wait."""

    def __init__(self, size: Size) -> None:
        chance = Random(1)
        self.size = size
        members: list[list[UserId]] = [[] for _ in range(size.queues)]
        self.agents = [UserId(f"user_{number}") for number in range(size.agents)]
        for agent in self.agents:
            for queue in chance.sample(range(size.queues), size.serves):
                members[queue].append(agent)
        channels, names = frozenset({MenuChannel.IVR}), {"en": "x", "ja": "x"}
        routing = RoutingSettings(skills=(SkillNeed("billing"),))
        self.queues = [
            Queue(QueueId(f"queue_{number}"), channels, names, 1, tuple(agents), routing)
            for number, agents in enumerate(members)
        ]
        self.floor = Floor()
        self.floor.assign(self.queues)
        self.pairing = Pairing(self.floor, Channel.CALL)
        self.chance = chance
        self.number = 0
        self.now = NOON
        for agent in self.agents:
            self.is_(agent, calls=1)
        for _ in range(size.waiting):
            self.comes()
        for _ in self.pairing.pairs(self.now):
            pass

    def is_(self, agent: UserId, *, calls: int, languages: tuple[str, ...] = ("ja", "en")) -> None:
        """Let an agent be free or busy; look where that matters."""
        candidate = Candidate(agent, agent, languages, {"billing": 2}, calls=calls, last_call_ended_at=self.now)
        for queue in self.floor.agent_is(candidate):
            self.pairing.look_at(queue)

    def comes(self, language: str = "ja") -> None:
        """Let one more wait, in any queue that has agents."""
        self.number += 1
        self.now += timedelta(milliseconds=20)
        queue = self.chance.choice(self.queues)
        while not queue.agents:
            queue = self.chance.choice(self.queues)
        name = InteractionId(f"call_{self.number:09}")
        self.pairing.put(Waiting(name, Channel.CALL, queue.id, language, self.now))

    def decides(self) -> int:
        """Ring whom there is to ring, with the record of the decision; return how often."""
        rung = 0
        for pair in self.pairing.pairs(self.now):
            explain(pair.waiting, pair.post.queue.routing, pair.post.staff, self.now, pair.choice)
            for one in pair.choice.agents:
                self.is_(one.agent, calls=1)
            self.pairing.drop(pair.waiting.interaction)
            rung += 1
        return rung

    def one_gets_free(self) -> int:
        """An agent ends a call, and gets the next one."""
        self.is_(self.chance.choice(self.agents), calls=0)
        rung = self.decides()
        for _ in range(rung):
            self.comes()
        return rung

    def one_comes(self) -> int:
        """A consumer comes while everybody is busy."""
        self.comes()
        return self.decides()

    def one_of_no_use(self) -> int:
        """An agent gets free who speaks nothing that anybody wants, so that all in his queues are looked at in vain."""
        agent = self.chance.choice(self.agents)
        self.is_(agent, calls=0, languages=("fr",))
        rung = self.decides()
        self.is_(agent, calls=1)
        return rung


EVENTS: Final[Sequence[tuple[str, Callable[[Centre], int]]]] = (
    ("an agent gets free and the next one is his", Centre.one_gets_free),
    ("a consumer comes, nobody is free", Centre.one_comes),
    ("an agent gets free who fits nobody", Centre.one_of_no_use),
)


def measured(size: Size, event: Callable[[Centre], int], times: int) -> list[float]:
    """Return what one event costs, in ms, over and over."""
    centre = Centre(size)
    spans = []
    for _ in range(times):
        begin = time.perf_counter_ns()
        event(centre)
        spans.append((time.perf_counter_ns() - begin) / 1e6)
    return spans


async def run(*, quick: bool) -> Sequence[Table]:
    """Measure decisions in centres of several sizes."""
    sizes = [replace(SIZES[0], waiting=50), replace(SIZES[2], waiting=50)] if quick else SIZES
    rows: list[Row] = []
    for name, event in EVENTS:
        for size in sizes:
            spans = measured(size, event, 50 if quick else 1_500)
            rows.append(
                {
                    "event": name,
                    "queues": size.queues,
                    "agents": size.agents,
                    "members": size.members,
                    "waiting": size.waiting,
                    "p50 ms": round(quantile(spans, 0.5), 3),
                    "p99 ms": round(quantile(spans, 0.99), 3),
                    "target p99 ms": TARGET_MS,
                }
            )
    return [Table("A routing decision", rows, (NOTES,)), *await skip_locked.run(quick=quick)]
