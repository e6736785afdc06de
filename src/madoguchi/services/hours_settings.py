"""Support center details, as those who may see or change them work with them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.hours import checks, wall
from madoguchi.domain.hours.book import Explanation, SupportCenter
from madoguchi.domain.hours.calendar import Calendar
from madoguchi.domain.hours.custom import Asked, CustomHours
from madoguchi.domain.hours.holidays import HolidayFolder
from madoguchi.domain.hours.week_view import DayRow, monday_of, week
from madoguchi.domain.messages.texts import TEXTS
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.fields import FieldError, InvalidFieldsError
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId, QueueId
from madoguchi.kernel.time import Instant
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.hours import HoursChange, HoursRecords, Saved, Signature
from madoguchi.ports.national_holidays import NationalHoliday, NationalHolidays
from madoguchi.services.hours import HoursService, HoursState

MOST_YEARS: Final = 20


@dataclass(frozen=True)
class CenterDetails:
    """The details; `saved` is none where they are still as installed."""

    center: SupportCenter
    saved: Saved[SupportCenter] | None
    languages: tuple[str, ...]
    """Those that are enabled."""
    now: HoursState


@dataclass(frozen=True)
class ImportableDay:
    """A national holiday that could be added."""

    holiday: NationalHoliday
    known: bool
    """Whether there is a holiday on this day already."""


@dataclass(frozen=True)
class WeekOf:
    """One week of one entry point."""

    zone: str
    days: Sequence[DayRow]


class HoursSettings:
    """Shows and saves. Every save is checked, versioned and kept in the changes."""

    def __init__(
        self,
        records: HoursRecords,
        hours: HoursService,
        national: NationalHolidays,
        clock: Clock,
        ids: IdSource,
        *,
        queues: Callable[[], Sequence[QueueId]],
        languages: Callable[[], Sequence[str]] = lambda: tuple(TEXTS),
    ) -> None:
        self._records = records
        self._hours = hours
        self._national = national
        self._clock = clock
        self._ids = ids
        self._queues = queues
        self._languages = languages
        self._saving = asyncio.Lock()
        """What is checked against the others must not change until it is saved."""

    async def details(self, actor: Principal) -> CenterDetails:
        """Return the details and the general hours.

        Raises:
            NotAllowedError: the caller may not see them.
        """
        actor.require(Permission.VIEW_SUPPORT_CENTER)
        saved = await self._records.center()
        center = saved.record if saved is not None else SupportCenter()
        state = self._hours.state_of(None, self._clock.now())
        return CenterDetails(center, saved, tuple(self._languages()), state)

    async def save_center(self, actor: Principal, center: SupportCenter, version: int) -> None:
        """Replace the details that the caller saw at `version` (0: as installed).

        Raises:
            NotAllowedError: the caller may not change them.
            InvalidFieldsError: they are wrong.
            StaleVersionError: somebody else has saved meanwhile.
        """
        actor.require(Permission.EDIT_SUPPORT_CENTER)
        _refuse(list(checks.of_center(center)))
        async with self._saving:
            await self._records.save(center, version, self._signature(actor))
            await self._hours.load()

    async def custom(self, actor: Principal) -> Sequence[tuple[Saved[CustomHours], HoursState]]:
        """Return all custom hours, and whether they are open now.

        Raises:
            NotAllowedError: the caller may not see them.
        """
        actor.require(Permission.VIEW_SUPPORT_CENTER)
        now = self._clock.now()
        return [(one, self._hours.state_of(one.record, now)) for one in await self._records.custom()]

    async def save_custom(self, actor: Principal, hours: CustomHours, version: int) -> CustomHoursId:
        """Store custom hours; those without an id are new. Return their id.

        Raises:
            NotAllowedError: the caller may not change hours.
            InvalidFieldsError: they are wrong, or others claim one of their entry points.
            StaleVersionError: somebody else has saved or deleted them meanwhile.
        """
        actor.require(Permission.EDIT_SUPPORT_CENTER)
        record = hours if hours.id else replace(hours, id=CustomHoursId(self._ids.new("hours")))
        async with self._saving:
            others = [one.record for one in await self._records.custom() if one.record.id != record.id]
            _refuse(list(checks.of_custom(record, others, self._known())))
            await self._records.save(record, version, self._signature(actor))
            await self._hours.load()
        return record.id

    async def folders(self, actor: Principal) -> Sequence[Saved[HolidayFolder]]:
        """Return all holiday folders.

        Raises:
            NotAllowedError: the caller may not see them.
        """
        actor.require(Permission.VIEW_SUPPORT_CENTER)
        return await self._records.folders()

    async def save_folder(self, actor: Principal, folder: HolidayFolder, version: int) -> HolidayFolderId:
        """Store a holiday folder; one without an id is new. Return its id.

        Raises:
            NotAllowedError: the caller may not change holidays.
            InvalidFieldsError: something in it is wrong.
            StaleVersionError: somebody else has saved or deleted it meanwhile.
        """
        actor.require(Permission.EDIT_SUPPORT_CENTER)
        record = folder if folder.id else replace(folder, id=HolidayFolderId(self._ids.new("holidays")))
        async with self._saving:
            others = [one.record for one in await self._records.folders() if one.record.id != record.id]
            _refuse(list(checks.of_folder(record, others, self._known())))
            await self._records.save(record, version, self._signature(actor))
            await self._hours.load()
        return record.id

    async def delete(self, actor: Principal, record: CustomHoursId | HolidayFolderId, version: int) -> None:
        """Forget custom hours or a folder.

        Raises:
            NotAllowedError: the caller may not change hours.
            StaleVersionError: somebody else has saved or deleted it meanwhile.
        """
        actor.require(Permission.EDIT_SUPPORT_CENTER)
        async with self._saving:
            await self._records.delete(record, version, self._signature(actor))
            await self._hours.load()

    async def countries(self, actor: Principal) -> Sequence[str]:
        """Return the countries whose holidays can be imported.

        Raises:
            NotAllowedError: the caller may not see holidays.
        """
        actor.require(Permission.VIEW_SUPPORT_CENTER)
        return self._national.countries()

    async def importable(self, actor: Principal, country: str, years: Sequence[int]) -> Sequence[ImportableDay]:
        """Return a country's holidays of some years, before anything is added.

        Raises:
            NotAllowedError: the caller may not see holidays.
            UnknownCountryError: its holidays are not known.
            InvalidInputError: too many years, or none, or years out of reach.
        """
        actor.require(Permission.VIEW_SUPPORT_CENTER)
        if not 0 < len(years) <= MOST_YEARS or any(year not in checks.YEARS for year in years):
            detail = f"1 to {MOST_YEARS} years from {checks.YEARS[0]} to {checks.YEARS[-1]}"
            raise InvalidInputError(detail, field="year", reason="bad_year")
        known = [holiday for folder in self._hours.book.folders for holiday in folder.holidays]
        # Calendars of many years take a while to work out; nobody's call must wait for that.
        found = await asyncio.to_thread(self._national.holidays, country, years, tuple(self._languages()))
        return [ImportableDay(one, any(holiday.on(one.day) for holiday in known)) for one in found]

    async def explain(self, actor: Principal, asked: Asked, at: datetime | None) -> Explanation:
        """Say whether it is open for `asked`, now or at a time, and why.

        A time without a zone is one of the clock of the hours that count; where that shows it twice, the first.

        Raises:
            NotAllowedError: the caller may not see hours.
            InvalidInputError: there is no such queue, or the time is out of reach.
        """
        actor.require(Permission.VIEW_SUPPORT_CENTER)
        self._require_known(asked)
        when = at if at is not None else self._clock.now()
        if when.year not in checks.YEARS:
            raise InvalidInputError(f"from {checks.YEARS[0]} to {checks.YEARS[-1]}", field="at", reason="bad_year")
        if when.tzinfo is None:
            when = wall.first_moment(ZoneInfo(self._calendar(asked).zone), when)
        return self._hours.book.explain(asked, when.astimezone(UTC), self._hours.parents)

    async def week(self, actor: Principal, asked: Asked, day: date | None) -> WeekOf:
        """Return the week of `day`, or this one, hour by hour.

        Raises:
            NotAllowedError: the caller may not see hours.
            InvalidInputError: there is no such queue, or the day is out of reach.
        """
        actor.require(Permission.VIEW_SUPPORT_CENTER)
        self._require_known(asked)
        calendar = self._calendar(asked)
        shown = day or wall.shown(ZoneInfo(calendar.zone), self._clock.now()).date()
        if shown.year not in checks.YEARS:
            raise InvalidInputError(f"from {checks.YEARS[0]} to {checks.YEARS[-1]}", field="day", reason="bad_year")
        return WeekOf(calendar.zone, week(calendar, monday_of(shown)))

    async def changes(self, actor: Principal, limit: int, before: Instant | None) -> Sequence[HoursChange]:
        """Return who changed what, the newest first.

        Raises:
            NotAllowedError: the caller may not see hours.
        """
        actor.require(Permission.VIEW_SUPPORT_CENTER)
        return await self._records.changes(limit=limit, before=before)

    def _calendar(self, asked: Asked) -> Calendar:
        return self._hours.book.calendar(self._hours.book.match(asked, self._hours.parents))

    def _known(self) -> checks.Known:
        return checks.Known(self._languages(), self._queues())

    def _require_known(self, asked: Asked) -> None:
        if asked.queue is not None and asked.queue not in self._queues():
            raise InvalidInputError("there is no such queue", field="queue", reason="unknown_queue")

    def _signature(self, actor: Principal) -> Signature:
        return Signature(self._clock.now(), actor.user.id, actor.user.name)


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        raise InvalidFieldsError(errors)
