"""Around the call path: permissions, recordings that fail, a database that is away, chats beside calls."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.domain.access.users import Credentials
from madoguchi.domain.queues.queue import MenuChannel, RecordingPolicy
from madoguchi.domain.recording import RecordingState
from madoguchi.domain.transfers import ToAgent, ToQueue
from madoguchi.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from madoguchi.kernel.ids import HandlingId, InteractionId, LegId, MonitoringId, OfferId, QueueId, RecordingId, UserId
from madoguchi.ports.storage import StorageUnavailableError
from madoguchi.ports.voice import BadBrowserOfferError, BrowserOffer
from madoguchi.services import views
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue, a_user
from madoguchi.testing.environment import settle, until
from madoguchi.testing.queues import plant
from tests.unit.services.floor import PAGE, Floor, a_visitor

CALLER = LegId("leg_caller")
BAD = BrowserOffer("nonsense")
SALES = a_queue("sales", ANA, BEN, recording=RecordingPolicy.RECORD)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, queues=(SALES,))
    async with made:
        yield made


async def a_talk(floor: Floor) -> InteractionId:
    await floor.available(ANA)
    call = await floor.waits(CALLER)
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    return call


async def a_recording(floor: Floor, call: InteractionId) -> RecordingState:
    (recording,) = await floor.storage.catalogue.recordings(call)
    return recording.state


async def test_a_page_whose_offer_is_bad_changes_nothing(floor: Floor) -> None:
    call = await a_talk(floor)
    legs = set(floor.voice.legs)
    with pytest.raises(BadBrowserOfferError):
        await floor.core.calls.attach_media(a_principal(ANA), call, BAD)
    with pytest.raises(BadBrowserOfferError):
        await floor.core.calls.start(a_visitor(), SALES.id, "en", BAD)
    with pytest.raises(BadBrowserOfferError):
        await floor.core.supervision.monitor(floor.manager(SUE), call, BAD)
    await settle()
    assert set(floor.voice.legs) == legs
    assert len(floor.rows(views.CALLS)) == 1


async def test_a_browser_that_connects_before_the_call_knows_it_is_heard(floor: Floor) -> None:
    call, leg, _ = await floor.core.calls.start(a_visitor(), SALES.id, "en", PAGE)
    await settle()
    assert floor.call(call).consumer_party.leg == leg
    assert floor.call(call).consumer_party.connected


async def test_only_queues_of_the_web_menu_take_browsers(floor: Floor) -> None:
    with pytest.raises(NotFoundError):
        await floor.core.calls.start(a_visitor(), QueueId("queue_none"), "en", PAGE)


async def test_a_consumer_commands_his_own_call_only(floor: Floor) -> None:
    call, _, _ = await floor.core.calls.start(a_visitor(1), SALES.id, "en", PAGE)
    with pytest.raises(NotFoundError):
        await floor.core.calls.consumer_hang_up(a_visitor(2), call)
    with pytest.raises(InvalidInputError):
        await floor.core.calls.consumer_digits(a_visitor(1), call, "one")
    await floor.core.calls.consumer_digits(a_visitor(1), call, "1")
    await floor.core.calls.consumer_hang_up(a_visitor(1), call)
    await settle()
    assert not floor.voice.legs


async def test_permissions_are_looked_at(floor: Floor) -> None:
    call = await a_talk(floor)
    ana, sue = a_principal(ANA), floor.manager(SUE)
    for asked in (
        floor.core.calls.end(ana, call),
        floor.core.calls.completed(ana, 10),
        floor.core.calls.hang_up(sue, call),
        floor.core.supervision.stop(ana, MonitoringId("monitoring_1")),
        floor.core.recordings.open(ana, RecordingId("recording_1")),
        floor.core.offers.accept(sue, OfferId("offer_1")),
        floor.core.desk.set_presence(sue, "available"),
        floor.core.desk.set_agent_presence(ana, BEN, "break"),
        floor.core.handlings.finish(sue, HandlingId("handling_1")),
    ):
        with pytest.raises(NotAllowedError):
            await asked


async def test_who_sees_the_details_of_a_call(floor: Floor) -> None:
    call = await a_talk(floor)
    await floor.listens(SUE, call)
    ours = await floor.core.calls.details(a_principal(ANA), call)
    assert "monitors" not in ours
    assert not any("monitor" in str(entry) for entry in ours["timeline"])
    assert [one["name"] for one in (await floor.core.calls.details(floor.manager(SUE), call))["monitors"]] == ["Sue"]
    with pytest.raises(NotFoundError):
        await floor.core.calls.details(a_principal(BEN), call)
    with pytest.raises(NotFoundError):
        await floor.core.calls.details(floor.manager(SUE), InteractionId("call_none"))


async def test_presence_is_chosen_by_the_agent_or_by_who_may(floor: Floor) -> None:
    await floor.core.desk.set_presence(a_principal(ANA), "meal")
    assert floor.status(ANA) == "meal"
    await floor.core.desk.set_agent_presence(floor.manager(SUE), ANA, "available")
    assert floor.status(ANA) == "available"
    with pytest.raises(InvalidInputError):
        await floor.core.desk.set_presence(a_principal(ANA), "asleep")
    with pytest.raises(InvalidInputError):
        await floor.core.desk.set_presence(a_principal(ANA), "meal", "soon")
    with pytest.raises(NotFoundError):
        await floor.core.desk.set_agent_presence(floor.manager(SUE), UserId("user_none"), "meal")


async def test_who_signs_out_is_rung_no_more_and_finishes_his_work(floor: Floor) -> None:
    call = await a_talk(floor)
    await floor.core.desk.leave(a_principal(ANA))
    assert floor.status(ANA) == "available"
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await floor.clock.advance(60)
    assert floor.status(ANA) == "signed_out"
    await floor.core.desk.leave(floor.manager(SUE))


async def test_a_new_agent_is_known_as_soon_as_he_comes(floor: Floor) -> None:
    newcomer = UserId("user_dai")
    await floor.storage.catalogue.add_user(a_user(newcomer), Credentials("x"))
    await floor.core.desk.set_presence(a_principal(newcomer), "available")
    assert floor.status(newcomer) == "available"
    names = [(one["name"], one["available"]) for one in await floor.core.desk.colleagues(a_principal(ANA))]
    assert names == [("Ben", False), ("Dai", True)]


async def test_the_portal_lists_queues_with_who_is_there(floor: Floor) -> None:
    await floor.available(ANA)
    phone, queue = await floor.core.queues.for_portal(a_principal(ANA))
    assert (phone["id"], phone["channels"]) == (f"{SALES.id}ivr", ["ivr"])
    assert (queue["id"], queue["channels"], queue["agents"], queue["available"]) == (SALES.id, ["web"], 2, 1)
    (seen,) = floor.core.queues.for_consumer()
    assert seen["names"]["en"] == "Sales"
    support = replace(a_queue("support", BEN), channels=frozenset({MenuChannel.WEB}))
    await plant(floor.storage.queues, support)
    await floor.core.queues.load()
    assert [one.id for one in floor.core.queues.of_agent(BEN)] == [f"{SALES.id}ivr", SALES.id, "queue_support"]


async def test_transfers_need_a_target_that_exists(floor: Floor) -> None:
    call = await a_talk(floor)
    with pytest.raises(NotFoundError):
        await floor.core.calls.transfer(a_principal(ANA), call, ToQueue(QueueId("queue_none")))
    with pytest.raises(InvalidInputError):
        await floor.core.calls.transfer(a_principal(ANA), call, ToAgent(ANA))


async def test_taking_an_offer_twice_gives_the_same_handling(floor: Floor) -> None:
    await floor.available(ANA)
    await floor.waits(CALLER)
    offer = floor.offer_to(ANA)
    first = await floor.core.offers.accept(a_principal(ANA), offer)
    await settle()
    assert await floor.core.offers.accept(a_principal(ANA), offer) == first
    await floor.core.offers.decline(a_principal(ANA), offer)


async def test_notes_have_a_length(floor: Floor) -> None:
    call = await a_talk(floor)
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await settle()
    handling = HandlingId(floor.desk(ANA, "wrap_up")[0]["handling"])
    with pytest.raises(InvalidInputError):
        await floor.core.handlings.finish(a_principal(ANA), handling, "x" * 201)
    with pytest.raises(InvalidInputError):
        await floor.core.handlings.finish(a_principal(ANA), handling, None, "x" * 4001)
    await floor.core.handlings.finish(a_principal(ANA), handling)
    with pytest.raises(NotFoundError):
        await floor.core.handlings.finish(a_principal(ANA), handling)


async def test_a_supervisor_reconnects_his_browser(floor: Floor) -> None:
    call = await a_talk(floor)
    monitoring, former = await floor.listens(SUE, call)
    leg, _ = await floor.core.supervision.attach_media(floor.manager(SUE), MonitoringId(monitoring), PAGE)
    await settle()
    assert former not in floor.voice.legs
    assert floor.voice.legs[leg].listen_only
    with pytest.raises(NotFoundError):
        await floor.core.supervision.stop(floor.manager(BEN), MonitoringId(monitoring))


@pytest.mark.req("MON-1")
async def test_all_browsers_of_a_phone_call_are_made_near_the_callers_leg(floor: Floor) -> None:
    call = await a_talk(floor)
    monitoring, listener = await floor.listens(SUE, call)
    again, _ = await floor.core.calls.attach_media(a_principal(ANA), call, PAGE)
    anew, _ = await floor.core.supervision.attach_media(floor.manager(SUE), MonitoringId(monitoring), PAGE)

    assert {listener, again, anew} < set(floor.voice.near)
    assert set(floor.voice.near.values()) == {CALLER}


async def test_all_browsers_of_a_web_call_are_made_near_each_other_even_when_all_were_lost_at_once(
    floor: Floor,
) -> None:
    await floor.available(ANA)
    visitor = a_visitor()
    call, leg, _ = await floor.core.calls.start(visitor, SALES.id, "en", PAGE)
    await floor.hear_out(leg)
    await floor.accepts(ANA)
    agent = await floor.connects(ANA, call)
    for lost in (leg, agent):
        floor.voice.far_end_hangs_up(lost)
    await settle()
    await floor.core.calls.attach_media(a_principal(ANA), call, PAGE)
    await floor.core.calls.attach_consumer_media(visitor, call, PAGE)

    assert len(floor.voice.near) == 4
    assert set(floor.voice.near.values()) == {call}


async def test_nobody_listens_where_nobody_talks(floor: Floor) -> None:
    call = await floor.rings(CALLER)
    with pytest.raises(ConflictError):
        await floor.core.supervision.monitor(floor.manager(SUE), call, PAGE)
    with pytest.raises(NotFoundError):
        await floor.core.supervision.monitor(floor.manager(SUE), InteractionId("call_none"), PAGE)


@pytest.mark.req("REC-1")
async def test_a_recording_waits_until_it_can_be_kept(floor: Floor) -> None:
    floor.blobs.available = False
    call = await a_talk(floor)
    await floor.core.calls.hang_up(a_principal(ANA), call)
    mp3 = floor.folder / "recordings" / f"{call}_1.mp3"
    await until(mp3.exists)
    (recording,) = await floor.storage.catalogue.recordings(call)
    with pytest.raises(ConflictError):
        await floor.core.recordings.open(floor.manager(SUE), recording.id)

    floor.blobs.available = True
    await until(lambda: floor.clock._sleepers)
    await floor.clock.advance(5)
    await until(lambda: floor.blobs.kept and not mp3.exists())
    assert (await floor.core.recordings.open(floor.manager(SUE), recording.id)).size > 0
    with pytest.raises(NotFoundError):
        await floor.core.recordings.open(floor.manager(SUE), RecordingId("recording_none"))


async def test_a_capture_that_cannot_be_read_is_given_up(floor: Floor) -> None:
    call = await a_talk(floor)
    floor.transcoder.broken.add(f"{call}_1.wav")
    await floor.core.calls.hang_up(a_principal(ANA), call)
    states = floor.storage.catalogue._recordings
    await until(lambda: [one.state for one in states.values()] == [RecordingState.FAILED])
    details = await floor.core.calls.details(floor.manager(SUE), call)
    assert details["recordings"][0]["state"] == "failed"


async def test_a_recording_that_cannot_begin_does_not_disturb_the_talk(floor: Floor) -> None:
    (floor.folder / "recordings").rmdir()
    (floor.folder / "recordings").write_text("in the way")
    call = await a_talk(floor)
    await settle()
    assert floor.call(call).recording_broken
    assert await a_recording(floor, call) is RecordingState.FAILED


async def test_a_caller_who_comes_while_the_database_is_away_hears_that_it_is_out_of_order(floor: Floor) -> None:
    floor.storage.interactions.available = False
    floor.voice.arrive(CALLER, caller="")
    await floor.clock.advance(5)
    assert not floor.voice.legs
    assert floor.rows(views.CALLS) == []


async def test_who_withholds_his_number_is_anonymous_and_who_comes_again_is_known(floor: Floor) -> None:
    floor.voice.arrive(LegId("leg_1"), caller="")
    floor.voice.arrive(LegId("leg_2"), caller="0312345678", caller_name="Taro")
    await settle()
    floor.voice.arrive(LegId("leg_3"), caller="0312345678")
    await settle()
    names = sorted(row["consumer"]["name"] for row in floor.rows(views.CALLS))
    assert names == ["Anonymous", "Taro", "Taro"]
    assert len({row["consumer"]["id"] for row in floor.rows(views.CALLS)}) == 2


async def test_the_dispatcher_goes_on_after_the_database_was_away(floor: Floor) -> None:
    await floor.waits(CALLER)
    await floor.available(ANA)
    await floor.core.offers.decline(a_principal(ANA), floor.offer_to(ANA))
    floor.storage.interactions.available = False
    await floor.clock.advance(3)
    floor.storage.interactions.available = True
    await floor.clock.advance(5)
    assert floor.desk(ANA, "offer")


async def test_a_text_that_cannot_be_spoken_does_not_stop_the_caller(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    await floor.staff(ANA, queues=(a_queue("sales", ANA),))
    await floor.storage.catalogue.save_settings("calls", {"language": "en"})
    floor.speech._languages = ()
    async with floor:
        call = await floor.rings(CALLER)
        playing = floor.voice.playback_to(CALLER)
        assert playing is not None
        assert playing.sound.loop, "music, as nothing can be said"
        assert floor.call(call).state.value == "queued"


async def test_a_menu_that_cannot_be_spoken_ends_politely(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    await floor.staff(ANA, queues=(a_queue("sales", ANA), a_queue("support", ANA, key=2)))
    floor.speech._languages = ()
    async with floor:
        await floor.rings(CALLER)
        for _ in range(4):
            await floor.clock.advance(5)
        assert not floor.voice.legs


@pytest.mark.req("BASE-9", "BASE-13")
async def test_calls_and_chats_share_the_agents(floor: Floor) -> None:
    await floor.available(ANA)
    chat = await floor.core.chats.start(a_visitor(), SALES.id, "en", "Hello")
    await settle()
    (offer,) = floor.desk(ANA, "offer")
    assert (offer["channel"], offer["interaction"]) == ("chat", chat)
    interaction, _ = await floor.accepts(ANA)
    assert interaction == chat

    call = await floor.waits(CALLER)
    assert not floor.desk(ANA, "offer"), "who chats is not rung by a phone"
    await floor.available(BEN)
    assert floor.desk(BEN, "offer")[0]["interaction"] == call
    await floor.accepts(BEN)
    await floor.core.chats.start(a_visitor(2), SALES.id, "en", "Hello")
    await settle()
    assert not floor.desk(BEN, "offer"), "who is on the phone gets no chat"
    assert floor.desk(ANA, "offer"), "but who chats gets one more"


async def test_an_agent_whose_database_is_away_hears_so(floor: Floor) -> None:
    floor.storage.interactions.available = False
    asked = asyncio.ensure_future(floor.core.desk.set_presence(a_principal(ANA), "available"))
    await floor.clock.advance(5)
    with pytest.raises(StorageUnavailableError):
        await asked


async def test_the_first_caller_does_not_wait_for_the_synthesizer(floor: Floor) -> None:
    await settle()
    before = set(floor.speech.said)
    await floor.rings(LegId("leg_first"))
    await settle()
    assert floor.voice.playback_to(LegId("leg_first")) is not None
    assert len(before) > 1
    assert set(floor.speech.said) == before, "all of it was spoken before he came"
