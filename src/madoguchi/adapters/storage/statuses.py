"""The organisation's own statuses in SQL."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_statuses import agent_statuses
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId


class SqlStatuses:
    """`StatusCatalogue` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[CustomStatus]:
        """Return them in the order of their making."""

        def read(connection: sa.Connection) -> Sequence[CustomStatus]:
            rows = connection.execute(sa.select(agent_statuses).order_by(agent_statuses.c.id)).all()
            return [CustomStatus(StatusId(row.id), row.names, row.colour, row.away) for row in rows]

        return await self._database.read(read)

    async def save(self, status: CustomStatus) -> None:
        """Store or replace one."""
        rest = {"names": dict(status.names), "colour": status.colour, "away": status.away}

        def put(connection: sa.Connection) -> None:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            statement = insert(agent_statuses).values(id=status.id, **rest)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=rest))

        await self._database.write(put)

    async def remove(self, status: StatusId) -> bool:
        """Forget one; return whether it was there."""

        def forget(connection: sa.Connection) -> bool:
            return bool(connection.execute(sa.delete(agent_statuses).where(agent_statuses.c.id == status)).rowcount)

        return await self._database.write(forget)
