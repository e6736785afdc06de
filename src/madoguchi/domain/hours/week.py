"""The hours of a week, in the words of the page: 24 hours, weekdays and weekends, or day by day."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

DAY: Final = 24 * 60
"""Minutes of a day on the wall."""
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKEND: Final = frozenset({5, 6})


@dataclass(frozen=True, order=True)
class DaySpan:
    """A part of a day, in minutes after its midnight; it may go on after the next midnight."""

    start: int
    """0 to 1439."""
    end: int
    """After `start`, at most 24 hours later; 1440 is 24:00."""

    @property
    def over_midnight(self) -> bool:
        """Whether it ends on the next day (24:00 is still this day)."""
        return self.end > DAY


WHOLE_DAY: Final = DaySpan(0, DAY)


class HoursMode(Enum):
    """How a week's hours are written down."""

    ALWAYS = "always"
    """24 hours a day."""
    WEEKDAYS = "weekdays"
    """Monday to Friday alike, Saturday and Sunday alike."""
    PER_DAY = "per_day"


@dataclass(frozen=True)
class WeeklyHours:
    """The spans of each day of the week, Monday first. With `ALWAYS` they do not count."""

    mode: HoursMode = HoursMode.ALWAYS
    days: tuple[tuple[DaySpan, ...], ...] = ((),) * 7

    @property
    def always(self) -> bool:
        """Whether it is open round the clock."""
        return self.mode is HoursMode.ALWAYS

    def spans(self, weekday: int) -> tuple[DaySpan, ...]:
        """Return the spans that begin on a day, 0 being Monday."""
        return (WHOLE_DAY,) if self.always else self.days[weekday]


ROUND_THE_CLOCK: Final = WeeklyHours()


def clock(minute: int) -> str:
    """Write a minute of the day: `09:00`, `24:00`, and `02:00` for two hours after midnight."""
    hour, rest = divmod(minute if minute <= DAY else minute - DAY, 60)
    return f"{hour:02}:{rest:02}"


def minute_of(text: str) -> int:
    """Read `HH:MM`, `24:00` included.

    Raises:
        ValueError: it is no time of day.
    """
    hour, separator, minute = text.partition(":")
    if separator and len(hour) == len(minute) == 2 and (hour + minute).isascii() and (hour + minute).isdigit():  # noqa: PLR2004 - two digits each
        value = int(hour) * 60 + int(minute)
        if int(minute) < 60 and value <= DAY:  # noqa: PLR2004 - minutes of an hour
            return value
    raise ValueError(f"{text!r} is no time of day such as 09:00")


def span_of(start: str, end: str) -> DaySpan:
    """Return the span between two times of day; an end that is not after the start is on the next day.

    Equal times make an empty span, which the checks refuse: it could as well mean a whole day.

    Raises:
        ValueError: one of them is no time of day.
    """
    begin, finish = minute_of(start), minute_of(end)
    return DaySpan(begin, finish + DAY if finish < begin else finish)
