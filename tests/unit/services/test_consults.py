"""Agents ask others into their calls: by ear, on the desks, and when it goes wrong."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.users import Principal
from madoguchi.domain.agents.messages import AgentNotFreeError
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.domain.transfers import ToAgent, ToNumber, ToQueue
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId, PartyId
from madoguchi.ports.voice import PhoneAddress, ReleaseCause
from madoguchi.services import views
from madoguchi.services.consults import Wanted
from madoguchi.services.dialling import BadPhoneNumberError, DialRules, NumberBlockedError, read_number
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue, a_user
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor

CALLER = LegId("leg_caller")
CONSUMER, AGENT, THIRD = 440, 660, 880
SALES = a_queue("sales", ANA, key=1, recording=RecordingPolicy.RECORD)
EXPERTS = a_queue("experts", BEN, key=2)
OUTSIDE = Wanted(ToNumber("03-1234-5678"))


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, SUE, queues=(SALES, EXPERTS))
    async with made:
        yield made


async def a_talk(floor: Floor) -> tuple[InteractionId, LegId]:
    """Ana and a caller talk; return the call and Ana's leg."""
    await floor.available(ANA)
    call = await floor.waits(CALLER, key="1", says=(CONSUMER,))
    await floor.accepts(ANA)
    return call, await floor.connects(ANA, call, says=(AGENT,))


async def dialled(floor: Floor, call: InteractionId, wanted: Wanted = OUTSIDE) -> LegId:
    """Let Ana call a phone; return its leg, which does not ring yet."""
    await floor.core.consults.begin(a_principal(ANA), call, wanted)
    await settle()
    leg = floor.voice.did("dial")[-1].arguments[0]
    floor.voice.far_end_says(LegId(str(leg)), (THIRD,))
    return LegId(str(leg))


@pytest.mark.req("BASE-11")
async def test_ana_consults_a_phone_swaps_confers_and_leaves(floor: Floor) -> None:
    call, ana = await a_talk(floor)
    third = await dialled(floor, call)
    dial = floor.voice.did("dial")[-1].arguments
    assert dial[1] == PhoneAddress("+81312345678")
    assert floor.voice.near[third] == CALLER
    floor.voice.far_end_answers(third)
    await settle()
    assert floor.hears(ana) == {THIRD}
    assert floor.hears(third) == {AGENT}
    (row,) = floor.desk(ANA, "call")
    assert (row["consult"]["state"], row["consult"]["name"], row["on_hold"]) == ("consulting", "03-1234-5678", True)

    await floor.core.consults.swap(a_principal(ANA), call)
    await settle()
    assert floor.hears(ana) == floor.hears(CALLER) - {AGENT} | {CONSUMER}
    await floor.core.consults.join(a_principal(ANA), call)
    await settle()
    assert floor.hears(CALLER) == {AGENT, THIRD}
    assert floor.hears(third) == {CONSUMER, AGENT}
    await floor.core.consults.complete(a_principal(ANA), call)
    await settle()
    assert floor.hears(CALLER) == {THIRD}
    assert floor.hears(third) == {CONSUMER}
    assert floor.desk(ANA, "call") == []
    assert len(floor.desk(ANA, "wrap_up")) == 1
    (shown,) = floor.rows(views.CALLS)
    assert shown["transfers"][0]["to_number"] == "03-1234-5678"
    assert shown["recording"] == "recording"

    floor.voice.far_end_hangs_up(third)
    await settle()
    assert floor.rows(views.CALLS) == []


