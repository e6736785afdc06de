"""Days and intervals in the support centre's time zone.

Facts are counted by quarter-hours of UTC; every time zone in use today is whole quarter-hours away from it, so that
quarter-hours make up local hours and days exactly, over changes of the clocks, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from madoguchi.domain.figures.totals import Totals
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.time import Instant

QUARTER: Final = timedelta(minutes=15)
LONGEST_DAYS: Final = 90
_EMPTY: Final = Totals()


class Interval(Enum):
    """How finely a series is divided."""

    QUARTER = "15m"
    HOUR = "hour"
    DAY = "day"


MOST_DAYS: Final[Mapping[Interval, int]] = {Interval.QUARTER: 7, Interval.HOUR: 31, Interval.DAY: LONGEST_DAYS}
"""The longest period for each interval."""


@dataclass(frozen=True)
class Period:
    """Whole days of one time zone."""

    first: date
    last: date
    """Inclusive."""
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Check.

        Raises:
            InvalidInputError: it ends before it begins, or is longer than 90 days.
        """
        if self.last < self.first:
            raise InvalidInputError("must not be before the first day", field="to")
        if self.days > LONGEST_DAYS:
            raise InvalidInputError(f"at most {LONGEST_DAYS} days at once", field="to")
        if self.last >= date.max:
            raise InvalidInputError("is too late a day", field="to")

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> Instant:
        """When the first day begins."""
        return midnight(self.first, self.zone)

    @property
    def until(self) -> Instant:
        """When the day after the last begins."""
        return midnight(self.last + timedelta(days=1), self.zone)

    def usual_interval(self) -> Interval:
        """Return the interval that suits the length."""
        return Interval.HOUR if self.days <= 2 else Interval.DAY  # noqa: PLR2004 - 48 points and fewer are readable

    def require(self, interval: Interval) -> None:
        """Let pass an interval that does not make the series too long.

        Raises:
            InvalidInputError: it does.
        """
        if self.days > MOST_DAYS[interval]:
            raise InvalidInputError(f"at most {MOST_DAYS[interval]} days with this interval", field="interval")


def midnight(day: date, zone: ZoneInfo) -> Instant:
    """Return when `day` begins in `zone`."""
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        raise InvalidInputError("is no day that we count", field="from") from None


def day_of(at: Instant, zone: ZoneInfo) -> date:
    """Return the date of `at` in `zone`."""
    return at.astimezone(zone).date()


def quarter_of(at: Instant) -> Instant:
    """Return when the quarter-hour of `at` began."""
    return at - (at - datetime(1970, 1, 1, tzinfo=UTC)) % QUARTER


def beginning(at: Instant, interval: Interval, zone: ZoneInfo) -> Instant:
    """Return when the interval of `at` began."""
    match interval:
        case Interval.QUARTER:
            return quarter_of(at)
        case Interval.HOUR:
            local = at.astimezone(zone)
            return quarter_of(at) - (local.minute // 15) * QUARTER
        case Interval.DAY:
            return midnight(day_of(at, zone), zone)


def quarters(since: Instant, until: Instant) -> Iterator[Instant]:
    """Yield the beginnings of all quarter-hours from `since` up to `until`."""
    at = since
    while at < until:
        yield at
        at += QUARTER


def series(
    by_quarter: Mapping[Instant, Totals], period: Period, interval: Interval
) -> Sequence[tuple[Instant, Totals]]:
    """Return the totals of every interval of `period`, empty ones included, in order."""
    found: dict[Instant, Totals] = {}
    for quarter in quarters(period.since, period.until):
        start = beginning(quarter, interval, period.zone)
        if quarter in by_quarter:
            found[start] = found.get(start, _EMPTY) + by_quarter[quarter]
        else:
            found.setdefault(start, _EMPTY)
    return list(found.items())
