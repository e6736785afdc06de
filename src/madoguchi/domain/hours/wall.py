"""Between instants and what the clock on the wall shows.

A zone's clock jumps ahead (a gap: some times are never shown) and back (a fold: some are shown twice). Nothing here
adds hours to a local time across such a jump. A span from one wall time to another is one piece of time: it begins at
the first moment at which the clock shows its start or later, and ends with the last moment at which the clock shows
less than its end. So a shift that ends in a fold ends once, and one that lies in a gap does not take place.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from madoguchi.kernel.time import Instant

_SECOND: Final = timedelta(seconds=1)


@cache
def known_zones() -> frozenset[str]:
    """Return the names of all time zones, such as `Asia/Tokyo`."""
    return frozenset(available_timezones())


def shown(zone: ZoneInfo, at: Instant) -> datetime:
    """Return what the clock shows at `at`, as a naive date and time."""
    return at.astimezone(zone).replace(tzinfo=None)


def wall_time(day: date, minute: int) -> datetime:
    """Return the naive time `minute` minutes after the midnight that begins `day`; 1440 is the next midnight."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def first_moment(zone: ZoneInfo, wall: datetime) -> Instant:
    """Return the first instant at which the clock shows `wall` or later."""
    first = _read(zone, wall, 0)
    return first if shown(zone, first) == wall else _jump(zone, wall)


def end_moment(zone: ZoneInfo, wall: datetime) -> Instant:
    """Return the instant after which the clock never again shows less than `wall`."""
    first, second = _read(zone, wall, 0), _read(zone, wall, 1)
    if shown(zone, first) != wall:
        return _jump(zone, wall)
    # At the very start of a fold the clock does not come back from before `wall`, it jumps onto it.
    return second if shown(zone, second - _SECOND) < wall else first


def _read(zone: ZoneInfo, wall: datetime, fold: int) -> Instant:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _jump(zone: ZoneInfo, wall: datetime) -> Instant:
    """Return when the clock jumps over `wall`, to the second."""
    before, after = _read(zone, wall, 1), _read(zone, wall, 0)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if shown(zone, middle) < wall:
            before = middle
        else:
            after = middle
    return after
