"""Facts in SQL, and sums over them, which the database makes: a month is hundreds of thousands of rows."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from madoguchi.adapters.storage.columns import from_ticks, to_ticks
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_facts import (
    fact_courses,
    fact_handlings,
    fact_interactions,
    fact_statuses,
    fact_stays,
)
from madoguchi.adapters.storage.upsert import insert
from madoguchi.domain.figures.facts import HandlingFact, InteractionFact, StatusFact, StayFact
from madoguchi.domain.figures.periods import QUARTER
from madoguchi.domain.figures.story import Outcome
from madoguchi.domain.figures.totals import Goals, Totals, WorkTime
from madoguchi.domain.figures.worktime import LONGEST, Course
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Instant
from madoguchi.ports.facts import NOBODY, Selection

_s, _h, _t, _c = fact_stays.c, fact_handlings.c, fact_statuses.c, fact_courses.c
_QUARTER_TICKS: Final = to_ticks(from_ticks(0) + QUARTER)
_ROWS: Final = 500
"""How many rows one statement inserts at most."""


class SqlFacts:
    """`FactStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, interactions: Sequence[InteractionFact], stays: Sequence[StayFact]) -> int:
        """Store facts that are not there yet; return how many were new. All or none are on disk on return."""
        if not interactions and not stays:
            return 0

        def put(connection: sa.Connection) -> int:
            return _put(connection, fact_interactions, interactions) + _put(connection, fact_stays, stays)

        return await self._database.write(put)

    async def course(self, agent: str) -> Course:
        """Return how far an agent's journal was read; from its beginning, where it never was."""
        statement = sa.select(_c.data).where(_c.agent == agent)
        found = await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none())
        return Course(agent) if found is None else msgspec.convert(found, Course)

    async def courses(self) -> Sequence[Course]:
        """Return all agents' courses."""
        statement = sa.select(_c.data).order_by(_c.agent)
        found = await self._database.read(lambda connection: connection.execute(statement).scalars().all())
        return [msgspec.convert(one, Course) for one in found]

    async def advance(
        self, before: Course, after: Course, handlings: Sequence[HandlingFact], statuses: Sequence[StatusFact]
    ) -> bool:
        """Store what reading from `before` to `after` brought, and `after`, in one transaction.

        Returns:
            False where the stored course is not `before` any more: somebody else has read on, and nothing was stored.
        """
        values = {"agent": after.agent, "seq": after.seq, "data": msgspec.to_builtins(after)}

        def move(connection: sa.Connection) -> bool:
            moved = connection.execute(
                sa.update(fact_courses).where(_c.agent == after.agent, _c.seq == before.seq).values(values)
            ).rowcount
            if not moved and before.seq == 0:
                moved = connection.execute(_insert(connection, fact_courses).values(values)).rowcount
            if moved < 1:
                return False
            _put(connection, fact_handlings, handlings)
            _put(connection, fact_statuses, statuses)
            return True

        return await self._database.write(move)

    async def known(self, interactions: Collection[str]) -> set[str]:
        """Return those of `interactions` whose fact is stored."""
        statement = sa.select(fact_interactions.c.id).where(fact_interactions.c.id.in_(list(interactions)))
        return set(await self._database.read(lambda connection: connection.execute(statement).scalars().all()))

    async def handlings(self, interaction: str) -> Sequence[HandlingFact]:
        """Return an interaction's closed handlings, in order of their beginning."""
        return await self.handlings_of([interaction])

    async def handlings_of(self, interactions: Collection[str]) -> Sequence[HandlingFact]:
        """Return the closed handlings of several interactions, in order of their beginning."""
        mine = _h.interaction.in_(list(interactions))
        statement = sa.select(fact_handlings).where(mine).order_by(_h.started_at, _h.id)
        return [
            HandlingFact(
                id=row.id,
                interaction=row.interaction,
                channel=Channel(row.channel),
                queue=row.queue,
                agent=row.agent,
                started_at=row.started_at,
                talk_ms=row.talk_ms,
                hold_ms=row.hold_ms,
                wrap_up_ms=row.wrap_up_ms,
                transferred=row.transferred,
                disposition=row.disposition,
                notes=row.notes,
            )
            for row in await self._rows(statement)
        ]

    async def by_queue(self, selection: Selection, goals: Goals) -> Mapping[str, Totals]:
        """Return the totals of each queue, and of `NOBODY`."""
        return await self._grouped(selection, goals, _s.queue, _h.queue)

    async def by_agent(self, selection: Selection, goals: Goals) -> Mapping[str, Totals]:
        """Return the totals of each agent, his handlings and the stays that he answered, and of `NOBODY`."""
        return await self._grouped(selection, goals, _s.agent, _h.agent)

    async def by_quarter(self, selection: Selection, goals: Goals) -> Mapping[Instant, Totals]:
        """Return the totals of each quarter-hour of UTC that has any."""
        quarters = (sa.type_coerce(column, sa.BigInteger) // _QUARTER_TICKS for column in (_s.queued_at, _h.started_at))
        found: Mapping[int, Totals] = await self._grouped(selection, goals, *quarters)
        return {from_ticks(quarter * _QUARTER_TICKS): totals for quarter, totals in found.items()}

    async def work_time(self, since: Instant, until: Instant) -> Mapping[str, WorkTime]:
        """Return how long each agent was what; what goes on still is not in it."""
        started, ended = (sa.type_coerce(column, sa.BigInteger) for column in (_t.started_at, _t.ended_at))
        first, last = sa.literal(to_ticks(since), sa.BigInteger), sa.literal(to_ticks(until), sa.BigInteger)
        begins = sa.case((started > first, started), else_=first)
        ends = sa.case((ended < last, ended), else_=last)
        # Rounded down row by row, as the domain does it.
        span = sa.cast(sa.func.sum((ends - begins) // 1000), sa.BigInteger)
        statement = (
            sa.select(_t.agent, _t.status, _t.busy, span.label("span_ms"))
            .where(_t.started_at >= since - LONGEST, _t.started_at < until, _t.ended_at > since)
            .group_by(_t.agent, _t.status, _t.busy)
        )
        found: dict[str, WorkTime] = {}
        for row in await self._rows(statement):
            part = (
                WorkTime(row.span_ms) if row.busy else WorkTime(0, ((row.status, row.span_ms),) if row.span_ms else ())
            )
            found[row.agent] = found.get(row.agent, WorkTime()) + part
        return found

    async def _grouped(
        self, selection: Selection, goals: Goals, stays_by: sa.ColumnElement[Any], handlings_by: sa.ColumnElement[Any]
    ) -> Mapping[Any, Totals]:
        # Two readers at once: each has a month of rows to go through.
        parts = await asyncio.gather(
            self._rows(stay_sums(selection, goals, stays_by)), self._rows(handling_sums(selection, handlings_by))
        )
        found: dict[Any, Totals] = {}
        for rows in parts:
            for row in rows:
                sums = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
                key = sums.pop("group_key")
                key = NOBODY if key is None else key
                found[key] = found.get(key, Totals()) + Totals(**{name: int(value) for name, value in sums.items()})
        return found

    async def _rows(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return await self._database.read(lambda connection: connection.execute(statement).all())


def stay_sums(selection: Selection, goals: Goals, by: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return the statement that sums stays as `of_stay` does."""
    answered, abandoned = _s.outcome == Outcome.ANSWERED.value, _s.outcome == Outcome.ABANDONED.value
    statement = sa.select(
        by.label("group_key"),
        sa.func.count().label("offered"),
        _count(answered).label("answered"),
        _count(sa.and_(answered, _s.wait_ms <= goals.answer_ms)).label("in_time"),
        _count(abandoned).label("abandoned"),
        _count(sa.and_(abandoned, _s.wait_ms < goals.short_abandon_ms)).label("short_abandoned"),
        sa.func.sum(sa.case((answered, _s.wait_ms), else_=0)).label("answer_wait_ms"),
        sa.func.max(_s.wait_ms).label("longest_wait_ms"),
    )
    return _selected(statement, selection, fact_stays, _s.queued_at).group_by("group_key")


def handling_sums(selection: Selection, by: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return the statement that sums handlings as `of_handling` does."""
    statement = sa.select(
        by.label("group_key"),
        sa.func.count().label("handled"),
        sa.func.sum(_h.talk_ms).label("talk_ms"),
        sa.func.sum(_h.hold_ms).label("hold_ms"),
        sa.func.sum(_h.wrap_up_ms).label("wrap_up_ms"),
        _count(_h.transferred.is_(sa.true())).label("transfers"),
        sa.func.max(_h.talk_ms + _h.hold_ms + _h.wrap_up_ms).label("longest_handle_ms"),
        sa.func.max(_h.hold_ms).label("longest_hold_ms"),
    )
    return _selected(statement, selection, fact_handlings, _h.started_at).group_by("group_key")


def _selected(
    statement: sa.Select[Any], selection: Selection, table: sa.Table, at: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    statement = statement.where(at >= selection.since, at < selection.until)
    if selection.channel is not None:
        statement = statement.where(table.c.channel == selection.channel.value)
    if selection.queue is not None:
        statement = statement.where(table.c.queue == selection.queue)
    return statement


def _count(wanted: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((wanted, 1), else_=0))


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    return insert(connection, table).on_conflict_do_nothing()


def _put(connection: sa.Connection, table: sa.Table, facts: Sequence[Any]) -> int:
    """Insert those of `facts` that are not there; return how many that were."""
    new = 0
    for first in range(0, len(facts), _ROWS):
        values = [values_of(one, table) for one in facts[first : first + _ROWS]]
        new += connection.execute(_insert(connection, table).values(values)).rowcount
    return new


def values_of(fact: Any, table: sa.Table) -> dict[str, Any]:
    """Return the row of a fact."""
    found = {column.name: getattr(fact, column.name) for column in table.columns}
    return {name: getattr(value, "value", value) for name, value in found.items()}
