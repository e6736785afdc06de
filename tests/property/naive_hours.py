"""Opening hours worked out in the dullest way: minute by minute, day by day, by looking at the clock.

It shares nothing with the real code but the records. A span is open from the first minute at which the clock shows its
start or later up to the last at which the clock shows less than its end.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from madoguchi.domain.hours.calendar import Calendar
from madoguchi.domain.hours.holidays import FixedDays, Holiday
from madoguchi.domain.hours.week import DaySpan

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MARGIN = 2 * DAY


def open_minutes(calendar: Calendar, start: datetime, minutes: int) -> list[bool]:
    """Return for each of `minutes` minutes from `start` whether it is open."""
    zone = ZoneInfo(calendar.zone)
    first = start - MARGIN
    before = MARGIN // MINUTE
    clock = [(first + n * MINUTE).astimezone(zone).replace(tzinfo=None) for n in range(minutes + 2 * before)]
    opened = [calendar.weekly.always] * len(clock)
    day, last = min(clock).date(), max(clock).date()
    days = [day + n * DAY for n in range((last - day).days + 1)]
    if not calendar.weekly.always:
        for day in days:
            for span in calendar.weekly.days[day.weekday()]:
                _paint(opened, clock, day, span, value=True)
    for day in days:
        for folder in calendar.folders:
            for holiday in folder.holidays:
                if is_holiday(holiday, day):
                    for span in holiday.closed or (DaySpan(0, 24 * 60),):
                        _paint(opened, clock, day, span, value=False)
    return opened[before : before + minutes]


def _paint(opened: list[bool], clock: Sequence[datetime], day: date, span: DaySpan, *, value: bool) -> None:
    midnight = datetime.combine(day, time())
    start, end = midnight + span.start * MINUTE, midnight + span.end * MINUTE
    begin = next((n for n in range(len(clock)) if clock[n] >= start), None)
    finish = next((n for n in range(len(clock) - 1, -1, -1) if clock[n] < end), None)
    if begin is not None and finish is not None:
        for n in range(begin, finish + 1):
            opened[n] = value


def is_holiday(holiday: Holiday, day: date) -> bool:
    """Whether `day` is the holiday, by listing all days on which it is."""
    if holiday.nth is not None:
        rule = holiday.nth
        month = [one for one in _year(day.year) if one.month == rule.month and one.weekday() == rule.weekday]
        return month[-1 if rule.occurrence.value == "last" else int(rule.occurrence.value) - 1] == day
    assert holiday.fixed is not None
    return any(day in _days_of(holiday.fixed, year) for year in (day.year - 1, day.year))


@cache
def _days_of(fixed: FixedDays, year: int) -> list[date]:
    """List the days of a holiday that begins in `year`."""
    if fixed.year not in {None, year}:
        return []
    first, last = (fixed.month, fixed.day), (fixed.end_month, fixed.end_day)
    this_year = [one for one in _year(year) if (one.month, one.day) >= first]
    if first <= last:
        return [one for one in this_year if (one.month, one.day) <= last]
    return this_year + [one for one in _year(year + 1) if (one.month, one.day) <= last]


@cache
def _year(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + n * DAY for n in range((date(year + 1, 1, 1) - first).days)]


def clock_changes(zone: str, first_year: int, last_year: int) -> list[datetime]:
    """Return the hours (UTC) in which a zone's clock is changed."""
    place = ZoneInfo(zone)
    found = []
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    while at < end:
        if at.astimezone(place).utcoffset() != (at + DAY).astimezone(place).utcoffset():
            hours = [at + n * timedelta(hours=1) for n in range(25)]
            offsets = [hour.astimezone(place).utcoffset() for hour in hours]
            found += [hours[n] for n in range(24) if offsets[n] != offsets[n + 1]]
        at += DAY
    return found
