"""Hours and holidays in memory."""

from collections.abc import Sequence
from typing import Any

import msgspec

from madoguchi.domain.audit import entries as audit
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import CustomHours
from madoguchi.domain.hours.holidays import HolidayFolder
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId
from madoguchi.kernel.time import Instant
from madoguchi.ports.hours import HoursChange, Saved, Signature, Subject, T
from madoguchi.ports.storage import StaleVersionError, require_present
from madoguchi.testing.audit import MemoryAudit


class MemoryHours:
    """Keeps the promises of `madoguchi.ports.hours.HoursRecords`, durability apart."""

    def __init__(self, audit: MemoryAudit | None = None) -> None:
        self._audit = audit or MemoryAudit()
        self._saved: dict[str, Saved[Any]] = {}
        self._changes: list[HoursChange] = []

    async def center(self) -> Saved[SupportCenter] | None:
        """Return the details; none where nobody has saved them yet."""
        return next(iter(self._of(SupportCenter)), None)

    async def custom(self) -> Sequence[Saved[CustomHours]]:
        """Return all custom hours, by name."""
        return self._of(CustomHours)

    async def folders(self) -> Sequence[Saved[HolidayFolder]]:
        """Return all holiday folders, by name."""
        return self._of(HolidayFolder)

    async def save(self, record: T, expected: int, signed: Signature) -> Saved[T]:
        """Store or replace a record whose present version is `expected`, 0 for a new one.

        Raises:
            StaleVersionError: it has another version by now, or is gone; nothing was stored.
        """
        key = "support_center" if isinstance(record, SupportCenter) else record.id
        before = self._present(key, expected)
        saved = self._saved[key] = Saved(record, expected + 1, signed)
        self._note(key, expected + 1, signed, before, record)
        return saved

    async def delete(self, record: CustomHoursId | HolidayFolderId, expected: int, signed: Signature) -> None:
        """Forget custom hours or a folder whose present version is `expected`.

        Raises:
            StaleVersionError: it has another version by now, or is gone; nothing was changed.
        """
        before = self._present(record, expected)
        if before is None:
            raise StaleVersionError("it is gone")
        del self._saved[record]
        self._note(record, expected + 1, signed, before, None)

    async def changes(self, *, limit: int, before: Instant | None = None) -> Sequence[HoursChange]:
        """Return changes, the newest first, those before `before` only."""
        found = [one for one in self._changes if before is None or one.signed.at < before]
        return sorted(found, key=lambda one: (one.signed.at, one.version), reverse=True)[:limit]

    def _of(self, kind: type[T]) -> list[Saved[T]]:
        found = [one for one in self._saved.values() if isinstance(one.record, kind)]
        return sorted(found, key=lambda one: (one.record.name, getattr(one.record, "id", "")))

    def _present(self, key: str, expected: int) -> Any:
        found = self._saved.get(key)
        subject = "custom_hours" if key.startswith("hours_") else "holiday_folder"
        kind = audit.Subject("support_center" if key == "support_center" else subject)
        require_present(found.version if found else 0, audit.Seen(kind, key, expected))
        return found.record if found else None

    def _note(self, key: str, version: int, signed: Signature, before: Any, after: Any) -> None:
        match after or before:
            case SupportCenter():
                subject = Subject.CENTER
            case CustomHours():
                subject = Subject.CUSTOM
            case _:
                subject = Subject.FOLDER
        rows = [None if one is None else msgspec.to_builtins(one) for one in (before, after)]
        self._changes.append(HoursChange(subject, key, version, signed, *rows))
        self._audit.note(before, after, version=version)
