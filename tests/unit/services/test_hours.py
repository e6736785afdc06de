"""Hours as the rest of the house asks for them, and as they are saved."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import Asked, EntryPoint
from madoguchi.domain.hours.week import WeeklyHours
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import InvalidInputError, NotAllowedError
from madoguchi.kernel.fields import InvalidFieldsError
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId, QueueId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import StaleVersionError
from madoguchi.services.hours import AfterHoursError, HoursService, always_open
from madoguchi.services.hours_settings import HoursSettings
from madoguchi.testing.builders import SUE, a_principal
from madoguchi.testing.environment import CountingIds, FakeClock
from madoguchi.testing.hours import MemoryHours
from madoguchi.testing.national_holidays import FakeNationalHolidays
from tests.unit.domain.hours.builders import at, custom, fixed, folder, office, weekly

pytestmark = pytest.mark.req("BASE-7")

SHOP, RETURNS = QueueId("queue_shop"), QueueId("queue_returns")
ADMIN, MANAGER, AGENT = (a_principal(SUE, role=role) for role in (Role.ADMIN, Role.MANAGER, Role.AGENT))
NOW = at("2026-11-23 21:00:00")
"""The fake clock's noon: Monday evening in Tokyo."""
NEW = CustomHoursId("")


class Room:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.records = MemoryHours()
        self.hours = HoursService(self.records, lambda queue: (SHOP,) if queue == RETURNS else ())
        self.settings = HoursSettings(
            self.records,
            self.hours,
            FakeNationalHolidays(),
            self.clock,
            CountingIds(),
            queues=lambda: (SHOP, RETURNS),
        )

    async def opens(self, hours: WeeklyHours) -> None:
        await self.settings.save_center(ADMIN, SupportCenter(weekly=hours), 0)

    def state(
        self, queue: QueueId = SHOP, channel: Channel = Channel.CALL, language: str = "ja"
    ) -> tuple[bool, Instant | None]:
        found = self.hours.state(queue, channel, language, self.clock.now())
        return found.open, found.until


@pytest.fixture
def room() -> Room:
    return Room()


async def test_a_new_installation_is_open_round_the_clock(room: Room) -> None:
    await room.hours.load()

    assert room.state() == (True, None)
    assert room.hours.closed([SHOP], ("ja", "en"), NOW) == []
    assert room.hours.doors([SHOP], "ja", NOW) == ()
    details = await room.settings.details(MANAGER)
    assert (details.saved, details.languages, details.center) == (None, ("en", "ja"), SupportCenter())


async def test_what_was_saved_counts_at_once_and_until_it_changes(room: Room) -> None:
    await room.opens(office())
    assert room.state() == (False, at("2026-11-24 09:00:00"))

    await room.clock.advance(timedelta(hours=11, minutes=59))
    assert room.state() == (False, at("2026-11-24 09:00:00"))
    await room.clock.advance(timedelta(minutes=1))
    assert room.state() == (True, at("2026-11-24 18:00:00"))
    await room.clock.advance(timedelta(hours=9))
    assert room.state() == (False, at("2026-11-25 09:00:00"))


async def test_a_closed_queue_lets_nobody_in(room: Room) -> None:
    await room.opens(office())

    with pytest.raises(AfterHoursError) as refused:
        room.hours.require_open(SHOP, Channel.CALL, "ja", NOW)
    room.hours.require_open(SHOP, Channel.CALL, "ja", NOW + timedelta(hours=12))
    always_open(SHOP, Channel.CALL, "ja")

    assert (refused.value.code, refused.value.field) == ("after_hours", "queue")


