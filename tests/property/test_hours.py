"""What holds for all hours, all zones and all instants; and the same answers as the dullest way of working them out.

The scans look at a sample of all clock changes and holidays of 50 years. `HYPOTHESIS_PROFILE=nightly` looks at all.
"""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from madoguchi.adapters.calendars.national import NationalCalendars
from madoguchi.domain.hours.book import HoursBook, SupportCenter
from madoguchi.domain.hours.calendar import Calendar
from madoguchi.domain.hours.custom import Asked
from madoguchi.domain.hours.holidays import FixedDays, Holiday, NthWeekday, Occurrence
from madoguchi.domain.hours.week import DAY, ROUND_THE_CLOCK, DaySpan, HoursMode, WeeklyHours
from madoguchi.domain.routing.offers import Channel
from tests.property.naive_hours import MINUTE, clock_changes, is_holiday, open_minutes
from tests.unit.domain.hours.builders import calendar, fixed, folder, nth, office, weekly

pytestmark = pytest.mark.req("BASE-8")

ALL = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
YEARS = (1988, 2037)
ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Europe/London",
    "Australia/Lord_Howe",  # half an hour
    "America/Santiago",  # at midnight
    "Asia/Tehran",  # at midnight, and not any more
    "Africa/Casablanca",  # around Ramadan
    "Pacific/Apia",  # left out a day
    "America/St_Johns",  # a minute after midnight, and half hours
    "Asia/Gaza",  # at many hours
)
SHAPES: Sequence[WeeklyHours] = (
    weekly("00:30-01:30 02:15-02:45 03:00-09:00"),
    weekly("22:00-02:30"),
    weekly("00:00-24:00"),
    weekly("23:30-00:15 00:45-01:00 01:15-02:00 12:00-13:00"),
    office("09:00-12:00 13:00-18:00"),
    ROUND_THE_CLOCK,
)
HOLIDAYS = (fixed("12/29", "01/03"), fixed("02/29"), nth("last", "sun", 3, closed="01:30-12:00"), nth("1", "sun", 11))


def assert_minute_by_minute(hours: Calendar, start: datetime, minutes: int) -> None:
    """Compare every minute of a window, and the instants at which it opens and closes."""
    expected = open_minutes(hours, start, minutes)
    spans = hours.open_spans(start, start + minutes * MINUTE)
    found = [False] * minutes
    for span in spans:
        assert (span.start - start) % MINUTE == timedelta(0), "nothing happens between minutes"
        for n in range((span.start - start) // MINUTE, (span.end - start) // MINUTE):
            found[n] = True
    wrong = [str(start + n * MINUTE) for n in range(minutes) if found[n] != expected[n]]
    assert wrong == [], f"{hours.zone} {hours.weekly}"
    for n in range(0, minutes, 97):
        assert hours.is_open(start + n * MINUTE) is expected[n]


@pytest.mark.parametrize("zone", ZONES)
def test_hours_agree_with_a_minute_scan_over_the_clock_changes_of_50_years(zone: str) -> None:
    changes = clock_changes(zone, *YEARS)
    assert len(changes) > 10
    place = ZONES.index(zone)
    for number, change in enumerate(changes):
        if ALL:
            shapes = SHAPES
        elif number % 10 == place % 10 or len(changes) < 50:
            shapes = SHAPES[(number + place) % len(SHAPES) :][:1]
        else:
            continue
        for shape in shapes:
            assert_minute_by_minute(calendar(shape, *HOLIDAYS, zone=zone), change - timedelta(hours=20), 40 * 60)


def test_hours_agree_with_a_minute_scan_over_the_holidays_of_50_years() -> None:
    found = NationalCalendars().holidays("JP", range(*YEARS), ("en",))
    national = [fixed(f"{one.day:%m/%d}", year=one.day.year, name=one.names["en"]) for one in found]
    assert len(national) > 700
    others = (fixed("12/29", "01/03", closed="12:00-24:00"), nth("2", "mon", 1), fixed("12/31", closed="20:00-05:00"))
    for number, one in enumerate(found):
        if ALL or number % 24 == 0:
            near = [holiday for holiday in national if abs(_begin(holiday) - one.day) < timedelta(days=7)]
            hours = calendar(SHAPES[number % len(SHAPES)], *near, *others)
            start = datetime.combine(one.day, datetime.min.time(), ZoneInfo("Asia/Tokyo")).astimezone(UTC)
            assert_minute_by_minute(hours, start - timedelta(hours=6), 36 * 60)


def _begin(holiday: Holiday) -> date:
    assert holiday.fixed is not None
    assert holiday.fixed.year is not None
    return date(holiday.fixed.year, holiday.fixed.month, holiday.fixed.day)


# --- For all hours ---

day_spans = st.builds(
    lambda start, length: DaySpan(start, start + length), st.integers(0, DAY - 1), st.integers(1, DAY)
)
weeks: SearchStrategy[WeeklyHours] = st.one_of(
    st.just(ROUND_THE_CLOCK),
    st.builds(
        lambda days: WeeklyHours(HoursMode.PER_DAY, tuple(map(tuple, days))),
        st.lists(st.lists(day_spans, max_size=2), min_size=7, max_size=7),
    ),
)
month_days = st.dates(date(2024, 1, 1), date(2024, 12, 31))
fixed_days = st.builds(
    lambda first, last, year: FixedDays(first.month, first.day, last.month, last.day, year),
    month_days,
    month_days,
    st.none() | st.integers(2020, 2030),
)
nth_days = st.builds(NthWeekday, st.integers(1, 12), st.integers(0, 6), st.sampled_from(Occurrence))
closures = st.lists(day_spans, max_size=2).map(tuple)
holidays = st.one_of(
    st.builds(Holiday, st.just({"en": "H"}), fixed=fixed_days, closed=closures),
    st.builds(Holiday, st.just({"en": "H"}), nth=nth_days, closed=closures),
)
calendars = st.builds(
    lambda zone, week, some: Calendar(zone, week, (folder(*some),)),
    st.sampled_from([*ZONES, "Asia/Tokyo"]),
    weeks,
    st.lists(holidays, max_size=3),
)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001 - the time zone is beside it
    lambda at: at.replace(microsecond=0)
)
near_changes = st.sampled_from([change for zone in ZONES[:3] for change in clock_changes(zone, 2024, 2027)]).flatmap(
    lambda change: st.integers(-86_400, 86_400).map(lambda seconds: change + timedelta(seconds=seconds))
)
moments = instants | near_changes
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)


