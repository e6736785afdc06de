"""Agents call out."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.agents.messages import AgentNotFreeError
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import LegId, QueueId
from madoguchi.ports.voice import ReleaseCause
from madoguchi.services import views
from madoguchi.services.dialling import NumberBlockedError
from madoguchi.testing.builders import ANA, BEN, a_principal, a_queue
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor

CONSUMER, AGENT = 440, 660
SALES = a_queue("sales", ANA, key=1)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, queues=(SALES,))
    await made.storage.catalogue.save_settings("outbound", {"caller": "+81355500000"})
    async with made:
        yield made


def the_leg(floor: Floor) -> LegId:
    return LegId(str(floor.voice.did("dial")[-1].arguments[0]))


@pytest.mark.req("BASE-12")
async def test_ana_on_break_calls_somebody_and_talks_to_him(floor: Floor) -> None:
    await floor.core.desk.set_presence(a_principal(ANA), "break")
    call = await floor.core.outbound.dial(a_principal(ANA), "090-1234-5678", SALES.id)
    await settle()
    assert floor.voice.did("dial")[-1].arguments[2] == "+81355500000"
    leg = await floor.connects(ANA, call, says=(AGENT,))
    assert floor.voice.playback_to(leg) is not None, "the ring-back tone"
    (row,) = floor.rows(views.CALLS)
    assert (row["state"], row["direction"], row["consumer"]["phone"]) == ("dialling", "outbound", "+819012345678")

    floor.voice.far_end_says(the_leg(floor), (CONSUMER,))
    floor.voice.far_end_answers(the_leg(floor))
    await settle()
    assert floor.hears(leg) == {CONSUMER}
    assert floor.hears(the_leg(floor)) == {AGENT}
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await settle()
    assert len(floor.desk(ANA, "wrap_up")) == 1


@pytest.mark.req("BASE-12")
async def test_a_busy_line_is_told_and_the_agent_is_free_at_once(floor: Floor) -> None:
    await floor.available(ANA)
    call = await floor.core.outbound.dial(a_principal(ANA), "100")
    await settle()
    with pytest.raises(AgentNotFreeError):
        await floor.core.outbound.dial(a_principal(ANA), "101")
    floor.voice.far_end_hangs_up(the_leg(floor), ReleaseCause.BUSY)
    await settle()
    assert (await floor.core.calls.details(a_principal(ANA), call))["end_reason"] == "busy"
    assert floor.desk(ANA, "call") == floor.desk(ANA, "wrap_up") == []
    await floor.core.outbound.dial(a_principal(ANA), "101")


@pytest.mark.req("BASE-12")
async def test_who_dials_is_not_rung_and_who_is_rung_does_not_dial(floor: Floor) -> None:
    await floor.available(ANA)
    await floor.core.outbound.dial(a_principal(ANA), "100")
    await floor.waits(LegId("leg_caller"))
    assert floor.desk(ANA, "offer") == []
    floor.voice.far_end_hangs_up(the_leg(floor), ReleaseCause.BUSY)
    await settle()
    assert len(floor.desk(ANA, "offer")) == 1
    with pytest.raises(AgentNotFreeError):
        await floor.core.outbound.dial(a_principal(ANA), "100")


@pytest.mark.req("BASE-12")
async def test_what_may_not_be_dialled_makes_no_call(floor: Floor) -> None:
    with pytest.raises(AgentNotFreeError):
        await floor.core.outbound.dial(a_principal(ANA), "100")
    with pytest.raises(NumberBlockedError):
        await floor.core.outbound.dial(a_principal(ANA), "119")
    with pytest.raises(NotFoundError):
        await floor.core.outbound.dial(a_principal(ANA), "100", QueueId("queue_none"))
    assert floor.rows(views.CALLS) == []
