"""Times of day as people write them, and the week as a table."""

from datetime import date

import pytest

from madoguchi.domain.hours.week import ROUND_THE_CLOCK, WHOLE_DAY, DaySpan, clock, minute_of, span_of
from madoguchi.domain.hours.week_view import HourCell, monday_of, week
from tests.unit.domain.hours.builders import NEW_YORK, calendar, fixed, office, weekly

pytestmark = pytest.mark.req("BASE-7")


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("09:05", 545), ("23:59", 1439), ("24:00", 1440)])
def test_times_of_day_are_read_and_written(text: str, minute: int) -> None:
    assert minute_of(text) == minute
    assert clock(minute) == text


@pytest.mark.parametrize("text", ["", "9:00", "24:01", "12:60", "1200", "09:0x", "０９:００", "09:00:00", "-1:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        minute_of(text)


def test_an_end_that_is_not_after_the_start_is_on_the_next_day() -> None:
    assert span_of("22:00", "02:00") == DaySpan(22 * 60, 26 * 60)
    assert span_of("22:00", "02:00").over_midnight
    assert not span_of("22:00", "24:00").over_midnight
    assert span_of("22:00", "00:00") == DaySpan(22 * 60, 24 * 60)
    assert span_of("00:00", "24:00") == WHOLE_DAY
    assert span_of("09:00", "09:00") == DaySpan(540, 540), "empty: the checks refuse it"
    assert clock(26 * 60) == "02:00"
    assert ROUND_THE_CLOCK.spans(3) == (WHOLE_DAY,)


def test_a_week_shows_how_much_of_each_hour_is_open() -> None:
    days = week(calendar(office("09:30-18:00"), fixed("11/23", name="Thanks")), monday_of(date(2026, 11, 25)))

    assert [row.day.isoformat() for row in days][::6] == ["2026-11-23", "2026-11-29"]
    assert [holiday.name("en") for holiday in days[0].holidays] == ["Thanks"]
    assert (days[0].spans, days[1].spans) == ((), (("09:30", "18:00"),))
    assert days[1].cells[8:11] == (HourCell(60, 0), HourCell(60, 30), HourCell(60, 60))
    assert len(days[1].cells) == 24


def test_a_night_shift_is_shown_on_both_its_days() -> None:
    rows = week(calendar(weekly(mon="22:00-02:00")), date(2026, 11, 23))
    assert (rows[0].spans, rows[1].spans) == ((("22:00", "24:00"),), (("00:00", "02:00"),))


def test_an_hour_that_the_clock_leaves_out_has_no_minutes_and_one_it_shows_twice_has_120() -> None:
    hours = calendar(ROUND_THE_CLOCK, zone=NEW_YORK)
    assert week(hours, date(2026, 3, 2))[6].cells[2] == HourCell(0, 0)
    assert week(hours, date(2026, 10, 26))[6].cells[1] == HourCell(120, 120)
