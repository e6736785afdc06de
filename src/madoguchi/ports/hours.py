"""Where the details of the support centre, its hours and its holidays are kept, and who changed them when.

Whoever implements this proves it by `tests/contract/storage/test_hours.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import CustomHours
from madoguchi.domain.hours.holidays import HolidayFolder
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId, UserId
from madoguchi.kernel.time import Instant

T = TypeVar("T", bound=SupportCenter | CustomHours | HolidayFolder)


@dataclass(frozen=True)
class Signature:
    """Who saves, and when."""

    at: Instant
    by: UserId
    name: str


@dataclass(frozen=True)
class Saved(Generic[T]):
    """A record as it was saved last."""

    record: T
    version: int
    """1 for the first; every save adds one."""
    signed: Signature


class Subject(Enum):
    """What a change was about."""

    CENTER = "support_center"
    CUSTOM = "custom_hours"
    FOLDER = "holiday_folder"


@dataclass(frozen=True)
class HoursChange:
    """One save or deletion."""

    subject: Subject
    id: str
    """Of the custom hours or the folder; `support_center` for the details."""
    version: int
    """The one that it made."""
    signed: Signature
    before: dict[str, Any] | None
    """The record as JSON; none where it was new."""
    after: dict[str, Any] | None
    """None where it was deleted."""


class HoursRecords(Protocol):
    """Records with versions. A save and its entry in the changes are stored together or not at all."""

    async def center(self) -> Saved[SupportCenter] | None:
        """Return the details; none where nobody has saved them yet."""

    async def custom(self) -> Sequence[Saved[CustomHours]]:
        """Return all custom hours, by name."""

    async def folders(self) -> Sequence[Saved[HolidayFolder]]:
        """Return all holiday folders, by name."""

    async def save(self, record: T, expected: int, signed: Signature) -> Saved[T]:
        """Store or replace a record whose present version is `expected`, 0 for a new one.

        Raises:
            StaleVersionError: it has another version by now, or is gone; nothing was stored.
        """

    async def delete(self, record: CustomHoursId | HolidayFolderId, expected: int, signed: Signature) -> None:
        """Forget custom hours or a folder whose present version is `expected`.

        Raises:
            StaleVersionError: it has another version by now, or is gone; nothing was changed.
        """

    async def changes(self, *, limit: int, before: Instant | None = None) -> Sequence[HoursChange]:
        """Return changes, the newest first, those before `before` only."""