async def test_pages_learn_where_it_is_closed_and_what_a_holiday_says(room: Room) -> None:
    await room.opens(office())
    chats = replace(custom("Chats", EntryPoint(Channel.CHAT, (), (SHOP,))), id=NEW)
    await room.settings.save_custom(ADMIN, chats, 0)
    today = replace(fixed("11/23"), messages={"ja": "本日休業。"})
    await room.settings.save_folder(ADMIN, replace(folder(today), id=HolidayFolderId("")), 0)

    found = room.hours.closed([SHOP, RETURNS], ("ja", "en"), NOW)

    assert [(one["queue"], one["channel"], one["language"], one["message"]) for one in found] == [
        (queue, channel, language, {"ja": "本日休業。", "en": ""}[language])
        for queue in (SHOP, RETURNS)
        for channel in ("call", "chat")
        for language in ("ja", "en")
    ], "the holiday closes the chats' own hours, too, also in the child of their queue"
    assert found[0]["zone"] == "Asia/Tokyo"
    assert found[0]["opens_at"] == "2026-11-24T00:00:00.000Z"
    assert {one["opens_at"] for one in found if one["channel"] == "chat"} == {"2026-11-23T15:00:00.000Z"}


async def test_doors_know_what_closes_while_a_menu_is_said(room: Room) -> None:
    await room.opens(weekly("09:00-21:10"))
    always = replace(custom("Always", EntryPoint(Channel.CALL, (), (RETURNS,))), id=NEW)
    await room.settings.save_custom(ADMIN, always, 0)

    (door,) = room.hours.doors([SHOP, RETURNS], "en", NOW)

    assert door.queue == SHOP
    assert [(span.start, span.end) for span in door.open] == [(NOW, NOW + timedelta(minutes=10))]
    assert door.closed[1].text == "We open again tomorrow at 9 AM. Please call again then. Goodbye."


async def test_doors_of_a_closed_queue_open_while_a_menu_is_said(room: Room) -> None:
    await room.opens(weekly("21:05-22:00"))

    (door,) = room.hours.doors([SHOP], "ja", NOW)

    assert door.open[0].start == NOW + timedelta(minutes=5)
    assert "本日21時5分" in door.closed[1].text


async def test_custom_hours_of_a_parent_count_for_its_children(room: Room) -> None:
    await room.opens(office())
    night = replace(custom("Night", EntryPoint(None, (), (SHOP,)), hours=weekly("20:00-23:00")), id=NEW)
    key = await room.settings.save_custom(ADMIN, night, 0)

    assert room.state(RETURNS) == (True, at("2026-11-23 23:00:00"))
    ((saved, now),) = await room.settings.custom(MANAGER)
    assert (saved.record.id, saved.version, now.open) == (key, 1, True)


async def test_wrong_hours_are_not_saved_and_not_used(room: Room) -> None:
    await room.opens(office())

    with pytest.raises(InvalidFieldsError) as refused:
        await room.settings.save_center(ADMIN, SupportCenter(zone="Mars", weekly=weekly(mon="09:00-09:00")), 1)

    assert [error.field for error in refused.value.errors] == ["zone", "weekly.days.mon.0.end"]
    assert room.hours.book.center.zone == "Asia/Tokyo"


async def test_two_custom_hours_cannot_claim_the_same_entry_point_even_at_the_same_time(room: Room) -> None:
    await room.hours.load()

    async def save(name: str) -> str:
        try:
            await room.settings.save_custom(ADMIN, replace(custom(name, EntryPoint(Channel.CALL)), id=NEW), 0)
        except InvalidFieldsError as error:
            return error.errors[0].reason
        return "saved"

    assert sorted(await asyncio.gather(save("a"), save("b"))) == ["claimed", "saved"]


async def test_who_saves_what_another_has_changed_is_refused(room: Room) -> None:
    await room.opens(office())
    await room.settings.save_center(ADMIN, SupportCenter(name="Shop"), 1)

    with pytest.raises(StaleVersionError):
        await room.settings.save_center(ADMIN, SupportCenter(name="Store"), 1)

    details = await room.settings.details(ADMIN)
    assert details.saved is not None
    assert (details.center.name, details.saved.version, details.saved.signed.by) == ("Shop", 2, SUE)


