"""Snapshots, journal, outbox and messages in SQL."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.plan import rows_of
from madoguchi.adapters.storage.schema import journal, messages, outbox, snapshots
from madoguchi.kernel.ids import ConsumerId, InteractionId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import Commit, JournalRow, MessageRow, OutboxRow, Snapshot

Row = sa.Row[Any]
_s, _j, _m, _o = snapshots.c, journal.c, messages.c, outbox.c
_SNAPSHOT = sa.select(_s.id, _s.kind, _s.version, _s.state, _s.live, _s.data, _s.at)
_OVER = _SNAPSHOT.where(_s.live.is_(sa.false())).order_by(_s.at.desc(), _s.id.desc())


class SqlInteractions:
    """`InteractionStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def commit(self, commit: Commit) -> None:
        """Store all of `commit`. It is on disk when this returns.

        Raises:
            StaleVersionError: the stored version is not `snapshot.version - 1`, or a row is there already.
            StorageUnavailableError: nothing was stored; where the database was lost in the very moment of storing, the
                same commit given again succeeds, whether or not it was stored then.
        """
        await self._database.commit(rows_of(commit))

    async def load(self, owner: str) -> Snapshot | None:
        """Return the owner's newest snapshot."""
        found = await self._snapshots(_SNAPSHOT.where(_s.id == owner))
        return found[0] if found else None

    async def live(self, kind: str) -> Sequence[Snapshot]:
        """Return every live snapshot of a kind, oldest first."""
        statement = _SNAPSHOT.where(_s.live.is_(sa.true()), _s.kind == kind)
        return await self._snapshots(statement.order_by(_s.born_at, _s.id))

    async def live_ids(self, kind: str) -> Sequence[str]:
        """Return the ids of every live snapshot of a kind; cheaper than `live`."""
        statement = sa.select(_s.id).where(_s.live.is_(sa.true()), _s.kind == kind)
        return [row.id for row in await self._rows(statement)]

    async def finished(
        self, kind: str, *, limit: int, before: Instant | None = None, before_id: str = ""
    ) -> Sequence[Snapshot]:
        """Return ended interactions, newest first, those before `before` only.

        Of those that ended at `before` itself, only those whose id is before `before_id`, so that a page can go on
        where several ended at the same time.
        """
        return await self._snapshots(_before(_OVER.where(_s.kind == kind), before, before_id).limit(limit))

    async def finished_of(
        self,
        consumer: ConsumerId,
        *,
        limit: int,
        kinds: Collection[str] | None = None,
        before: Instant | None = None,
        before_id: str = "",
    ) -> Sequence[Snapshot]:
        """Return a consumer's ended interactions, newest first (`data["consumer"]["id"]`); pages as in `finished`."""
        statement = _OVER.where(_s.consumer == consumer)
        if kinds is not None:
            statement = statement.where(_s.kind.in_(sorted(kinds)))
        return await self._snapshots(_before(statement, before, before_id).limit(limit))

    async def journal(self, interaction: str, *, after: int = 0) -> Sequence[JournalRow]:
        """Return an interaction's events after seq `after`, in order."""
        statement = sa.select(journal).where(_j.interaction == interaction, _j.seq > after).order_by(_j.seq)
        return [
            JournalRow(row.interaction, row.seq, row.at, row.kind, row.v, row.data)
            for row in await self._rows(statement)
        ]

    async def messages(self, chat: InteractionId, *, after: int = 0, limit: int = 1000) -> Sequence[MessageRow]:
        """Return a chat's lines after seq `after`, in order."""
        statement = sa.select(messages).where(_m.chat == chat, _m.seq > after).order_by(_m.seq).limit(limit)
        return [_to_message(row) for row in await self._rows(statement)]

    async def lease(self, *, now: Instant, until: Instant, limit: int) -> Sequence[OutboxRow]:
        """Take due effects that nobody holds, and hold them until `until`; each counts one attempt more."""
        free = (
            sa.select(_o.id)
            .where(_o.due_at <= now, sa.or_(_o.held_until.is_(None), _o.held_until <= now))
            .order_by(_o.due_at, _o.id)
            .limit(limit)
            # Relays on other nodes take others meanwhile. SQLite has one writer and no such clause.
            .with_for_update(skip_locked=True)
            .cte("free")
        )
        statement = (
            sa.update(outbox)
            .where(_o.id.in_(sa.select(free.c.id)))
            .values(held_until=until, attempts=_o.attempts + 1)
            .returning(outbox)
        )
        taken = await self._database.write(lambda connection: connection.execute(statement).all())
        return sorted((_to_effect(row) for row in taken), key=lambda effect: (effect.due_at, effect.id))

    async def done(self, outbox_ids: Sequence[str]) -> None:
        """Mark effects as performed; unknown and performed ones are no error. Grouped like commits."""
        if outbox_ids:
            await self._database.done(outbox_ids)

    async def put_off(self, outbox_id: str, due_at: Instant) -> None:
        """Give an effect back; it is due again at `due_at`."""
        statement = sa.update(outbox).where(_o.id == outbox_id).values(due_at=due_at, held_until=None)
        await self._database.write(lambda connection: connection.execute(statement).close())

    async def _snapshots(self, statement: sa.Select[Any]) -> list[Snapshot]:
        return [
            Snapshot(row.id, row.kind, row.version, row.state, row.live, row.data, row.at)
            for row in await self._rows(statement)
        ]

    async def _rows(self, statement: sa.Select[Any]) -> Sequence[Row]:
        return await self._database.read(lambda connection: connection.execute(statement).all())


def _before(statement: sa.Select[Any], before: Instant | None, before_id: str) -> sa.Select[Any]:
    if before is None:
        return statement
    return statement.where(sa.or_(_s.at < before, sa.and_(_s.at == before, _s.id < before_id)))


def _to_effect(row: Row) -> OutboxRow:
    return OutboxRow(row.id, row.interaction, row.kind, row.data, row.due_at, row.attempts)


def _to_message(row: Row) -> MessageRow:
    return MessageRow(
        chat=InteractionId(row.chat),
        seq=row.seq,
        at=row.at,
        sender=row.sender,
        sender_id=row.sender_id,
        sender_name=row.sender_name,
        client_id=row.client_id,
        body=row.body,
    )
