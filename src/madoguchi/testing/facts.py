"""Facts in memory. Its sums are the domain's own, which is what the databases are compared with."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from madoguchi.domain.figures.facts import HandlingFact, InteractionFact, StatusFact, StayFact
from madoguchi.domain.figures.periods import quarter_of
from madoguchi.domain.figures.totals import Goals, Totals, WorkTime, of_handling, of_status, of_stay
from madoguchi.domain.figures.worktime import Course
from madoguchi.kernel.time import Instant
from madoguchi.ports.facts import NOBODY, Selection
from madoguchi.ports.storage import StorageUnavailableError

K = TypeVar("K")


class MemoryFacts:
    """Facts in dictionaries."""

    def __init__(self) -> None:
        self.available = True
        """Set to False, every call raises `StorageUnavailableError`, as a lost database does."""
        self.interactions: dict[str, InteractionFact] = {}
        self.stays: dict[tuple[Instant, str, int], StayFact] = {}
        self.closed: dict[tuple[Instant, str], HandlingFact] = {}
        self.statuses: dict[tuple[Instant, str], StatusFact] = {}
        self._courses: dict[str, Course] = {}

    async def add(self, interactions: Sequence[InteractionFact], stays: Sequence[StayFact]) -> int:
        """Store facts that are not there yet; return how many were new."""
        self._require()
        before = len(self.interactions) + len(self.stays)
        for one in interactions:
            self.interactions.setdefault(one.id, one)
        for stay in stays:
            self.stays.setdefault((stay.queued_at, stay.interaction, stay.number), stay)
        return len(self.interactions) + len(self.stays) - before

    async def course(self, agent: str) -> Course:
        """Return how far an agent's journal was read; from its beginning, where it never was."""
        self._require()
        return self._courses.get(agent, Course(agent))

    async def courses(self) -> Sequence[Course]:
        """Return all agents' courses."""
        self._require()
        return [self._courses[agent] for agent in sorted(self._courses)]

    async def advance(
        self, before: Course, after: Course, handlings: Sequence[HandlingFact], statuses: Sequence[StatusFact]
    ) -> bool:
        """Store what reading from `before` to `after` brought, and `after`."""
        self._require()
        if self._courses.get(after.agent, Course(after.agent)).seq != before.seq:
            return False
        self._courses[after.agent] = replace(after)
        for one in handlings:
            self.closed.setdefault((one.started_at, one.id), one)
        for status in statuses:
            self.statuses.setdefault((status.started_at, status.agent), status)
        return True

    async def known(self, interactions: Collection[str]) -> set[str]:
        """Return those of `interactions` whose fact is stored."""
        self._require()
        return set(interactions) & self.interactions.keys()

    async def handlings(self, interaction: str) -> Sequence[HandlingFact]:
        """Return an interaction's closed handlings, in order of their beginning."""
        return await self.handlings_of([interaction])

    async def handlings_of(self, interactions: Collection[str]) -> Sequence[HandlingFact]:
        """Return the closed handlings of several interactions, in order of their beginning."""
        self._require()
        found = [one for one in self.closed.values() if one.interaction in interactions]
        return sorted(found, key=lambda one: (one.started_at, one.id))

    async def by_queue(self, selection: Selection, goals: Goals) -> Mapping[str, Totals]:
        """Return the totals of each queue, and of `NOBODY`."""
        return self._grouped(selection, goals, lambda stay: stay.queue, lambda handling: handling.queue or NOBODY)

    async def by_agent(self, selection: Selection, goals: Goals) -> Mapping[str, Totals]:
        """Return the totals of each agent, his handlings and the stays that he answered, and of `NOBODY`."""
        return self._grouped(selection, goals, lambda stay: stay.agent or NOBODY, lambda handling: handling.agent)

    async def by_quarter(self, selection: Selection, goals: Goals) -> Mapping[Instant, Totals]:
        """Return the totals of each quarter-hour of UTC that has any."""
        return self._grouped(
            selection,
            goals,
            lambda stay: quarter_of(stay.queued_at),
            lambda handling: quarter_of(handling.started_at),
        )

    async def work_time(self, since: Instant, until: Instant) -> Mapping[str, WorkTime]:
        """Return how long each agent was what; what goes on still is not in it."""
        self._require()
        found: dict[str, WorkTime] = {}
        for fact in self.statuses.values():
            if fact.started_at < until and fact.ended_at > since:
                found[fact.agent] = found.get(fact.agent, WorkTime()) + of_status(fact, since, until)
        return found

    def _grouped(
        self,
        selection: Selection,
        goals: Goals,
        stays_by: Callable[[StayFact], K],
        handlings_by: Callable[[HandlingFact], K],
    ) -> Mapping[K, Totals]:
        self._require()
        found: dict[K, Totals] = {}

        def take(key: K, totals: Totals) -> None:
            found[key] = found.get(key, Totals()) + totals

        for stay in _selected(self.stays.values(), selection, lambda one: one.queued_at):
            take(stays_by(stay), of_stay(stay, goals))
        for handling in _selected(self.closed.values(), selection, lambda one: one.started_at):
            take(handlings_by(handling), of_handling(handling))
        return found

    def _require(self) -> None:
        if not self.available:
            raise StorageUnavailableError("it was told to be unavailable")


F = TypeVar("F", StayFact, HandlingFact)


def _selected(facts: Iterable[F], selection: Selection, at: Callable[[F], Instant]) -> Iterable[F]:
    return (
        one
        for one in facts
        if selection.since <= at(one) < selection.until
        and selection.channel in {None, one.channel}
        and selection.queue in {None, one.queue}
    )
