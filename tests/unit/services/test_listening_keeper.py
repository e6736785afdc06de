"""The ledger of listening follows calls and chats as they are, and disturbs none of them."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Permission, Role, Scope
from madoguchi.domain.access.users import Principal
from madoguchi.domain.calls.call import BROWSER_RETURNS, Call
from madoguchi.domain.calls.events import CallEvent
from madoguchi.domain.listening.entries import Because, Mode, Note, What, verify
from madoguchi.domain.queues.queue import MenuChannel, RecordingPolicy
from madoguchi.domain.supervision import Role as Part
from madoguchi.kernel.ids import InteractionId, LegId, MonitoringId, SessionId, UserId
from madoguchi.kernel.time import Span
from madoguchi.services.lifecycle import Change
from madoguchi.services.listening_keeper import BEAT, ListeningKeeper
from madoguchi.testing.builders import ANA, BEN, a_principal, a_queue, a_user
from madoguchi.testing.environment import CountingIds, FakeClock, settle
from madoguchi.testing.listening import MemoryListening
from madoguchi.testing.storage import MemoryStorage
from tests.unit.services.floor import Floor, a_visitor

pytestmark = pytest.mark.req("MON-12")

SUE, TOM = UserId("user_sue"), UserId("user_tom")
LEG = LegId("leg_phone")
SALES = a_queue("sales", ANA, BEN)


async def notes(storage: MemoryStorage) -> list[Note]:
    """Return what the ledger says, of which the chain holds."""
    entries = await storage.listening.entries()
    assert verify(entries) is None
    return [one.note for one in entries]


async def a_floor(folder: Path) -> Floor:
    floor = Floor(folder)
    await floor.staff(ANA, BEN, SUE, TOM, queues=[SALES])
    return floor


async def talking(floor: Floor) -> InteractionId:
    call = await floor.waits(LEG)
    await floor.available(ANA)
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    return call


async def test_it_says_which_seconds_each_of_several_heard_and_what_was_on_hold(tmp_path: Path) -> None:
    async with await a_floor(tmp_path) as floor:
        call = await talking(floor)
        monitoring, _ = await floor.listens(SUE, call)
        await floor.clock.advance(5)
        await floor.listens(TOM, call)
        await floor.core.calls.hold(a_principal(ANA), call, True)  # noqa: FBT003 - as the button
        await floor.clock.advance(10)
        await floor.core.calls.hold(a_principal(ANA), call, False)  # noqa: FBT003 - as the button
        await floor.core.supervision.stop(floor.manager(SUE), MonitoringId(monitoring))
        await floor.clock.advance(3)
        floor.voice.far_end_hangs_up(LEG)
        await settle()

        sue, tom, sue_left, tom_left = await notes(floor.storage)
    assert [(one.user, one.what, one.mode) for one in (sue, tom, sue_left, tom_left)] == [
        (SUE, What.BEGAN, Mode.LISTEN),
        (TOM, What.BEGAN, Mode.LISTEN),
        (SUE, What.ENDED, Mode.LISTEN),
        (TOM, What.ENDED, Mode.LISTEN),
    ]
    assert (sue_left.because, sue_left.heard_ms, sue_left.hold_ms) == (Because.LEFT, 15_000, 10_000)
    assert (tom_left.because, tom_left.heard_ms, tom_left.hold_ms) == (Because.INTERACTION_ENDED, 13_000, 10_000)
    assert sue.agent is not None
    assert sue.agent.id == ANA
    assert sue.queue is not None
    assert (sue.interaction, sue_left.others) == (call, 1)


async def test_while_his_media_is_lost_he_hears_nothing(tmp_path: Path) -> None:
    async with await a_floor(tmp_path) as floor:
        call = await talking(floor)
        _, leg = await floor.listens(SUE, call)
        await floor.clock.advance(5)
        floor.voice.media_is_lost(leg)
        await floor.clock.advance(60)

        began, ended = await notes(floor.storage)
    assert (began.what, ended.what, ended.because) == (What.BEGAN, What.ENDED, Because.LEFT)
    assert (ended.heard_ms, ended.at - began.at) == (5_000, BROWSER_RETURNS + Span(seconds=5))


async def test_nobody_in_a_call_waits_for_the_ledger_and_nothing_is_lost(tmp_path: Path) -> None:
    async with await a_floor(tmp_path) as floor:
        call = await talking(floor)
        floor.storage.listening.available = False
        monitoring, _ = await floor.listens(SUE, call)
        await floor.clock.advance(30)
        await floor.core.supervision.stop(floor.manager(SUE), MonitoringId(monitoring))
        assert not any(True for _ in floor.call(call).monitors())
        floor.storage.listening.available = True
        assert await notes(floor.storage) == []

        await floor.clock.advance(2)
        began, ended = await notes(floor.storage)
    assert (ended.at - began.at).total_seconds() == 30
    assert ended.heard_ms == 30_000


async def test_what_was_open_when_the_server_died_ends_at_its_last_sign_of_life(tmp_path: Path) -> None:
    floor = await a_floor(tmp_path)
    async with floor:
        call = await talking(floor)
        await floor.listens(SUE, call)
        await floor.clock.advance(BEAT * 2.5)
        await floor.killed()
    await floor.clock.advance(3_600)

    async with floor.restarted() as again:
        await again.clock.advance(2)
        began, ended = await notes(again.storage)
    assert (ended.what, ended.because, ended.number) == (What.ENDED, Because.SERVER_STOPPED, 2)
    assert 10_000 <= ended.heard_ms <= 25_000
    assert ended.heard_ms == (ended.at - began.at).total_seconds() * 1000
    assert len(await notes(floor.storage)) == 2, "and at the next end nothing is noted again"


async def test_what_the_dead_server_had_not_even_noted_is_told_from_the_call(tmp_path: Path) -> None:
    floor = await a_floor(tmp_path)
    async with floor:
        call = await talking(floor)
        floor.storage.listening.available = False
        await floor.listens(SUE, call)
        await floor.killed()
    floor.storage.listening.available = True
    await floor.clock.advance(3_600)

    async with floor.restarted() as again:
        await again.clock.advance(2)
        began, ended = await notes(again.storage)
    assert (began.what, began.user) == (What.BEGAN, SUE)
    assert (ended.because, ended.heard_ms) == (Because.SERVER_STOPPED, 0)


async def test_a_server_that_stops_ends_what_is_open(tmp_path: Path) -> None:
    floor = await a_floor(tmp_path)
    async with floor:
        call = await talking(floor)
        await floor.listens(SUE, call)
    began, ended = await notes(floor.storage)
    assert (began.what, ended.what) == (What.BEGAN, What.ENDED)


async def test_a_chat_is_viewed_from_the_beginning_of_a_view_to_its_end_by_whoever_supervises(tmp_path: Path) -> None:
    async with await a_floor(tmp_path) as floor:
        visitor = a_visitor()
        chat = await floor.core.chats.start(visitor, SALES.id, "en", "Hello")
        await floor.available(ANA)
        await floor.core.offers.accept(a_principal(ANA), floor.offer_to(ANA))
        views = floor.core.views
        own = await views.subscribe(a_principal(ANA), "chat", {"chat": chat})
        looks = await views.subscribe(floor.manager(SUE), "chat", {"chat": chat})
        await floor.clock.advance(12)
        looks.close()
        await settle()
        stays = await views.subscribe(floor.manager(TOM), "chat", {"chat": chat})
        await floor.clock.advance(4)
        await floor.core.chats.end(visitor, chat)
        await floor.clock.advance(60)
        stays.close()
        own.close()
        await settle()

        sue, sue_left, tom, tom_left = await notes(floor.storage)
    assert [(one.user, one.what, one.mode) for one in (sue, sue_left, tom, tom_left)] == [
        (SUE, What.BEGAN, Mode.VIEW),
        (SUE, What.ENDED, Mode.VIEW),
        (TOM, What.BEGAN, Mode.VIEW),
        (TOM, What.ENDED, Mode.VIEW),
    ]
    assert (sue_left.heard_ms, sue_left.because) == (12_000, Because.LEFT)
    assert (tom_left.heard_ms, tom_left.because) == (4_000, Because.INTERACTION_ENDED)
    assert sue.agent is not None
    assert sue.agent.id == ANA


async def a_monitored_call(tmp_path: Path) -> tuple[Call, Call, FakeClock]:
    """A call without and with a monitor, for changes that nothing can bring about yet."""
    async with await a_floor(tmp_path) as floor:
        call = await talking(floor)
        before = floor.call(call)
        await floor.listens(SUE, call)
        return before, floor.call(call), floor.clock


async def test_a_party_that_changes_its_part_in_place_goes_on_in_another_mode(tmp_path: Path) -> None:
    before, state, clock = await a_monitored_call(tmp_path)
    ledger = MemoryListening()
    keeper = ListeningKeeper(ledger, clock, CountingIds())
    running = asyncio.create_task(keeper.run())
    await settle()

    def becomes(was: Call, now: Call) -> Call:
        keeper.call_changed(
            Change[Call, CallEvent]("call", now.id, was, now, (), clock.now(), lasting=True, first_seq=1)
        )
        return now

    def playing(part: Part) -> Call:
        parties = (replace(one, role=part) if one.monitoring is not None else one for one in state.parties)
        return replace(state, parties=tuple(parties))

    now = becomes(before, state)
    for part in (Part.WHISPER, Part.BARGE, Part.AGENT, Part.MONITOR):
        await clock.advance(2)
        now = becomes(now, playing(part))
    gone = tuple(replace(one, left_at=clock.now()) if one.monitoring else one for one in now.parties)
    becomes(now, replace(now, parties=gone))
    running.cancel()
    await keeper.close()

    told = [one.note for one in await ledger.entries()]
    assert [(one.what, one.mode, one.heard_ms) for one in told] == [
        (What.BEGAN, Mode.LISTEN, 0),
        (What.MODE, Mode.WHISPER, 2_000),
        (What.MODE, Mode.BARGE, 4_000),
        (What.MODE, Mode.TAKE_OVER, 6_000),
        (What.MODE, Mode.LISTEN, 8_000),
        (What.ENDED, Mode.LISTEN, 8_000),
    ]


async def test_who_takes_a_call_over_listened_until_then_and_no_longer(tmp_path: Path) -> None:
    async with await a_floor(tmp_path) as floor:
        boss = Principal.of(
            a_user(SUE),
            SessionId("s"),
            dict.fromkeys((Permission.BARGE, Permission.DESK, Permission.MONITOR), Scope.ALL),
        )
        await floor.core.desk.set_presence(boss, "break")
        call = await talking(floor)
        monitoring, _ = await floor.listens(SUE, call)
        for mode in ("whisper", "barge"):
            await floor.clock.advance(5)
            await floor.core.supervision.switch(boss, MonitoringId(monitoring), mode)
        await floor.core.supervision.take_over(boss, MonitoringId(monitoring))
        await floor.clock.advance(60)
        told = await notes(floor.storage)
    assert [(one.what, one.mode) for one in told] == [
        (What.BEGAN, Mode.LISTEN),
        (What.MODE, Mode.WHISPER),
        (What.MODE, Mode.BARGE),
        (What.MODE, Mode.TAKE_OVER),
        (What.ENDED, Mode.TAKE_OVER),
    ]
    assert told[-1].heard_ms == pytest.approx(10_000, abs=1_500)


async def test_what_is_left_out_of_a_call_was_not_heard(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    await floor.staff(ANA, SUE, queues=[a_queue("sales", ANA, recording=RecordingPolicy.RECORD)])
    async with floor:
        call = await talking(floor)
        monitoring, _ = await floor.listens(SUE, call)
        await floor.clock.advance(5)
        await floor.core.calls.pause_recording(a_principal(ANA), call, paused=True)
        await floor.clock.advance(50)
        await floor.core.supervision.stop(floor.manager(SUE), MonitoringId(monitoring))
        await settle()
        told = await notes(floor.storage)
    assert told[-1].heard_ms == pytest.approx(5_000, abs=500)


async def test_who_joins_a_chat_that_he_reads_is_told_as_one_who_takes_part(tmp_path: Path) -> None:
    async with await a_floor(tmp_path) as floor:
        boss = Principal.of(
            a_user(SUE), SessionId("s"), dict.fromkeys((Permission.BARGE, Permission.MONITOR), Scope.ALL)
        )
        await floor.storage.catalogue.save_user(a_user(SUE, role=Role.MANAGER_ADMIN))
        await floor.available(ANA)
        web = next(one.id for one in floor.core.queues.all() if MenuChannel.WEB in one.channels)
        chat = await floor.core.chats.start(a_visitor(), web, "en", "Hello?")
        await settle()
        await floor.accepts(ANA)
        subscription = await floor.core.views.subscribe(boss, "chat", {"chat": chat})
        await floor.core.chat_supervision.join(boss, chat)
        await floor.core.chat_supervision.leave(boss, chat)
        await settle()
        subscription.close()
        await settle()
        told = await notes(floor.storage)
    assert [(one.what, one.mode) for one in told] == [
        (What.BEGAN, Mode.VIEW),
        (What.MODE, Mode.BARGE),
        (What.MODE, Mode.VIEW),
        (What.ENDED, Mode.VIEW),
    ]
