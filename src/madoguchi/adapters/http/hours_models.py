"""Hours and holidays as requests may say them and answers contain them."""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from madoguchi.adapters.http.models import Id, In, Language, Line, Out, Prose, Version, Whole
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.checks import ENTRIES, HOLIDAYS, SPANS
from madoguchi.domain.hours.custom import CustomHours, EntryPoint
from madoguchi.domain.hours.holidays import FixedDays, Holiday, HolidayFolder, NthWeekday, Occurrence
from madoguchi.domain.hours.week import DAYS, DaySpan, HoursMode, WeeklyHours, clock, minute_of, span_of
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId, QueueId
from madoguchi.kernel.time import stamp
from madoguchi.ports.hours import Saved, Signature
from madoguchi.services.hours import HoursState
from madoguchi.services.hours_settings import CenterDetails

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Texts: TypeAlias = dict[Language, Prose]


def _begin(value: str) -> str:
    if minute_of(value) == minute_of("24:00"):
        raise ValueError("write 00:00 for the beginning of a day")
    return value


def _end(value: str) -> str:
    minute_of(value)
    return value


class SpanIO(In):
    """A part of a day. An end that is before the start is on the next day; 24:00 is the end of this one."""

    start: Annotated[str, AfterValidator(_begin), Field(max_length=5, examples=["09:00"])]
    end: Annotated[str, AfterValidator(_end), Field(max_length=5, examples=["18:00"])]

    def read(self) -> DaySpan:
        """Return it as the domain has it."""
        return span_of(self.start, self.end)

    @classmethod
    def of(cls, span: DaySpan) -> "SpanIO":
        """Write it."""
        return cls(start=clock(span.start), end=clock(span.end))


Spans: TypeAlias = Annotated[list[SpanIO], Field(max_length=10 * SPANS)]


class WeekIO(In):
    """The hours of a week. With `weekdays`, Monday to Friday must be alike, and Saturday and Sunday."""

    mode: Literal["always", "weekdays", "per_day"]
    days: dict[Day, Spans] = Field(default_factory=dict)

    def read(self) -> WeeklyHours:
        """Return it as the domain has it."""
        mode = HoursMode(self.mode)
        if mode is HoursMode.ALWAYS:
            return WeeklyHours()
        # The keys are checked against `Day`, so any of them can be looked up.
        days = {str(day): spans for day, spans in self.days.items()}
        return WeeklyHours(mode, tuple(tuple(span.read() for span in days.get(day, ())) for day in DAYS))

    @classmethod
    def of(cls, weekly: WeeklyHours) -> "WeekIO":
        """Write it."""
        days = {day: [SpanIO.of(span) for span in spans] for day, spans in zip(DAYS, weekly.days, strict=True)}
        return cls.model_validate({"mode": weekly.mode.value, "days": days})


class SignedOut(Out):
    """Who saved a record, and when."""

    at: str
    by: str
    name: str

    @classmethod
    def of(cls, signed: Signature) -> "SignedOut":
        """Write it."""
        return cls(at=stamp(signed.at), by=signed.by, name=signed.name)


class NowOut(Out):
    """Open or closed now, and until when; null where that does not change."""

    open: bool
    until: str | None
    zone: str

    @classmethod
    def of(cls, state: HoursState) -> "NowOut":
        """Write it."""
        return cls(open=state.open, until=stamp(state.until) if state.until else None, zone=state.zone)


class CenterIn(In):
    """The details, and the version that was seen (0: as installed)."""

    version: Version
    name: Line
    email: Line
    phone: Line
    zone: Line
    weekly: WeekIO
    holidays: bool

    def read(self) -> SupportCenter:
        """Return it as the domain has it."""
        name, email, phone = (text.strip() for text in (self.name, self.email, self.phone))
        return SupportCenter(name, email, phone, self.zone, self.weekly.read(), self.holidays)


class CenterOut(Out):
    """The details and the general hours."""

    version: int
    name: str
    email: str
    phone: str
    zone: str
    weekly: WeekIO
    holidays: bool
    saved: SignedOut | None
    languages: list[str]
    now: NowOut

    @classmethod
    def of(cls, details: CenterDetails) -> "CenterOut":
        """Write it."""
        center, saved = details.center, details.saved
        return cls(
            version=saved.version if saved else 0,
            name=center.name,
            email=center.email,
            phone=center.phone,
            zone=center.zone,
            weekly=WeekIO.of(center.weekly),
            holidays=center.holidays,
            saved=SignedOut.of(saved.signed) if saved else None,
            languages=list(details.languages),
            now=NowOut.of(details.now),
        )


class EntryPointIO(In):
    """Where consumers come in; what is left out means any."""

    channel: Literal["call", "chat"] | None = None
    languages: list[Language] = Field(default_factory=list, max_length=100)
    queues: list[Id] = Field(default_factory=list, max_length=500)

    def read(self) -> EntryPoint:
        """Return it as the domain has it."""
        channel = Channel(self.channel) if self.channel is not None else None
        return EntryPoint(channel, tuple(self.languages), tuple(QueueId(queue) for queue in self.queues))

    @classmethod
    def of(cls, point: EntryPoint) -> "EntryPointIO":
        """Write it."""
        channel = point.channel.value if point.channel is not None else None
        return cls.model_validate({"channel": channel, "languages": point.languages, "queues": point.queues})


