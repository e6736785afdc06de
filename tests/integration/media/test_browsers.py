"""Browser legs of a running media plane, with aiortc as the browser."""

import asyncio
from pathlib import Path

import pytest

from madoguchi.kernel.ids import LegId, PlaybackId
from madoguchi.media.protocol import BrowserClosed, BrowserConnected, MediaBack, MediaLost, RtpCodec
from madoguchi.ports.voice import BadBrowserOfferError, Sound
from madoguchi.testing.tones import write_tone
from tests.integration.media.plane import BrowserPeer, a_scene, until
from tests.integration.media.test_phones import TALK


async def test_a_browser_and_a_phone_hear_each_other() -> None:
    async with a_scene() as scene:
        browser = await scene.browser("leg_1", 440)
        phone = await scene.phone("leg_2", 700)

        await scene.gains(["leg_1", "leg_2"], TALK)

        await scene.happened(BrowserConnected(LegId("leg_1")))
        await scene.hears(browser, 700)
        await scene.hears(phone, 440)
        assert phone.seams() == []


@pytest.mark.req("MON-9")
async def test_what_a_listen_only_browser_sends_is_heard_by_nobody() -> None:
    async with a_scene() as scene:
        browser = await scene.browser("leg_1", 1200, listen_only=True)
        phone = await scene.phone("leg_2", 700)

        await scene.gains(["leg_1", "leg_2"], TALK)

        await scene.hears(browser, 700)
        assert phone.hears() == frozenset()


async def test_sounds_reach_a_browser(tmp_path: Path) -> None:
    async with a_scene() as scene:
        browser = await scene.browser("leg_1", microphone=False, listen_only=True)
        music = Sound(write_tone(tmp_path / "music.wav", [1500], 0.5, 44_100), loop=True)

        await scene.plane.play(PlaybackId("play_1"), LegId("leg_1"), [music])

        await scene.hears(browser, 1500)


async def test_a_browser_that_vanishes_is_lost_and_one_that_closes_is_closed() -> None:
    async with a_scene(browser_lost_s=1.0) as scene:
        browser = await scene.browser("leg_1", 440)
        await scene.happened(BrowserConnected(LegId("leg_1")))

        await browser.close()

        await until(lambda: bool({BrowserClosed(LegId("leg_1")), MediaLost(LegId("leg_1"))} & set(scene.events)))
        assert MediaBack(LegId("leg_1")) not in scene.events


@pytest.mark.req("MON-1")
async def test_a_listener_may_be_silent_for_longer_than_a_talker() -> None:
    async with a_scene(browser_lost_s=0.2, listener_lost_s=0.2) as scene:
        await scene.browser("leg_1", microphone=False, listen_only=True)
        await scene.happened(MediaLost(LegId("leg_1")))
    async with a_scene(browser_lost_s=0.2) as scene:
        await scene.browser("leg_1", microphone=False, listen_only=True)
        await scene.happened(BrowserConnected(LegId("leg_1")))
        await asyncio.sleep(2.5)

        assert MediaLost(LegId("leg_1")) not in scene.events


@pytest.mark.req("BASE-16")
async def test_a_reloaded_page_takes_its_leg_over_and_nobody_else_notices() -> None:
    async with a_scene() as scene:
        before = await scene.browser("leg_1", 440)
        phone = await scene.phone("leg_2", 700)
        await scene.gains(["leg_1", "leg_2"], TALK)
        await scene.hears(phone, 440)
        await before.close()

        after = await scene.browser("leg_1", 1000)

        await scene.hears(after, 700)
        await scene.hears(phone, 1000)
        assert phone.seams() == []


@pytest.mark.parametrize("tcp", [True, False])
async def test_browsers_are_told_of_the_tcp_port_unless_that_is_switched_off(*, tcp: bool) -> None:
    async with a_scene(tcp=tcp) as scene:
        peer = scene.browsers[LegId("leg_1")] = BrowserPeer((), microphone=True)
        answer = await scene.plane.open_browser(LegId("leg_1"), await peer.offer(), listen_only=False)

        candidates = [line.split() for line in answer.splitlines() if line.startswith("a=candidate")]
        assert [words[2] for words in candidates] == (["udp", "tcp"] if tcp else ["udp"])


async def test_what_is_no_offer_is_refused() -> None:
    async with a_scene() as scene:
        with pytest.raises(BadBrowserOfferError):
            await scene.plane.open_browser(LegId("leg_1"), "hello", listen_only=False)

        assert (await scene.plane.stats())[0].legs == 0


async def test_g722_keeps_its_numbers_like_any_other_codec() -> None:
    async with a_scene() as scene:
        one = await scene.phone("leg_1", codec=RtpCodec("G722", 9, 8000))
        await scene.phone("leg_2", 700)
        await scene.gains(["leg_1", "leg_2"], TALK)

        await until(lambda: len(one.received) > 20)

        assert one.seams() == []
        assert {packet.payload_type for packet in one.received} == {9}
        assert {len(packet.payload) for packet in one.received} == {160}
