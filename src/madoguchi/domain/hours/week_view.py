"""A week as a table of hours: how much of each hour it is open, for the heat map."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from madoguchi.domain.hours import wall
from madoguchi.domain.hours.calendar import Calendar, OpenSpan
from madoguchi.domain.hours.holidays import Holiday
from madoguchi.kernel.time import Span

HOURS: Final = 24
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class HourCell:
    """One hour on the wall. On a day on which the clock is changed it may last 0 or 120 minutes."""

    minutes: int
    open_minutes: int


@dataclass(frozen=True)
class DayRow:
    """One day of the week."""

    day: date
    cells: tuple[HourCell, ...]
    """The 24 hours that the clock shows."""
    spans: tuple[tuple[str, str], ...]
    """When it is open on this day, as times on the wall; the last may be 24:00."""
    holidays: tuple[Holiday, ...]


def week(calendar: Calendar, monday: date) -> Sequence[DayRow]:
    """Return seven days from `monday` on."""
    return [_row(calendar, monday + timedelta(days=n)) for n in range(7)]


def _row(calendar: Calendar, day: date) -> DayRow:
    zone = ZoneInfo(calendar.zone)
    start = wall.first_moment(zone, wall.wall_time(day, 0))
    end = wall.first_moment(zone, wall.wall_time(day, 24 * 60))
    spans = calendar.open_spans(start, end)
    lasts, opens = [0] * HOURS, [0] * HOURS
    at = start
    while at < end:
        hour = wall.shown(zone, at).hour
        lasts[hour] += 1
        opens[hour] += any(span.has(at) for span in spans)
        at += _MINUTE
    cells = tuple(HourCell(all_of, some) for all_of, some in zip(lasts, opens, strict=True))
    times = tuple((_shown(zone, span, day), _ends(zone, span, day)) for span in spans)
    return DayRow(day, cells, times, tuple(holiday for _, holiday in calendar.holidays_on(day)))


def _shown(zone: ZoneInfo, span: OpenSpan, day: date) -> str:
    local = wall.shown(zone, span.start)
    return local.strftime("%H:%M") if local.date() == day else "00:00"


def _ends(zone: ZoneInfo, span: OpenSpan, day: date) -> str:
    local = wall.shown(zone, span.end)
    return local.strftime("%H:%M") if local.date() == day else "24:00"


def monday_of(day: date) -> date:
    """Return the Monday of `day`'s week."""
    return day - Span(days=day.weekday())