class CustomIn(In):
    """Custom hours, and the version that was seen (0: new)."""

    version: Version
    name: Line
    zone: Line
    weekly: WeekIO
    holidays: bool
    entry_points: Annotated[list[EntryPointIO], Field(max_length=2 * ENTRIES)]

    def read(self, hours: str) -> CustomHours:
        """Return it as the domain has it."""
        points = tuple(point.read() for point in self.entry_points)
        return CustomHours(
            CustomHoursId(hours), self.name.strip(), self.zone, self.weekly.read(), self.holidays, points
        )


class CustomOut(Out):
    """Custom hours."""

    id: str
    version: int
    name: str
    zone: str
    weekly: WeekIO
    holidays: bool
    entry_points: list[EntryPointIO]
    saved: SignedOut
    now: NowOut

    @classmethod
    def of(cls, saved: Saved[CustomHours], state: HoursState) -> "CustomOut":
        """Write it."""
        hours = saved.record
        return cls(
            id=hours.id,
            version=saved.version,
            name=hours.name,
            zone=hours.zone,
            weekly=WeekIO.of(hours.weekly),
            holidays=hours.holidays,
            entry_points=[EntryPointIO.of(point) for point in hours.entry_points],
            saved=SignedOut.of(saved.signed),
            now=NowOut.of(state),
        )


class MonthDayIO(In):
    """A day of the year."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]


class FixedIO(In):
    """From one day to another, every year or beginning in one year."""

    start: MonthDayIO
    end: MonthDayIO
    year: Whole | None = None


class NthIO(In):
    """The nth weekday of a month."""

    month: Annotated[int, Field(ge=1, le=12)]
    weekday: Day
    occurrence: Literal["1", "2", "3", "4", "last"]


class HolidayIO(In):
    """A holiday: `fixed` or `nth` says when, `closed` at what times (all day where it is empty)."""

    names: dict[Language, Line]
    fixed: FixedIO | None = None
    nth: NthIO | None = None
    closed: Spans = Field(default_factory=list)
    messages: Texts = Field(default_factory=dict)

    def read(self) -> Holiday:
        """Return it as the domain has it; empty texts are left out."""
        start_end = (self.fixed.start, self.fixed.end) if self.fixed is not None else None
        return Holiday(
            names={language: name.strip() for language, name in self.names.items() if name.strip()},
            fixed=FixedDays(start_end[0].month, start_end[0].day, start_end[1].month, start_end[1].day, self.fixed.year)
            if start_end is not None and self.fixed is not None
            else None,
            nth=NthWeekday(self.nth.month, DAYS.index(self.nth.weekday), Occurrence(self.nth.occurrence))
            if self.nth is not None
            else None,
            closed=tuple(span.read() for span in self.closed),
            messages={language: text.strip() for language, text in self.messages.items() if text.strip()},
        )

    @classmethod
    def of(cls, holiday: Holiday) -> "HolidayIO":
        """Write it."""
        fixed, nth = holiday.fixed, holiday.nth
        return cls.model_validate(
            {
                "names": dict(holiday.names),
                "fixed": None
                if fixed is None
                else {
                    "start": {"month": fixed.month, "day": fixed.day},
                    "end": {"month": fixed.end_month, "day": fixed.end_day},
                    "year": fixed.year,
                },
                "nth": None
                if nth is None
                else {"month": nth.month, "weekday": DAYS[nth.weekday], "occurrence": nth.occurrence.value},
                "closed": [SpanIO.of(span) for span in holiday.closed],
                "messages": dict(holiday.messages),
            }
        )


class FolderIn(In):
    """A holiday folder, and the version that was seen (0: new)."""

    version: Version
    name: Line
    holidays: Annotated[list[HolidayIO], Field(max_length=2 * HOLIDAYS)]

    def read(self, folder: str) -> HolidayFolder:
        """Return it as the domain has it."""
        return HolidayFolder(HolidayFolderId(folder), self.name.strip(), tuple(one.read() for one in self.holidays))


class FolderOut(Out):
    """A holiday folder."""

    id: str
    version: int
    name: str
    holidays: list[HolidayIO]
    saved: SignedOut

    @classmethod
    def of(cls, saved: Saved[HolidayFolder]) -> "FolderOut":
        """Write it."""
        return cls(
            id=saved.record.id,
            version=saved.version,
            name=saved.record.name,
            holidays=[HolidayIO.of(one) for one in saved.record.holidays],
            saved=SignedOut.of(saved.signed),
        )


class CustomsOut(Out):
    """All custom hours."""

    custom: list[CustomOut]


class FoldersOut(Out):
    """All holiday folders."""

    folders: list[FolderOut]
