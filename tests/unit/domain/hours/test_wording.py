"""The next opening as callers hear it."""

import pytest

from madoguchi.domain.hours.wording import opening_in_words
from tests.unit.domain.hours.builders import NEW_YORK, TOKYO, at

pytestmark = pytest.mark.req("BASE-7")


@pytest.mark.parametrize(
    ("now", "opening", "ja", "en"),
    [
        ("2026-11-20 00:30", "2026-11-20 09:00", "本日9時", "today at 9 AM"),
        ("2026-11-20 12:10", "2026-11-20 13:30", "本日13時30分", "today at 1:30 PM"),
        ("2026-11-20 23:59", "2026-11-21 00:00", "明日0時", "tomorrow at 12 AM"),
        ("2026-11-30 18:00", "2026-12-01 12:05", "明日12時5分", "tomorrow at 12:05 PM"),
        ("2026-11-20 18:00", "2026-11-23 09:00", "11月23日月曜日、9時", "on Monday, November 23 at 9 AM"),
        ("2026-12-29 18:00", "2027-01-04 09:00", "1月4日月曜日、9時", "on Monday, January 4 at 9 AM"),
    ],
)
def test_today_tomorrow_and_later_days_are_said_as_people_say_them(now: str, opening: str, ja: str, en: str) -> None:
    assert opening_in_words(at(opening), at(now), TOKYO, "ja") == ja
    assert opening_in_words(at(opening), at(now), TOKYO, "en") == en
    assert opening_in_words(at(opening), at(now), TOKYO, "fr") == en, "English is better than silence"


def test_the_day_is_that_of_the_hours_zone() -> None:
    opening, now = at("2026-11-20 09:00", NEW_YORK), at("2026-11-20 08:00", NEW_YORK)
    assert opening_in_words(opening, now, NEW_YORK, "en") == "today at 9 AM"
