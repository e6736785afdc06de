"""Facts of what is over, and sums over them.

Facts are written again after a crash; their keys make the second time do nothing. Whoever implements this proves it by
`tests/contract/storage/test_facts.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from madoguchi.domain.figures.facts import HandlingFact, InteractionFact, StatusFact, StayFact
from madoguchi.domain.figures.totals import Goals, Totals, WorkTime
from madoguchi.domain.figures.worktime import Course
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class Selection:
    """Which facts are summed: stays by when they came into the queue, handlings by when they began."""

    since: Instant
    until: Instant
    """Exclusive."""
    channel: Channel | None = None
    queue: str | None = None


NOBODY: Final = ""
"""The key of what belongs to no queue, or to no agent: handlings without a queue, stays that nobody answered."""


class FactStore(Protocol):
    """Keeps facts."""

    async def add(self, interactions: Sequence[InteractionFact], stays: Sequence[StayFact]) -> int:
        """Store facts that are not there yet; return how many were new. All or none are on disk on return."""

    async def course(self, agent: str) -> Course:
        """Return how far an agent's journal was read; from its beginning, where it never was."""

    async def courses(self) -> Sequence[Course]:
        """Return all agents' courses."""

    async def advance(
        self, before: Course, after: Course, handlings: Sequence[HandlingFact], statuses: Sequence[StatusFact]
    ) -> bool:
        """Store what reading from `before` to `after` brought, and `after`, in one transaction.

        Returns:
            False where the stored course is not `before` any more: somebody else has read on, and nothing was stored.
        """

    async def known(self, interactions: Collection[str]) -> set[str]:
        """Return those of `interactions` whose fact is stored."""

    async def handlings(self, interaction: str) -> Sequence[HandlingFact]:
        """Return an interaction's closed handlings, in order of their beginning."""

    async def handlings_of(self, interactions: Collection[str]) -> Sequence[HandlingFact]:
        """Return the closed handlings of several interactions, in order of their beginning."""

    async def by_queue(self, selection: Selection, goals: Goals) -> Mapping[str, Totals]:
        """Return the totals of each queue, and of `NOBODY`."""

    async def by_agent(self, selection: Selection, goals: Goals) -> Mapping[str, Totals]:
        """Return the totals of each agent, his handlings and the stays that he answered, and of `NOBODY`."""

    async def by_quarter(self, selection: Selection, goals: Goals) -> Mapping[Instant, Totals]:
        """Return the totals of each quarter-hour of UTC that has any."""

    async def work_time(self, since: Instant, until: Instant) -> Mapping[str, WorkTime]:
        """Return how long each agent was what; what goes on still is not in it."""
