"""A contact centre in virtual time: the real rules of routing, with consumers and agents who follow a script."""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.candidate import Candidate
from madoguchi.domain.routing.floor import Floor
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.pairing import Pairing
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import InteractionId, QueueId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.testing.environment import NOON


@dataclass(frozen=True)
class Visit:
    """A consumer: when he comes, where he goes, how long it takes an agent. All times in seconds."""

    at_s: float
    lasts_s: float
    queue: QueueId
    channel: Channel = Channel.CALL
    language: str = "ja"


@dataclass
class Figures:
    """What became of everybody, in the order of being served."""

    served: list[int] = field(default_factory=list)
    """Indexes of visits."""
    waited_s: dict[int, float] = field(default_factory=dict)
    agent: dict[int, UserId] = field(default_factory=dict)
    idle_s: dict[UserId, float] = field(default_factory=dict)
    """How long each agent was without a call, between the first event and the last."""
    most: dict[UserId, tuple[int, int, bool]] = field(default_factory=dict)
    """The most calls and the most chats that an agent had at once, and whether he ever had both."""


def an_agent(agent: str, *, chat_limit: int = 3, languages: Sequence[str] = ("ja", "en")) -> Candidate:
    """Return an agent who is at work and free."""
    return Candidate(UserId(agent), agent, tuple(languages), chat_limit=chat_limit)


class VirtualFloor:
    """Plays visits on queues and agents. Agents take at once what rings; the fastest of several is the first rung."""

    def __init__(self, queues: Iterable[Queue], agents: Iterable[Candidate]) -> None:
        self.floor = Floor()
        self.floor.assign(queues)
        self.pairings = {channel: Pairing(self.floor, channel) for channel in Channel}
        self.figures = Figures()
        self.allotted: dict[int, int] = {}
        """Visit to the group that it was allotted to."""
        self._agents = {one.agent: one for one in agents}
        self._free_since: dict[UserId, float] = dict.fromkeys(self._agents, 0.0)
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._number = 0
        self._now_s = 0.0
        for one in self._agents.values():
            self.floor.agent_is(one)

    def play(self, visits: Sequence[Visit]) -> Figures:
        """Let all visits come and be served; return the figures."""
        for index, visit in enumerate(visits):
            self._plan(visit.at_s, partial(self._comes, index, visit))
        while self._events:
            self._now_s, _, happens = heapq.heappop(self._events)
            happens()
            self._ring(visits)
        return self.figures

    def change(self, at_s: float, **agents: Mapping[str, Any]) -> None:
        """Plan that agents will be otherwise, such as `ana={"attendance": Attendance.AWAY}`."""
        for one, how in agents.items():
            self._plan(at_s, partial(self._changes, UserId(one), how))

    def _changes(self, agent: UserId, how: Mapping[str, Any]) -> None:
        self._is(replace(self._agents[agent], **how))

    def _plan(self, at_s: float, happens: Callable[[], object]) -> None:
        self._number += 1
        heapq.heappush(self._events, (at_s, self._number, happens))

    def _comes(self, index: int, visit: Visit) -> None:
        name = InteractionId(f"{index:08}")
        self.pairings[visit.channel].put(Waiting(name, visit.channel, visit.queue, visit.language, self._now))

    def _ring(self, visits: Sequence[Visit]) -> None:
        for channel, pairing in self.pairings.items():
            for pair in pairing.pairs(self._now):
                index = int(pair.waiting.interaction)
                if pair.waiting.group is not None:
                    self.allotted[index] = pair.waiting.group
                pairing.drop(pair.waiting.interaction)
                self._takes(index, visits[index], pair.choice.agents[0].agent, channel)
            for queue, at in pairing.again.items():
                self._plan((at - NOON).total_seconds(), partial(pairing.look_at, queue))
            pairing.again.clear()

    def _takes(self, index: int, visit: Visit, agent: UserId, channel: Channel) -> None:
        one = self._agents[agent]
        if channel is Channel.CALL:
            idle_s = self.figures.idle_s.get(agent, 0.0)
            self.figures.idle_s[agent] = idle_s + self._now_s - self._free_since[agent]
            self._is(replace(one, calls=one.calls + 1))
        else:
            self._is(replace(one, chats=one.chats + 1, last_chat_at=self._now))
        one = self._agents[agent]
        calls, chats, both = self.figures.most.get(agent, (0, 0, False))
        both = both or bool(one.calls and one.chats)
        self.figures.most[agent] = (max(calls, one.calls), max(chats, one.chats), both)
        self.figures.served.append(index)
        self.figures.waited_s[index] = self._now_s - visit.at_s
        self.figures.agent[index] = agent
        self._plan(self._now_s + visit.lasts_s, partial(self._ends, agent, channel))

    def _ends(self, agent: UserId, channel: Channel) -> None:
        one = self._agents[agent]
        if channel is Channel.CALL:
            self._free_since[agent] = self._now_s
            self._is(replace(one, calls=one.calls - 1, last_call_ended_at=self._now))
        else:
            self._is(replace(one, chats=one.chats - 1, last_chat_at=self._now))

    def _is(self, candidate: Candidate) -> None:
        self._agents[candidate.agent] = candidate
        for queue in self.floor.agent_is(candidate):
            for pairing in self.pairings.values():
                pairing.look_at(queue)

    @property
    def _now(self) -> Instant:
        return NOON + timedelta(seconds=self._now_s)
