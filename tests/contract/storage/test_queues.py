"""What the store promises of the menu trees."""

from dataclasses import replace

import pytest

from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.ports.queues import StoredMenus
from madoguchi.ports.storage import StaleVersionError, Storage

pytestmark = pytest.mark.req("BASE-4")

SHOP = Node(QueueId("queue_shop"), MenuChannel.WEB, None, 1, {"en": "Shop", "ja": "店"}, hidden=True)
SALES = Node(
    QueueId("queue_sales"),
    MenuChannel.WEB,
    SHOP.id,
    1,
    {"en": "Sales", "ja": "営業"},
    (Assignment(users=(UserId("user_ana"),)), Assignment("ja", (UserId("user_ben"),), ("team_b",))),
    {"routing": {"offer_s": 12.5, "attempts": 5, "policy": "multicast"}},
    version=7,
)
GONE = Node(QueueId("queue_gone"), MenuChannel.IVR, None, 0, {"ja": "終了"}, deleted=True)


async def test_at_first_there_is_nothing(storage: Storage) -> None:
    assert await storage.queues.load() == StoredMenus()


async def test_nodes_come_back_as_they_were_stored(storage: Storage) -> None:
    await storage.queues.save([SHOP, SALES, GONE], revision=0)
    stored = await storage.queues.load()
    assert {one.id: one for one in stored.nodes} == {one.id: one for one in (SHOP, SALES, GONE)}
    assert (stored.revision, stored.common, stored.common_version) == (1, {}, 1)


async def test_nodes_are_replaced_and_others_stay(storage: Storage) -> None:
    await storage.queues.save([SHOP, SALES], revision=0)
    renamed = replace(SALES, names={"en": "Orders"}, version=8)
    await storage.queues.save([renamed], revision=1)
    stored = await storage.queues.load()
    assert {one.id: one for one in stored.nodes} == {SHOP.id: SHOP, SALES.id: renamed}


async def test_who_did_not_see_the_last_change_stores_nothing(storage: Storage) -> None:
    await storage.queues.save([SHOP], revision=0)
    with pytest.raises(StaleVersionError):
        await storage.queues.save([SALES], revision=0, common={"wrap_up": {"wrap_up_s": 1}})
    stored = await storage.queues.load()
    assert [one.id for one in stored.nodes] == [SHOP.id]
    assert (stored.common, stored.revision) == ({}, 1)


async def test_the_global_settings_count_their_own_versions(storage: Storage) -> None:
    await storage.queues.save([], revision=0, common={"wrap_up": {"wrap_up_s": 1}})
    await storage.queues.save([SHOP], revision=1)
    stored = await storage.queues.load()
    assert (stored.common, stored.common_version, stored.revision) == ({"wrap_up": {"wrap_up_s": 1}}, 2, 2)
