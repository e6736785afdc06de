"""What is refused before it is saved, and where in the request it is."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from madoguchi.domain.hours import checks
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.checks import Known
from madoguchi.domain.hours.custom import EntryPoint
from madoguchi.domain.hours.holidays import FixedDays, Holiday
from madoguchi.domain.hours.week import ROUND_THE_CLOCK, HoursMode, WeeklyHours
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.fields import FieldError, InvalidFieldsError
from madoguchi.kernel.ids import HolidayFolderId, QueueId
from tests.unit.domain.hours.builders import custom, fixed, folder, nth, office, spans, weekly

pytestmark = pytest.mark.req("BASE-7")

SHOP = QueueId("queue_shop")
KNOWN = Known(("ja", "en"), (SHOP,))


def found(errors: Iterable[FieldError]) -> list[tuple[str, str]]:
    return [(error.field, error.reason) for error in errors]


def test_good_hours_have_no_errors() -> None:
    center = SupportCenter(email="support@example.com", phone="+81312345678", weekly=weekly("22:00-02:00 09:00-18:00"))
    own = custom("Night", EntryPoint(Channel.CALL, ("ja",), (SHOP,)), hours=office())
    national = folder(fixed("12/29", "01/03"), fixed("02/29", year=2028), nth("last", "mon", 5), fixed("02/29"))

    assert not found(checks.of_center(center))
    assert not found(checks.of_custom(own, [custom("Day", EntryPoint(Channel.CHAT))], KNOWN))
    assert not found(checks.of_folder(national, [], KNOWN))


@pytest.mark.parametrize(
    ("hours", "errors"),
    [
        (weekly(mon="09:00-12:00 11:00-13:00"), [("weekly.days.mon.1.start", "overlap")]),
        (weekly(mon="11:00-13:00 09:00-12:00"), [("weekly.days.mon.0.start", "overlap")]),
        (weekly(mon="09:00-12:00 09:00-12:00"), [("weekly.days.mon.1.start", "overlap")]),
        (weekly(mon="22:00-03:00", tue="02:00-05:00"), [("weekly.days.tue.0.start", "overlap")]),
        (weekly(sun="22:00-03:00", mon="02:00-05:00"), [("weekly.days.mon.0.start", "overlap")]),
        (weekly(mon="09:00-09:00"), [("weekly.days.mon.0.end", "empty_span")]),
        (weekly(), [("weekly.days", "never_open")]),
        (weekly(mon="22:00-24:00", tue="00:00-02:00"), []),
        (weekly(mon="09:00-12:00 12:00-13:00"), []),
        (replace(weekly(), mode=HoursMode.ALWAYS), []),
        (replace(weekly("09:00-18:00"), mode=HoursMode.WEEKDAYS), []),
        (
            replace(weekly("09:00-18:00", wed="09:00-17:00", sun="10:00-12:00"), mode=HoursMode.WEEKDAYS),
            [("weekly.days.wed", "not_alike"), ("weekly.days.sun", "not_alike")],
        ),
        (
            weekly(mon=" ".join(f"{hour:02}:00-{hour:02}:30" for hour in range(13))),
            [("weekly.days.mon", "too_many")],
        ),
    ],
)
def test_a_week_is_checked_span_by_span(hours: WeeklyHours, errors: list[tuple[str, str]]) -> None:
    assert found(checks.of_week(hours)) == errors


def test_an_overlap_says_with_what() -> None:
    (error,) = checks.of_week(weekly(mon="22:00-03:00", tue="02:00-05:00"))
    assert error.params == {"other": "22:00–03:00"}
    assert "22:00–03:00" in error.detail


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": " "}, ("name", "missing")),
        ({"name": "x" * 101}, ("name", "too_long")),
        ({"email": "nobody"}, ("email", "bad_email")),
        ({"email": f"{'x' * 100}@example.com"}, ("email", "bad_email")),
        ({"phone": "03-1234-5678"}, ("phone", "bad_phone")),
        ({"zone": "Asia/Edo"}, ("zone", "unknown_zone")),
        ({"zone": "../etc/passwd"}, ("zone", "unknown_zone")),
    ],
)
def test_the_details_are_checked(change: dict[str, str], error: tuple[str, str]) -> None:
    assert found(checks.of_center(replace(SupportCenter(), **change))) == [error]  # type: ignore[arg-type] # texts only


@pytest.mark.parametrize(
    ("points", "errors"),
    [
        ((), [("entry_points", "missing")]),
        ((EntryPoint(),), [("entry_points.0", "names_nothing")]),
        ((EntryPoint(None, ("fr",)),), [("entry_points.0.languages.0", "language_not_enabled")]),
        ((EntryPoint(None, (), (SHOP, QueueId("queue_x"))),), [("entry_points.0.queues.1", "unknown_queue")]),
        (tuple(EntryPoint(Channel.CALL) for _ in range(51)), [("entry_points", "too_many")]),
    ],
)
def test_entry_points_are_checked(points: tuple[EntryPoint, ...], errors: list[tuple[str, str]]) -> None:
    assert found(checks.of_custom(custom("Own", *points), [], KNOWN)) == errors


def test_two_custom_hours_cannot_claim_the_same_entry_point_and_both_are_named() -> None:
    day, night = (custom(name, EntryPoint(Channel.CALL, ("ja",), (SHOP,))) for name in ("Day", "Night"))

    (error,) = checks.of_custom(night, [day], KNOWN)

    assert (error.field, error.reason) == ("entry_points.0", "claimed")
    assert error.params == {"name": "Night", "other": "Day", "queue": SHOP, "language": "ja", "channel": "call"}
    assert "Night" in error.detail
    assert "Day" in error.detail


def test_custom_hours_need_a_name_of_their_own() -> None:
    own = custom("day", EntryPoint(Channel.CALL))
    assert found(checks.of_custom(own, [custom("Day", EntryPoint(Channel.CHAT))], KNOWN)) == [("name", "taken")]


@pytest.mark.parametrize(
    ("holiday", "errors"),
    [
        (Holiday({}, fixed=FixedDays(1, 1, 1, 1)), [("holidays.0.names", "missing")]),
        (Holiday({"en": "x"}), [("holidays.0", "no_date")]),
        (replace(fixed("01/01"), nth=nth("1", "mon", 1).nth), [("holidays.0", "no_date")]),
        (fixed("02/30"), [("holidays.0.fixed.start", "no_such_day"), ("holidays.0.fixed.end", "no_such_day")]),
        (fixed("01/01", "13/01"), [("holidays.0.fixed.end", "no_such_day")]),
        (fixed("02/28", "02/29", year=2027), [("holidays.0.fixed.end", "no_such_day")]),
        (fixed("12/30", "02/29", year=2027), []),
        (fixed("12/30", "02/29", year=2028), [("holidays.0.fixed.end", "no_such_day")]),
        (fixed("01/01", year=1800), [("holidays.0.fixed.year", "bad_year")]),
        (fixed("01/01", closed="09:00-12:00 11:00-13:00"), [("holidays.0.closed.1.start", "overlap")]),
        (fixed("01/01", closed="09:00-09:00"), [("holidays.0.closed.0.end", "empty_span")]),
        (
            replace(fixed("01/01"), names={"fr": "Jour de l'an"}),
            [("holidays.0.names.fr", "language_not_enabled")],
        ),
        (
            replace(fixed("01/01"), messages={"ja": "休", "fr": "Fermé"}),
            [("holidays.0.messages.fr", "language_not_enabled")],
        ),
        (replace(fixed("01/01"), messages={"ja": "休" * 501}), [("holidays.0.messages.ja", "too_long")]),
        (replace(fixed("01/01"), closed=spans("09:00-10:00") * 13), None),
    ],
)
def test_holidays_are_checked(holiday: Holiday, errors: list[tuple[str, str]] | None) -> None:
    told = found(checks.of_folder(folder(holiday), [], KNOWN))
    if errors is None:
        assert ("holidays.0.closed", "too_many") in told
    else:
        assert told == errors


def test_a_folder_has_a_short_name_of_its_own_and_room_for_so_many_holidays() -> None:
    assert found(checks.of_folder(folder(name="x" * 25), [], KNOWN)) == []
    assert found(checks.of_folder(folder(name="x" * 26), [], KNOWN)) == [("name", "too_long")]
    other = replace(folder(name="ours"), id=HolidayFolderId("holidays_2"))
    assert found(checks.of_folder(folder(name="Ours"), [other], KNOWN)) == [("name", "taken")]
    assert found(checks.of_folder(folder(*[fixed("01/01")] * 401), [], KNOWN)) == [("holidays", "too_many")]


def test_one_wrong_field_is_named_by_the_error_itself_and_several_only_in_its_list() -> None:
    one, other = FieldError("a.0", "bad", "is bad"), FieldError("b", "worse", "is worse")

    single, several = InvalidFieldsError([one]), InvalidFieldsError([one, other])

    assert (single.field, single.reason, single.errors) == ("a.0", "bad", (one,))
    assert (several.field, several.reason, several.detail) == (None, None, "a.0: is bad; b: is worse")
    assert ROUND_THE_CLOCK.always
