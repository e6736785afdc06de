"""The whole call path: menu, queue, offers, talk, hold, transfer, wrap-up, and what goes wrong in between."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.agents.messages import AgentNotFreeError
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.domain.routing.offers import OfferGoneError
from madoguchi.domain.routing.settings import OfferPolicy
from madoguchi.domain.transfers import ToAgent, ToQueue
from madoguchi.kernel.errors import ConflictError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId, MonitoringId, RecordingId
from madoguchi.services import views
from madoguchi.testing.builders import ANA, BEN, CHIE, SUE, a_principal, a_queue
from madoguchi.testing.environment import settle, until
from tests.unit.services.floor import PAGE, Floor, a_visitor

CALLER = LegId("leg_caller")
A, B, M = 440, 660, 880
ON, OFF = True, False
SALES = a_queue("sales", ANA, BEN, key=1, recording=RecordingPolicy.RECORD)
SUPPORT = a_queue("support", BEN, CHIE, key=2, policy=OfferPolicy.MULTICAST)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, CHIE, queues=(SALES, SUPPORT))
    async with made:
        yield made


async def a_talk(floor: Floor) -> tuple[InteractionId, LegId]:
    """Ana and a caller talk; return the call and Ana's leg."""
    await floor.available(ANA)
    call = await floor.waits(CALLER, key="1", says=(A,))
    await settle()
    await floor.accepts(ANA)
    return call, await floor.connects(ANA, call, says=(B,))


@pytest.mark.req("CH-1", "BASE-9", "BASE-11")
async def test_a_call_from_the_menu_to_wrap_up(floor: Floor) -> None:
    await floor.available(ANA, BEN)
    call = await floor.rings(CALLER, says=(A,))
    assert floor.speech.said[0] == ("en", "Thank you for calling Madoguchi.")
    assert ("en", "For Support, press 2.") in floor.speech.said
    assert floor.rows(views.CALLS)[0]["state"] == "in_menu"

    floor.voice.far_end_presses(CALLER, "1")
    await floor.hear_out(CALLER)
    assert floor.speech.said[-2][1] == "To improve our service, this call is recorded."
    assert floor.call(call).state is CallState.OFFERED
    (offer,) = floor.desk(ANA, "offer")
    assert (offer["interaction"], offer["channel"], offer["queue"]["id"]) == (call, "call", "queue_salesivr")
    assert not floor.desk(BEN, "offer")

    interaction, handling = await floor.accepts(ANA)
    assert interaction == call
    playing = floor.voice.playback_to(CALLER)
    assert playing is not None, "the caller hears music until the agent's browser is connected"
    leg = await floor.connects(ANA, call, says=(B,))
    assert floor.hears(CALLER) == {B}
    assert floor.hears(leg) == {A}
    (row,) = floor.desk(ANA, "call")
    assert (row["state"], row["my_media"], row["recording"], row["handling"]) == (
        "talking",
        "connected",
        "recording",
        handling,
    )
    (agent,) = (one for one in floor.rows(views.AGENTS) if one["id"] == ANA)
    assert (agent["occupancy"], agent["calls_today"], agent["calls"][0]["id"]) == ("in_call", 1, call)

    floor.voice.far_end_hangs_up(CALLER)
    await settle()
    assert floor.rows(views.CALLS) == []
    assert not floor.voice.legs
    assert not floor.voice.bridges
    assert not floor.voice.playbacks
    (wrap_up,) = floor.desk(ANA, "wrap_up")
    assert (wrap_up["handling"], wrap_up["interaction"]) == (handling, call)

    await floor.core.handlings.finish(a_principal(ANA), handling, "sold", "two boxes")
    assert not floor.desk(ANA, "wrap_up")
    assert floor.status(ANA) == "available"
    (agent,) = (one for one in floor.rows(views.AGENTS) if one["id"] == ANA)
    assert agent["occupancy"] == "idle"


