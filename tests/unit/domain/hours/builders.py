"""Hours for tests: each builder says only what a test is about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from madoguchi.domain.hours.calendar import Calendar
from madoguchi.domain.hours.custom import CustomHours, EntryPoint
from madoguchi.domain.hours.holidays import FixedDays, Holiday, HolidayFolder, NthWeekday, Occurrence
from madoguchi.domain.hours.week import DAYS, ROUND_THE_CLOCK, DaySpan, HoursMode, WeeklyHours, span_of
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId
from madoguchi.kernel.time import Instant

TOKYO = "Asia/Tokyo"
NEW_YORK = "America/New_York"


def spans(*written: str) -> tuple[DaySpan, ...]:
    """`spans("09:00-12:00", "22:00-02:00")`."""
    return tuple(span_of(*one.split("-")) for one in written)


def weekly(every_day: str = "", **days: str) -> WeeklyHours:
    """`weekly(mon="09:00-12:00 13:00-18:00")`, or one text for every day."""
    written = {day: every_day for day in DAYS if every_day} | days
    return WeeklyHours(HoursMode.PER_DAY, tuple(spans(*written.get(day, "").split()) for day in DAYS))


def office(text: str = "09:00-18:00") -> WeeklyHours:
    """Monday to Friday."""
    return weekly(mon=text, tue=text, wed=text, thu=text, fri=text)


def fixed(start: str, end: str = "", *, year: int | None = None, name: str = "Holiday", closed: str = "") -> Holiday:
    """`fixed("12/29", "01/03")`."""
    (month, day), (end_month, end_day) = (map(int, one.split("/")) for one in (start, end or start))
    return Holiday({"en": name}, fixed=FixedDays(month, day, end_month, end_day, year), closed=spans(*closed.split()))


def nth(occurrence: str, weekday: str, month: int, *, name: str = "Holiday", closed: str = "") -> Holiday:
    """`nth("2", "mon", 1)`."""
    rule = NthWeekday(month, DAYS.index(weekday), Occurrence(occurrence))
    return Holiday({"en": name}, nth=rule, closed=spans(*closed.split()))


def folder(*holidays: Holiday, name: str = "Folder", folder_id: str = "holidays_1") -> HolidayFolder:
    """A folder."""
    return HolidayFolder(HolidayFolderId(folder_id), name, holidays)


def calendar(hours: WeeklyHours, *holidays: Holiday, zone: str = TOKYO) -> Calendar:
    """A calendar."""
    return Calendar(zone, hours, (folder(*holidays),) if holidays else ())


def custom(
    name: str, *points: EntryPoint, hours: WeeklyHours = ROUND_THE_CLOCK, zone: str = TOKYO, holidays: bool = True
) -> CustomHours:
    """Custom hours whose id is their name."""
    return CustomHours(CustomHoursId(name), name, zone, hours, holidays, points)


def at(local: str, zone: str = TOKYO, fold: int = 0) -> Instant:
    """The instant at which the clock in `zone` shows `2026-11-23 09:00:00`."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(ZoneInfo("UTC"))


def utc(text: str) -> Instant:
    """The instant of a UTC time."""
    return at(text, "UTC")
