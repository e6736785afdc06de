"""The organisation's own statuses in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from madoguchi.adapters.storage.audit import Trail, require_version
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_statuses import agent_statuses
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.domain.audit.things import version_after
from madoguchi.kernel.ids import StatusId


class SqlStatuses:
    """`StatusCatalogue` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def all(self) -> Sequence[CustomStatus]:
        """Return them in the order of their making."""

        def read(connection: sa.Connection) -> Sequence[CustomStatus]:
            rows = connection.execute(sa.select(agent_statuses).order_by(agent_statuses.c.id)).all()
            return [_status(row) for row in rows]

        return await self._database.read(read)

    async def save(self, status: CustomStatus) -> CustomStatus:
        """Store or replace one; return it with the version that it is at now.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """

        def put(connection: sa.Connection) -> CustomStatus:
            before = _present(connection, status.id)
            require_version(before, status)
            version = version_after(before, status)
            rest = {"names": dict(status.names), "colour": status.colour, "away": status.away, "version": version}
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            statement = insert(agent_statuses).values(id=status.id, **rest)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=rest))
            self._trail.note(connection, before, status, version=version)
            return replace(status, version=version)

        return await self._database.write(put)

    async def remove(self, status: StatusId) -> bool:
        """Forget one; return whether it was there."""

        def forget(connection: sa.Connection) -> bool:
            before = _present(connection, status)
            if before is None:
                return False
            connection.execute(sa.delete(agent_statuses).where(agent_statuses.c.id == status))
            self._trail.note(connection, before, None, version=before.version + 1)
            return True

        return await self._database.write(forget)


def _present(connection: sa.Connection, status: StatusId) -> CustomStatus | None:
    those = sa.select(agent_statuses).where(agent_statuses.c.id == status).with_for_update()
    row = connection.execute(those).first()
    return None if row is None else _status(row)


def _status(row: "sa.Row[Any]") -> CustomStatus:
    return CustomStatus(StatusId(row.id), row.names, row.colour, row.away, row.version)