@pytest.mark.req("BASE-11", "MON-1")
async def test_a_colleague_of_a_queue_is_consulted_while_a_monitor_listens_unseen(floor: Floor) -> None:
    call, ana = await a_talk(floor)
    await floor.available(BEN)
    sue = Principal.of(a_user(SUE), a_principal(SUE).session)
    monitor = await listens(floor, call)

    await floor.core.consults.begin(a_principal(ANA), call, Wanted(ToQueue(EXPERTS.id), note="refund?"))
    await settle()
    (offer,) = floor.desk(BEN, "offer")
    assert (offer["consult"]["by"]["name"], offer["consult"]["note"]) == ("Ana", "refund?")
    await floor.accepts(BEN)
    ben = await floor.connects(BEN, call, says=(THIRD,))
    assert floor.hears(ana) == {THIRD}
    assert floor.hears(ben) == {AGENT}
    assert floor.hears(monitor) == {AGENT, THIRD}
    (bens,) = floor.desk(BEN, "call")
    assert (bens["part"], bens["consult"]["by"]["id"]) == ("third_party", ANA)
    assert "monitors" not in bens
    assert {one["role"] for one in bens["participants"]} == {"consumer", "agent", "third_party"}
    with pytest.raises(NotFoundError):
        await floor.core.consults.join(a_principal(BEN), call)

    await floor.core.consults.complete(a_principal(ANA), call)
    await settle()
    assert floor.hears(CALLER) == {THIRD}
    assert floor.hears(monitor) == {CONSUMER, THIRD}
    (bens,) = floor.desk(BEN, "call")
    assert (bens["part"], bens["agent"]["id"], bens["queue"]["id"]) == ("agent", BEN, EXPERTS.id)
    await floor.core.calls.hang_up(a_principal(BEN), call)
    await settle()
    assert len(floor.desk(BEN, "wrap_up")) == 1
    details = await floor.core.calls.details(a_principal(ANA), call)
    kinds = [one["kind"] for one in details["timeline"]]
    for kind in ("consult_began", "third_party_answered", "transferred", "transfer_completed", "took_over"):
        assert kind in kinds
    assert sue.user.id not in str(details)


async def listens(floor: Floor, call: InteractionId) -> LegId:
    _, leg = await floor.listens(SUE, call)
    return leg


@pytest.mark.req("BASE-11")
@pytest.mark.parametrize(
    ("cause", "outcome"),
    [(ReleaseCause.BUSY, "busy"), (ReleaseCause.DECLINED, "declined"), (ReleaseCause.UNREACHABLE, "unreachable")],
)
async def test_a_phone_that_does_not_answer_is_said_on_the_desk_and_the_consumer_is_still_there(
    floor: Floor, cause: ReleaseCause, outcome: str
) -> None:
    call, ana = await a_talk(floor)
    third = await dialled(floor, call)
    floor.voice.far_end_hangs_up(third, cause)
    await settle()

    (row,) = floor.desk(ANA, "call")
    assert (row["consult"], row["consult_failure"]["outcome"], row["on_hold"]) == (None, outcome, True)
    await floor.core.calls.hold(a_principal(ANA), call, False)  # noqa: FBT003 - as the button
    await settle()
    assert floor.hears(ana) == {CONSUMER}


