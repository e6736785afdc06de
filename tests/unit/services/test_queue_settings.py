"""Managers change the menus: at once for the next caller, not for who waits, and never over each other's work."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.users import Principal
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.queues.nodes import Assignment
from madoguchi.domain.queues.queue import MenuChannel, RecordingPolicy
from madoguchi.domain.queues.tree import ChangedMeanwhileError, Direction, MenuFullError
from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import LegId, QueueId, UserId
from madoguchi.services import views
from madoguchi.services.queue_settings import Contents, QueueInUseError
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor

pytestmark = pytest.mark.req("BASE-4")

CALLER = LegId("leg_caller")
PHONE_SALES = QueueId("queue_salesivr")
SALES = QueueId("queue_sales")
IVR, WEB = MenuChannel.IVR, MenuChannel.WEB


def manager() -> Principal:
    return a_principal(SUE, role=Role.MANAGER)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    floor = Floor(tmp_path)
    await floor.staff(
        ANA, BEN, queues=[a_queue("sales", ANA), a_queue("support", BEN, recording=RecordingPolicy.RECORD)]
    )
    async with floor:
        yield floor


async def edited(floor: Floor, queue: QueueId, version: int = 1, **change: Any) -> dict[str, Any]:
    """Change some of what is in a queue."""
    seen = await floor.core.queue_settings.details(manager(), queue)
    contents: dict[str, Any] = {
        "names": seen["names"],
        "hidden": seen["hidden"],
        "settings": {
            name: {field: one["value"] for field, one in fields.items() if one["own"]}
            for name, fields in seen["settings"].items()
        },
        "assignments": [
            Assignment(one["language"], tuple(one["users"]), tuple(one["teams"])) for one in seen["assignments"]
        ],
    }
    return await floor.core.queue_settings.edit(manager(), queue, version, Contents(**(contents | change)))


def shown(floor: Floor, channel: str) -> list[str]:
    rows = [one for one in floor.rows(views.QUEUES) if one["kind"] == "node" and one["channel"] == channel]
    by_parent: dict[str | None, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda one: int(one["position"])):
        by_parent.setdefault(row["parent"], []).append(dict(row))

    def walk(parent: str | None, depth: int) -> list[str]:
        found = []
        for row in by_parent.get(parent, []):
            found += ["·" * depth + row["names"]["en"], *walk(row["id"], depth + 1)]
        return found

    return walk(None, 0)


async def test_a_manager_builds_a_level_and_the_next_caller_hears_it(floor: Floor) -> None:
    settings = floor.core.queue_settings
    shop = await settings.add(manager(), IVR, None, {"en": "Shop", "ja": "店"})
    await settings.move_into(manager(), PHONE_SALES, shop)
    second = await settings.add(manager(), IVR, shop, {"en": "Returns"})
    await edited(floor, second, assignments=[Assignment("ja", (BEN,))])
    await settings.move(manager(), shop, Direction.UP)
    await settle()
    assert shown(floor, "ivr") == ["Shop", "·Sales", "·Returns", "Support"]

    call = await floor.rings(CALLER)
    await settle()

    assert ("en", "For Shop, press 1.") in floor.speech.said
    floor.voice.far_end_presses(CALLER, "1")
    await settle()
    assert ("en", "For Returns, press 2.") in floor.speech.said
    floor.voice.far_end_presses(CALLER, "2")
    await floor.hear_out(CALLER)
    state = floor.call(call)
    assert state.queue is not None
    assert (state.state, state.queue.id) == (CallState.QUEUED, second)


async def test_who_waits_in_a_deleted_queue_is_served(floor: Floor) -> None:
    call = await floor.rings(CALLER)
    floor.voice.far_end_presses(CALLER, "1")
    await floor.hear_out(CALLER)
    assert floor.call(call).state is CallState.QUEUED
    with pytest.raises(QueueInUseError) as refused:
        await floor.core.queue_settings.delete(manager(), PHONE_SALES)
    assert refused.value.reason == "both"

    await floor.core.queue_settings.delete(manager(), PHONE_SALES, confirmed=True)

    await settle()
    assert shown(floor, "ivr") == ["Support"]
    await floor.available(ANA)
    assert floor.call(call).state is CallState.OFFERED
    with pytest.raises(NotFoundError):
        floor.core.queues.get(PHONE_SALES)
    assert [one["id"] for one in await floor.core.queues.for_portal(manager())] == [
        "queue_supportivr",
        "queue_sales",
        "queue_support",
    ]


async def test_an_empty_queue_is_deleted_without_a_question(floor: Floor) -> None:
    made = await floor.core.queue_settings.add(manager(), WEB, None, {"en": "Empty"})
    await floor.core.queue_settings.delete(manager(), made)
    with pytest.raises(QueueInUseError) as refused:
        await floor.core.queue_settings.delete(manager(), SALES)
    assert refused.value.reason == "assigned"
    await settle()
    assert shown(floor, "web") == ["Sales", "Support"]


async def test_settings_say_where_they_come_from_and_can_be_reset(floor: Floor) -> None:
    settings = floor.core.queue_settings
    await settings.edit_common(manager(), 1, {"routing": {"offer_s": 30}})
    shop = await settings.add(manager(), WEB, None, {"en": "Shop"})
    await settings.move_into(manager(), SALES, shop)
    await edited(floor, shop, settings={"wrap_up": {"wrap_up_s": 5}, "routing": {"offer_s": None}})
    await edited(floor, SALES, settings={"routing": {"policy": "multicast"}})

    seen = await settings.details(manager(), SALES)

    assert seen["settings"]["wrap_up"]["wrap_up_s"] == {
        "value": 5.0,
        "source": shop,
        "own": False,
        "inherited": 5.0,
        "inherited_from": shop,
    }
    policy = seen["settings"]["routing"]["policy"]
    assert policy == {
        "value": "multicast",
        "source": SALES,
        "own": True,
        "inherited": "deltacast",
        "inherited_from": "global",
    }
    assert seen["settings"]["routing"]["offer_s"]["value"] == 30.0
    assert floor.core.queues.get(SALES).wrap_up_s == 5.0
    assert floor.core.queues.get(QueueId("queue_support")).wrap_up_s == 60.0
    reset = await edited(floor, SALES, 2, settings={})
    assert reset["settings"]["routing"]["policy"]["source"] == "global"
    assert (await settings.common(manager()))["settings"]["routing"]["offer_s"]["own"]


@pytest.mark.req("BASE-9")
async def test_routing_that_makes_no_sense_with_what_is_inherited_is_refused(floor: Floor) -> None:
    settings = floor.core.queue_settings
    await edited(floor, SALES, settings={"routing": {"auto_answer": True}})
    with pytest.raises(InvalidInputError) as refused:
        await settings.edit_common(manager(), 1, {"routing": {"policy": "multicast"}})
    assert (refused.value.field, refused.value.detail[:10]) == ("settings.routing.auto_answer", "at Sales: ")
    with pytest.raises(InvalidInputError) as refused:
        await edited(floor, SALES, 2, settings={"routing": {"spread": "cascade"}})
    assert refused.value.field == "settings.routing.groups"
    assert floor.core.queues.get(SALES).routing == RoutingSettings(auto_answer=True)


async def test_two_managers_cannot_overwrite_each_other(floor: Floor) -> None:
    await edited(floor, SALES, 1, hidden=True)
    with pytest.raises(ChangedMeanwhileError):
        await edited(floor, SALES, 1, hidden=False)
    await edited(floor, SALES, 2, hidden=False)
    await floor.core.queue_settings.edit_common(manager(), 1, {})
    with pytest.raises(ChangedMeanwhileError):
        await floor.core.queue_settings.edit_common(manager(), 1, {})


async def test_changes_at_the_same_time_all_count(floor: Floor) -> None:
    settings = floor.core.queue_settings
    names = [{"en": f"Q{number}"} for number in range(4)]
    await asyncio.gather(*(settings.add(manager(), WEB, None, name) for name in names))
    await settle()
    assert sorted(shown(floor, "web")) == ["Q0", "Q1", "Q2", "Q3", "Sales", "Support"]


async def test_another_process_may_change_the_trees_too(floor: Floor) -> None:
    stored = await floor.storage.queues.load()
    await floor.storage.queues.save([], revision=stored.revision, common={"wrap_up": {"wrap_up_s": 1}})
    made = await floor.core.queue_settings.add(manager(), WEB, None, {"en": "New"})
    seen = await floor.core.queue_settings.details(manager(), made)
    assert seen["settings"]["wrap_up"]["wrap_up_s"]["value"] == 1.0


async def test_a_tree_is_copied_to_another_channel(floor: Floor) -> None:
    made = await floor.core.queue_settings.copy(manager(), IVR, MenuChannel.MOBILE, None)
    assert len(made) == 2
    await settle()
    assert shown(floor, "mobile") == ["Sales", "Support"]
    assert [one["names"]["en"] for one in floor.core.queues.for_consumer(MenuChannel.MOBILE)] == ["Sales", "Support"]
    nine = [await floor.core.queue_settings.add(manager(), IVR, None, {"en": str(n)}) for n in range(7)]
    with pytest.raises(MenuFullError):
        await floor.core.queue_settings.copy(manager(), nine[0], IVR, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"assignments": [Assignment(users=(UserId("user_nobody"),))]}, "assignments"),
        ({"assignments": [Assignment(users=(SUE,))]}, "assignments"),
        ({"assignments": [Assignment(teams=("team_none",))]}, "assignments"),
        ({"settings": {"phone_menu": {"default_queue": "queue_sales"}}}, "settings.phone_menu.default_queue"),
        ({"settings": {"routing": {"offer_s": 0}}}, "settings.routing.offer_s"),
        ({"names": {}}, "names"),
    ],
)
async def test_what_will_not_do_is_refused_with_its_field(floor: Floor, change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await edited(floor, SALES, **change)
    assert refused.value.field == field
    assert (await floor.core.queue_settings.details(manager(), SALES))["version"] == 1


async def test_who_was_assigned_may_stay_though_he_left(floor: Floor) -> None:
    gone = (ANA, UserId("user_gone"))
    stored = await floor.storage.queues.load()
    node = next(one for one in stored.nodes if one.id == SALES)
    await floor.storage.queues.save([node.with_user(gone[1])], revision=stored.revision)
    await floor.core.queues.load()
    await edited(floor, SALES, 2, assignments=[Assignment(users=gone)], hidden=True)


async def test_teams_are_assigned_once_there_are_some(floor: Floor) -> None:
    floor.core.queue_settings.teams = lambda: {"team_one": "One"}
    await edited(floor, SALES, assignments=[Assignment(teams=("team_one",))])
    overview = await floor.core.queue_settings.overview(manager())
    assert overview["teams"] == [{"id": "team_one", "name": "One"}]
    assert [one["name"] for one in overview["agents"]] == ["Ana", "Ben"]
    assert [one["name"] for one in overview["sections"]] == ["routing", "wrap_up", "recording", "phone_menu", "sms"]
    assert next(one["teams"] for one in overview["rows"] if one["id"] == SALES) == 1


async def test_agents_see_nothing_of_it(floor: Floor) -> None:
    settings, agent = floor.core.queue_settings, a_principal(ANA)
    for attempt in (
        settings.overview(agent),
        settings.details(agent, SALES),
        settings.common(agent),
        settings.add(agent, WEB, None, {"en": "x"}),
        settings.move(agent, SALES, Direction.UP),
        settings.edit(agent, SALES, 1, Contents({"en": "x"}, hidden=False, settings={}, assignments=())),
        settings.edit_common(agent, 1, {}),
        settings.delete(agent, SALES, confirmed=True),
    ):
        with pytest.raises(NotAllowedError):
            await attempt
    with pytest.raises(NotAllowedError):
        await floor.core.views.subscribe(agent, "queues")
    await (await floor.core.views.subscribe(manager(), "queues")).__anext__()


async def test_supervisors_see_agents_new_queues_at_once(floor: Floor) -> None:
    await floor.available(BEN)
    await edited(floor, SALES, assignments=[Assignment(users=(ANA, BEN))])
    await settle()
    row = next(one for one in floor.rows(views.AGENTS) if one["id"] == BEN)
    assert [one["id"] for one in row["queues"]] == ["queue_supportivr", "queue_sales", "queue_support"]
