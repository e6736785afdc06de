"""The audit log in SQL, and the trail by which stores write it within the transaction of a change."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import sqlalchemy as sa

from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_audit import audit
from madoguchi.domain.access.profile import folded
from madoguchi.domain.audit.entries import PROVES, Act, Action, AuditRecord, Change, Entry, Seen, Subject, Told
from madoguchi.domain.audit.things import THINGS, entry_of, worth_telling
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.audit import AuditQuery, present_act
from madoguchi.ports.storage import require_present

_MOST: Final = 50
"""How many changes of one thing are told to somebody who had seen an older version."""
_PLACES: Final = 1_000
"""How much of a name is kept; nobody's is longer, but a name in fifty languages."""


class Trail:
    """What stores have in hand to note a change while they write it.

    Databases run writes in the context of whoever asked for them, so that `present_act` is known here.
    """

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now

    def note(self, connection: sa.Connection, before: Any, after: Any, *, version: int = 0) -> None:
        """Note that a record has taken the place of another, where anything about it has changed.

        Args:
            connection: within the transaction of the change.
            before: the record that was stored; None for none.
            after: the record that is stored now; None for none.
            version: the one that the change makes; where it is 0, the record's own counts.
        """
        self.add(connection, [entry_of(before, after, version=version)])

    def add(self, connection: sa.Connection, entries: Iterable[Entry | None]) -> None:
        """Note what was done together."""
        act, at = present_act(), self._now()
        rows = [_values(entry, _who(entry, act), at) for entry in worth_telling(entries)]
        if rows:
            connection.execute(sa.insert(audit), rows)


class SqlAudit:
    """`AuditLog` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def add(self, entry: Entry) -> None:
        """Note what changed nothing."""
        await self._database.write(lambda connection: self._trail.add(connection, [entry]))

    async def find(self, query: AuditQuery) -> Sequence[AuditRecord]:
        """Return a page of what is wanted."""
        page = sa.select(audit).where(*_wanted(query)).order_by(audit.c.seq.desc()).limit(query.limit)
        return await self._records(page)

    async def since(self, subject: Subject, thing: str, version: int) -> Sequence[AuditRecord]:
        """Return what was done to a thing after it was at `version`."""
        those = (audit.c.thing == thing, audit.c.subject == subject.value, audit.c.version > version)
        return await self._records(sa.select(audit).where(*those).order_by(audit.c.seq.desc()).limit(_MOST))

    async def names(self, things: Sequence[str]) -> dict[str, str]:
        """Return what things were called last."""
        last = sa.select(sa.func.max(audit.c.seq)).where(audit.c.thing.in_(things), audit.c.name != "")
        statement = sa.select(audit.c.thing, audit.c.name).where(audit.c.seq.in_(last.group_by(audit.c.thing)))
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return {row.thing: row.name for row in rows}

    async def _records(self, statement: sa.Select[Any]) -> Sequence[AuditRecord]:
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [_record(row) for row in rows]


def _who(entry: Entry, act: Act) -> Act:
    """Return who acts: whoever proves himself by a password or a link is known only by what he thereby does."""
    if act.by is None and act.address and entry.action in PROVES:
        return replace(act, by=UserId(entry.thing), name=entry.name)
    return act


def require_version(stored: Any, record: Any) -> None:
    """Let pass a record that replaces one of its own version; one of version 0 replaces any.

    Raises:
        StaleVersionError: somebody else has changed it meanwhile.
    """
    if record.version:
        thing = THINGS[type(record)]
        seen = Seen(thing.subject(record), thing.id(record), record.version)
        require_present(stored.version if stored is not None else 0, seen)


def _wanted(query: AuditQuery) -> list[sa.ColumnElement[bool]]:
    wanted = [audit.c.search_key.contains(word, autoescape=True) for word in folded(query.text).split()]
    if query.since is not None:
        wanted.append(audit.c.at >= query.since)
    if query.until is not None:
        wanted.append(audit.c.at < query.until)
    if query.by is not None:
        wanted.append(audit.c.by == query.by)
    if query.subject is not None:
        wanted.append(audit.c.subject == query.subject.value)
    if query.thing is not None:
        wanted.append(audit.c.thing == query.thing)
    if query.before is not None:
        wanted.append(audit.c.seq < query.before)
    return wanted


def _values(entry: Entry, act: Act, at: Instant) -> dict[str, Any]:
    return {
        "at": at,
        "by": act.by,
        "by_name": act.name,
        "address": act.address,
        "subject": entry.subject.value,
        "thing": entry.thing,
        "name": entry.name[:_PLACES],
        "action": entry.action.value,
        "changes": [{**asdict(change), "told": change.told.value} for change in entry.changes],
        "version": entry.version,
        "search_key": folded(f"{entry.name[:_PLACES]} {act.name} {entry.thing}"),
    }


def _record(row: "sa.Row[Any]") -> AuditRecord:
    changes = tuple(Change(one["field"], one["before"], one["after"], Told(one["told"])) for one in row.changes)
    return AuditRecord(
        row.seq,
        row.at,
        Act(UserId(row.by) if row.by is not None else None, row.by_name, row.address),
        Entry(Subject(row.subject), row.thing, row.name, Action(row.action), changes, row.version),
    )
