"""The live queues: what stands in them now, what the last day has brought, and whose they are."""

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.domain.figures.facts import StayFact
from madoguchi.domain.figures.story import Came, Outcome
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import NotAllowedError
from madoguchi.kernel.ids import LegId
from madoguchi.services import views
from madoguchi.services.view_frames import DeltaFrame, SnapshotFrame
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal
from tests.unit.services.floor import Floor
from tests.unit.services.test_figures import CALLER, a_transferred_call, an_abandoned_call
from tests.unit.services.test_figures import floor as the_figures_floor

pytestmark = pytest.mark.req("MON-14")

floor = the_figures_floor


def row(floor: Floor, queue: str = "queue_sales") -> Any:
    return floor.views.rows(views.LIVE_QUEUES)[queue]


async def test_a_queue_shows_who_waits_who_talks_and_who_is_there(floor: Floor) -> None:
    subscription = await floor.core.views.subscribe(floor.manager(SUE), "queues_live")
    first = subscription.poll()
    assert isinstance(first, SnapshotFrame)
    assert [one["id"] for one in first.rows] == ["queue_sales", "queue_support"]
    sales = row(floor)
    assert (sales["channels"], sales["policy"], sales["spread"], sales["priority"]) == (["ivr"], "deltacast", "all", 4)
    assert sales["agents"] == {"assigned": 2, "signed_in": 0, "busy": 0, "available": 0}
    assert (sales["last"]["all"]["offered"], sales["last"]["all"]["handle_s"]) == (0, None)

    await floor.waits(CALLER, key="1")
    await floor.clock.advance(2)
    assert row(floor)["call"] == {"waiting": 1, "longest_since": "2026-11-23T12:00:00.000Z", "working": 0}
    frame = subscription.poll()
    assert isinstance(frame, DeltaFrame)
    assert [one["id"] for one in frame.put] == ["queue_sales"]

    await floor.available(ANA, BEN)
    await floor.accepts(ANA)
    await floor.clock.advance(2)
    assert (row(floor)["call"]["waiting"], row(floor)["call"]["working"]) == (0, 1)
    assert row(floor)["agents"] == {"assigned": 2, "signed_in": 2, "busy": 1, "available": 1}
    subscription.close()


async def test_the_last_day_is_counted_and_what_is_older_falls_out(floor: Floor) -> None:
    subscription = await floor.core.views.subscribe(floor.manager(SUE), "queues_live")
    await a_transferred_call(floor)
    await an_abandoned_call(floor, 30)
    await floor.clock.advance(2)

    last = row(floor)["last"]
    assert last["call"] == last["all"]
    assert last["all"] == {
        "offered": 2,
        "connected": 1,
        "abandoned": 1,
        "handle_s": 100.0,
        "longest_handle_s": 100.0,
        "wait_s": 11.0,
        "longest_wait_s": 30.0,
        "hold_s": 15.0,
        "longest_hold_s": 15.0,
    }
    assert row(floor, "queue_support")["last"]["all"]["longest_hold_s"] == 0.0
    assert last["chat"]["offered"] == 0

    subscription.close()


async def test_what_is_older_than_a_day_falls_out_while_somebody_looks_on(floor: Floor) -> None:
    begun = floor.clock.now() - timedelta(hours=23, minutes=59)
    stay = StayFact("call_old", 1, Channel.CALL, "queue_sales", Came.CHOSEN, begun, 5_000, Outcome.ABANDONED, None)
    await floor.storage.facts.add([], [stay])
    subscription = await floor.core.views.subscribe(floor.manager(SUE), "queues_live")
    assert row(floor)["last"]["call"]["abandoned"] == 1
    await floor.clock.advance(122)
    assert row(floor)["last"]["call"]["abandoned"] == 0
    subscription.close()


async def test_a_changed_queue_and_a_new_one_are_shown_to_who_looks_on(floor: Floor) -> None:
    subscription = await floor.core.views.subscribe(floor.manager(SUE), "queues_live")
    subscription.poll()
    await floor.core.queue_settings.add(floor.manager(SUE), MenuChannel.WEB, None, {"en": "New", "ja": "新規"})
    await floor.clock.advance(2)
    frame = subscription.poll()
    assert isinstance(frame, DeltaFrame)
    assert [one["channels"] for one in frame.put] == [["web"]]
    subscription.close()


async def test_a_busy_floor_is_published_once_a_second_at_most(floor: Floor) -> None:
    subscription = await floor.core.views.subscribe(floor.manager(SUE), "queues_live")
    subscription.poll()
    frames = 0
    for number in range(20):
        await floor.waits(LegId(f"leg_{number}"), key="1")
        await floor.clock.advance(0.1)
        frames += subscription.poll() is not None
    assert 1 <= frames <= 3
    subscription.close()


async def test_agents_may_not_see_it(floor: Floor) -> None:
    with pytest.raises(NotAllowedError):
        await floor.core.views.subscribe(a_principal(ANA), "queues_live")
