"""The ledger of listening in SQL."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa

from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_listening import listening, listening_signs
from madoguchi.adapters.storage.upsert import upsert
from madoguchi.domain.listening.entries import Filing, LedgerEntry, Note, What, chained
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.listening import ListeningQuery

_c = listening.c
_POSTGRES_LOCK: Final = 0x6D61646F6C697374
"""The advisory lock under which one process after the other adds to the chain. SQLite has one writer anyway."""


class SqlListening:
    """`ListeningLedger` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, notes: Sequence[Note]) -> LedgerEntry | None:
        """Add notes in their order, all or none; what is noted already is left out."""

        def put(connection: sa.Connection) -> LedgerEntry | None:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
            known = _known(connection, {note.listening for note in notes})
            head = _first(connection, sa.select(listening).order_by(_c.seq.desc()).limit(1))
            rows = []
            for note in notes:
                if (note.listening, note.number) not in known:
                    known.add((note.listening, note.number))
                    head = chained(note, head)
                    rows.append(_values(head))
            if rows:
                connection.execute(sa.insert(listening), rows)
            return head

        return await self._database.write(put)

    async def entries(self, *, after: int = 0, limit: int = 1000) -> Sequence[LedgerEntry]:
        """Return the entries after number `after`, in order."""
        return await self._found(sa.select(listening).where(_c.seq > after).order_by(_c.seq).limit(limit))

    async def stretch(self, since: Instant | None, until: Instant | None) -> tuple[int, int] | None:
        """Return the numbers of the first and the last entry of a period."""
        statement = sa.select(sa.func.min(_c.seq), sa.func.max(_c.seq)).where(*_period(since, until))
        first, last = await self._database.read(lambda connection: connection.execute(statement).one())
        return (first, last) if first is not None else None

    async def begun(self, query: ListeningQuery) -> Sequence[LedgerEntry]:
        """Return the first entries of the listenings that are wanted."""
        wanted = [_c.what == What.BEGAN.value, *_period(query.since, query.until)]
        if query.user is not None:
            wanted.append(_c.user == query.user)
        if query.before is not None:
            wanted.append(_c.seq < query.before)
        return await self._found(sa.select(listening).where(*wanted).order_by(_c.seq.desc()).limit(query.limit))

    async def of(self, listenings: Collection[ListeningId]) -> Sequence[LedgerEntry]:
        """Return all entries of some listenings, in order."""
        return await self._found(sa.select(listening).where(_c.listening.in_(list(listenings))).order_by(_c.seq))

    async def unfinished(self, node: str) -> Sequence[LedgerEntry]:
        """Return the last entry of each listening that a server noted and that has no end."""
        later = sa.alias(listening)
        follows = sa.exists().where(later.c.listening == _c.listening, later.c.number > _c.number)
        mine = (_c.node == node, _c.what != What.ENDED.value, ~follows)
        return await self._found(sa.select(listening).where(*mine).order_by(_c.seq))

    async def listeners(self) -> Sequence[LedgerEntry]:
        """Return the last entry of each user who has ever listened."""
        last = sa.select(sa.func.max(_c.seq)).group_by(_c.user)
        return await self._found(sa.select(listening).where(_c.seq.in_(last)).order_by(_c.seq))

    async def sign(self, node: str, at: Instant) -> None:
        """Note that a server lives."""

        def put(connection: sa.Connection) -> None:
            upsert(connection, listening_signs, {"node": node, "at": at})

        await self._database.write(put)

    async def last_sign(self, node: str) -> Instant | None:
        """Return when a server noted that it lives."""
        statement = sa.select(listening_signs.c.at).where(listening_signs.c.node == node)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none())

    async def _found(self, statement: "sa.Select[Any]") -> Sequence[LedgerEntry]:
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [_entry(row) for row in rows]


def _known(connection: sa.Connection, listenings: Collection[ListeningId]) -> set[tuple[ListeningId, int]]:
    those = sa.select(_c.listening, _c.number).where(_c.listening.in_(list(listenings)))
    return {(ListeningId(row.listening), row.number) for row in connection.execute(those)}


def _first(connection: sa.Connection, statement: "sa.Select[Any]") -> LedgerEntry | None:
    row = connection.execute(statement).first()
    return _entry(row) if row is not None else None


def _period(since: Instant | None, until: Instant | None) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if since is not None:
        wanted.append(_c.at >= since)
    if until is not None:
        wanted.append(_c.at < until)
    return wanted


def _values(entry: LedgerEntry) -> dict[str, Any]:
    filing = {**vars(entry.filing), "what": entry.filing.what.value}
    return {"seq": entry.seq, "text": entry.text, "previous": entry.previous, "hash": entry.hash, **filing}


def _entry(row: "sa.Row[Any]") -> LedgerEntry:
    filing = Filing(
        at=row.at,
        listening=ListeningId(row.listening),
        number=row.number,
        user=UserId(row.user),
        interaction=InteractionId(row.interaction),
        what=What(row.what),
        node=row.node,
    )
    return LedgerEntry(row.seq, row.text, row.previous, row.hash, filing)
