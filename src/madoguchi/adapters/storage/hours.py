"""Hours and holidays in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from madoguchi.adapters.storage.audit import Trail
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_hours import hours, hours_changes
from madoguchi.domain.audit import entries as audit
from madoguchi.domain.audit.entries import Seen
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import CustomHours
from madoguchi.domain.hours.holidays import HolidayFolder
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.hours import HoursChange, Saved, Signature, Subject, T
from madoguchi.ports.storage import StaleVersionError, require_present

CENTER: Final = "support_center"
"""The id of the one record of details."""

_KINDS: Final[Mapping[Subject, type[Any]]] = {
    Subject.CENTER: SupportCenter,
    Subject.CUSTOM: CustomHours,
    Subject.FOLDER: HolidayFolder,
}


class SqlHours:
    """`HoursRecords` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def center(self) -> Saved[SupportCenter] | None:
        """Return the details; none where nobody has saved them yet."""
        found = await self._all(Subject.CENTER, SupportCenter)
        return found[0] if found else None

    async def custom(self) -> Sequence[Saved[CustomHours]]:
        """Return all custom hours, by name."""
        return by_name(await self._all(Subject.CUSTOM, CustomHours))

    async def folders(self) -> Sequence[Saved[HolidayFolder]]:
        """Return all holiday folders, by name."""
        return by_name(await self._all(Subject.FOLDER, HolidayFolder))

    async def save(self, record: T, expected: int, signed: Signature) -> Saved[T]:
        """Store or replace a record whose present version is `expected`, 0 for a new one.

        Raises:
            StaleVersionError: it has another version by now, or is gone; nothing was stored.
        """
        subject, key = place_of(record)
        data: dict[str, Any] = msgspec.to_builtins(record)
        seen = Seen(audit.Subject(subject.value), key, expected)
        values = {"version": expected + 1, "data": data, **_signature(signed)}

        def work(connection: sa.Connection) -> None:
            found = _present(connection, key, seen)
            if expected == 0:
                connection.execute(sa.insert(hours).values(id=key, subject=subject.value, **values))
            else:
                connection.execute(sa.update(hours).where(hours.c.id == key).values(**values))
            _note(connection, subject, key, expected + 1, signed, None if found is None else found.data, data)
            before = None if found is None else msgspec.convert(found.data, type(record))
            self._trail.note(connection, before, record, version=expected + 1)

        await self._write(key, work)
        return Saved(record, expected + 1, signed)

    async def delete(self, record: CustomHoursId | HolidayFolderId, expected: int, signed: Signature) -> None:
        """Forget custom hours or a folder whose present version is `expected`.

        Raises:
            StaleVersionError: it has another version by now, or is gone; nothing was changed.
        """
        seen = seen_of(record, expected)

        def work(connection: sa.Connection) -> None:
            found = _present(connection, record, seen)
            if found is None:
                raise StaleVersionError("it is gone", seen=seen)
            connection.execute(sa.delete(hours).where(hours.c.id == record))
            _note(connection, Subject(found.subject), record, expected + 1, signed, found.data, None)
            before = msgspec.convert(found.data, _KINDS[Subject(found.subject)])
            self._trail.note(connection, before, None, version=expected + 1)

        await self._write(record, work)

    async def changes(self, *, limit: int, before: Instant | None = None) -> Sequence[HoursChange]:
        """Return changes, the newest first, those before `before` only."""
        table = hours_changes
        statement = sa.select(table).order_by(table.c.saved_at.desc(), table.c.id, table.c.version.desc()).limit(limit)
        if before is not None:
            statement = statement.where(table.c.saved_at < before)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [
            HoursChange(Subject(row.subject), row.id, row.version, _signed(row), before=row.before, after=row.after)
            for row in rows
        ]

    async def _all(self, subject: Subject, kind: type[T]) -> list[Saved[T]]:
        statement = sa.select(hours).where(hours.c.subject == subject.value)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [Saved(msgspec.convert(row.data, kind), row.version, _signed(row)) for row in rows]

    async def _write(self, key: str, work: Any) -> None:
        try:
            await self._database.write(work)
        except sa.exc.IntegrityError as error:
            # Two have made the same version at the same time: the keys let only one of them through.
            raise StaleVersionError(f"{key} was saved by somebody else") from error


def place_of(record: SupportCenter | CustomHours | HolidayFolder) -> tuple[Subject, str]:
    """Return what a record is about, and its id."""
    match record:
        case SupportCenter():
            return Subject.CENTER, CENTER
        case CustomHours(id=key):
            return Subject.CUSTOM, key
        case HolidayFolder(id=key):
            return Subject.FOLDER, key


def by_name(found: Sequence[Saved[T]]) -> list[Saved[T]]:
    """Sort as people read; databases sort text by rules of their own."""
    return sorted(found, key=lambda one: (one.record.name, place_of(one.record)[1]))


def seen_of(record: CustomHoursId | HolidayFolderId, version: int) -> Seen:
    """Return what somebody saw of custom hours or a folder."""
    custom = record.startswith("hours_")
    return Seen(audit.Subject.CUSTOM_HOURS if custom else audit.Subject.HOLIDAYS, record, version)


def _present(connection: sa.Connection, key: str, seen: Seen) -> "sa.Row[Any] | None":
    """Return the stored row.

    Raises:
        StaleVersionError: its version is not the one that was `seen`.
    """
    # Where the database knows row locks, the row is held until the end, so that the version cannot change meanwhile.
    found = connection.execute(sa.select(hours).where(hours.c.id == key).with_for_update()).first()
    require_present(0 if found is None else found.version, seen)
    return found


def _note(
    connection: sa.Connection,
    subject: Subject,
    key: str,
    version: int,
    signed: Signature,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    row = {"id": key, "version": version, "subject": subject.value, "before": before, "after": after}
    connection.execute(sa.insert(hours_changes).values(row | _signature(signed)))


def _signature(signed: Signature) -> dict[str, Any]:
    return {"saved_at": signed.at, "saved_by": signed.by, "saved_by_name": signed.name}


def _signed(row: Any) -> Signature:
    return Signature(row.saved_at, UserId(row.saved_by), row.saved_by_name)
