"""Records of settings: one row each, at a version that grows with each change, and the audit log told of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa

from madoguchi.adapters.storage.audit import Trail, require_version
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.upsert import upsert
from madoguchi.domain.audit.things import version_after


class Versioned(Protocol):
    """A record with an id and a version."""

    @property
    def id(self) -> str:
        """Names it."""

    @property
    def version(self) -> int:
        """How often it has been changed; 0 for one that is to replace any."""


R = TypeVar("R", bound=Versioned)


class VersionedRecords(Generic[R]):
    """The records of one table, whose key is `id`; `read` makes one of a row."""

    def __init__(self, database: Database, trail: Trail, table: sa.Table, read: Callable[["sa.Row[Any]"], R]) -> None:
        self._database = database
        self._trail = trail
        self._table = table
        self._read = read

    async def all(self, *order: str) -> Sequence[R]:
        """Return them all, in the order of these columns."""
        statement = sa.select(self._table).order_by(*order)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [self._read(row) for row in rows]

    async def save(self, record: R, values: Mapping[str, Any]) -> int:
        """Store or replace one as `values`; return the version that it is at now.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """

        def put(connection: sa.Connection) -> int:
            before = self._present(connection, record.id)
            require_version(before, record)
            version = version_after(before, record)
            upsert(connection, self._table, {**values, "id": record.id, "version": version})
            self._trail.note(connection, before, record, version=version)
            return version

        return await self._database.write(put)

    async def forget(self, key: str) -> bool:
        """Forget one; return whether it was there."""

        def forget(connection: sa.Connection) -> bool:
            before = self._present(connection, key)
            if before is None:
                return False
            connection.execute(sa.delete(self._table).where(self._table.c.id == key))
            self._trail.note(connection, before, None, version=before.version + 1)
            return True

        return await self._database.write(forget)

    def _present(self, connection: sa.Connection, key: str) -> R | None:
        """Return the stored record, held until the end."""
        row = connection.execute(sa.select(self._table).where(self._table.c.id == key).with_for_update()).first()
        return None if row is None else self._read(row)