@given(calendars, moments)
def test_it_is_open_within_open_spans_and_nowhere_else(hours: Calendar, at: datetime) -> None:
    spans = hours.open_spans(at - A_DAY, at + A_DAY)
    assert hours.is_open(at) is any(span.has(at) for span in spans)
    assert all(one.start < one.end for one in spans)
    assert all(one.end < other.start for one, other in pairwise(spans)), "spans that touch are one"


@given(calendars, moments, st.integers(1, 4 * 86_400), st.integers(1, 4 * 86_400))
def test_a_window_has_what_its_two_halves_have(hours: Calendar, at: datetime, first: int, second: int) -> None:
    middle, end = at + timedelta(seconds=first), at + timedelta(seconds=first + second)
    whole = hours.open_spans(at, end)
    halves = [*hours.open_spans(at, middle), *hours.open_spans(middle, end)]
    assert sum((one.end - one.start for one in whole), timedelta()) == sum(
        (one.end - one.start for one in halves), timedelta()
    )
    assert {one.start for one in whole} <= {one.start for one in halves}


@given(calendars, moments)
def test_between_now_and_the_next_change_nothing_changes(hours: Calendar, at: datetime) -> None:
    opening, closing = hours.next_opening(at), hours.next_closing(at)
    if opening is not None:
        assert opening > at
        assert hours.is_open(opening)
        assert not hours.is_open(opening - A_SECOND)
    if closing is not None:
        assert closing > at
        assert not hours.is_open(closing)
        assert hours.is_open(closing - A_SECOND)
    change = closing if hours.is_open(at) else opening
    until = min(change, at + 40 * A_DAY) if change is not None else at + 40 * A_DAY
    spans = hours.open_spans(at, until)
    assert len(spans) == int(hours.is_open(at))
    assert all((one.start, one.end) == (at, until) for one in spans)


@given(calendars, moments)
def test_the_explanation_says_what_the_calendar_says(hours: Calendar, at: datetime) -> None:
    book = HoursBook(SupportCenter(zone=hours.zone, weekly=hours.weekly), (), hours.folders)
    told = book.explain(Asked(None, Channel.CALL, "ja"), at, lambda _queue: ())
    assert told.open is hours.is_open(at)
    assert (told.next_opening, told.next_closing) == (hours.next_opening(at), hours.next_closing(at))


@given(holidays, st.dates(date(2019, 1, 1), date(2031, 12, 31)))
def test_a_day_is_a_holiday_exactly_if_it_is_in_the_list_of_its_days(holiday: Holiday, day: date) -> None:
    assert holiday.on(day) is is_holiday(holiday, day)


@given(calendars, near_changes)
def test_any_hours_agree_with_a_minute_scan(hours: Calendar, at: datetime) -> None:
    assert_minute_by_minute(hours, at.replace(second=0), 12 * 60)
