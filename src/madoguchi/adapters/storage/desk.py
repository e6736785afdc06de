"""What is kept for agents' desks, in SQL."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from madoguchi.adapters.storage.audit import Trail
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_desk import canned_replies, dispositions
from madoguchi.adapters.storage.versioned import VersionedRecords
from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply, ReplyScope
from madoguchi.kernel.ids import DispositionId, QueueId, ReplyId, UserId


class SqlDeskRecords:
    """`DeskRecords` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._dispositions = VersionedRecords(database, trail, dispositions, _disposition)
        self._replies = VersionedRecords(database, trail, canned_replies, _reply)

    async def save_disposition(self, disposition: Disposition) -> None:
        """Store or replace a disposition, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        values = {
            "names": dict(disposition.names),
            "parent": disposition.parent,
            "queues": list(disposition.queues),
            "notes_required": disposition.notes_required,
            "position": disposition.position,
        }
        await self._dispositions.save(disposition, values)

    async def dispositions(self) -> Sequence[Disposition]:
        """Return all dispositions, by position."""
        return sorted(await self._dispositions.all(), key=lambda one: (one.position, one.id))

    async def forget_disposition(self, disposition: DispositionId) -> None:
        """Forget a disposition; one that is not there is no error."""
        await self._dispositions.forget(disposition)

    async def save_reply(self, reply: CannedReply) -> None:
        """Store or replace a canned reply, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        values = {
            "shortcut": reply.shortcut,
            "texts": dict(reply.texts),
            "scope": reply.scope.value,
            "queue": reply.queue,
            "owner": reply.owner,
        }
        await self._replies.save(reply, values)

    async def replies(self) -> Sequence[CannedReply]:
        """Return all canned replies, by shortcut."""
        return sorted(await self._replies.all(), key=lambda one: (one.shortcut, one.id))

    async def forget_reply(self, reply: ReplyId) -> None:
        """Forget a canned reply; one that is not there is no error."""
        await self._replies.forget(reply)


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
