"""Open or closed, to the second."""

from datetime import timedelta

import pytest

from madoguchi.domain.hours.calendar import Calendar, OpenSpan
from madoguchi.domain.hours.week import ROUND_THE_CLOCK
from tests.unit.domain.hours.builders import (
    NEW_YORK,
    TOKYO,
    at,
    calendar,
    fixed,
    nth,
    office,
    utc,
    weekly,
)

pytestmark = pytest.mark.req("BASE-7")

LUNCH = office("09:00-12:00 13:00-18:00")
NIGHT = weekly("22:00-02:00")
SECOND = timedelta(seconds=1)

# 2026-11-20 is a Friday, 2026-11-23 a Monday.


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-11-20 08:59:59", False),
        ("2026-11-20 09:00:00", True),
        ("2026-11-20 11:59:59", True),
        ("2026-11-20 12:00:00", False),
        ("2026-11-20 12:59:59", False),
        ("2026-11-20 13:00:00", True),
        ("2026-11-20 17:59:59", True),
        ("2026-11-20 18:00:00", False),
        ("2026-11-21 10:00:00", False),
        ("2026-11-23 09:00:00", True),
    ],
)
def test_an_office_with_a_lunch_break_opens_and_closes_to_the_second(local: str, is_open: bool) -> None:  # noqa: FBT001 - a table
    assert calendar(LUNCH).is_open(at(local)) is is_open


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-11-20 21:59:59", False),
        ("2026-11-20 22:00:00", True),
        ("2026-11-20 23:59:59", True),
        ("2026-11-21 00:00:00", True),
        ("2026-11-21 01:59:59", True),
        ("2026-11-21 02:00:00", False),
    ],
)
def test_a_night_shift_goes_on_over_midnight(local: str, is_open: bool) -> None:  # noqa: FBT001 - a table
    assert calendar(NIGHT).is_open(at(local)) is is_open


def test_the_night_of_sunday_goes_on_into_monday() -> None:
    assert calendar(weekly(sun="22:00-02:00")).is_open(at("2026-11-23 01:59:59"))
    assert not calendar(weekly(sun="22:00-02:00")).is_open(at("2026-11-24 01:59:59"))


def test_a_day_that_ends_at_24_00_and_one_that_begins_at_00_00_are_one_span() -> None:
    hours = calendar(weekly(fri="09:00-24:00", sat="00:00-03:00"))

    assert hours.next_closing(at("2026-11-20 12:00:00")) == at("2026-11-21 03:00:00")
    assert hours.is_open(at("2026-11-21 00:00:00"))


def test_the_next_opening_and_closing_are_after_now_and_skip_the_weekend() -> None:
    hours = calendar(LUNCH)

    assert hours.next_opening(at("2026-11-20 12:30:00")) == at("2026-11-20 13:00:00")
    assert hours.next_opening(at("2026-11-20 18:00:00")) == at("2026-11-23 09:00:00")
    assert hours.next_opening(at("2026-11-20 09:00:00")) == at("2026-11-20 13:00:00"), "now is not next"
    assert hours.next_closing(at("2026-11-20 09:00:00")) == at("2026-11-20 12:00:00")
    assert hours.next_closing(at("2026-11-20 18:00:00")) == at("2026-11-23 12:00:00")


def test_just_after_midnight_the_next_opening_is_today() -> None:
    assert calendar(LUNCH).next_opening(at("2026-11-20 00:00:01")) == at("2026-11-20 09:00:00")


def test_round_the_clock_never_opens_or_closes() -> None:
    hours = calendar(ROUND_THE_CLOCK)

    assert hours.is_open(at("2026-11-20 03:33:33"))
    assert hours.next_opening(at("2026-11-20 03:33:33")) is None
    assert hours.next_closing(at("2026-11-20 03:33:33")) is None


def test_a_week_without_hours_is_never_open() -> None:
    assert calendar(weekly()).next_opening(at("2026-11-20 12:00:00")) is None


# --- The clock is put forward: New York, 2026-03-08, 02:00 becomes 03:00 (07:00 UTC). ---


def test_a_span_that_begins_in_the_gap_begins_when_the_clock_jumps() -> None:
    hours = calendar(weekly(sun="02:30-05:00"), zone=NEW_YORK)

    assert not hours.is_open(utc("2026-03-08 06:59:59"))
    assert hours.is_open(utc("2026-03-08 07:00:00"))
    assert hours.open_spans(utc("2026-03-08 00:00:00"), utc("2026-03-09 00:00:00")) == [
        OpenSpan(utc("2026-03-08 07:00:00"), utc("2026-03-08 09:00:00"))
    ]


def test_a_span_that_ends_in_the_gap_ends_when_the_clock_jumps() -> None:
    hours = calendar(weekly(sun="00:30-02:30"), zone=NEW_YORK)

    assert hours.next_closing(utc("2026-03-08 06:00:00")) == utc("2026-03-08 07:00:00")


