"""The next opening in words that can be spoken: what `@{NEXT_REOPEN_HOUR}` becomes."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from madoguchi.domain.hours import wall
from madoguchi.kernel.time import Instant

_NOON: Final = 12
_WEEKDAYS_JA: Final = ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日")
_WEEKDAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def opening_in_words(opening: Instant, now: Instant, zone: str, language: str) -> str:
    """Say when it opens, as seen from `now` in `zone`: `明日9時`, `tomorrow at 9 AM`; in English where not Japanese.

    Today and tomorrow are days of the calendar in `zone`, also just after midnight.
    """
    local, today = wall.shown(ZoneInfo(zone), opening), wall.shown(ZoneInfo(zone), now).date()
    near = {today: 0, today + timedelta(days=1): 1}.get(local.date())
    return _japanese(local, near) if language == "ja" else _english(local, near)


def _japanese(local: datetime, near: int | None) -> str:
    far = f"{local.month}月{local.day}日{_WEEKDAYS_JA[local.weekday()]}、"
    day = far if near is None else ("本日", "明日")[near]
    return f"{day}{local.hour}時{f'{local.minute}分' if local.minute else ''}"


def _english(local: datetime, near: int | None) -> str:
    far = f"on {_WEEKDAYS_EN[local.weekday()]}, {_MONTHS_EN[local.month - 1]} {local.day}"
    day = far if near is None else ("today", "tomorrow")[near]
    hour = local.hour % _NOON or _NOON
    minute = f":{local.minute:02}" if local.minute else ""
    return f"{day} at {hour}{minute} {'AM' if local.hour < _NOON else 'PM'}"
