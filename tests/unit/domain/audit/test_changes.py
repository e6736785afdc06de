"""What differs between two records."""

from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.access.teams import Team
from madoguchi.domain.audit.changes import MANY, changes, plain
from madoguchi.domain.audit.entries import Action, Change, Told
from madoguchi.domain.audit.things import THINGS, entry_of, version_after, worth_telling
from madoguchi.domain.hours.custom import CustomHours
from madoguchi.domain.hours.holidays import FixedDays, Holiday, HolidayFolder
from madoguchi.domain.hours.week import DaySpan, HoursMode, WeeklyHours
from madoguchi.domain.messages.own import Audio, OwnMessage
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId, QueueId, TeamId, UserId

pytestmark = pytest.mark.req("OPS-4")

NODE = Node(QueueId("queue_1"), MenuChannel.WEB, None, 1, {"en": "Returns"})
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.frozensets(st.text(max_size=2), max_size=3),
    lambda one: st.dictionaries(st.sampled_from("abc"), one, max_size=3),
    max_leaves=8,
)


@given(PLAIN)
def test_nothing_differs_from_itself(record: object) -> None:
    assert changes(record, record) == ()


@given(PLAIN, PLAIN)
def test_back_and_forth_tell_the_same_fields_the_other_way_round(one: object, other: object) -> None:
    there = {(each.field, repr(each.before), repr(each.after)) for each in changes(one, other)}
    back = {(each.field, repr(each.after), repr(each.before)) for each in changes(other, one)}
    assert there == back


def test_settings_and_assignments_are_told_by_their_paths() -> None:
    after = replace(
        NODE,
        names={"en": "Returns", "ja": "返品"},
        overrides={"routing": {"offer_s": 12.5}},
        assignments=(Assignment(users=(UserId("user_a"),)), Assignment("ja", teams=("team_1",))),
    )
    entry = entry_of(NODE, after)
    assert entry is not None
    assert entry.changes == (
        Change("names.ja", None, "返品"),
        Change("assignments.*.users", None, ["user_a"]),
        Change("assignments.ja.teams", None, ["team_1"]),
        Change("settings.routing.offer_s", None, 12.5),
    )


def test_of_long_lists_only_the_difference_is_told() -> None:
    many = [f"user_{number:03}" for number in range(MANY)]
    assert changes({"users": many}, {"users": [*many[1:], "user_x"]}) == (
        Change("users", ["user_000"], ["user_x"], Told.PART),
    )
    assert changes({"users": many}, {"users": many[::-1]}) == (Change("users", None, None, Told.HIDDEN),)


def test_hours_are_told_as_people_write_them() -> None:
    before = CustomHours(CustomHoursId("hours_1"), "Night", "Asia/Tokyo", WeeklyHours())
    days = ((DaySpan(540, 720), DaySpan(780, 1080)), *((),) * 6)
    entry = entry_of(before, replace(before, weekly=WeeklyHours(HoursMode.PER_DAY, days)))
    assert entry is not None
    assert entry.changes == (
        Change("weekly.mode", "always", "per_day"),
        Change("weekly.mon", None, ["09:00-12:00", "13:00-18:00"]),
    )


def test_holidays_are_found_again_by_their_names() -> None:
    new_year = Holiday({"en": "New Year"}, FixedDays(1, 1, 1, 3))
    before = HolidayFolder(HolidayFolderId("holidays_1"), "All", (new_year, new_year))
    after = replace(before, holidays=(new_year, replace(new_year, fixed=FixedDays(1, 1, 1, 4))))
    entry = entry_of(before, after)
    assert entry is not None
    assert entry.changes == (Change("holidays.New Year (2).fixed.end_day", 3, 4),)


def test_of_a_recording_is_told_that_it_is_another_but_not_where_it_is_kept() -> None:
    before = OwnMessage("greeting", "en", 1, audio=Audio("blob-key-1", "a.wav", 2.0, 9))
    entry = entry_of(before, replace(before, version=2, audio=Audio("blob-key-2", "a.wav", 2.0, 9)))
    assert entry is not None
    assert entry.changes == (Change("audio.blob_key", None, None, Told.HIDDEN),)


def test_a_deleted_node_is_removed_although_it_is_kept() -> None:
    entry = entry_of(NODE, replace(NODE, deleted=True, position=0))
    assert entry is not None
    assert (entry.action, entry.changes[0]) == (Action.REMOVED, Change("channel", "web", None))


def test_places_alone_are_told_only_where_nothing_else_was_done() -> None:
    team = Team(TeamId("team_1"), "A")
    placed, renamed = entry_of(team, replace(team, position=2)), entry_of(team, replace(team, name="B"))
    assert worth_telling([placed, renamed, None]) == [renamed]
    assert worth_telling([placed, None]) == [placed]


def test_a_place_makes_no_new_version_but_everything_else_does() -> None:
    team = Team(TeamId("team_1"), "A", version=4)
    assert version_after(None, team) == 1
    assert version_after(team, replace(team, position=2)) == 4
    assert version_after(team, replace(team, members=frozenset({UserId("user_a")}))) == 5


def test_what_a_thing_leaves_out_or_hides_is_there_and_nothing_that_smells_of_a_secret_is_told() -> None:
    for kind, thing in THINGS.items():
        assert is_dataclass(kind)
        names = {one.name for one in fields(kind)}
        assert {one.partition(".")[0] for one in thing.hidden} | thing.uncounted <= names
        told = names - thing.left_out - thing.hidden
        assert not [name for name in told if any(word in name for word in ("hash", "token", "password"))]


def test_what_nobody_can_tell_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        plain(object())