@pytest.mark.req("REC-1")
async def test_the_talk_is_recorded_and_kept_as_mp3(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    await floor.core.calls.pause_recording(a_principal(ANA), call, ON)
    await settle()
    assert floor.desk(ANA, "call")[0]["recording"] == "paused"
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await until(lambda: floor.blobs.kept and not list((floor.folder / "recordings").iterdir()))
    details = await floor.core.calls.details(floor.manager(SUE), call)
    assert [one["kind"] for one in details["timeline"]][:4] == ["call_started", "queue_chosen", "enqueued", "offered"]
    (recording,) = details["recordings"]
    assert recording["state"] == "ready"
    assert list(floor.blobs.kept) == [f"recordings/2026/11/23/{call}_1.mp3"]


@pytest.mark.req("BASE-9")
async def test_a_call_that_the_only_free_agent_declined_lets_him_breathe_before_it_rings_again(floor: Floor) -> None:
    await floor.available(ANA)
    await floor.waits(CALLER, key="1")
    await floor.core.offers.decline(a_principal(ANA), floor.offer_to(ANA))
    await settle()
    assert floor.desk(ANA, "offer") == []
    await floor.clock.advance(4.9)
    assert floor.desk(ANA, "offer") == []
    await floor.clock.advance(0.2)
    assert len(floor.desk(ANA, "offer")) == 1


async def test_an_offer_that_lapses_goes_to_the_next_agent(floor: Floor) -> None:
    await floor.available(ANA, BEN)
    call = await floor.waits(CALLER, key="1")
    stale = floor.offer_to(ANA)

    await floor.clock.advance(20)

    assert floor.status(ANA) == "missed_call"
    assert not floor.desk(ANA, "offer")
    with pytest.raises(OfferGoneError):
        await floor.core.offers.accept(a_principal(ANA), stale)
    await floor.accepts(BEN)
    assert floor.call(call).state is CallState.TALKING


async def test_who_declines_stays_available_and_the_next_is_rung(floor: Floor) -> None:
    await floor.available(ANA, BEN)
    await floor.waits(CALLER, key="1")

    await floor.core.offers.decline(a_principal(ANA), floor.offer_to(ANA))
    await settle()

    assert floor.status(ANA) == "available"
    assert floor.offer_to(BEN)


async def test_two_agents_answer_at_once_and_the_first_wins(floor: Floor) -> None:
    await floor.available(BEN, CHIE)
    call = await floor.waits(CALLER, key="2")
    bens, chies = floor.offer_to(BEN), floor.offer_to(CHIE)

    await floor.core.offers.accept(a_principal(CHIE), chies)
    with pytest.raises(OfferGoneError):
        await floor.core.offers.accept(a_principal(BEN), bens)
    await settle()

    agent = floor.call(call).agent_party
    assert agent is not None
    assert agent.user == CHIE
    assert not floor.desk(BEN, "offer")
    assert floor.status(BEN) == "available"


async def test_a_caller_who_gives_up_stops_the_ringing(floor: Floor) -> None:
    await floor.available(ANA)
    await floor.waits(CALLER, key="1")
    offer = floor.offer_to(ANA)

    floor.voice.far_end_hangs_up(CALLER)
    await settle()

    assert not floor.desk(ANA, "offer")
    with pytest.raises(OfferGoneError):
        await floor.core.offers.accept(a_principal(ANA), offer)
    (ended,) = await floor.core.calls.completed(floor.manager(SUE), 10)
    assert (ended["state"], ended["end_reason"]) == ("abandoned", "consumer_hung_up")


async def test_callers_are_served_in_order_and_told_their_place(floor: Floor) -> None:
    first = await floor.waits(CALLER, key="1")
    await floor.clock.advance(1)
    second = await floor.waits(LegId("leg_2"), key="1")
    assert [floor.call(one).position for one in (first, second)] == [1, 2]

    await floor.clock.advance(45)
    assert any(text == "You are number 2 in line. Thank you for your patience." for _, text in floor.speech.said)
    await floor.available(ANA)

    (offer,) = floor.desk(ANA, "offer")
    assert offer["interaction"] == first


async def test_on_hold_the_caller_hears_music_and_the_agent_nothing(floor: Floor) -> None:
    call, leg = await a_talk(floor)

    await floor.core.calls.hold(a_principal(ANA), call, ON)
    await settle()
    playing = floor.voice.playback_to(CALLER)
    assert playing is not None
    assert playing.sound.loop
    assert floor.hears(leg) == frozenset()

    await floor.core.calls.hold(a_principal(ANA), call, OFF)
    await settle()
    assert floor.hears(CALLER) == {B}
    assert floor.hears(leg) == {A}


async def test_a_muted_agent_is_not_heard_and_keys_reach_the_caller(floor: Floor) -> None:
    call, leg = await a_talk(floor)
    await floor.core.calls.mute(a_principal(ANA), call, ON)
    await floor.core.calls.send_digits(a_principal(ANA), call, "42#")
    await settle()

    assert floor.hears(CALLER) == set()
    assert floor.hears(leg) == {A}
    assert floor.voice.legs[CALLER].digits_received == "42#"


async def test_a_transfer_to_a_queue_sends_the_agent_to_wrap_up(floor: Floor) -> None:
    call, leg = await a_talk(floor)
    await floor.available(CHIE)

    await floor.core.calls.transfer(a_principal(ANA), call, ToQueue(SUPPORT.id))
    await settle()

    assert leg not in floor.voice.legs
    assert floor.desk(ANA, "wrap_up")
    assert not floor.desk(ANA, "call")
    await floor.accepts(CHIE)
    other = await floor.connects(CHIE, call, says=(M,))
    assert floor.hears(CALLER) == {M}
    assert floor.hears(other) == {A}
    (row,) = floor.rows(views.CALLS)
    (transfer,) = row["transfers"]
    assert (transfer["from"]["id"], transfer["to_queue"]["id"]) == (ANA, "queue_support")


async def test_a_transfer_to_an_agent_who_does_not_answer_comes_back_to_the_queue(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    await floor.available(CHIE)
    await floor.core.calls.transfer(a_principal(ANA), call, ToAgent(CHIE))
    await settle()
    assert floor.desk(CHIE, "offer")

    await floor.clock.advance(20)
    assert floor.status(CHIE) == "missed_call"
    state = floor.call(call)
    assert (state.state, state.front) == (CallState.QUEUED, True)
    await floor.available(BEN)
    await floor.accepts(BEN)


async def test_nobody_transfers_to_an_agent_who_is_not_free(floor: Floor) -> None:
    call, leg = await a_talk(floor)
    with pytest.raises(AgentNotFreeError):
        await floor.core.calls.transfer(a_principal(ANA), call, ToAgent(CHIE))
    assert floor.hears(leg) == {A}


@pytest.mark.req("BASE-16")
async def test_an_agent_reloads_his_page(floor: Floor) -> None:
    call, leg = await a_talk(floor)

    floor.voice.far_end_hangs_up(leg)
    await settle()
    assert floor.desk(ANA, "call")[0]["my_media"] == "lost"
    playing = floor.voice.playback_to(CALLER)
    assert playing is not None
    await floor.clock.advance(10)
    again = await floor.connects(ANA, call, says=(B,))

    assert floor.hears(CALLER) == {B}
    assert floor.hears(again) == {A}
    await floor.clock.advance(60)
    assert floor.call(call).state is CallState.TALKING


async def test_connecting_anew_ends_the_former_leg(floor: Floor) -> None:
    call, leg = await a_talk(floor)
    again = await floor.connects(ANA, call, says=(M,))

    assert leg not in floor.voice.legs
    assert floor.hears(CALLER) == {M}
    assert floor.hears(again) == {A}


async def test_an_agent_who_does_not_come_back_loses_the_call_to_the_next(floor: Floor) -> None:
    call, leg = await a_talk(floor)
    floor.voice.far_end_hangs_up(leg)
    await floor.clock.advance(20)

    state = floor.call(call)
    assert (state.state, state.front) == (CallState.QUEUED, True)
    assert floor.desk(ANA, "wrap_up")
    await floor.available(BEN)
    assert floor.offer_to(BEN)


async def test_wrap_up_ends_by_itself_and_can_be_extended(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await settle()
    (wrap_up,) = floor.desk(ANA, "wrap_up")
    await floor.core.handlings.extend(a_principal(ANA), wrap_up["handling"])

    await floor.clock.advance(119)
    assert floor.desk(ANA, "wrap_up")
    await floor.clock.advance(1)

    assert not floor.desk(ANA, "wrap_up")


async def test_the_next_status_comes_after_wrap_up(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    await floor.core.desk.set_presence(a_principal(ANA), "break", "next")
    assert floor.desk(ANA, "presence")[0]["next_status"] == "break"
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await settle()
    assert floor.status(ANA) == "available"

    await floor.clock.advance(60)

    assert floor.status(ANA) == "break"


@pytest.mark.req("MON-1", "MON-2")
async def test_supervisors_come_and_go_unnoticed(floor: Floor) -> None:
    call, leg = await a_talk(floor)
    shown = floor.rows(views.desk(ANA))
    gains = {pair: gain for bridge in floor.voice.bridges.values() for pair, gain in bridge.items()}

    monitoring, listener = await floor.listens(SUE, call, says=(M,))
    _, other = await floor.listens(CHIE, call, says=(M,))

    assert floor.hears(listener) == {A, B}
    assert floor.hears(other) == {A, B}
    assert floor.hears(CALLER) == {B}
    assert floor.hears(leg) == {A}
    assert floor.rows(views.desk(ANA)) == shown
    (row,) = floor.rows(views.CALLS)
    assert [one["id"] for one in row["monitors"]] == [SUE, CHIE]
    (bridge,) = floor.voice.bridges.values()
    assert {pair: gain for pair, gain in bridge.items() if pair in gains} == gains
    (shown_to_sue,) = floor.rows(views.monitoring(SUE))
    assert (shown_to_sue["id"], shown_to_sue["media"]) == (monitoring, "connected")

    await floor.core.supervision.stop(floor.manager(SUE), MonitoringId(monitoring))
    floor.voice.far_end_hangs_up(other)
    await settle()
    assert floor.hears(CALLER) == {B}
    assert floor.hears(leg) == {A}
    await floor.clock.advance(20)
    assert floor.rows(views.CALLS)[0]["monitors"] == []
    assert floor.rows(views.desk(ANA)) == shown


async def test_monitoring_follows_a_transfer_and_ends_with_the_call(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    _, listener = await floor.listens(SUE, call)
    await floor.available(CHIE)
    await floor.core.calls.transfer(a_principal(ANA), call, ToAgent(CHIE))
    await settle()
    await floor.accepts(CHIE)
    await floor.connects(CHIE, call, says=(M,))
    assert floor.hears(listener) == {A, M}

    await floor.core.calls.hang_up(a_principal(CHIE), call)
    await settle()

    assert not floor.voice.legs
    assert floor.rows(views.monitoring(SUE)) == []


async def test_only_who_may_listen_listens(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    with pytest.raises(NotAllowedError):
        await floor.core.supervision.monitor(a_principal(BEN), call, PAGE)
    with pytest.raises(NotFoundError):
        await floor.core.calls.hang_up(a_principal(BEN), call)


@pytest.mark.req("END-1")
async def test_a_supervisor_ends_a_call_whatever_its_state(floor: Floor) -> None:
    call = await floor.rings(CALLER)
    await floor.core.calls.end(floor.manager(SUE), call)
    await settle()

    assert not floor.voice.legs
    (ended,) = await floor.core.calls.completed(floor.manager(SUE), 10)
    assert ended["end_reason"] == "ended_by_supervisor"


@pytest.mark.req("CH-2")
async def test_a_consumer_calls_from_the_browser_and_comes_back_after_a_reload(floor: Floor) -> None:
    await floor.available(ANA)
    visitor = a_visitor()
    call, leg, _ = await floor.core.calls.start(visitor, SALES.id, "en", PAGE)
    floor.voice.far_end_says(leg, (A,))
    assert floor.desk(ANA, "offer") == []
    await floor.hear_out(leg)
    with pytest.raises(ConflictError):
        await floor.core.calls.start(visitor, SALES.id, "en", PAGE)
    await floor.accepts(ANA)
    agent = await floor.connects(ANA, call, says=(B,))
    assert floor.hears(leg) == {B}
    assert floor.hears(agent) == {A}

    floor.voice.far_end_hangs_up(leg)
    await settle()
    (row,) = floor.rows(views.consumer(visitor.consumer.id))
    assert (row["state"], row["my_media"], row["agent"]) == ("talking", "lost", {"name": "Ana"})
    assert floor.voice.playback_to(agent) is not None
    leg, _ = await floor.core.calls.attach_consumer_media(visitor, call, PAGE)
    floor.voice.far_end_says(leg, (A,))
    await settle()
    assert floor.hears(leg) == {B}
    assert floor.hears(agent) == {A}

    floor.voice.far_end_hangs_up(leg)
    await floor.clock.advance(20)
    (row,) = floor.rows(views.consumer(visitor.consumer.id))
    assert (row["state"], row["end_reason"]) == ("ended", "consumer_media_lost")
    assert floor.desk(ANA, "wrap_up")


async def test_a_refused_page_leaves_no_leg_behind(floor: Floor) -> None:
    with pytest.raises(NotFoundError):
        await floor.core.calls.attach_consumer_media(a_visitor(), InteractionId("call_x"), PAGE)
    call, leg = await a_talk(floor)
    await floor.core.calls.hang_up(a_principal(ANA), call)
    with pytest.raises(NotFoundError):
        await floor.core.calls.attach_media(a_principal(ANA), call, PAGE)
    await settle()
    assert not floor.voice.legs
    assert leg


async def test_without_queues_a_caller_is_told_so(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    await floor.staff(ANA)
    async with floor:
        await floor.rings(CALLER)
        await floor.hear_out(CALLER)

        assert not floor.voice.legs
        (ended,) = await floor.core.calls.completed(floor.manager(SUE), 10)
        assert (ended["state"], ended["end_reason"]) == ("ended", "no_queue")


async def test_three_wrong_choices_end_the_call_politely(floor: Floor) -> None:
    await floor.rings(CALLER)
    for _ in range(2):
        floor.voice.far_end_presses(CALLER, "7")
        await settle()
    assert floor.speech.said.count(("en", "Sorry, this is not one of the choices.")) == 2
    floor.voice.far_end_presses(CALLER, "7")
    await floor.hear_out(CALLER)

    assert not floor.voice.legs
    (ended,) = await floor.core.calls.completed(floor.manager(SUE), 10)
    assert ended["end_reason"] == "no_choice"


async def test_silence_in_the_menu_counts_as_a_mistake(floor: Floor) -> None:
    await floor.rings(CALLER)
    for _ in range(3):
        await floor.hear_out(CALLER)
        await floor.clock.advance(5)
    await floor.hear_out(CALLER)

    assert ("en", "Sorry, I did not notice a choice.") in floor.speech.said
    assert not floor.voice.legs


async def test_the_database_is_away_and_the_talk_goes_on(floor: Floor) -> None:
    _, leg = await a_talk(floor)
    floor.storage.interactions.available = False
    floor.voice.far_end_presses(CALLER, "1")
    await floor.clock.advance(60)
    assert floor.hears(CALLER) == {B}
    assert floor.hears(leg) == {A}

    floor.storage.interactions.available = True
    floor.voice.far_end_hangs_up(CALLER)
    await floor.clock.advance(1)
    assert not floor.voice.legs
    assert floor.desk(ANA, "wrap_up")


async def test_after_a_crash_the_call_is_closed_and_its_recording_recovered(tmp_path: Path) -> None:
    first = Floor(tmp_path)
    await first.staff(ANA, BEN, queues=(SALES,))
    await first.__aenter__()
    await first.available(ANA)
    call = await first.waits(CALLER)
    await first.accepts(ANA)
    await first.connects(ANA, call)
    (recording,) = await first.core.recordings.of(call)
    await first.killed()

    async with first.restarted() as second:
        await until(lambda: second.blobs.kept and not list((tmp_path / "recordings").iterdir()))
        assert list(second.owners.states()) == []
        (ended,) = await second.core.calls.completed(second.manager(SUE), 10)
        assert (ended["state"], ended["end_reason"]) == ("failed", "server_restarted")
        assert second.desk(ANA, "wrap_up")
        assert second.transcoder.recovered
        found = await second.core.recordings.open(second.manager(SUE), RecordingId(recording.id))
        assert found.blob_key in second.blobs.kept
        await second.clock.advance(60)
        assert second.status(ANA) == "available"
        await second.waits(LegId("leg_next"))
        assert second.offer_to(ANA)


async def test_a_stopping_server_ends_its_calls_with_the_reason(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    await floor.staff(ANA, queues=(SALES,))
    async with floor:
        await floor.available(ANA)
        call = await floor.waits(CALLER)
    snapshot = await floor.storage.interactions.load(call)

    assert snapshot is not None
    assert (snapshot.live, snapshot.data["end_reason"]) == (False, "server_restarted")
    assert not floor.voice.legs
