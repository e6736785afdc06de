"""Queues' deflections in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from madoguchi.adapters.storage.audit import Trail
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_deflection import queue_deflections
from madoguchi.adapters.storage.upsert import upsert
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.deflection.plan import QueueDeflection, plan_of, plan_values
from madoguchi.kernel.ids import QueueId
from madoguchi.ports.storage import require_present


class SqlDeflections:
    """`QueueDeflections` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def all(self) -> Sequence[QueueDeflection]:
        """Return them all, by their queues' ids."""

        def read(connection: sa.Connection) -> Sequence[QueueDeflection]:
            rows = connection.execute(sa.select(queue_deflections).order_by(queue_deflections.c.queue)).all()
            return [_own(row) for row in rows]

        return await self._database.read(read)

    async def save(self, own: QueueDeflection) -> QueueDeflection:
        """Store or replace a queue's; return it with the version that it is at now.

        Raises:
            StaleVersionError: the stored version is not `own`'s.
        """

        def put(connection: sa.Connection) -> QueueDeflection:
            those = sa.select(queue_deflections).where(queue_deflections.c.queue == own.queue).with_for_update()
            row = connection.execute(those).first()
            before = _own(row) if row is not None else None
            require_present(before.version if before else 0, Seen(Subject.DEFLECTION, own.queue, own.version))
            saved = replace(own, version=own.version + 1)
            upsert(connection, queue_deflections, {**vars(saved), "plan": plan_values(saved.plan)})
            self._trail.note(connection, before, saved, version=saved.version)
            return saved

        return await self._database.write(put)


def _own(row: "sa.Row[Any]") -> QueueDeflection:
    return QueueDeflection(QueueId(row.queue), row.enabled, plan_of(row.plan), row.version)