def test_a_span_within_the_gap_does_not_take_place() -> None:
    hours = calendar(weekly(sun="02:15-02:45"), zone=NEW_YORK)

    assert hours.open_spans(utc("2026-03-07 12:00:00"), utc("2026-03-09 00:00:00")) == []
    assert hours.next_opening(utc("2026-03-07 12:00:00")) == at("2026-03-15 02:15:00", NEW_YORK)


def test_a_night_shift_is_an_hour_shorter_when_the_clock_is_put_forward() -> None:
    (night,) = calendar(weekly(sat="22:00-06:00"), zone=NEW_YORK).open_spans(
        utc("2026-03-07 12:00:00"), utc("2026-03-08 12:00:00")
    )
    assert night.end - night.start == timedelta(hours=7)


# --- The clock is put back: New York, 2026-11-01, 02:00 becomes 01:00 (06:00 UTC). ---


def test_a_shift_that_ends_in_the_fold_ends_once_when_its_time_is_shown_for_the_last_time() -> None:
    hours = calendar(weekly(sat="22:00-01:30"), zone=NEW_YORK)

    assert hours.is_open(at("2026-11-01 01:45:00", NEW_YORK, fold=0)), "the shift is one piece of time"
    assert hours.is_open(at("2026-11-01 01:29:59", NEW_YORK, fold=1))
    assert not hours.is_open(at("2026-11-01 01:30:00", NEW_YORK, fold=1))
    assert len(hours.open_spans(utc("2026-10-31 12:00:00"), utc("2026-11-01 12:00:00"))) == 1


def test_a_shift_that_ends_where_the_fold_begins_is_not_made_longer() -> None:
    hours = calendar(weekly(sat="22:00-01:00"), zone=NEW_YORK)

    assert hours.next_closing(utc("2026-11-01 03:00:00")) == utc("2026-11-01 05:00:00")
    assert not hours.is_open(at("2026-11-01 01:00:00", NEW_YORK, fold=1))


def test_a_span_that_begins_in_the_fold_begins_when_its_time_is_shown_first() -> None:
    hours = calendar(weekly(sun="01:30-05:00"), zone=NEW_YORK)

    assert hours.next_opening(utc("2026-11-01 03:00:00")) == at("2026-11-01 01:30:00", NEW_YORK, fold=0)
    assert hours.is_open(at("2026-11-01 01:00:00", NEW_YORK, fold=1))


def test_a_night_shift_is_an_hour_longer_when_the_clock_is_put_back() -> None:
    (night,) = calendar(weekly(sat="22:00-06:00"), zone=NEW_YORK).open_spans(
        utc("2026-10-31 12:00:00"), utc("2026-11-01 18:00:00")
    )
    assert night.end - night.start == timedelta(hours=9)


def test_a_clock_that_jumps_at_midnight_does_not_hide_the_day() -> None:
    hours = calendar(weekly("00:00-01:00"), zone="America/Santiago")

    # 2026-09-06: 00:00 becomes 01:00, so there is no hour to be open; the day before and after have theirs.
    starts = [span.start for span in hours.open_spans(utc("2026-09-05 00:00:00"), utc("2026-09-08 00:00:00"))]
    assert starts == [utc("2026-09-05 04:00:00"), utc("2026-09-07 03:00:00")]


def test_a_holiday_that_has_begun_goes_on_when_the_clock_is_put_back_into_the_day_before() -> None:
    # St. John's, 2007-11-04: a minute after midnight it became 23:01 of the day before (02:31 UTC).
    hours = calendar(ROUND_THE_CLOCK, fixed("11/04"), zone="America/St_Johns")

    assert hours.is_open(utc("2007-11-04 02:29:59"))
    assert not hours.is_open(utc("2007-11-04 02:30:00"))
    assert not hours.is_open(utc("2007-11-04 02:45:00")), "the clock shows 23:15 again, but the holiday has begun"
    assert hours.next_opening(utc("2007-11-04 02:45:00")) == at("2007-11-05 00:00:00", "America/St_Johns")


def test_a_day_that_a_country_left_out_has_no_hours() -> None:
    hours = calendar(weekly("09:00-17:00"), zone="Pacific/Apia")

    days = [span.start for span in hours.open_spans(utc("2011-12-29 12:00:00"), utc("2012-01-01 12:00:00"))]
    assert days == [at(f"{day} 09:00:00", "Pacific/Apia") for day in ("2011-12-29", "2011-12-31", "2012-01-01")]


# --- Holidays ---


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-12-28 12:00:00", True),
        ("2026-12-28 23:59:59", True),
        ("2026-12-29 00:00:00", False),
        ("2026-12-31 23:59:59", False),
        ("2027-01-01 00:00:00", False),
        ("2027-01-03 23:59:59", False),
        ("2027-01-04 00:00:00", True),
    ],
)
def test_holidays_go_over_new_year(local: str, is_open: bool) -> None:  # noqa: FBT001 - a table
    assert calendar(ROUND_THE_CLOCK, fixed("12/29", "01/03")).is_open(at(local)) is is_open


