"""The doctor in a running house: what he finds, what he ends, what he leaves to others."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials
from madoguchi.domain.agents.messages import OpenHandling, Reservation, Reserve
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import ConflictError, NotAllowedError
from madoguchi.kernel.fields import InvalidFieldsError
from madoguchi.kernel.ids import HandlingId, InteractionId, LegId, OfferId, TeamId
from madoguchi.ports.storage import StaleVersionError
from madoguchi.services import views
from madoguchi.testing.builders import ANA, BEN, SUE, a_consumer, a_principal, a_queue, a_user
from madoguchi.testing.environment import NOON, settle
from tests.unit.services.floor import Floor, a_visitor

CALLER = LegId("leg_caller")
SALES = a_queue("sales", ANA, key=1)
SUPPORT = a_queue("support", BEN, key=2)
WEB = SALES.id


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, queues=(SALES, SUPPORT))
    async with made:
        yield made


async def wrong(floor: Floor) -> list[str]:
    """What the doctor tells a supervisor of everybody."""
    return [one.code.value for one in await floor.core.doctor.anomalies(floor.manager(SUE))]


async def heal(floor: Floor, code: str) -> None:
    """Do what helps against each anomaly of this kind, twice, as who is impatient does."""
    sue = floor.manager(SUE)
    for one in await floor.core.doctor.anomalies(sue):
        if one.code.value == code:
            await floor.core.doctor.heal(sue, one.id)
            await floor.core.doctor.heal(sue, one.id)
    await settle()


async def queued(floor: Floor) -> InteractionId:
    return await floor.waits(CALLER, key="1")


async def ringing(floor: Floor) -> InteractionId:
    await floor.available(ANA)
    return await queued(floor)


async def talking(floor: Floor) -> InteractionId:
    call = await ringing(floor)
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    return call


# --- Calls without media ---


@pytest.mark.req("END-3")
async def test_a_call_whose_legs_the_engine_has_lost_is_ended_with_its_own_reason(floor: Floor) -> None:
    call = await talking(floor)
    for leg in list(floor.voice.legs):
        del floor.voice.legs[leg]
    await floor.clock.advance(15)
    await settle()
    await floor.clock.advance(15)
    assert await wrong(floor) == ["leg_gone", "leg_gone"]
    await floor.clock.advance(60)
    assert "no_media" in await wrong(floor)
    assert floor.owners.state(call) is not None

    for _ in range(5):
        await floor.clock.advance(10)
        await settle()

    assert floor.owners.state(call) is None
    (ended,) = await floor.core.calls.completed(floor.manager(SUE), 10)
    assert ended["end_reason"] == "no_media"
    details = await floor.core.calls.details(floor.manager(SUE), call)
    assert details["timeline"][-1]["data"]["reason"] == "no_media"
    assert await wrong(floor) == []


@pytest.mark.req("END-3")
async def test_a_call_that_is_heard_goes_on(floor: Floor) -> None:
    call = await talking(floor)
    floor.voice.media_is_lost(CALLER)
    await settle()
    floor.voice.media_is_back(CALLER)
    for _ in range(30):
        await floor.clock.advance(20)
        await settle()
    assert floor.call(call).state.value == "talking"


@pytest.mark.req("END-3")
async def test_who_put_us_on_hold_is_left_alone_although_nothing_comes_from_him(floor: Floor) -> None:
    call = await queued(floor)
    floor.voice.far_end_holds(CALLER, on_hold=True)
    await settle()
    floor.voice.media_is_lost(CALLER)
    for _ in range(30):
        await floor.clock.advance(10)
        await settle()
    assert floor.call(call).state.value == "queued"
    assert await wrong(floor) == ["no_media"]
    await heal(floor, "no_media")
    assert floor.owners.state(call) is None


@pytest.mark.req("END-3")
async def test_the_limit_is_the_organisations_own(floor: Floor) -> None:
    call = await talking(floor)
    await floor.core.doctor.change(floor.manager(SUE), 0, 300, 600)
    floor.voice.legs.clear()
    for _ in range(40):
        await floor.clock.advance(10)
        await settle()
    assert floor.owners.state(call) is not None
    for _ in range(25):
        await floor.clock.advance(10)
        await settle()
    assert floor.owners.state(call) is None


# --- Agents ---


@pytest.mark.req("END-3")
async def test_a_slot_without_an_offer_frees_itself(floor: Floor) -> None:
    await floor.available(ANA)
    slot = Reservation(OfferId("offer_lost"), InteractionId("call_lost"), Channel.CALL, NOON + timedelta(seconds=60))
    await floor.house._agents.send(ANA, Reserve(slot))
    await wrong(floor)
    await floor.clock.advance(12)
    (found,) = await floor.core.doctor.anomalies(floor.manager(SUE))
    assert (found.code.value, found.heals_at) == ("reservation_without_offer", slot.expires_at)
    with pytest.raises(ConflictError) as caught:
        await floor.core.doctor.heal(floor.manager(SUE), found.id)
    assert caught.value.reason == "heals_by_itself"
    await floor.clock.advance(60)
    await settle()
    assert await wrong(floor) == []


@pytest.mark.req("END-3")
async def test_an_agent_who_counts_as_busy_with_nothing_is_freed(floor: Floor) -> None:
    await floor.available(ANA)
    lost = OpenHandling(
        ANA, HandlingId("handling_x"), OfferId("offer_x"), InteractionId("call_x"), Channel.CALL, a_consumer(), None
    )
    await floor.house._agents.send(ANA, lost)
    await wrong(floor)
    await floor.clock.advance(65)
    assert await wrong(floor) == ["handling_without_interaction"]
    await heal(floor, "handling_without_interaction")
    assert await wrong(floor) == []
    state = floor.house._agents.state(ANA)
    assert state is not None
    assert not state.handlings


@pytest.mark.req("END-3")
async def test_a_wrap_up_that_is_extended_for_ever_is_ended_with_what_was_written(floor: Floor) -> None:
    call = await talking(floor)
    await floor.core.doctor.change(floor.manager(SUE), 0, 5, 120)
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await settle()
    (row,) = floor.desk(ANA, "wrap_up")
    for _ in range(10):
        await floor.core.handlings.extend(a_principal(ANA), row["handling"])
    await floor.core.handlings.draft(a_principal(ANA), row["handling"], "", "called again")
    await floor.clock.advance(400)
    assert await wrong(floor) == ["wrap_up_overdue"]
    await heal(floor, "wrap_up_overdue")
    assert floor.desk(ANA, "wrap_up") == []
    assert await wrong(floor) == []


@pytest.mark.req("END-3")
async def test_an_agent_whose_page_is_gone_is_told_while_a_chat_waits_for_him(floor: Floor) -> None:
    await floor.available(ANA)
    chat = await floor.core.chats.start(a_visitor(), WEB, "en", "Hello")
    await settle()
    await floor.accepts(ANA)
    page = await floor.views.subscribe(views.desk(ANA))
    await wrong(floor)
    await floor.clock.advance(70)
    assert await wrong(floor) == []
    page.close()
    await wrong(floor)
    await floor.clock.advance(70)
    assert await wrong(floor) == ["agent_gone"]
    await heal(floor, "agent_gone")
    assert floor.house._chats.state(chat) is None


# --- Without an owner ---


@pytest.mark.req("END-1", "END-3")
async def test_what_is_stored_as_live_without_an_owner_is_told_and_can_be_ended(floor: Floor) -> None:
    await floor.available(ANA)
    call = await talking(floor)
    chat = await floor.core.chats.start(a_visitor(), WEB, "en", "Hello")
    await settle()
    for owners, one in ((floor.house._calls, call), (floor.house._chats, chat)):
        del owners._owners[one]

    await wrong(floor)
    await floor.clock.advance(6)
    found = await wrong(floor)
    assert [code for code in found if code == "no_owner"] == ["no_owner", "no_owner"]

    await heal(floor, "no_owner")
    for one in (call, chat):
        stored = await floor.storage.interactions.load(one)
        assert stored is not None
        assert not stored.live
    assert "no_owner" not in await wrong(floor)


@pytest.mark.req("END-3")
async def test_what_cannot_be_read_is_told_and_hides_nothing_else(floor: Floor) -> None:
    await floor.available(ANA)
    call = await talking(floor)
    chat = await floor.core.chats.start(a_visitor(), WEB, "en", "Hello")
    await settle()
    for owners, one in ((floor.house._calls, call), (floor.house._chats, chat)):
        del owners._owners[one]
    floor.storage.interactions._snapshots[chat].data["state"] = "of another version"

    await wrong(floor)
    await floor.clock.advance(6)
    sue = floor.manager(SUE)
    found = {one.code.value: one for one in await floor.core.doctor.anomalies(sue)}
    assert (found["unreadable"].subject, found["no_owner"].subject) == (chat, call)
    with pytest.raises(ConflictError) as caught:
        await floor.core.doctor.heal(sue, found["unreadable"].id)
    assert caught.value.reason == "unreadable"


@pytest.mark.req("END-1", "END-3")
async def test_after_a_kill_everything_that_was_live_is_closed_or_goes_on_and_nothing_is_wrong(tmp_path: Path) -> None:
    first = Floor(tmp_path)
    await first.staff(ANA, BEN, queues=(SALES, SUPPORT))
    await first.__aenter__()
    call = await talking(first)
    await first.killed()
    async with first.restarted() as second:
        await settle()
        (ended,) = await second.core.calls.completed(second.manager(SUE), 10)
        assert (ended["id"], ended["end_reason"]) == (call, "server_restarted")
        await second.clock.advance(61)
        await settle()
        assert await wrong(second) == []


# --- Who may ---


@pytest.mark.req("END-2", "END-3")
async def test_a_manager_sees_and_ends_what_belongs_to_his_teams(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    await floor.staff(ANA, BEN, queues=(SALES, SUPPORT))
    await floor.storage.catalogue.add_user(a_user(SUE, role=Role.MANAGER), Credentials("x"))
    team = Team(TeamId("team_1"), "One", members=frozenset({BEN}), managers=frozenset({SUE}))
    await floor.storage.people.save_teams([team])
    sue = a_principal(SUE, role=Role.MANAGER)
    async with floor:
        call = await talking(floor)
        await floor.core.doctor.change(floor.manager(SUE), 0, 5, 120)
        await floor.clock.advance(301)
        mine = await floor.core.doctor.anomalies(sue)
        assert mine == []
        (stuck,) = (one for one in await floor.core.doctor.anomalies(floor.manager(SUE)) if one.code.value == "stuck")
        await floor.core.doctor.heal(sue, stuck.id)
        assert not floor.call(call).over
        with pytest.raises(NotAllowedError):
            await floor.core.doctor.change(sue, 1, 300, 120)
        with pytest.raises(NotAllowedError):
            await floor.core.doctor.anomalies(a_principal(ANA))


@pytest.mark.req("END-3")
async def test_who_was_slower_is_told_and_what_is_wrong_is_named(floor: Floor) -> None:
    doctor, sue = floor.core.doctor, floor.manager(SUE)
    await doctor.change(sue, 0, 60, 90)
    with pytest.raises(StaleVersionError):
        await doctor.change(sue, 0, 120, 90)
    with pytest.raises(InvalidFieldsError):
        await doctor.change(sue, 1, 1, 90)
    assert (doctor.settings.stuck_min, doctor.settings.no_media_s, doctor.settings.version) == (60, 90, 1)
    await doctor.load()
    assert doctor.settings.version == 1


@pytest.mark.req("END-3")
async def test_a_look_reads_nothing_that_somebody_works_on(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    await talking(floor)
    await floor.core.chats.start(a_visitor(), WEB, "en", "Hello")
    await settle()

    async def never(_owner: str) -> None:
        raise AssertionError("a look must not read what is in memory")

    monkeypatch.setattr(floor.storage.interactions, "load", never)
    assert await wrong(floor) == []
