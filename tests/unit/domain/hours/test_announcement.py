"""What somebody is told who comes after hours."""

from dataclasses import replace

import pytest

from madoguchi.domain.hours.announcement import spoken, written
from madoguchi.domain.hours.calendar import Calendar
from tests.unit.domain.hours.builders import at, calendar, fixed, office, weekly

pytestmark = pytest.mark.req("BASE-7")

SUNDAY = at("2026-11-22 12:00:00")
MESSAGES = {"ja": "祝日のためお休みです。", "en": "Closed for the holiday. Back @{NEXT_REOPEN_HOUR}."}
HOLIDAY = replace(fixed("11/23"), messages=MESSAGES)


def heard(hours: Calendar, local: str, language: str) -> list[str]:
    return [line.text for line in spoken(hours, at(local), language)]


def test_a_caller_hears_when_it_opens_next() -> None:
    assert heard(calendar(office()), "2026-11-22 12:00:00", "ja") == [
        "申し訳ございません。ただいま営業時間外です。",
        "次の受付開始は、明日9時です。恐れ入りますが、改めてお電話ください。失礼いたします。",
    ]
    assert heard(calendar(office()), "2026-11-23 00:10:00", "en") == [
        "Sorry, we are closed at present.",
        "We open again today at 9 AM. Please call again then. Goodbye.",
    ]


def test_where_it_does_not_open_again_no_time_is_said() -> None:
    assert heard(calendar(weekly()), "2026-11-22 12:00:00", "en")[1] == "Please call again later. Goodbye."


def test_a_holiday_says_its_own_words_and_the_next_opening_once() -> None:
    hours = calendar(office(), HOLIDAY)

    assert heard(hours, "2026-11-23 12:00:00", "ja")[0] == "祝日のためお休みです。"
    assert heard(hours, "2026-11-23 12:00:00", "ja")[1].startswith("次の受付開始は、明日9時です。")
    assert heard(hours, "2026-11-23 12:00:00", "en") == ["Closed for the holiday. Back tomorrow at 9 AM."]
    assert heard(hours, "2026-11-23 12:00:00", "fr")[0] == "Sorry, we are closed at present."


def test_a_page_shows_what_the_holiday_says_and_nothing_on_other_days() -> None:
    hours = calendar(office(), HOLIDAY)

    assert written(hours, at("2026-11-23 12:00:00"), "en") == "Closed for the holiday. Back tomorrow at 9 AM."
    assert written(hours, SUNDAY, "en") == ""
    assert written(calendar(weekly(), HOLIDAY), at("2026-11-23 12:00:00"), "en") == "Closed for the holiday. Back ."
