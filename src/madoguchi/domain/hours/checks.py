"""What must be true of hours before they are saved. Every check yields what is wrong, with its place in the request."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from madoguchi.domain.hours import wall
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import CustomHours, conflicts
from madoguchi.domain.hours.holidays import NAME_LENGTH, FixedDays, Holiday, HolidayFolder
from madoguchi.domain.hours.week import DAY, DAYS, DaySpan, HoursMode, WeeklyHours, clock
from madoguchi.kernel.fields import FieldError
from madoguchi.kernel.ids import QueueId

LINE: Final = 100
"""Of names and addresses, in characters."""
HOLIDAY_LINE: Final = 60
MESSAGE: Final = 500
SPANS: Final = 12
"""Of one day."""
HOLIDAYS: Final = 400
"""Of one folder."""
ENTRIES: Final = 50
YEARS: Final = range(1970, 2101)
_LEAP_YEAR: Final = 2024
_WEEK: Final = 7 * DAY
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{5,14}")


@dataclass(frozen=True)
class Known:
    """What hours may refer to."""

    languages: Collection[str]
    """Those that are enabled."""
    queues: Collection[QueueId]


def of_center(center: SupportCenter) -> Iterator[FieldError]:
    """Check the details and the general hours."""
    yield from _name("name", center.name, LINE)
    if center.email and (len(center.email) > LINE or not _EMAIL.fullmatch(center.email)):
        yield FieldError("email", "bad_email", "is no e-mail address")
    if center.phone and not _PHONE.fullmatch(center.phone):
        yield FieldError("phone", "bad_phone", "is no phone number with its country code, such as +81312345678")
    yield from _zone(center.zone)
    yield from of_week(center.weekly)


def of_custom(hours: CustomHours, others: Sequence[CustomHours], known: Known) -> Iterator[FieldError]:
    """Check custom hours; `others` are the ones besides."""
    yield from _name("name", hours.name, LINE)
    if any(other.name.casefold() == hours.name.casefold() for other in others):
        yield FieldError("name", "taken", "other custom hours have this name")
    yield from _zone(hours.zone)
    yield from of_week(hours.weekly)
    if not hours.entry_points:
        yield FieldError("entry_points", "missing", "name at least one entry point")
    if len(hours.entry_points) > ENTRIES:
        yield FieldError("entry_points", "too_many", f"at most {ENTRIES}", {"most": str(ENTRIES)})
    for place, point in enumerate(hours.entry_points):
        at = f"entry_points.{place}"
        if point.names_nothing:
            yield FieldError(at, "names_nothing", "name a channel, a language or a queue; the rest is general hours")
        yield from _languages(f"{at}.languages", point.languages, known)
        for number, named in enumerate(point.queues):
            if named not in known.queues:
                yield FieldError(f"{at}.queues.{number}", "unknown_queue", "there is no such queue")
    for conflict in conflicts(hours, others):
        queue, language, channel = conflict.claim
        params = {"name": conflict.mine.name, "other": conflict.other.name}
        params |= {"queue": queue or "", "language": language or "", "channel": channel.value if channel else ""}
        yield FieldError(
            f"entry_points.{conflict.entry}",
            "claimed",
            f"“{conflict.mine.name}” and “{conflict.other.name}” claim the same entry point",
            params,
        )


def of_folder(folder: HolidayFolder, others: Sequence[HolidayFolder], known: Known) -> Iterator[FieldError]:
    """Check a holiday folder; `others` are the ones besides."""
    yield from _name("name", folder.name, NAME_LENGTH)
    if any(other.name.casefold() == folder.name.casefold() for other in others):
        yield FieldError("name", "taken", "another folder has this name")
    if len(folder.holidays) > HOLIDAYS:
        yield FieldError("holidays", "too_many", f"at most {HOLIDAYS}", {"most": str(HOLIDAYS)})
    for place, holiday in enumerate(folder.holidays):
        yield from _holiday(f"holidays.{place}", holiday, known)


def of_week(weekly: WeeklyHours, at: str = "weekly") -> Iterator[FieldError]:
    """Check the spans of a week: none empty, none over another, Sunday night's and Monday morning's included."""
    if weekly.always:
        return
    ahead: list[tuple[int, DaySpan, str]] = []
    for weekday, spans in enumerate(weekly.days):
        place = f"{at}.days.{DAYS[weekday]}"
        if len(spans) > SPANS:
            yield FieldError(place, "too_many", f"at most {SPANS} spans", {"most": str(SPANS)})
        for number, span in enumerate(spans):
            if span.end <= span.start:
                yield _empty(f"{place}.{number}")
            else:
                ahead.append((weekday * DAY, span, f"{place}.{number}"))
        same_as = 5 if weekday in {5, 6} else 0
        if weekly.mode is HoursMode.WEEKDAYS and spans != weekly.days[same_as]:
            yield FieldError(place, "not_alike", f"must be as {DAYS[same_as]}, or choose hours per day")
    if not any(weekly.days):
        yield FieldError(f"{at}.days", "never_open", "no day has hours")
    yield from _overlaps(ahead, _WEEK)


def _overlaps(spans: Sequence[tuple[int, DaySpan, str]], period: int) -> Iterator[FieldError]:
    """Find spans over each other; each has the minute of its midnight, and time goes round after `period`."""
    lines = sorted((midnight + span.start, midnight + span.end, span, place) for midnight, span, place in spans)
    for number, (start, _, _, place) in enumerate(lines):
        for other_start, other_end, other, _ in lines[:number] + [
            (begin - period, end - period, span, where) for begin, end, span, where in lines[number + 1 :]
        ]:
            if other_start <= start < other_end:
                times = f"{clock(other.start)}–{clock(other.end)}"
                yield FieldError(f"{place}.start", "overlap", f"lies within {times}", {"other": times})
                break


def _empty(place: str) -> FieldError:
    return FieldError(f"{place}.end", "empty_span", "must differ from the start; a whole day is 00:00 to 24:00")


def _holiday(at: str, holiday: Holiday, known: Known) -> Iterator[FieldError]:
    if not any(name.strip() for name in holiday.names.values()):
        yield FieldError(f"{at}.names", "missing", "give a name in one language at least")
    for texts, place, most in ((holiday.names, "names", HOLIDAY_LINE), (holiday.messages, "messages", MESSAGE)):
        yield from _texts(f"{at}.{place}", texts, most, known)
    if (holiday.fixed is None) == (holiday.nth is None):
        yield FieldError(at, "no_date", "give either a date or a weekday of a month")
    if holiday.fixed is not None:
        yield from _dates(at, holiday.fixed)
    if len(holiday.closed) > SPANS:
        yield FieldError(f"{at}.closed", "too_many", f"at most {SPANS} spans", {"most": str(SPANS)})
    for number, span in enumerate(holiday.closed):
        if span.end <= span.start:
            yield _empty(f"{at}.closed.{number}")
    whole = [(0, span, f"{at}.closed.{number}") for number, span in enumerate(holiday.closed) if span.end > span.start]
    yield from _overlaps(whole, 3 * DAY)


def _dates(at: str, fixed: FixedDays) -> Iterator[FieldError]:
    year = fixed.year
    if year is not None and year not in YEARS:
        yield FieldError(f"{at}.fixed.year", "bad_year", f"from {YEARS[0]} to {YEARS[-1]}")
        year = None
    over = (fixed.end_month, fixed.end_day) < (fixed.month, fixed.day)
    for month, day, place, shift in (
        (fixed.month, fixed.day, "start", 0),
        (fixed.end_month, fixed.end_day, "end", int(over)),
    ):
        try:
            date(_LEAP_YEAR if year is None else year + shift, month, day)
        except ValueError:
            yield FieldError(f"{at}.fixed.{place}", "no_such_day", "there is no such day")


def _texts(at: str, texts: Mapping[str, str], most: int, known: Known) -> Iterator[FieldError]:
    for language, text in texts.items():
        yield from _languages(f"{at}.{language}", (language,), known, place=f"{at}.{language}")
        if len(text) > most:
            yield FieldError(f"{at}.{language}", "too_long", f"at most {most} characters", {"most": str(most)})


def _languages(at: str, languages: Sequence[str], known: Known, place: str | None = None) -> Iterator[FieldError]:
    for number, language in enumerate(languages):
        if language not in known.languages:
            where = place or f"{at}.{number}"
            yield FieldError(where, "language_not_enabled", f"{language} is not enabled", {"language": language})


def _name(at: str, name: str, most: int) -> Iterator[FieldError]:
    if not name.strip():
        yield FieldError(at, "missing", "is missing")
    elif len(name) > most:
        yield FieldError(at, "too_long", f"at most {most} characters", {"most": str(most)})


def _zone(zone: str) -> Iterator[FieldError]:
    if zone not in wall.known_zones():
        yield FieldError("zone", "unknown_zone", "is no time zone such as Asia/Tokyo")
