"""Consumers call an agent's own number: it rings at him alone, and if he does not answer it goes where he says."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.domain.access.users import Credentials
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.ids import LegId
from madoguchi.services import views
from madoguchi.services.phone_numbers import ways_to_read
from madoguchi.testing.builders import ANA, BEN, a_principal, a_queue, a_user
from madoguchi.testing.environment import settle
from madoguchi.testing.queues import plant
from tests.unit.services.floor import Floor

CALLER = LegId("leg_caller")
CONSUMER, AGENT = 440, 660
IVR = frozenset({MenuChannel.IVR})
SALES = a_queue("sales", BEN, key=1, channels=IVR)
SUPPORT = a_queue("support", BEN, key=2, channels=IVR)
QUIET, TO_SALES, TO_NOWHERE = "+81355551111", "+81355552222", "+81355553333"
NUMBERS: Mapping[str, str] = {QUIET: "", TO_SALES: SALES.id, TO_NOWHERE: "queue_gone"}


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    catalogue = made.storage.catalogue
    await catalogue.add_user(replace(a_user(ANA), direct_numbers=NUMBERS), Credentials("x"))
    await catalogue.add_user(a_user(BEN), Credentials("x"))
    await plant(made.storage.queues, SALES, SUPPORT)
    await catalogue.save_settings("calls", {"language": "en"})
    async with made:
        await made.available(ANA, BEN)
        yield made


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize("called", ["+81355552222", "0355552222", "81355552222"])
async def test_it_rings_at_the_agent_alone_and_they_talk(floor: Floor, called: str) -> None:
    call = await floor.rings(CALLER, called=called, says=(CONSUMER,))
    (offer,) = floor.desk(ANA, "offer")
    assert (offer["direct"], offer["queue"], floor.desk(BEN, "offer")) == (True, None, [])
    ringing = floor.voice.playback_to(CALLER)
    assert ringing is not None
    assert ringing.sound.loop, "the ring-back tone"

    await floor.accepts(ANA)
    leg = await floor.connects(ANA, call, says=(AGENT,))
    assert floor.hears(CALLER) == {AGENT}
    assert floor.hears(leg) == {CONSUMER}
    (row,) = floor.rows(views.CALLS)
    assert (row["direct"], row["direction"], row["agent"]["id"]) == (True, "inbound", ANA)
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await settle()
    assert len(floor.desk(ANA, "wrap_up")) == 1
    told = await floor.core.metadata.of_call(floor.manager(BEN), call)
    assert told["direct"] == {"id": ANA, "name": "Ana"}
    assert [one["outcome"] for one in told["offers"]] == ["accepted"]
    why = await floor.core.routing.of_call(floor.manager(BEN), call)
    assert [one["rule"] for one in why["decisions"]] == ["direct_number"]


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize("how", ["declines", "does not answer", "is away"])
async def test_who_is_not_answered_waits_in_the_queue_of_the_number(floor: Floor, how: str) -> None:
    if how == "is away":
        await floor.core.desk.set_presence(a_principal(ANA), "break")
    call = await floor.rings(CALLER, called=TO_SALES)
    if how == "declines":
        await floor.core.offers.decline(a_principal(ANA), floor.offer_to(ANA))
    if how == "does not answer":
        await floor.clock.advance(31)
    await floor.hear_out(CALLER)

    state = floor.call(call)
    assert state.queue is not None
    assert (state.state, state.queue.id) == (CallState.OFFERED, SALES.id)
    assert [one.agent for one in state.offers] == [BEN]
    assert floor.desk(ANA, "offer") == []
    assert floor.status(ANA) == {"is away": "break", "does not answer": "missed_call"}.get(how, "available")


@pytest.mark.req("BASE-12")
async def test_who_is_not_answered_and_has_nowhere_to_go_is_told_so(floor: Floor) -> None:
    await floor.core.desk.set_presence(a_principal(ANA), "break")
    call = await floor.rings(CALLER, called=QUIET)
    assert any("Ana cannot take your call" in text for _, text in floor.speech.said)
    await floor.hear_out(CALLER)

    told = await floor.core.calls.details(floor.manager(BEN), call)
    assert (told["state"], told["end_reason"]) == ("ended", "no_answer")


@pytest.mark.req("BASE-12")
async def test_where_the_place_is_gone_the_whole_menu_comes(floor: Floor) -> None:
    await floor.core.desk.set_presence(a_principal(ANA), "break")
    call = await floor.rings(CALLER, called=TO_NOWHERE)
    assert [one.key for one in floor.call(call).choices.entries] == [1, 2]
    floor.voice.far_end_presses(CALLER, "2")
    await settle()
    await floor.hear_out(CALLER)
    queue = floor.call(call).queue
    assert queue is not None
    assert queue.id == SUPPORT.id


@pytest.mark.req("BASE-12")
async def test_who_hangs_up_while_it_rings_leaves_the_agent_free(floor: Floor) -> None:
    call = await floor.rings(CALLER, called=QUIET)
    floor.voice.far_end_hangs_up(CALLER)
    await settle()
    assert floor.desk(ANA, "offer") == []
    assert floor.status(ANA) == "available"
    told = await floor.core.calls.details(floor.manager(BEN), call)
    assert told["state"] == "abandoned"
    await floor.core.outbound.dial(a_principal(ANA), "100")


@pytest.mark.req("BASE-12")
async def test_an_agent_who_talks_is_not_rung(floor: Floor) -> None:
    first = await floor.rings(CALLER, called=QUIET)
    await floor.accepts(ANA)
    await floor.connects(ANA, first)
    other = LegId("leg_other")
    second = await floor.rings(other, called=TO_SALES)
    await floor.hear_out(other)
    assert floor.desk(ANA, "offer") == []
    assert [one.agent for one in floor.call(second).offers] == [BEN]


@pytest.mark.req("BASE-12")
async def test_other_numbers_come_to_the_menu(floor: Floor) -> None:
    call = await floor.rings(CALLER, called="+81355559999")
    assert floor.call(call).direct is None
    assert floor.desk(ANA, "offer") == []


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize(
    ("called", "numbers"),
    [
        ("+81355551111", ("+81355551111",)),
        ("03-5555-1111", ("+81355551111",)),
        ("5000", ()),
        ("", ()),
        ("anonymous", ()),
        ("+", ()),
    ],
)
def test_a_called_number_is_read_as_trunks_write_it(called: str, numbers: tuple[str, ...]) -> None:
    assert set(numbers) <= set(ways_to_read(called))
    if not numbers:
        assert ways_to_read(called) == ()