async def test_custom_hours_and_folders_can_be_changed_and_deleted(room: Room) -> None:
    key = await room.settings.save_custom(ADMIN, replace(custom("Night", EntryPoint(Channel.CALL)), id=NEW), 0)
    await room.settings.save_custom(ADMIN, replace(custom("Late", EntryPoint(Channel.CALL)), id=key), 1)
    shelf = await room.settings.save_folder(ADMIN, replace(folder(fixed("11/23")), id=HolidayFolderId("")), 0)
    await room.settings.save_folder(ADMIN, replace(folder(fixed("11/24"), name="Ours"), id=shelf), 1)

    assert [one.record.name for one, _ in await room.settings.custom(ADMIN)] == ["Late"]
    assert [one.record.name for one in await room.settings.folders(MANAGER)] == ["Ours"]

    await room.settings.delete(ADMIN, key, 2)
    await room.settings.delete(ADMIN, shelf, 2)

    assert (room.hours.book.custom, room.hours.book.folders) == ((), ())
    changes = await room.settings.changes(MANAGER, 10, None)
    assert sorted((one.subject.value, one.version) for one in changes) == [
        *[("custom_hours", version) for version in (1, 2, 3)],
        *[("holiday_folder", version) for version in (1, 2, 3)],
    ]


async def test_an_import_shows_what_it_would_add_and_what_is_there_already(room: Room) -> None:
    ours = replace(folder(fixed("01/01")), id=HolidayFolderId(""))
    await room.settings.save_folder(ADMIN, ours, 0)

    found = await room.settings.importable(MANAGER, "JP", [2026])

    assert [(one.holiday.names["ja"], one.known) for one in found] == [("元日", True), ("勤労感謝の日", False)]
    assert list(await room.settings.countries(MANAGER)) == ["JP"]
    for years in ([], [1969], list(range(2000, 2021))):
        with pytest.raises(InvalidInputError):
            await room.settings.importable(MANAGER, "JP", years)


@pytest.mark.req("BASE-8")
async def test_the_explanation_and_the_week_are_about_now_unless_told_otherwise(room: Room) -> None:
    await room.opens(office())
    asked = Asked(RETURNS, Channel.CALL, "ja")

    told = await room.settings.explain(MANAGER, asked, None)
    earlier = await room.settings.explain(MANAGER, asked, at("2026-11-23 12:00:00"))
    by_the_clock = await room.settings.explain(MANAGER, asked, datetime(2026, 11, 23, 12))  # noqa: DTZ001 - of the centre's clock
    this_week = await room.settings.week(MANAGER, asked, None)

    assert by_the_clock == earlier
    assert (told.at, told.open, earlier.open) == (NOW, False, True)
    assert (this_week.zone, this_week.days[0].day.isoformat()) == ("Asia/Tokyo", "2026-11-23")
    elsewhere = Asked(QueueId("queue_none"), Channel.CALL, "ja")
    with pytest.raises(InvalidInputError):
        await room.settings.explain(MANAGER, elsewhere, None)
    with pytest.raises(InvalidInputError):
        await room.settings.week(MANAGER, elsewhere, None)
    with pytest.raises(InvalidInputError):
        await room.settings.explain(MANAGER, asked, at("1900-01-01 00:00:00"))
    with pytest.raises(InvalidInputError):
        await room.settings.week(MANAGER, asked, at("9999-01-01 00:00:00").date())


@pytest.mark.req("BASE-3")
async def test_a_manager_looks_and_an_admin_changes(room: Room) -> None:
    asked = Asked(None, Channel.CALL, "ja")
    for refused in (
        room.settings.save_center(MANAGER, SupportCenter(), 0),
        room.settings.save_custom(MANAGER, custom("x", EntryPoint(Channel.CALL)), 0),
        room.settings.save_folder(MANAGER, folder(), 0),
        room.settings.delete(MANAGER, NEW, 1),
        room.settings.details(AGENT),
        room.settings.custom(AGENT),
        room.settings.folders(AGENT),
        room.settings.countries(AGENT),
        room.settings.importable(AGENT, "JP", [2026]),
        room.settings.explain(AGENT, asked, None),
        room.settings.week(AGENT, asked, None),
        room.settings.changes(AGENT, 1, None),
    ):
        with pytest.raises(NotAllowedError):
            await refused
