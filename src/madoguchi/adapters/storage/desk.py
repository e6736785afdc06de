"""What is kept for agents' desks, in SQL."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_desk import canned_replies, dispositions
from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply, ReplyScope
from madoguchi.kernel.ids import DispositionId, QueueId, ReplyId, UserId


class SqlDeskRecords:
    """`DeskRecords` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_disposition(self, disposition: Disposition) -> None:
        """Store or replace a disposition."""
        values = {
            "id": disposition.id,
            "names": dict(disposition.names),
            "parent": disposition.parent,
            "queues": list(disposition.queues),
            "notes_required": disposition.notes_required,
            "position": disposition.position,
        }
        await self._put(dispositions, values)

    async def dispositions(self) -> Sequence[Disposition]:
        """Return all dispositions, by position."""
        rows = await self._rows(dispositions)
        found = [
            Disposition(
                id=DispositionId(row.id),
                names=row.names,
                parent=DispositionId(row.parent) if row.parent is not None else None,
                queues=tuple(QueueId(queue) for queue in row.queues),
                notes_required=row.notes_required,
                position=row.position,
            )
            for row in rows
        ]
        return sorted(found, key=lambda one: (one.position, one.id))

    async def forget_disposition(self, disposition: DispositionId) -> None:
        """Forget a disposition; one that is not there is no error."""
        await self._forget(dispositions, disposition)

    async def save_reply(self, reply: CannedReply) -> None:
        """Store or replace a canned reply."""
        values = {
            "id": reply.id,
            "shortcut": reply.shortcut,
            "texts": dict(reply.texts),
            "scope": reply.scope.value,
            "queue": reply.queue,
            "owner": reply.owner,
        }
        await self._put(canned_replies, values)

    async def replies(self) -> Sequence[CannedReply]:
        """Return all canned replies, by shortcut."""
        rows = await self._rows(canned_replies)
        found = [
            CannedReply(
                id=ReplyId(row.id),
                shortcut=row.shortcut,
                texts=row.texts,
                scope=ReplyScope(row.scope),
                queue=QueueId(row.queue) if row.queue is not None else None,
                owner=UserId(row.owner) if row.owner is not None else None,
            )
            for row in rows
        ]
        return sorted(found, key=lambda one: (one.shortcut, one.id))

    async def forget_reply(self, reply: ReplyId) -> None:
        """Forget a canned reply; one that is not there is no error."""
        await self._forget(canned_replies, reply)

    async def _rows(self, table: sa.Table) -> Sequence["sa.Row[Any]"]:
        return await self._database.read(lambda connection: connection.execute(sa.select(table)).all())

    async def _put(self, table: sa.Table, values: dict[str, Any]) -> None:
        def put(connection: sa.Connection) -> None:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            rest = {name: value for name, value in values.items() if name != "id"}
            connection.execute(insert(table).values(values).on_conflict_do_update(index_elements=["id"], set_=rest))

        await self._database.write(put)

    async def _forget(self, table: sa.Table, key: str) -> None:
        statement = sa.delete(table).where(table.c.id == key)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
