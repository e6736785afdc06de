"""Open or closed at an instant, and when that changes. One rule of hours, in one zone, with its holidays.

Holidays win over hours. A holiday is about the days of the calendar: a shift that runs into one from the evening before
stops at its midnight.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from madoguchi.domain.hours import wall
from madoguchi.domain.hours.holidays import Holiday, HolidayFolder
from madoguchi.domain.hours.week import ROUND_THE_CLOCK, DaySpan, WeeklyHours
from madoguchi.kernel.time import Instant

_DAY: Final = timedelta(days=1)
_BEFORE: Final = 2 * _DAY
"""A span that began two days ago may still run: it lasts a day at most, and a clock may have been put back."""
_AROUND: Final = (0, -1, 1, -2)
"""Which days' spans may hold at an instant, as seen from the day that the clock shows, the likeliest first. Tomorrow's
may: just after midnight a clock may be put back into yesterday."""
HORIZONS: Final = (timedelta(days=9), timedelta(days=60), timedelta(days=800))
"""How far ahead a change is looked for; what comes later than the last counts as never."""


@dataclass(frozen=True)
class OpenSpan:
    """From an instant on, until before another."""

    start: Instant
    end: Instant

    def has(self, at: Instant) -> bool:
        """Whether `at` is within."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Calendar:
    """One rule of hours."""

    zone: str
    """A known time zone's name."""
    weekly: WeeklyHours = ROUND_THE_CLOCK
    folders: tuple[HolidayFolder, ...] = ()
    """The holidays that count here."""

    def is_open(self, at: Instant) -> bool:
        """Whether it is open."""
        return self.shift_at(at) is not None and self.holiday_at(at) is None

    def shift_at(self, at: Instant) -> tuple[date, DaySpan] | None:
        """Return the span of the week that `at` is in, and the day on which it began; holidays do not count."""
        zone = ZoneInfo(self.zone)
        for day in _days_around(wall.shown(zone, at).date()):
            for span in self.weekly.spans(day.weekday()):
                if (found := _piece(zone, day, span)) is not None and found.has(at):
                    return day, span
        return None

    def holiday_at(self, at: Instant) -> tuple[HolidayFolder, Holiday] | None:
        """Return the holiday that closes at `at`."""
        zone = ZoneInfo(self.zone)
        for day in _days_around(wall.shown(zone, at).date()):
            for folder, holiday in self.holidays_on(day):
                for span in holiday.closures():
                    if (found := _piece(zone, day, span)) is not None and found.has(at):
                        return folder, holiday
        return None

    def holidays_on(self, day: date) -> Iterator[tuple[HolidayFolder, Holiday]]:
        """Yield the holidays of a day."""
        for folder in self.folders:
            for holiday in folder.holidays:
                if holiday.on(day):
                    yield folder, holiday

    def open_spans(self, start: Instant, end: Instant) -> Sequence[OpenSpan]:
        """Return when it is open between two instants, in order; spans that touch are one, those at the rim are cut."""
        if start >= end:
            return ()
        zone = ZoneInfo(self.zone)
        first, last = wall.shown(zone, start).date() - _BEFORE, wall.shown(zone, end).date() + _DAY
        days = [first + n * _DAY for n in range((last - first).days + 1)]
        if self.weekly.always:
            shifts = [OpenSpan(start, end)]
        else:
            shifts = _merged([piece for day in days for piece in _pieces(zone, day, self.weekly.spans(day.weekday()))])
        closures = _merged(
            [
                piece
                for day in days
                for _, holiday in self.holidays_on(day)
                for piece in _pieces(zone, day, holiday.closures())
            ]
        )
        return _merged(list(_cut(_without(shifts, closures), start, end)))

    def next_opening(self, at: Instant) -> Instant | None:
        """Return the first instant after `at` at which it opens; none within 800 days where there is none."""
        if not self.weekly.always and not any(self.weekly.days):
            return None
        for horizon in HORIZONS:
            for span in self.open_spans(at, at + horizon):
                if span.start > at:
                    return span.start
            if self.weekly.always and not self.folders:
                return None
        return None

    def next_closing(self, at: Instant) -> Instant | None:
        """Return the first instant after `at` at which it closes; none within 800 days where there is none."""
        if self.weekly.always and not any(folder.holidays for folder in self.folders):
            return None
        for horizon in HORIZONS:
            for span in self.open_spans(at, at + horizon):
                if span.end < at + horizon:
                    return span.end
        return None


def _days_around(day: date) -> Iterator[date]:
    return (day + offset * _DAY for offset in _AROUND)


def _piece(zone: ZoneInfo, day: date, span: DaySpan) -> OpenSpan | None:
    start = wall.first_moment(zone, wall.wall_time(day, span.start))
    end = wall.end_moment(zone, wall.wall_time(day, span.end))
    return OpenSpan(start, end) if start < end else None


def _pieces(zone: ZoneInfo, day: date, spans: Sequence[DaySpan]) -> Iterator[OpenSpan]:
    return (piece for span in spans if (piece := _piece(zone, day, span)) is not None)


def _merged(spans: list[OpenSpan]) -> list[OpenSpan]:
    """Return `spans` in order, those that touch or overlap made one."""
    merged: list[OpenSpan] = []
    for span in sorted(spans, key=lambda one: one.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = OpenSpan(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _without(spans: Sequence[OpenSpan], closures: Sequence[OpenSpan]) -> Iterator[OpenSpan]:
    """Yield what is left of `spans`; both are in order and do not overlap."""
    for span in spans:
        start = span.start
        for closure in closures:
            if closure.end <= start or closure.start >= span.end:
                continue
            if start < closure.start:
                yield OpenSpan(start, closure.start)
            start = closure.end
        if start < span.end:
            yield OpenSpan(start, span.end)


def _cut(spans: Iterator[OpenSpan], start: Instant, end: Instant) -> Iterator[OpenSpan]:
    for span in spans:
        inner = OpenSpan(max(span.start, start), min(span.end, end))
        if inner.start < inner.end:
            yield inner