@pytest.mark.req("BASE-11")
async def test_no_trunk_leads_there(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    floor.voice.refuse_dialling_to.add("+81312345678")
    await floor.core.consults.begin(a_principal(ANA), call, OUTSIDE)
    await settle()
    (row,) = floor.desk(ANA, "call")
    assert row["consult_failure"]["outcome"] == "unreachable"


@pytest.mark.req("BASE-11")
async def test_a_busy_colleague_or_oneself_cannot_be_consulted(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    with pytest.raises(AgentNotFreeError):
        await floor.core.consults.begin(a_principal(ANA), call, Wanted(ToAgent(BEN)))
    with pytest.raises(InvalidInputError):
        await floor.core.consults.begin(a_principal(ANA), call, Wanted(ToAgent(ANA)))
    with pytest.raises(InvalidInputError):
        await floor.core.consults.begin(a_principal(ANA), call, Wanted(ToAgent(BEN), note="x" * 501))
    await floor.available(BEN)
    await floor.core.consults.begin(a_principal(ANA), call, OUTSIDE)
    with pytest.raises(ConflictError):
        await floor.core.consults.begin(a_principal(ANA), call, Wanted(ToAgent(BEN)))
    await settle()
    assert floor.desk(BEN, "offer") == []
    await floor.core.consults.cancel(a_principal(ANA), call)
    await floor.core.consults.begin(a_principal(ANA), call, Wanted(ToAgent(BEN), private=False))
    await settle()
    assert len(floor.desk(BEN, "offer")) == 1, "the slot that was kept in vain is free again"


@pytest.mark.req("BASE-11")
async def test_single_participants_are_held_muted_and_removed(floor: Floor) -> None:
    call, ana = await a_talk(floor)
    third = await dialled(floor, call, Wanted(ToNumber("03-1234-5678"), private=False))
    floor.voice.far_end_answers(third)
    await settle()
    assert floor.hears(CALLER) == {AGENT, THIRD}
    party = next(one.id for one in floor.call(call).third_parties)
    consults, actor = floor.core.consults, a_principal(ANA)

    await consults.mute_party(actor, call, party, on=True)
    await settle()
    assert floor.hears(CALLER) == {AGENT}
    await consults.hold_party(actor, call, party, on=True)
    await settle()
    assert floor.hears(ana) == {CONSUMER}
    await consults.remove_party(actor, call, party)
    await settle()
    assert floor.call(call).third_parties == ()
    with pytest.raises(NotFoundError):
        await consults.remove_party(actor, call, PartyId("party_x"))


@pytest.mark.req("BASE-11")
async def test_a_call_is_handed_over_to_a_phone_without_a_word(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    await floor.core.consults.hand_over_to_number(a_principal(ANA), call, "03-1234-5678")
    await settle()
    third = LegId(str(floor.voice.did("dial")[-1].arguments[0]))
    assert floor.desk(ANA, "call") == []
    floor.voice.far_end_says(third, (THIRD,))
    floor.voice.far_end_answers(third)
    await settle()
    assert floor.hears(CALLER) == {THIRD}


async def test_who_may_not_dial_may_not_ask_a_phone_in(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    ana = a_principal(ANA)
    bare = Principal(ana.user, ana.session, {Permission.DESK: Scope.ALL})
    with pytest.raises(NotAllowedError):
        await floor.core.consults.begin(bare, call, OUTSIDE)


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize(
    ("typed", "address", "shown"),
    [
        ("03-1234-5678", "+81312345678", "03-1234-5678"),
        ("０９０ー１２３４ー５６７８".replace("ー", "-"), "+819012345678", "090-1234-5678"),
        ("+49 30 901820", "+4930901820", "+49 30 901820"),
        ("0120-000-113", "+81120000113", "0120-000-113"),
        (" 100 ", "sip:100", "100"),
        ("1234", "sip:1234", "1234"),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, address: str, shown: str) -> None:
    read = read_number(typed, DialRules())
    assert (read.address, read.shown) == (address, shown)


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize("typed", ["110", "119", "0990-123-456", "+44 20 7946 0000"])
def test_some_numbers_are_not_called_from_here(typed: str) -> None:
    with pytest.raises(NumberBlockedError):
        read_number(typed, DialRules(blocked=("+4420",)))


@pytest.mark.req("BASE-12")
@pytest.mark.parametrize("typed", ["", "abc", "1", "03-12", "+999123456789", "12345678901234567890123"])
def test_what_nobody_can_have_is_no_number(typed: str) -> None:
    with pytest.raises(BadPhoneNumberError):
        read_number(typed, DialRules())


def test_the_tenant_says_where_we_are_and_what_is_not_called() -> None:
    rules = DialRules.of({"country": "DE", "caller": "+4930901820", "blocked": ["+49900"]})
    assert read_number("030 901820", rules).address == "+4930901820"
    assert DialRules.of({}) == DialRules()
