"""The engine over loopback SIP, with media that only remembers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.adapters.system import SystemIds, SystemRng
from madoguchi.adapters.voice.embedded.engine import EmbeddedVoice
from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Phone, Trunk
from madoguchi.adapters.voice.embedded.sip.timers import Timing
from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId
from madoguchi.media import protocol
from madoguchi.ports import voice
from tests.unit.adapters.voice.embedded.house import House, a_house
from tests.unit.adapters.voice.embedded.media import FakeMedia
from tests.unit.adapters.voice.embedded.sip.exchange_room import HELD, OFFER
from tests.unit.adapters.voice.embedded.sip_phone import SipPhone

BROWSER = LegId("leg_browser")
SETTINGS = EmbeddedVoiceSettings(
    sip_host="127.0.0.1", sip_port=0, phones=(Phone("1001", "secret"),), max_legs=3, timing=Timing(t1_s=0.05)
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with a_house(SETTINGS) as opened:
        opened.answers = opened.rings = False
        yield opened


@pytest.fixture
async def phone(house: House) -> AsyncIterator[SipPhone]:
    async with SipPhone.open(house.engine.sip_port) as opened:
        yield opened


def media_of(house: House) -> FakeMedia:
    assert isinstance(house.media, FakeMedia)
    return house.media


async def a_call(house: House, phone: SipPhone) -> LegId:
    """Let the phone call in, and answer it."""
    phone.invite(OFFER)
    arrived = await house.wait(voice.LegArrived)
    await house.engine.answer(arrived.leg)
    await phone.receives(200)
    phone.ack()
    await house.wait(voice.LegAnswered)
    return arrived.leg


async def test_a_call_comes_in_is_answered_and_hung_up(house: House, phone: SipPhone) -> None:
    leg = await a_call(house, phone)
    assert media_of(house).legs[leg] is not None

    phone.request("BYE")
    await phone.receives(200)

    assert await house.wait(voice.LegReleased) == voice.LegReleased(leg, voice.ReleaseCause.NORMAL)
    with pytest.raises(voice.LegGoneError):
        await house.engine.answer(leg)
    with pytest.raises(voice.LegGoneError):
        await house.engine.send_digits(leg, "1")


async def test_answering_twice_changes_nothing(house: House, phone: SipPhone) -> None:
    leg = await a_call(house, phone)

    await house.engine.answer(leg)

    assert house.all(voice.LegAnswered) == [voice.LegAnswered(leg)]


async def test_our_release_says_bye_and_is_told_once(house: House, phone: SipPhone) -> None:
    leg = await a_call(house, phone)

    await house.engine.release(leg, voice.ReleaseCause.FAILED)
    await house.engine.release(leg)

    await phone.is_asked("BYE")
    assert house.all(voice.LegReleased) == [voice.LegReleased(leg, voice.ReleaseCause.FAILED)]


async def test_a_caller_who_gives_up_is_cancelled(house: House, phone: SipPhone) -> None:
    phone.invite(OFFER)
    arrived = await house.wait(voice.LegArrived)
    await house.engine.ring(arrived.leg)
    await phone.receives(180)

    phone.request("CANCEL")

    await phone.receives(487)
    assert (await house.wait(voice.LegReleased)).cause is voice.ReleaseCause.CANCELLED
    with pytest.raises(voice.LegGoneError):
        await house.engine.ring(arrived.leg)


async def test_hold_is_told_and_reaches_the_media(house: House, phone: SipPhone) -> None:
    leg = await a_call(house, phone)

    phone.request("INVITE", HELD)
    await phone.receives(200)
    phone.ack()
    await house.wait(voice.LegHeld, lambda fact: fact.on_hold)
    phone.request("INVITE", OFFER)
    await phone.receives(200)
    phone.ack()

    await house.wait(voice.LegHeld, lambda fact: not fact.on_hold)
    settings = media_of(house).legs[leg]
    assert settings is not None
    assert settings.send


async def test_a_dead_worker_hangs_up_its_phones_and_browsers(house: House, phone: SipPhone) -> None:
    leg = await a_call(house, phone)
    await house.engine.open_browser_leg(BROWSER, voice.BrowserOffer("offer"), listen_only=True)

    media_of(house).report(protocol.WorkerLost((leg, BROWSER)))

    await phone.is_asked("BYE")
    assert {(fact.leg, fact.cause) for fact in house.all(voice.LegReleased)} == {
        (leg, voice.ReleaseCause.MEDIA_LOST),
        (BROWSER, voice.ReleaseCause.MEDIA_LOST),
    }


async def test_a_worker_without_a_port_refuses_the_call(house: House, phone: SipPhone) -> None:
    media_of(house).full = True
    phone.invite(OFFER)
    arrived = await house.wait(voice.LegArrived)

    with pytest.raises(voice.LegGoneError):
        await house.engine.answer(arrived.leg)

    await phone.receives(500)
    assert (await house.wait(voice.LegReleased)).cause is voice.ReleaseCause.FAILED
    with pytest.raises(voice.VoiceUnavailableError):
        await house.engine.dial(LegId("leg_out"), voice.PhoneAddress(phone.uri), caller="1", headers={}, ring_s=1)


async def test_a_full_engine_takes_no_more_calls(house: House, phone: SipPhone) -> None:
    for number in range(3):
        leg = LegId(f"leg_{number}")
        await house.engine.open_browser_leg(leg, voice.BrowserOffer("offer"), listen_only=False)

    phone.invite(OFFER)
    await phone.receives(503)
    with pytest.raises(voice.VoiceUnavailableError):
        await house.engine.open_browser_leg(LegId("leg_4"), voice.BrowserOffer("offer"), listen_only=False)


async def test_a_digit_that_comes_both_ways_is_one_digit(house: House, phone: SipPhone) -> None:
    leg = await a_call(house, phone)

    media_of(house).report(protocol.DigitsHeard(leg, "5"))
    phone.request("INFO", "Signal=5\r\n", kind="application/dtmf-relay")
    await phone.receives(200)
    phone.request("INFO", "Signal=6\r\n", kind="application/dtmf-relay")
    await phone.receives(200)
    media_of(house).report(protocol.DigitsHeard(leg, "7"))
    media_of(house).report(protocol.DigitsHeard(leg, "7"))

    assert [fact.digits for fact in house.all(voice.DigitsHeard)] == ["5", "6", "7", "7"]


async def test_a_phone_is_dialled_rings_and_answers(house: House, phone: SipPhone) -> None:
    leg = LegId("leg_out")
    await house.engine.dial(
        leg,
        voice.PhoneAddress(phone.uri),
        caller="+8131 <x>",
        headers={"X-Case": "7\r\nVia: evil", "Via": "no"},
        ring_s=5,
    )
    invite = await phone.is_asked("INVITE")
    assert (invite.headers.get("x-case"), len(invite.headers.all("via"))) == ("7  Via: evil", 1)
    assert invite.sender.uri.user == "+8131x"
    phone.respond(180)
    await house.wait(voice.LegRang)
    phone.respond(200, OFFER)

    await phone.is_asked("ACK")
    await house.wait(voice.LegAnswered)
    await house.engine.send_digits(leg, "1")
    assert ("send_digits", leg, "1") in media_of(house).orders


async def test_a_phone_without_telephone_events_gets_digits_by_info(house: House, phone: SipPhone) -> None:
    leg = LegId("leg_out")
    await house.engine.dial(leg, voice.PhoneAddress(phone.uri), caller="", headers={}, ring_s=5)
    invite = await phone.is_asked("INVITE")
    assert invite.sender.uri.user == "anonymous"
    phone.respond(200, OFFER.replace("RTP/AVP 0 101", "RTP/AVP 0"))
    await house.wait(voice.LegAnswered)

    await house.engine.send_digits(leg, "12")

    bodies = []
    for _ in range(2):
        info = await phone.is_asked("INFO")
        bodies.append(info.body.split(b"\r\n")[0])
        phone.respond(200)
    assert bodies == [b"Signal=1", b"Signal=2"]


async def test_a_phone_that_does_not_answer_is_given_up(house: House, phone: SipPhone) -> None:
    leg = LegId("leg_out")
    await house.engine.dial(leg, voice.PhoneAddress(phone.uri), caller="1", headers={}, ring_s=0.1)
    await phone.is_asked("INVITE")
    phone.respond(180)

    await phone.is_asked("CANCEL")
    assert (await house.wait(voice.LegReleased)).cause is voice.ReleaseCause.NO_ANSWER


@pytest.mark.parametrize("uri", ["+81312345678", "sip:1001", "sip:nobody", "http://x", "", "sip:a@b c"])
async def test_what_leads_nowhere_cannot_be_dialled(uri: str, house: House) -> None:
    with pytest.raises(voice.VoiceUnavailableError):
        await house.engine.dial(LegId("leg_out"), voice.PhoneAddress(uri), caller="1", headers={}, ring_s=1)

    assert house.facts == []


async def test_a_number_goes_to_the_first_trunk_with_its_name(phone: SipPhone) -> None:
    trunk = Trunk("carrier", "127.0.0.1", port=phone.port, caller="+81300000000")
    async with a_house(EmbeddedVoiceSettings(sip_host="127.0.0.1", sip_port=0, trunks=(trunk,))) as house:
        await house.engine.dial(
            LegId("leg_out"), voice.PhoneAddress("+81 (3) 1234-5678"), caller="", headers={}, ring_s=5
        )
        invite = await phone.is_asked("INVITE")
        phone.respond(486)

        assert (invite.uri.user, invite.sender.uri.user) == ("+81312345678", "+81300000000")
        assert invite.headers.get("p-asserted-identity") == "<sip:+81300000000@127.0.0.1>"
        assert (await house.wait(voice.LegReleased)).cause is voice.ReleaseCause.BUSY


async def test_a_transfer_that_is_refused_leaves_the_call(house: House, phone: SipPhone) -> None:
    leg = await a_call(house, phone)

    async def refuse() -> None:
        refer = await phone.is_asked("REFER")
        assert refer.headers.get("refer-to") == "<sip:200@192.0.2.9>"
        phone.respond(603)

    async with asyncio.TaskGroup() as group:
        group.create_task(refuse())
        with pytest.raises(voice.VoiceUnavailableError):
            await house.engine.refer(leg, voice.PhoneAddress("200"))
    assert house.all(voice.LegReleased) == []


async def test_a_transfer_that_succeeds_ends_the_leg(house: House, phone: SipPhone) -> None:
    leg = await a_call(house, phone)

    async def accept() -> None:
        await phone.is_asked("REFER")
        phone.respond(202)
        phone.request("NOTIFY", "SIP/2.0 200 OK\r\n", kind="message/sipfrag", event="refer")
        await phone.receives(200)

    async with asyncio.TaskGroup() as group:
        group.create_task(accept())
        await house.engine.refer(leg, voice.PhoneAddress("sip:200@192.0.2.7"))
    assert house.all(voice.LegReleased) == [voice.LegReleased(leg, voice.ReleaseCause.NORMAL)]


async def test_a_browser_leg_connects_once_and_ends(house: House) -> None:
    answer = await house.engine.open_browser_leg(BROWSER, voice.BrowserOffer("offer"), listen_only=True)
    assert answer.body == "answer to offer, True"
    for fact in (protocol.BrowserConnected(BROWSER), protocol.BrowserConnected(BROWSER), protocol.MediaLost(BROWSER)):
        media_of(house).report(fact)
    media_of(house).report(protocol.MediaBack(BROWSER))
    media_of(house).report(protocol.BrowserClosed(BROWSER))
    media_of(house).report(protocol.DigitsHeard(BROWSER, "1"))

    assert house.facts == [
        voice.LegAnswered(BROWSER),
        voice.MediaLost(BROWSER),
        voice.MediaBack(BROWSER),
        voice.LegReleased(BROWSER, voice.ReleaseCause.NORMAL),
    ]


async def test_orders_for_bridges_sounds_and_recordings_are_handed_on(house: House, tmp_path: Path) -> None:
    await house.engine.open_browser_leg(BROWSER, voice.BrowserOffer("offer"), listen_only=False)
    bridge, playback, recording = BridgeId("b"), PlaybackId("p"), RecordingId("r")
    gone = LegId("leg_gone")

    await house.engine.open_bridge(bridge)
    await house.engine.set_gains(bridge, [gone, BROWSER], [[0, 1], [1, 0.5]])
    await house.engine.play(playback, BROWSER, [])
    await house.engine.stop_playback(playback)
    await house.engine.start_recording(recording, BROWSER, tmp_path / "a.wav", channels=voice.Channels.DUAL)
    await house.engine.pause_recording(recording)
    await house.engine.resume_recording(recording)
    await house.engine.stop_recording(recording)
    await house.engine.close_bridge(bridge)
    with pytest.raises(voice.LegGoneError):
        await house.engine.start_recording(recording, gone, tmp_path / "b.wav", channels=voice.Channels.MONO)

    assert media_of(house).orders == [
        ("open_bridge", bridge),
        ("set_gains", bridge, [BROWSER], [[0.5]]),
        ("play", playback, BROWSER, 0),
        ("stop_playback", playback),
        ("start_recording", recording, BROWSER, tmp_path / "a.wav", True),
        ("pause_recording", recording),
        ("resume_recording", recording),
        ("stop_recording", recording),
        ("close_bridge", bridge),
    ]


async def test_closing_ends_every_leg(phone: SipPhone, house: House) -> None:
    leg = await a_call(house, phone)
    await house.engine.open_browser_leg(BROWSER, voice.BrowserOffer("offer"), listen_only=False)

    async with asyncio.TaskGroup() as group:
        group.create_task(house.engine.close())
        await phone.is_asked("BYE")
        phone.respond(200)

    assert {fact.leg for fact in house.all(voice.LegReleased)} == {leg, BROWSER}


async def test_a_port_that_is_taken_is_named(house: House) -> None:
    settings = EmbeddedVoiceSettings(sip_host="127.0.0.1", sip_port=house.engine.sip_port)
    second = EmbeddedVoice(settings, FakeMedia(), SystemIds(), SystemRng())

    with pytest.raises(voice.VoiceUnavailableError, match=str(house.engine.sip_port)):
        await second.start(lambda _: None)


async def test_a_listener_that_fails_does_not_harm_the_engine(caplog: pytest.LogCaptureFixture) -> None:
    engine = EmbeddedVoice(SETTINGS, FakeMedia(), SystemIds(), SystemRng())
    seen: list[voice.VoiceEvent] = []

    def fail(fact: voice.VoiceEvent) -> None:
        seen.append(fact)
        raise RuntimeError("the listener is broken")

    await engine.start(fail)
    async with SipPhone.open(engine.sip_port) as caller:
        caller.invite(OFFER)
        await caller.receives(100)
        await engine.close()

    assert [type(fact) for fact in seen] == [voice.LegArrived, voice.LegReleased]
    assert "the listener failed" in caplog.text
