"""Figures of days that a person asks for: by queue, by agent, over time, and as a table to take away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Final, TypeAlias

import msgspec

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.figures.periods import Interval, Period, series
from madoguchi.domain.figures.totals import Goals, Totals, WorkTime, of_status, summed
from madoguchi.domain.figures.worktime import stretch_facts
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.environment import Clock
from madoguchi.ports.facts import NOBODY, Selection
from madoguchi.ports.storage import Storage, require_present
from madoguchi.services.centre_time import CentreTime
from madoguchi.services.figures_table import table
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json, queue_ref
from madoguchi.services.rows_figures import figures_row, goals_row, work_time_row
from madoguchi.services.sights import Sights

SCOPE: Final = "figures"
"""The tenant settings that have the goals."""


Rows: TypeAlias = Sequence[tuple[Json, Totals]]
"""What each row is about, with its totals."""


class By(Enum):
    """What one row is about."""

    QUEUE = "queue"
    AGENT = "agent"
    INTERVAL = "interval"


@dataclass(frozen=True)
class Question:
    """What somebody wants to know."""

    first: date | None = None
    """Today, where it is none."""
    last: date | None = None
    """Inclusive; as `first`, where it is none."""
    by: By = By.QUEUE
    channel: Channel | None = None
    queue: QueueId | None = None
    interval: Interval | None = None
    """What suits the period, where it is none."""


@dataclass(frozen=True)
class Answer:
    """What was counted."""

    period: Period
    question: Question
    interval: Interval
    goals: Goals
    total: Totals
    rows: Sequence[Json]


class FiguresService:
    """Counts facts."""

    def __init__(self, storage: Storage, queues: QueueService, centre: CentreTime, clock: Clock) -> None:
        self._catalogue = storage.catalogue
        self._facts = storage.facts
        self._queues = queues
        self._centre = centre
        self._clock = clock
        self.sights = Sights()
        """Who sees which agents; set when teams are there."""

    async def of(self, actor: Principal, question: Question) -> Json:
        """Return the figures of a period: of all, and one row for each queue, agent or interval.

        By agent, who is restricted to teams gets his agents alone, and what they make together. The others name nobody.

        Raises:
            NotAllowedError: the caller may not see reports.
            InvalidInputError: the period or the interval is not one; `field` names it.
            NotFoundError: there is no such queue.
        """
        found = await self._answer(actor, question)
        return {
            "from": found.period.first.isoformat(),
            "to": found.period.last.isoformat(),
            "zone": found.period.zone.key,
            "by": question.by.value,
            "interval": found.interval.value,
            "channel": question.channel.value if question.channel is not None else None,
            "goals": goals_row(found.goals),
            "total": figures_row(found.total),
            "rows": list(found.rows),
        }

    async def exported(self, actor: Principal, question: Question, language: str) -> tuple[str, str]:
        """Return a file name and the same figures as CSV, with heads in `language`.

        Raises:
            NotAllowedError, InvalidInputError, NotFoundError: as `of`.
        """
        found = await self._answer(actor, question)
        name = f"figures-{question.by.value}-{found.period.first}-{found.period.last}.csv"
        return name, table(found.rows, question.by.value, found.period.zone, language)

    async def goals(self) -> Goals:
        """Return the tenant's goals."""
        return _goals(await self._catalogue.settings(SCOPE))

    async def set_goals(self, actor: Principal, goals: Goals) -> None:
        """Replace the goals; their version is the one that the caller saw. They count for past days, too.

        Raises:
            NotAllowedError: the caller may not see reports.
            StaleVersionError: somebody else has changed them meanwhile.
        """
        actor.require(Permission.VIEW_REPORTS)
        stored = await self._catalogue.settings(SCOPE)
        require_present(stored.get("version", 0), Seen(Subject.GOALS, SCOPE, goals.version))
        await self._catalogue.save_settings(SCOPE, goals_row(replace(goals, version=goals.version + 1)), seen=stored)

    async def day(self) -> date:
        """Return the centre's date now."""
        return self._centre.today()

    async def today(self, goals: Goals) -> tuple[date, Mapping[Channel, Mapping[str, Totals]]]:
        """Return the centre's date, and the day's totals so far of each channel's queues."""
        day = self._centre.today()
        period = Period(day, day, self._centre.zone())
        return day, await self.between(period.since, period.until, goals)

    async def between(self, since: Instant, until: Instant, goals: Goals) -> Mapping[Channel, Mapping[str, Totals]]:
        """Return the totals of each channel's queues over what began from `since` on and before `until`."""
        selections = {channel: Selection(since, until, channel) for channel in Channel}
        return {channel: await self._facts.by_queue(one, goals) for channel, one in selections.items()}

    async def _answer(self, actor: Principal, question: Question) -> Answer:
        actor.require(Permission.VIEW_REPORTS)
        period = await self._period(question)
        interval = question.interval or period.usual_interval()
        if question.by is By.INTERVAL:
            period.require(interval)
        if question.queue is not None:
            self._queues.get(question.queue)
        goals = await self.goals()
        selection = Selection(period.since, period.until, question.channel, question.queue)
        rows, total = await self._counted(question, selection, goals, period, interval)
        sight = self.sights.of(actor, Permission.VIEW_REPORTS)
        if question.by is By.AGENT and sight is not None:
            rows = [(head, totals) for head, totals in rows if head["id"] in sight.users]
            total = summed(totals for _, totals in rows)
        shown = [{**head, **figures_row(totals)} for head, totals in rows]
        return Answer(period, question, interval, goals, total, shown)

    async def _counted(
        self, question: Question, selection: Selection, goals: Goals, period: Period, interval: Interval
    ) -> tuple[Rows, Totals]:
        """Return the rows, and the totals of all: what is nobody's is in no row, and yet it counts."""
        match question.by:
            case By.QUEUE:
                by_queue = await self._facts.by_queue(selection, goals)
                return self._of_queues(by_queue, question), summed(by_queue.values())
            case By.AGENT:
                by_agent = await self._facts.by_agent(selection, goals)
                return await self._of_agents(by_agent, period), summed(by_agent.values())
            case By.INTERVAL:
                found = series(await self._facts.by_quarter(selection, goals), period, interval)
                rows = [({"id": _local(at, period), "at": _local(at, period)}, totals) for at, totals in found]
                return rows, summed(totals for _, totals in found)

    async def _period(self, question: Question) -> Period:
        first = question.first or question.last or self._centre.today()
        return Period(first, question.last or first, self._centre.zone())

    def _of_queues(self, found: Mapping[str, Totals], question: Question) -> Rows:
        """One row for each queue that there is, and for those that are gone but had something."""
        known = {one.id: one for one in self._queues.all() if question.queue in {None, one.id}}
        rows: list[tuple[Json, Totals]] = [
            ({"id": one.id, "queue": queue_ref(one)}, found.get(one.id, Totals())) for one in known.values()
        ]
        gone = sorted(found.keys() - known.keys() - {NOBODY})
        return [*rows, *(({"id": key, "queue": None}, found[key]) for key in gone)]

    async def _of_agents(self, found: Mapping[str, Totals], period: Period) -> Rows:
        work = await self._work(period)
        names = {str(one.id): one.name for one in await self._catalogue.users()}
        agents = sorted((found.keys() | work.keys()) - {NOBODY}, key=lambda one: (names.get(one, one), one))
        return [
            (
                {"id": one, "name": names.get(UserId(one), one), **work_time_row(work.get(one, WorkTime()))},
                found.get(one, Totals()),
            )
            for one in agents
        ]

    async def _work(self, period: Period) -> Mapping[str, WorkTime]:
        """Return what agents did in the period; what goes on still counts up to now."""
        now = min(self._clock.now(), period.until)
        found = dict(await self._facts.work_time(period.since, period.until))
        for course in await self._facts.courses():
            for fact in stretch_facts(course, now) if course.since is not None and course.since < now else ():
                part = of_status(fact, period.since, period.until)
                if part != WorkTime():
                    found[course.agent] = found.get(course.agent, WorkTime()) + part
        return found


def _goals(saved: Mapping[str, Any]) -> Goals:
    """Read what was saved; a value that makes no sense does not stop everybody's figures."""
    try:
        return msgspec.convert({**goals_row(Goals()), **saved}, Goals)
    except (msgspec.ValidationError, InvalidInputError):
        return Goals()


def _local(at: Instant, period: Period) -> str:
    return at.astimezone(period.zone).isoformat(timespec="minutes")
