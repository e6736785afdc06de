"""All queues with their agents, kept up to date change by change, so that a decision need not look at everybody."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.candidate import Candidate, Staff
from madoguchi.kernel.ids import QueueId, UserId


@dataclass(frozen=True)
class Post:
    """A queue and who serves it."""

    queue: Queue
    staff: Staff

    def take(self, candidate: Candidate) -> bool:
        """Take in what one of its agents is now; return whether somebody who waits may have a better chance by it."""
        spoken = self.queue.spoken.get(candidate.agent)
        # Who is assigned for certain languages is asked for those alone.
        return self.staff.put(candidate if spoken is None else replace(candidate, languages=spoken))


class Floor:
    """Who serves which queue, and what everybody is doing."""

    def __init__(self) -> None:
        self._posts: dict[QueueId, Post] = {}
        self._served: dict[UserId, list[QueueId]] = {}
        self._agents: dict[UserId, Candidate] = {}

    def assign(self, queues: Iterable[Queue]) -> None:
        """Take in all queues anew: their settings and their agents."""
        self._posts, self._served = {}, {}
        for queue in queues:
            post = self._posts[queue.id] = Post(queue, Staff(call_weight=queue.routing.call_weight))
            for agent in queue.agents:
                self._served.setdefault(agent, []).append(queue.id)
                if agent in self._agents:
                    post.take(self._agents[agent])

    def post(self, queue: QueueId) -> Post | None:
        """Return a queue with its agents."""
        return self._posts.get(queue)

    def serves(self, agent: UserId) -> Collection[QueueId]:
        """Return the queues that an agent serves."""
        return self._served.get(agent, ())

    def agent(self, agent: UserId) -> Candidate | None:
        """Return what is known of an agent."""
        return self._agents.get(agent)

    def agent_is(self, candidate: Candidate) -> Collection[QueueId]:
        """Take in what an agent is now; return the queues in which somebody may have a better chance by it."""
        before = self._agents.get(candidate.agent)
        if before == candidate:
            return ()
        self._agents[candidate.agent] = candidate
        return [queue for queue in self.serves(candidate.agent) if self._posts[queue].take(candidate)]

    def hold(self, agent: UserId) -> None:
        """Count an agent as busy until `agent_is` says otherwise: somebody is about to ring him."""
        known = self._agents.get(agent)
        if known is not None:
            full = replace(known, calls=max(known.calls, 1), chats=max(known.chats, known.chat_limit))
            self.agent_is(full)
