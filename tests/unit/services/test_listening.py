"""Whoever hears or reads is in the ledger, whatever happens meanwhile."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.listening.ledger import first_broken
from madoguchi.domain.listening.sessions import sessions
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.kernel.ids import InteractionId, MonitoringId
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor
from tests.unit.services.test_chat_supervision import a_chat, boss
from tests.unit.services.test_supervision import a_talk, switches
from tests.unit.services.test_supervision import boss as caller_boss

SALES = a_queue("sales", ANA, key=1, recording=RecordingPolicy.RECORD)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, SUE, queues=(SALES,))
    async with made:
        await made.available(ANA)
        yield made


async def told(floor: Floor) -> list[tuple[str, str]]:
    await settle()
    entries = await floor.storage.listening.entries()
    assert first_broken(entries) is None
    return [(one.observation.what.value, one.observation.mode.value) for one in entries]


@pytest.mark.req("MON-12")
async def test_a_call_that_was_listened_to_is_told_part_by_part(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    monitoring, _ = await floor.listens(SUE, call)
    await floor.clock.advance(10)
    await switches(floor, monitoring, "whisper")
    await switches(floor, monitoring, "whisper")
    await floor.clock.advance(5)
    await floor.core.calls.hang_up(a_principal(ANA), call)
    assert await told(floor) == [("began", "listen"), ("switched", "whisper"), ("ended", "whisper")]
    (session,) = sessions(await floor.storage.listening.entries())
    assert (session.user, session.agents, session.interaction) == (SUE, ("Ana",), call)
    assert session.listened_s(floor.clock.now()) == pytest.approx(15, abs=0.5)


@pytest.mark.req("MON-12")
async def test_stopping_and_taking_over_end_it(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    monitoring, _ = await floor.listens(SUE, call)
    await floor.core.supervision.stop(floor.manager(SUE), MonitoringId(monitoring))
    assert await told(floor) == [("began", "listen"), ("ended", "listen")]
    await floor.core.desk.set_presence(caller_boss(), "break")
    monitoring, _ = await floor.listens(SUE, call)
    await floor.core.supervision.take_over(caller_boss(), MonitoringId(monitoring))
    assert (await told(floor))[2:] == [("began", "listen"), ("took_over", "listen")]


@pytest.mark.req("MON-11", "MON-12")
async def test_what_is_left_out_of_a_call_was_not_heard(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    await floor.listens(SUE, call)
    for paused in (True, False):
        await floor.core.calls.pause_recording(a_principal(ANA), call, paused=paused)
        await floor.clock.advance(30)
    assert await told(floor) == [("began", "listen"), ("silenced", "listen"), ("heard", "listen")]


@pytest.mark.req("MON-12")
async def test_reading_a_chat_and_joining_it_are_told(floor: Floor) -> None:
    chat = await a_chat(floor)
    subscription = await floor.core.views.subscribe(boss(), "chat", {"chat": chat})
    await floor.core.chat_supervision.join(boss(), chat)
    await floor.core.chat_supervision.leave(boss(), chat)
    subscription.close()
    own = await floor.core.views.subscribe(a_principal(ANA), "chat", {"chat": chat})
    own.close()
    assert await told(floor) == [("began", "view"), ("began", "barge"), ("ended", "barge"), ("ended", "view")]


@pytest.mark.req("MON-12")
async def test_nothing_is_lost_while_the_database_is_away_and_no_call_waits_for_it(floor: Floor) -> None:
    floor.storage.listening.available = False
    call, agent = await a_talk(floor)
    monitoring, leg = await floor.listens(SUE, call, says=(880,))
    await switches(floor, monitoring, "barge")
    assert floor.hears(agent) == {440, 880}
    assert await told(floor) == []
    floor.storage.listening.available = True
    await floor.clock.advance(3)
    assert await told(floor) == [("began", "listen"), ("switched", "barge")]
    assert leg in floor.voice.legs


@pytest.mark.req("MON-12")
async def test_what_was_open_when_the_server_died_is_closed_by_the_next(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    await floor.listens(SUE, call)
    await settle()
    await floor.killed()
    async with floor.restarted() as again:
        assert await told(again) == [("began", "listen"), ("lost", "listen")]
        assert again.owners.state(InteractionId(call)) is None


@pytest.mark.req("MON-12")
async def test_a_server_that_stops_well_leaves_nothing_open(tmp_path: Path) -> None:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, SUE, queues=(SALES,))
    async with made:
        await made.available(ANA)
        call, _ = await a_talk(made)
        await made.listens(SUE, call)
    assert list(await made.storage.listening.open_sessions()) == []
