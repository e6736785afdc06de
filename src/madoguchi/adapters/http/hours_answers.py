"""What is told of hours beside the records: explanations, weeks, holidays to import, changes."""

from datetime import date
from typing import Literal

from madoguchi.adapters.http.hours_models import SignedOut, SpanIO
from madoguchi.adapters.http.models import Out
from madoguchi.domain.hours.book import Explanation
from madoguchi.kernel.time import stamp
from madoguchi.ports.hours import HoursChange
from madoguchi.services.hours_settings import ImportableDay, WeekOf


class SavedOut(Out):
    """The id of what was saved."""

    id: str


class CountriesOut(Out):
    """Countries whose holidays can be imported, as ISO 3166 codes of two letters."""

    countries: list[str]


class NationalDayOut(Out):
    """One day of a country's holidays."""

    date: date
    names: dict[str, str]
    known: bool
    """Whether a folder has a holiday on this day already."""


class NationalDaysOut(Out):
    """What an import would add."""

    holidays: list[NationalDayOut]

    @classmethod
    def of(cls, found: list[ImportableDay]) -> "NationalDaysOut":
        """Write it."""
        days = [NationalDayOut(date=one.holiday.day, names=dict(one.holiday.names), known=one.known) for one in found]
        return cls(holidays=days)


class StepOut(Out):
    """One thing that was tried: a code with parameters, and a holiday's names."""

    code: str
    params: dict[str, str]
    names: dict[str, str]


class RuleOut(Out):
    """What decided."""

    kind: Literal["general", "custom", "holiday"]
    custom: str | None
    """The custom hours' name."""
    folder: str | None
    names: dict[str, str] | None
    """The holiday's."""


class ExplanationOut(Out):
    """Open or closed at an instant, and why."""

    at: str
    open: bool
    zone: str
    rule: RuleOut
    steps: list[StepOut]
    next_opening: str | None
    next_closing: str | None

    @classmethod
    def of(cls, told: Explanation) -> "ExplanationOut":
        """Write it."""
        rule = told.rule
        return cls(
            at=stamp(told.at),
            open=told.open,
            zone=told.zone,
            rule=RuleOut(
                kind=rule.kind.value,
                custom=rule.custom.name if rule.custom else None,
                folder=rule.folder.name if rule.folder else None,
                names=dict(rule.holiday.names) if rule.holiday else None,
            ),
            steps=[StepOut(code=one.code, params=dict(one.params), names=dict(one.names)) for one in told.steps],
            next_opening=stamp(told.next_opening) if told.next_opening else None,
            next_closing=stamp(told.next_closing) if told.next_closing else None,
        )


class CellOut(Out):
    """One hour that the clock shows: how long it lasts, and how much of it is open."""

    minutes: int
    open: int


class DayRowOut(Out):
    """One day."""

    date: date
    cells: list[CellOut]
    spans: list[SpanIO]
    holidays: list[dict[str, str]]
    """Their names by language."""


class WeekOut(Out):
    """A week, hour by hour."""

    zone: str
    days: list[DayRowOut]

    @classmethod
    def of(cls, found: WeekOf) -> "WeekOut":
        """Write it."""
        return cls(
            zone=found.zone,
            days=[
                DayRowOut(
                    date=row.day,
                    cells=[CellOut(minutes=cell.minutes, open=cell.open_minutes) for cell in row.cells],
                    spans=[SpanIO(start=start, end=end) for start, end in row.spans],
                    holidays=[dict(holiday.names) for holiday in row.holidays],
                )
                for row in found.days
            ],
        )


class ChangeOut(Out):
    """One save or deletion, with the record as it is stored before and after."""

    subject: Literal["support_center", "custom_hours", "holiday_folder"]
    id: str
    version: int
    saved: SignedOut
    before: dict[str, object] | None
    after: dict[str, object] | None

    @classmethod
    def of(cls, change: HoursChange) -> "ChangeOut":
        """Write it."""
        return cls(
            subject=change.subject.value,
            id=change.id,
            version=change.version,
            saved=SignedOut.of(change.signed),
            before=change.before,
            after=change.after,
        )


class ChangesOut(Out):
    """Changes, the newest first."""

    changes: list[ChangeOut]
