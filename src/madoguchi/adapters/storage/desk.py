"""What is kept for agents' desks, in SQL."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from madoguchi.adapters.storage.audit import Trail, require_version
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_desk import canned_replies, dispositions
from madoguchi.domain.audit.things import version_after
from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply, ReplyScope
from madoguchi.kernel.ids import DispositionId, QueueId, ReplyId, UserId


class SqlDeskRecords:
    """`DeskRecords` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def save_disposition(self, disposition: Disposition) -> None:
        """Store or replace a disposition, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        values = {
            "id": disposition.id,
            "names": dict(disposition.names),
            "parent": disposition.parent,
            "queues": list(disposition.queues),
            "notes_required": disposition.notes_required,
            "position": disposition.position,
        }
        await self._put(dispositions, values, disposition, _disposition)

    async def dispositions(self) -> Sequence[Disposition]:
        """Return all dispositions, by position."""
        found = [_disposition(row) for row in await self._rows(dispositions)]
        return sorted(found, key=lambda one: (one.position, one.id))

    async def forget_disposition(self, disposition: DispositionId) -> None:
        """Forget a disposition; one that is not there is no error."""
        await self._forget(dispositions, disposition, _disposition)

    async def save_reply(self, reply: CannedReply) -> None:
        """Store or replace a canned reply, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        values = {
            "id": reply.id,
            "shortcut": reply.shortcut,
            "texts": dict(reply.texts),
            "scope": reply.scope.value,
            "queue": reply.queue,
            "owner": reply.owner,
        }
        await self._put(canned_replies, values, reply, _reply)

    async def replies(self) -> Sequence[CannedReply]:
        """Return all canned replies, by shortcut."""
        found = [_reply(row) for row in await self._rows(canned_replies)]
        return sorted(found, key=lambda one: (one.shortcut, one.id))

    async def forget_reply(self, reply: ReplyId) -> None:
        """Forget a canned reply; one that is not there is no error."""
        await self._forget(canned_replies, reply, _reply)

    async def _rows(self, table: sa.Table) -> Sequence["sa.Row[Any]"]:
        return await self._database.read(lambda connection: connection.execute(sa.select(table)).all())

    async def _put(
        self, table: sa.Table, values: dict[str, Any], record: Disposition | CannedReply, read: "_Read"
    ) -> None:
        def put(connection: sa.Connection) -> None:
            before = _present(connection, table, record.id, read)
            require_version(before, record)
            version = version_after(before, record)
            row = {**values, "version": version}
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            rest = {name: value for name, value in row.items() if name != "id"}
            connection.execute(insert(table).values(row).on_conflict_do_update(index_elements=["id"], set_=rest))
            self._trail.note(connection, before, record, version=version)

        await self._database.write(put)

    async def _forget(self, table: sa.Table, key: str, read: "_Read") -> None:
        def forget(connection: sa.Connection) -> None:
            before = _present(connection, table, key, read)
            if before is not None:
                connection.execute(sa.delete(table).where(table.c.id == key))
                self._trail.note(connection, before, None, version=before.version + 1)

        await self._database.write(forget)


_Read = Callable[["sa.Row[Any]"], Disposition | CannedReply]


def _present(connection: sa.Connection, table: sa.Table, key: str, read: _Read) -> Disposition | CannedReply | None:
    row = connection.execute(sa.select(table).where(table.c.id == key).with_for_update()).first()
    return None if row is None else read(row)


def _disposition(row: "sa.Row[Any]") -> Disposition:
    return Disposition(
        id=DispositionId(row.id),
        names=row.names,
        parent=DispositionId(row.parent) if row.parent is not None else None,
        queues=tuple(QueueId(queue) for queue in row.queues),
        notes_required=row.notes_required,
        position=row.position,
        version=row.version,
    )


def _reply(row: "sa.Row[Any]") -> CannedReply:
    return CannedReply(
        id=ReplyId(row.id),
        shortcut=row.shortcut,
        texts=row.texts,
        scope=ReplyScope(row.scope),
        queue=QueueId(row.queue) if row.queue is not None else None,
        owner=UserId(row.owner) if row.owner is not None else None,
        version=row.version,
    )
