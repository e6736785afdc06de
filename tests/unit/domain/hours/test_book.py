"""Why it is open or closed, step by step."""

import pytest

from madoguchi.domain.hours.book import HoursBook, RuleKind, SupportCenter
from madoguchi.domain.hours.custom import Asked, CustomHours, EntryPoint
from madoguchi.domain.hours.holidays import HolidayFolder
from madoguchi.domain.hours.week import WeeklyHours
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId
from tests.unit.domain.hours.builders import NEW_YORK, at, custom, fixed, folder, office, weekly

pytestmark = pytest.mark.req("BASE-8")

SHOP, RETURNS = QueueId("queue_shop"), QueueId("queue_returns")
ASKED = Asked(RETURNS, Channel.CALL, "ja")
FRIDAY = "2026-11-20"
GENERAL_ONLY = ["no_queue_hours", "no_language_hours", "no_channel_hours", "general_hours", "local_time"]


def parents(queue: QueueId) -> tuple[QueueId, ...]:
    return (SHOP,) if queue == RETURNS else ()


def book(
    hours: WeeklyHours, *own: CustomHours, folders: tuple[HolidayFolder, ...] = (), holidays: bool = True
) -> HoursBook:
    return HoursBook(SupportCenter(weekly=hours, holidays=holidays), own, folders)


def test_general_hours_count_where_nothing_more_specific_does() -> None:
    told = book(office()).explain(ASKED, at(f"{FRIDAY} 10:00:00"), parents)

    assert (told.open, told.rule.kind) == (True, RuleKind.GENERAL)
    assert [step.code for step in told.steps] == [*GENERAL_ONLY, "no_holiday", "in_span"]
    assert told.steps[4].params == {"date": FRIDAY, "time": "10:00", "day": "fri", "zone": "Asia/Tokyo"}
    assert told.steps[-1].params == {"day": "fri", "start": "09:00", "end": "18:00"}
    assert told.next_closing == at(f"{FRIDAY} 18:00:00")
    assert told.next_opening == at("2026-11-23 09:00:00")


@pytest.mark.parametrize(
    ("local", "code", "params"),
    [
        (f"{FRIDAY} 20:00:00", "outside_spans", {"day": "fri", "spans": "09:00–18:00"}),
        ("2026-11-21 10:00:00", "no_spans", {"day": "sat"}),
    ],
)
def test_outside_hours_it_says_what_the_hours_of_the_day_are(local: str, code: str, params: dict[str, str]) -> None:
    told = book(office()).explain(ASKED, at(local), parents)

    assert not told.open
    assert (told.steps[-1].code, told.steps[-1].params) == (code, params)


def test_after_midnight_the_span_of_the_evening_before_counts() -> None:
    told = book(weekly(fri="22:00-02:00")).explain(ASKED, at("2026-11-21 01:00:00"), parents)

    assert told.open
    assert told.steps[-1].params == {"day": "fri", "start": "22:00", "end": "02:00"}


def test_custom_hours_of_the_parent_count_for_the_child_and_are_named() -> None:
    night = custom("Night", EntryPoint(None, (), (SHOP,)), hours=weekly("00:00-06:00"))

    told = book(office(), night).explain(ASKED, at(f"{FRIDAY} 10:00:00"), parents)

    assert (told.open, told.rule.kind, told.rule.custom) == (False, RuleKind.CUSTOM, night)
    assert told.steps[0].code == "custom_hours"
    assert told.steps[0].params == {
        "name": "Night",
        "by": "parent_queue",
        "queue": SHOP,
        "language": "ja",
        "channel": "call",
    }


@pytest.mark.parametrize(
    ("point", "codes"),
    [
        (EntryPoint(None, ("ja",)), ["no_queue_hours", "custom_hours"]),
        (EntryPoint(Channel.CALL), ["no_queue_hours", "no_language_hours", "custom_hours"]),
    ],
)
def test_what_was_looked_for_in_vain_is_told_first(point: EntryPoint, codes: list[str]) -> None:
    told = book(office(), custom("Own", point)).explain(ASKED, at(f"{FRIDAY} 10:00:00"), parents)
    assert [step.code for step in told.steps][: len(codes)] == codes


def test_without_a_queue_nobody_looks_for_its_hours() -> None:
    told = book(office()).explain(Asked(None, Channel.CHAT, "en"), at(f"{FRIDAY} 10:00:00"), parents)
    assert told.steps[0].code == "no_language_hours"


def test_a_holiday_decides_before_the_week_and_is_named_in_all_its_languages() -> None:
    day = fixed("11/20", name="Founding day")

    told = book(office(), folders=(folder(day, name="Ours"),)).explain(ASKED, at(f"{FRIDAY} 10:00:00"), parents)

    assert (told.open, told.rule.kind, told.rule.holiday) == (False, RuleKind.HOLIDAY, day)
    assert (told.steps[-1].code, told.steps[-1].params) == ("holiday", {"folder": "Ours"})
    assert told.steps[-1].names == {"en": "Founding day"}
    assert told.next_opening == at("2026-11-23 09:00:00")


def test_a_holiday_that_closes_at_another_time_of_the_day_is_mentioned() -> None:
    half = fixed("11/20", closed="12:00-18:00")

    told = book(office(), folders=(folder(half),)).explain(ASKED, at(f"{FRIDAY} 10:00:00"), parents)

    assert told.open
    assert told.steps[-2].code == "holiday_elsewhen"
    assert told.steps[-2].params["spans"] == "12:00–18:00"
    assert told.next_closing == at(f"{FRIDAY} 12:00:00")


def test_where_holidays_are_off_they_do_not_close() -> None:
    shut = (folder(fixed("11/20")),)
    own = custom("Always", EntryPoint(Channel.CALL), holidays=False)

    general = book(office(), folders=shut, holidays=False).explain(ASKED, at(f"{FRIDAY} 10:00:00"), parents)
    custom_hours = book(office(), own, folders=shut).explain(ASKED, at(f"{FRIDAY} 10:00:00"), parents)

    for told in (general, custom_hours):
        assert told.open
        assert "holidays_off" in [step.code for step in told.steps]
    assert custom_hours.steps[-1].code == "always_open"
    assert custom_hours.next_closing is None


def test_custom_hours_are_in_their_own_zone_and_so_are_their_holidays() -> None:
    own = custom("New York", EntryPoint(None, ("en",)), hours=office(), zone=NEW_YORK)
    shut = (folder(fixed("11/20")),)
    asked = Asked(RETURNS, Channel.CALL, "en")

    thursday_there = book(office(), own, folders=shut).explain(asked, at(f"{FRIDAY} 05:00:00"), parents)
    friday_there = book(office(), own, folders=shut).explain(asked, at("2026-11-21 05:00:00"), parents)

    assert (thursday_there.open, thursday_there.zone) == (True, NEW_YORK)
    assert friday_there.rule.kind is RuleKind.HOLIDAY


def test_the_general_calendar_and_that_of_custom_hours() -> None:
    own = custom("Own", EntryPoint(Channel.CALL), zone=NEW_YORK)
    hours = book(office(), own)

    assert hours.match(ASKED, parents) is own
    assert hours.match(Asked(None, Channel.CHAT, "ja"), parents) is None
    assert hours.calendar(None).zone == "Asia/Tokyo"
    assert hours.calendar(own).zone == NEW_YORK