def test_a_holiday_of_one_year_that_goes_over_new_year_ends_in_the_next() -> None:
    hours = calendar(ROUND_THE_CLOCK, fixed("12/29", "01/03", year=2026))

    assert not hours.is_open(at("2027-01-03 12:00:00"))
    assert hours.is_open(at("2026-01-02 12:00:00"))
    assert hours.is_open(at("2027-12-30 12:00:00"))


def test_29_february_is_a_holiday_in_leap_years_only() -> None:
    hours = calendar(ROUND_THE_CLOCK, fixed("02/29"))

    assert not hours.is_open(at("2028-02-29 12:00:00"))
    assert hours.is_open(at("2027-02-28 12:00:00"))
    assert hours.is_open(at("2027-03-01 12:00:00"))


@pytest.mark.parametrize(
    ("occurrence", "weekday", "month", "day"),
    [
        ("1", "mon", 9, "2026-09-07"),
        ("2", "mon", 1, "2026-01-12"),
        ("3", "mon", 7, "2026-07-20"),
        ("4", "thu", 11, "2026-11-26"),
        ("last", "mon", 5, "2026-05-25"),
        ("last", "sun", 2, "2026-02-22"),
        ("last", "thu", 12, "2026-12-31"),
    ],
)
def test_a_holiday_on_the_nth_weekday_of_a_month(occurrence: str, weekday: str, month: int, day: str) -> None:
    hours = calendar(ROUND_THE_CLOCK, nth(occurrence, weekday, month))
    noon = at(f"{day} 12:00:00")

    assert not hours.is_open(noon)
    assert all(hours.is_open(noon + timedelta(days=days)) for days in (-14, -7, -1, 1, 7, 14))


def test_on_half_a_holiday_it_closes_at_noon() -> None:
    hours = calendar(office(), fixed("12/31", closed="12:00-24:00"))

    assert hours.is_open(at("2026-12-31 11:59:59"))
    assert not hours.is_open(at("2026-12-31 12:00:00"))
    assert hours.next_opening(at("2026-12-31 12:00:00")) == at("2027-01-01 09:00:00")


def test_a_holiday_with_two_closed_parts_is_open_between_them() -> None:
    hours = calendar(office(), fixed("11/20", closed="09:00-10:00 15:00-17:00"))

    assert hours.open_spans(at("2026-11-20 00:00:00"), at("2026-11-21 00:00:00")) == [
        OpenSpan(at("2026-11-20 10:00:00"), at("2026-11-20 15:00:00")),
        OpenSpan(at("2026-11-20 17:00:00"), at("2026-11-20 18:00:00")),
    ]


def test_a_shift_that_runs_into_a_holiday_stops_at_its_midnight() -> None:
    hours = calendar(NIGHT, fixed("11/21"))

    assert hours.open_spans(at("2026-11-20 12:00:00"), at("2026-11-22 12:00:00")) == [
        OpenSpan(at("2026-11-20 22:00:00"), at("2026-11-21 00:00:00")),
        OpenSpan(at("2026-11-22 00:00:00"), at("2026-11-22 02:00:00")),
    ]


def test_a_closure_over_midnight_closes_the_next_morning() -> None:
    hours = calendar(ROUND_THE_CLOCK, fixed("12/31", closed="20:00-06:00"))

    assert not hours.is_open(at("2027-01-01 05:59:59"))
    assert hours.is_open(at("2027-01-01 06:00:00"))


def test_holidays_in_a_row_move_the_next_opening_beyond_them_all() -> None:
    golden_week = [fixed("05/03", year=2026), fixed("05/04", year=2026), fixed("05/05", year=2026)]
    hours = calendar(office(), *golden_week, fixed("05/06", year=2026))

    assert hours.next_opening(at("2026-05-02 12:00:00")) == at("2026-05-07 09:00:00")


def test_round_the_clock_closes_at_the_next_holiday_only() -> None:
    hours = calendar(ROUND_THE_CLOCK, fixed("01/01"))

    assert hours.next_closing(at("2026-01-02 00:00:00")) == at("2027-01-01 00:00:00")
    assert hours.next_opening(at("2026-01-02 00:00:00")) == at("2027-01-02 00:00:00")
    assert calendar(ROUND_THE_CLOCK, fixed("01/01", year=2020)).next_closing(at("2026-01-01 00:00:00")) is None
    assert calendar(ROUND_THE_CLOCK, fixed("01/01", year=2020)).next_opening(at("2026-01-01 00:00:00")) is None


def test_a_year_of_holidays_leaves_nothing_open() -> None:
    assert calendar(office(), fixed("01/01", "12/31")).next_opening(at("2026-01-02 00:00:00")) is None


def test_nothing_lies_between_an_instant_and_itself() -> None:
    assert Calendar(TOKYO).open_spans(utc("2026-01-01 00:00:00"), utc("2026-01-01 00:00:00")) == ()


def test_spans_that_are_asked_for_in_part_are_cut() -> None:
    now = at("2026-11-20 10:00:00")
    assert calendar(office()).open_spans(now, now + SECOND) == [OpenSpan(now, now + SECOND)]
