"""Days on which it is closed, or closed for a part, and in which folder they lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Final

from madoguchi.domain.hours.week import WHOLE_DAY, DaySpan
from madoguchi.kernel.ids import HolidayFolderId

NAME_LENGTH: Final = 25
"""Of a folder's name, in characters."""


class Occurrence(Enum):
    """Which of a month's Mondays, Tuesdays …."""

    FIRST = "1"
    SECOND = "2"
    THIRD = "3"
    FOURTH = "4"
    LAST = "last"


@dataclass(frozen=True)
class FixedDays:
    """From one month and day to another, every year or in one year only; it may go over new year.

    29 February is a holiday in leap years only.
    """

    month: int
    day: int
    end_month: int
    end_day: int
    year: int | None = None
    """The year in which it begins; every year without one."""

    def on(self, day: date) -> bool:
        """Whether `day` is one of them."""
        first, last, here = (self.month, self.day), (self.end_month, self.end_day), (day.month, day.day)
        if first <= last:
            return first <= here <= last and self.year in {None, day.year}
        begun_in = day.year if here >= first else day.year - 1
        return (here >= first or here <= last) and self.year in {None, begun_in}


@dataclass(frozen=True)
class NthWeekday:
    """Such as the second Monday of January, or the last Friday of November."""

    month: int
    weekday: int
    """0 is Monday."""
    occurrence: Occurrence

    def on(self, day: date) -> bool:
        """Whether `day` is it."""
        if day.month != self.month or day.weekday() != self.weekday:
            return False
        if self.occurrence is Occurrence.LAST:
            return (day + timedelta(days=7)).month != day.month
        return (day.day - 1) // 7 + 1 == int(self.occurrence.value)


@dataclass(frozen=True)
class Holiday:
    """One holiday. Exactly one of `fixed` and `nth` says when."""

    names: Mapping[str, str]
    """Language to name; one at least."""
    fixed: FixedDays | None = None
    nth: NthWeekday | None = None
    closed: tuple[DaySpan, ...] = ()
    """The parts of each day on which it is closed; all day without any."""
    messages: Mapping[str, str] = field(default_factory=dict)
    """Language to what consumers are told."""

    def on(self, day: date) -> bool:
        """Whether `day` is this holiday."""
        if self.fixed is not None:
            return self.fixed.on(day)
        return self.nth is not None and self.nth.on(day)

    def closures(self) -> tuple[DaySpan, ...]:
        """Return the parts of such a day on which it is closed."""
        return self.closed or (WHOLE_DAY,)

    def name(self, language: str) -> str:
        """Return its name in `language`, else in English, else in any."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), "")


@dataclass(frozen=True)
class HolidayFolder:
    """Holidays that belong together."""

    id: HolidayFolderId
    name: str
    holidays: tuple[Holiday, ...] = ()
