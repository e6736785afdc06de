"""Consumers who come when it is closed: by phone, and from a page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import EntryPoint
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import LegId, QueueId
from madoguchi.ports.hours import Signature
from madoguchi.services.hours import AfterHoursError
from madoguchi.testing.builders import ANA, SUE, a_queue
from madoguchi.testing.environment import NOON, settle
from tests.unit.domain.hours.builders import custom, office
from tests.unit.services.floor import PAGE, Floor, a_visitor

pytestmark = pytest.mark.req("BASE-7")

CALLER = LegId("leg_caller")
SALES, SUPPORT = a_queue("sales", ANA, key=1), a_queue("support", ANA, key=2)
SUPPORT_BY_PHONE = QueueId(f"{SUPPORT.id}ivr")


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Monday evening: closed, but for support."""
    made = Floor(tmp_path)
    await made.staff(ANA, queues=(SALES, SUPPORT))
    signed = Signature(NOON, SUE, "Sue")
    await made.storage.hours.save(SupportCenter(weekly=office()), 0, signed)
    await made.storage.hours.save(custom("hours_1", EntryPoint(None, (), (SUPPORT.id, SUPPORT_BY_PHONE))), 0, signed)
    async with made:
        yield made


async def test_a_caller_who_chooses_a_closed_queue_hears_when_it_opens_and_is_hung_up(floor: Floor) -> None:
    await floor.available(ANA)
    call = await floor.rings(CALLER)

    floor.voice.far_end_presses(CALLER, "1")
    await floor.hear_out(CALLER)

    assert [text for _, text in floor.speech.said[-2:]] == [
        "Sorry, we are closed at present.",
        "We open again tomorrow at 9 AM. Please call again then. Goodbye.",
    ]
    assert not floor.voice.legs
    assert not floor.desk(ANA, "offer"), "nobody is rung"
    kept = await floor.storage.interactions.load(call)
    assert kept is not None
    assert (kept.live, kept.data["end_reason"], kept.data["queue"]["id"]) == (False, "after_hours", f"{SALES.id}ivr")


async def test_a_caller_who_chooses_an_open_queue_beside_it_is_let_in(floor: Floor) -> None:
    await floor.available(ANA)
    await floor.waits(CALLER, key="2")
    await settle()
    assert floor.desk(ANA, "offer")


async def test_from_a_page_nobody_gets_into_a_closed_queue(floor: Floor) -> None:
    visitor = a_visitor()

    with pytest.raises(AfterHoursError):
        await floor.core.chats.start(visitor, SALES.id, "en", "Hello?")
    with pytest.raises(AfterHoursError):
        await floor.core.calls.start(visitor, SALES.id, "en", PAGE)

    await floor.core.chats.start(visitor, SUPPORT.id, "en", "Hello?")
    await floor.core.calls.start(visitor, SUPPORT.id, "en", PAGE)


async def test_a_page_is_told_where_it_is_closed(floor: Floor) -> None:
    config = await floor.core.consumers.config()
    closed = {(one["queue"], one["channel"], one["language"]) for one in config["closed"]}
    assert closed == {(SALES.id, channel.value, language) for channel in Channel for language in ("ja", "en")}
