"""What `HoursRecords` promises: records come back as saved, nobody overwrites another, every change is kept."""

import asyncio
from dataclasses import replace

import pytest

from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import CustomHours, EntryPoint
from madoguchi.domain.hours.holidays import HolidayFolder
from madoguchi.domain.hours.week import DAYS, HoursMode, WeeklyHours
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId, QueueId, UserId
from madoguchi.ports.hours import Saved, Signature, Subject
from madoguchi.ports.storage import StaleVersionError, Storage
from tests.contract.storage.records import later
from tests.unit.domain.hours.builders import fixed, folder, nth, spans, weekly

pytestmark = pytest.mark.req("BASE-7")

CENTER = SupportCenter(
    "窓口商店",
    "support@example.com",
    "+81312345678",
    "Asia/Tokyo",
    WeeklyHours(HoursMode.WEEKDAYS, (spans("09:00-12:00", "22:00-02:00"),) * 5 + ((),) * 2),
    holidays=False,
)
NIGHT = CustomHours(
    CustomHoursId("hours_night"),
    "夜間",
    "America/New_York",
    weekly(**{DAYS[6]: "00:00-24:00"}),
    holidays=False,
    entry_points=(EntryPoint(Channel.CALL, ("ja", "en"), (QueueId("queue_1"),)), EntryPoint(None, ("ja",))),
)
NATIONAL = HolidayFolder(
    HolidayFolderId("holidays_jp"),
    "日本の祝日",
    (
        replace(fixed("12/29", "01/03", year=2026), names={"ja": "年末年始"}, messages={"ja": "休業\0いたします"}),
        nth("last", "mon", 5, closed="12:00-24:00"),
    ),
)


def signed(seconds: float, name: str = "直子") -> Signature:
    return Signature(later(seconds), UserId("user_naoko"), name)


async def test_records_come_back_as_they_were_saved(storage: Storage) -> None:
    assert await storage.hours.center() is None

    await storage.hours.save(CENTER, 0, signed(1))
    await storage.hours.save(NIGHT, 0, signed(2))
    await storage.hours.save(NATIONAL, 0, signed(3))

    assert await storage.hours.center() == Saved(CENTER, 1, signed(1))
    assert await storage.hours.custom() == [Saved(NIGHT, 1, signed(2))]
    assert await storage.hours.folders() == [Saved(NATIONAL, 1, signed(3))]


async def test_records_are_listed_by_name(storage: Storage) -> None:
    for number, name in enumerate(("b", "a", "ä")):
        await storage.hours.save(folder(name=name, folder_id=f"holidays_{number}"), 0, signed(number))
    assert [one.record.name for one in await storage.hours.folders()] == ["a", "b", "ä"]


async def test_a_save_counts_the_version_up_and_replaces(storage: Storage) -> None:
    await storage.hours.save(CENTER, 0, signed(1))
    changed = replace(CENTER, name="Shop")

    assert await storage.hours.save(changed, 1, signed(2)) == Saved(changed, 2, signed(2))
    assert await storage.hours.center() == Saved(changed, 2, signed(2))


@pytest.mark.parametrize("expected", [0, 1, 3])
async def test_who_did_not_see_the_newest_version_cannot_save_or_delete(storage: Storage, expected: int) -> None:
    await storage.hours.save(NIGHT, 0, signed(1))
    await storage.hours.save(NIGHT, 1, signed(2))

    with pytest.raises(StaleVersionError):
        await storage.hours.save(replace(NIGHT, name="x"), expected, signed(3))
    with pytest.raises(StaleVersionError):
        await storage.hours.delete(NIGHT.id, expected, signed(3))

    assert await storage.hours.custom() == [Saved(NIGHT, 2, signed(2))]
    assert len(await storage.hours.changes(limit=10)) == 2, "what was refused is no change"


async def test_of_several_who_save_at_once_one_wins(storage: Storage) -> None:
    await storage.hours.save(CENTER, 0, signed(0))

    async def save(name: str) -> bool:
        try:
            await storage.hours.save(replace(CENTER, name=name), 1, signed(1, name))
        except StaleVersionError:
            return False
        return True

    names = ["a", "b", "c", "d"]
    won = [name for name, done in zip(names, await asyncio.gather(*map(save, names)), strict=True) if done]

    assert len(won) == 1
    found = await storage.hours.center()
    assert found is not None
    assert (found.record.name, found.version, found.signed.name) == (won[0], 2, won[0])


async def test_what_is_deleted_is_gone_and_cannot_be_deleted_again(storage: Storage) -> None:
    await storage.hours.save(NATIONAL, 0, signed(1))

    await storage.hours.delete(NATIONAL.id, 1, signed(2))

    assert await storage.hours.folders() == []
    for expected in (0, 1, 2):
        with pytest.raises(StaleVersionError):
            await storage.hours.delete(NATIONAL.id, expected, signed(3))
    with pytest.raises(StaleVersionError):
        await storage.hours.save(NATIONAL, 1, signed(3))


async def test_every_change_says_who_what_and_when_the_newest_first(storage: Storage) -> None:
    await storage.hours.save(NIGHT, 0, signed(1))
    await storage.hours.save(replace(NIGHT, name="Late"), 1, signed(2, "大輔"))
    await storage.hours.delete(NIGHT.id, 2, signed(3))

    deleted, changed, made = await storage.hours.changes(limit=10)

    assert [one.signed for one in (made, changed, deleted)] == [signed(1), signed(2, "大輔"), signed(3)]
    assert [one.version for one in (made, changed, deleted)] == [1, 2, 3]
    assert {one.subject for one in (made, changed, deleted)} == {Subject.CUSTOM}
    assert {one.id for one in (made, changed, deleted)} == {NIGHT.id}
    assert made.before is None
    assert made.after == changed.before
    assert changed.after is not None
    assert changed.after["name"] == "Late"
    assert (deleted.before, deleted.after) == (changed.after, None)
    assert await storage.hours.changes(limit=1) == [deleted]
    assert await storage.hours.changes(limit=10, before=later(2)) == [made]
