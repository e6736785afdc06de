"""The organisation's own statuses in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from madoguchi.adapters.storage.audit import Trail
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_statuses import agent_statuses
from madoguchi.adapters.storage.versioned import VersionedRecords
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId


class SqlStatuses:
    """`StatusCatalogue` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._statuses = VersionedRecords(database, trail, agent_statuses, _status)

    async def all(self) -> Sequence[CustomStatus]:
        """Return them in the order of their making."""
        return await self._statuses.all("id")

    async def save(self, status: CustomStatus) -> CustomStatus:
        """Store or replace one; return it with the version that it is at now.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        values = {"names": dict(status.names), "colour": status.colour, "away": status.away}
        return replace(status, version=await self._statuses.save(status, values))

    async def remove(self, status: StatusId) -> bool:
        """Forget one; return whether it was there."""
        return await self._statuses.forget(status)


def _status(row: "sa.Row[Any]") -> CustomStatus:
    return CustomStatus(StatusId(row.id), row.names, row.colour, row.away, row.version)
