"""All hours of the centre together: which rule counts for a consumer, and the answer with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from zoneinfo import ZoneInfo

from madoguchi.domain.hours import wall
from madoguchi.domain.hours.calendar import Calendar
from madoguchi.domain.hours.custom import Asked, CustomHours, Match, MatchedBy, Parents, best_match
from madoguchi.domain.hours.holidays import Holiday, HolidayFolder
from madoguchi.domain.hours.week import DAYS, ROUND_THE_CLOCK, DaySpan, WeeklyHours, clock
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class SupportCenter:
    """Who we are to consumers, and the general hours. A new installation is open round the clock."""

    name: str = "Madoguchi"
    email: str = ""
    phone: str = ""
    """E.164."""
    zone: str = "Asia/Tokyo"
    weekly: WeeklyHours = ROUND_THE_CLOCK
    holidays: bool = True
    """Whether holidays close what has no hours of its own."""


class RuleKind(Enum):
    """What decides."""

    GENERAL = "general"
    CUSTOM = "custom"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class Rule:
    """The rule that decided. A holiday also names the hours that it interrupts."""

    kind: RuleKind
    custom: CustomHours | None = None
    folder: HolidayFolder | None = None
    holiday: Holiday | None = None


@dataclass(frozen=True)
class Step:
    """One thing that was tried, as a code with parameters: the screen says it in words.

    Codes: `no_queue_hours {}`, `no_language_hours {language}`, `no_channel_hours {channel}`, `general_hours {}`,
    `custom_hours {name, by, queue?, language, channel}`, `local_time {date, time, day, zone}`, `holidays_off {}`,
    `no_holiday {}`, `holiday_elsewhen {spans}`, `holiday {folder}`, `always_open {}`, `in_span {day, start, end}`,
    `outside_spans {day, spans}`, `no_spans {day}`.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Of a holiday, by language."""


@dataclass(frozen=True)
class Explanation:
    """Open or closed, why, and until when."""

    at: Instant
    open: bool
    zone: str
    rule: Rule
    steps: tuple[Step, ...]
    next_opening: Instant | None
    """After `at`."""
    next_closing: Instant | None


@dataclass(frozen=True)
class HoursBook:
    """General hours, custom hours and holidays."""

    center: SupportCenter = SupportCenter()
    custom: tuple[CustomHours, ...] = ()
    folders: tuple[HolidayFolder, ...] = ()

    def match(self, asked: Asked, parents: Parents) -> CustomHours | None:
        """Return the custom hours that count for `asked`; none where the general ones do."""
        found = best_match(self.custom, asked, parents)
        return found.hours if found is not None else None

    def calendar(self, hours: CustomHours | None) -> Calendar:
        """Return the calendar of custom hours, or of the general ones."""
        if hours is None:
            return self._calendar(self.center.zone, self.center.weekly, self.center.holidays)
        return self._calendar(hours.zone, hours.weekly, hours.holidays)

    def _calendar(self, zone: str, weekly: WeeklyHours, holidays: bool) -> Calendar:  # noqa: FBT001 - as the record has it
        return Calendar(zone, weekly, self.folders if holidays else ())

    def explain(self, asked: Asked, at: Instant, parents: Parents) -> Explanation:
        """Say whether it is open for `asked` at `at`, which rule decided, and what was tried in which order."""
        match = best_match(self.custom, asked, parents)
        hours = match.hours if match is not None else None
        calendar = self.calendar(hours)
        local = wall.shown(ZoneInfo(calendar.zone), at)
        holiday = calendar.holiday_at(at)
        shift = calendar.shift_at(at)
        steps = [
            *_choosing(match, asked),
            _local_time(calendar.zone, at),
            *self._holidays(calendar, hours, holiday, at),
        ]
        if holiday is None:
            steps.append(_week(calendar.weekly, shift, local.date()))
            rule = Rule(RuleKind.GENERAL if hours is None else RuleKind.CUSTOM, hours)
        else:
            rule = Rule(RuleKind.HOLIDAY, hours, *holiday)
        return Explanation(
            at=at,
            open=holiday is None and shift is not None,
            zone=calendar.zone,
            rule=rule,
            steps=tuple(steps),
            next_opening=calendar.next_opening(at),
            next_closing=calendar.next_closing(at),
        )

    def _holidays(
        self, calendar: Calendar, hours: CustomHours | None, now: tuple[HolidayFolder, Holiday] | None, at: Instant
    ) -> Sequence[Step]:
        if not (self.center.holidays if hours is None else hours.holidays):
            return [Step("holidays_off")]
        if now is not None:
            folder, holiday = now
            return [Step("holiday", {"folder": folder.name}, holiday.names)]
        today = wall.shown(ZoneInfo(calendar.zone), at).date()
        elsewhen = [
            Step("holiday_elsewhen", {"folder": folder.name, "spans": _written(holiday.closures())}, holiday.names)
            for folder, holiday in calendar.holidays_on(today)
        ]
        return elsewhen or [Step("no_holiday")]


def _choosing(match: Match | None, asked: Asked) -> Sequence[Step]:
    """Tell which hours were looked for before some were found."""
    missed: list[Step] = []
    by = match.by if match is not None else None
    if asked.queue is not None and by not in {MatchedBy.QUEUE, MatchedBy.PARENT_QUEUE}:
        missed.append(Step("no_queue_hours", {"queue": asked.queue}))
    if by is None or by is MatchedBy.CHANNEL:
        missed.append(Step("no_language_hours", {"language": asked.language}))
    if match is None:
        missed.append(Step("no_channel_hours", {"channel": asked.channel.value}))
        return [*missed, Step("general_hours")]
    params = {
        "name": match.hours.name,
        "by": match.by.value,
        "language": asked.language,
        "channel": asked.channel.value,
        **_named(match.queue),
    }
    return [*missed, Step("custom_hours", params)]


def _named(queue: QueueId | None) -> Mapping[str, str]:
    return {} if queue is None else {"queue": queue}


def _local_time(zone: str, at: Instant) -> Step:
    local = wall.shown(ZoneInfo(zone), at)
    params = {
        "date": local.date().isoformat(),
        "time": local.strftime("%H:%M"),
        "day": DAYS[local.weekday()],
        "zone": zone,
    }
    return Step("local_time", params)


def _week(weekly: WeeklyHours, shift: tuple[date, DaySpan] | None, today: date) -> Step:
    if weekly.always:
        return Step("always_open")
    if shift is not None:
        day, span = shift
        return Step("in_span", {"day": DAYS[day.weekday()], "start": clock(span.start), "end": clock(span.end)})
    spans = weekly.spans(today.weekday())
    params = {"day": DAYS[today.weekday()]}
    return Step("outside_spans", params | {"spans": _written(spans)}) if spans else Step("no_spans", params)


def _written(spans: Sequence[DaySpan]) -> str:
    return ", ".join(f"{clock(span.start)}–{clock(span.end)}" for span in sorted(spans))
