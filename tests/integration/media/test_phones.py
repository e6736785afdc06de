"""Phone legs of a running media plane: who hears whom, on the wire."""

import asyncio
import itertools
import os
import random
import signal
import socket
from pathlib import Path

import pytest

from madoguchi.kernel.ids import LegId, PlaybackId, RecordingId
from madoguchi.media.protocol import (
    DigitsHeard,
    MediaBack,
    MediaLost,
    PlaybackEnded,
    RecordingEnded,
    RtpCodec,
    SrtpKeys,
    WorkerLost,
)
from madoguchi.ports.voice import LegGoneError, Sound, VoiceUnavailableError
from madoguchi.testing.tones import tones_recorded, write_tone
from tests.integration.media.plane import BRIDGE, a_scene, until

TALK = ((0.0, 1.0), (1.0, 0.0))


async def test_two_phones_hear_each_other_and_not_themselves() -> None:
    async with a_scene() as scene:
        one = await scene.phone("leg_1", 440)
        two = await scene.phone("leg_2", 700, codec=RtpCodec("PCMA", 8, 8000))

        await scene.gains(["leg_1", "leg_2"], TALK)

        await scene.hears(one, 700)
        await scene.hears(two, 440)


async def test_a_leg_in_no_bridge_hears_silence_in_an_unbroken_stream() -> None:
    async with a_scene() as scene:
        peer = await scene.phone("leg_1", 440)

        await until(lambda: len(peer.received) > 30)

        assert peer.hears() == frozenset()
        assert peer.seams() == []


@pytest.mark.req("MON-1")
async def test_nobody_can_tell_from_his_stream_that_a_monitor_comes_goes_or_is_killed() -> None:
    async with a_scene() as scene:
        one, two = await scene.phone("leg_1", 440), await scene.phone("leg_2", 700)
        await scene.gains(["leg_1", "leg_2"], TALK)
        await scene.hears(one, 700)
        monitored = ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 0.0))

        for _ in range(2):
            monitor = await scene.phone("leg_3", 1000)
            await scene.gains(["leg_1", "leg_2", "leg_3"], monitored)
            await scene.hears(monitor, 440, 700)
            await scene.hears(one, 700)
            await scene.hears(two, 440)
            await scene.plane.close_leg(LegId("leg_3"))
            monitor.close()
        browser = await scene.browser("leg_4", 1200)
        await scene.gains(["leg_1", "leg_2", "leg_4"], monitored)
        await scene.hears(browser, 440, 700)
        await browser.close()
        await asyncio.sleep(0.3)

        assert one.seams() == two.seams() == []
        assert (one.hears(), two.hears()) == (frozenset({700}), frozenset({440}))


async def test_reinvites_change_direction_and_address_but_never_the_stream() -> None:
    async with a_scene() as scene:
        one, two = await scene.phone("leg_1", 440), await scene.phone("leg_2", 700)
        await scene.gains(["leg_1", "leg_2"], TALK)
        await scene.hears(one, 700)

        await scene.plane.connect_rtp(LegId("leg_1"), scene.settings("leg_1"))
        await scene.hears(one, 700)

        assert one.seams() == []
        ssrc = one.received[-1].ssrc
        await scene.plane.connect_rtp(LegId("leg_1"), scene.settings("leg_1", send=False, receive=False))
        await scene.hears(two)
        held = len(one.received)
        await asyncio.sleep(0.2)
        assert len(one.received) <= held + 2
        await scene.plane.connect_rtp(LegId("leg_1"), scene.settings("leg_1"))
        await scene.hears(one, 700)
        await scene.hears(two, 440)
        assert one.received[-1].ssrc == ssrc
        sequences = [packet.sequence for packet in one.received]
        assert all((after - before) & 0xFFFF == 1 for before, after in itertools.pairwise(sequences))


async def test_music_goes_to_one_leg_only_and_the_bridge_comes_back_after_it(tmp_path: Path) -> None:
    async with a_scene() as scene:
        one, two = await scene.phone("leg_1", 440), await scene.phone("leg_2", 700)
        await scene.gains(["leg_1", "leg_2"], TALK)
        music = Sound(write_tone(tmp_path / "music.wav", [1500], 0.5, 44_100), loop=True)

        await scene.plane.play(PlaybackId("play_1"), LegId("leg_1"), [music])

        await scene.hears(one, 1500)
        await scene.hears(two, 440)
        await asyncio.sleep(0.6)  # beyond the file's end: it loops
        assert one.hears() == {1500}
        await scene.plane.stop_playback(PlaybackId("play_1"))
        await scene.happened(PlaybackEnded(PlaybackId("play_1"), completed=False))
        await scene.hears(one, 700)
        assert one.seams() == []


async def test_sounds_follow_each_other_and_an_unreadable_one_is_skipped(tmp_path: Path) -> None:
    async with a_scene() as scene:
        peer = await scene.phone("leg_1")
        (tmp_path / "garbage.wav").write_bytes(b"this is no sound" * 100)
        sounds = [
            Sound(write_tone(tmp_path / "a.wav", [1000], 0.6)),
            Sound(tmp_path / "garbage.wav", loop=True),
            Sound(tmp_path / "absent.wav"),
            Sound(write_tone(tmp_path / "b.wav", [1200], 0.6), gain=0.5),
        ]

        await scene.plane.play(PlaybackId("play_1"), LegId("leg_1"), sounds)

        await scene.hears(peer, 1000)
        await scene.hears(peer, 1200)
        await scene.happened(PlaybackEnded(PlaybackId("play_1"), completed=True))


async def test_a_new_playback_replaces_the_one_that_runs_and_both_end_once(tmp_path: Path) -> None:
    async with a_scene() as scene:
        peer = await scene.phone("leg_1")
        first = Sound(write_tone(tmp_path / "a.wav", [1000], 1.0), loop=True)
        second = Sound(write_tone(tmp_path / "b.wav", [1200], 1.0), loop=True)
        await scene.plane.play(PlaybackId("play_1"), LegId("leg_1"), [first])
        await scene.hears(peer, 1000)

        await scene.plane.play(PlaybackId("play_2"), LegId("leg_1"), [second])

        await scene.hears(peer, 1200)
        await scene.plane.close_leg(LegId("leg_1"))
        await scene.happened(PlaybackEnded(PlaybackId("play_2"), completed=False))
        assert scene.events == [
            PlaybackEnded(PlaybackId("play_1"), completed=False),
            PlaybackEnded(PlaybackId("play_2"), completed=False),
        ]


async def test_keys_arrive_once_each_in_both_directions() -> None:
    async with a_scene() as scene:
        peer = await scene.phone("leg_1", 440)

        peer.press("159#")
        await until(lambda: len(scene.events) >= 4)
        await scene.plane.send_digits(LegId("leg_1"), "2*")
        await until(lambda: peer.digits == "2*")
        await asyncio.sleep(0.3)

        assert scene.events == [DigitsHeard(LegId("leg_1"), digit) for digit in "159#"]
        assert peer.digits == "2*"
        sequences = [packet.sequence for packet in peer.received]
        assert all((after - before) & 0xFFFF == 1 for before, after in itertools.pairwise(sequences))


async def test_an_encrypted_leg_talks_to_a_plain_one() -> None:
    async with a_scene() as scene:
        key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
        keys = SrtpKeys("AES_CM_128_HMAC_SHA1_80", key, key[::-1])
        one, two = await scene.phone("leg_1", 440, connect=False), await scene.phone("leg_2", 700, connect=False)
        target_one, target_two = one.target, two.target
        assert target_one is not None
        assert target_two is not None
        one.target = two.target = None
        # Two legs of ours, back to back: what one seals, the other must open.
        outer = await scene.phone("leg_3", 850)
        other = await scene.phone("leg_4", 1000)
        back = SrtpKeys(keys.suite, keys.remote_key, keys.local_key)
        settings_one = scene.settings("leg_1", srtp=keys)
        settings_two = scene.settings("leg_2", srtp=back)
        for leg, settings, target in (
            ("leg_1", settings_one, target_two),
            ("leg_2", settings_two, target_one),
        ):
            endpoint = type(settings.remote)(*target)
            changed = type(settings)(endpoint, settings.codec, srtp=settings.srtp)
            await scene.plane.connect_rtp(LegId(leg), changed)

        await scene.gains(["leg_3", "leg_1"], TALK)
        await scene.plane.set_gains(type(BRIDGE)("bridge_2"), [LegId("leg_4"), LegId("leg_2")], TALK)

        await scene.hears(other, 850)
        await scene.hears(outer, 1000)


@pytest.mark.req("REC-1")
@pytest.mark.req("REC-8")
async def test_a_recording_has_both_sides_but_not_the_pause(tmp_path: Path) -> None:
    async with a_scene() as scene:
        one, two = await scene.phone("leg_1", 440), await scene.phone("leg_2", 700)
        await scene.gains(["leg_1", "leg_2"], TALK)
        await scene.hears(one, 700)
        path, recording = tmp_path / "calls" / "one.wav", RecordingId("rec_1")

        await scene.plane.start_recording(recording, LegId("leg_1"), path, dual=True)
        await asyncio.sleep(0.6)
        await scene.plane.pause_recording(recording)
        one.say([1200])
        two.say([1500])
        await scene.hears(one, 1500)
        await scene.hears(two, 1200)
        one.say([440])
        two.say([700])
        await scene.hears(one, 700)
        await scene.hears(two, 440)
        await scene.plane.resume_recording(recording)
        await asyncio.sleep(0.6)
        await scene.plane.stop_recording(recording)

        await until(lambda: bool(scene.events))
        ended = scene.events[0]
        assert isinstance(ended, RecordingEnded)
        assert (ended.recording, ended.path) == (recording, str(path))
        assert 1.0 < ended.span_s < 1.7
        assert tones_recorded(path, [440, 700, 1200, 1500]) == [{440}, {700}]


@pytest.mark.req("REC-1")
async def test_a_recording_survives_the_death_of_its_worker_up_to_the_last_second(tmp_path: Path) -> None:
    async with a_scene() as scene:
        one, _ = await scene.phone("leg_1", 440), await scene.phone("leg_2", 700)
        await scene.gains(["leg_1", "leg_2"], TALK)
        await scene.hears(one, 700)
        path, recording = tmp_path / "one.wav", RecordingId("rec_1")
        await scene.plane.start_recording(recording, LegId("leg_1"), path, dual=False)
        await asyncio.sleep(1.7)

        os.kill(scene.plane.worker_pids[0], signal.SIGKILL)
        await until(lambda: any(isinstance(event, WorkerLost) for event in scene.events))

        ended = scene.events[0]
        assert isinstance(ended, RecordingEnded)
        assert ended.span_s > 0.7
        assert tones_recorded(path, [440, 700, 1200]) == [{440, 700}]
        assert scene.events[-1] == WorkerLost((LegId("leg_1"), LegId("leg_2")))
        with pytest.raises(LegGoneError):
            await scene.plane.send_digits(LegId("leg_1"), "1")
        await until(lambda: bool(scene.plane.worker_pids))
        again = await scene.phone("leg_9", 440)
        await until(lambda: len(again.received) > 5)


async def test_a_recording_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    async with a_scene() as scene:
        await scene.phone("leg_1", 440)
        (tmp_path / "there.wav").write_bytes(b"an older recording")

        with pytest.raises(VoiceUnavailableError, match="there"):
            await scene.plane.start_recording(RecordingId("rec_1"), LegId("leg_1"), tmp_path / "there.wav", dual=True)
        with pytest.raises(LegGoneError):
            await scene.plane.start_recording(RecordingId("rec_2"), LegId("leg_9"), tmp_path / "x.wav", dual=True)

        assert (tmp_path / "there.wav").read_bytes() == b"an older recording"


async def test_a_silent_phone_is_reported_lost_once_and_back_once() -> None:
    async with a_scene(phone_lost_s=0.5) as scene:
        peer = await scene.phone("leg_1", 440)
        held = await scene.phone("leg_2", 440)
        held.muted = True
        await scene.plane.connect_rtp(LegId("leg_2"), scene.settings("leg_2", receive=False))

        peer.muted = True
        await scene.happened(MediaLost(LegId("leg_1")))
        peer.muted = False
        await scene.happened(MediaBack(LegId("leg_1")))
        await asyncio.sleep(0.3)

        assert scene.events == [MediaLost(LegId("leg_1")), MediaBack(LegId("leg_1"))]


async def test_a_stranger_cannot_take_a_running_stream_over() -> None:
    async with a_scene() as scene:
        one, two = await scene.phone("leg_1", 440), await scene.phone("leg_2", 700)
        await scene.gains(["leg_1", "leg_2"], TALK)
        await scene.hears(two, 440)
        stranger = await scene.phone("leg_3", 1200)

        stranger.target = one.target
        received = len(stranger.received)
        await asyncio.sleep(0.5)

        assert two.hears() == {440}
        assert len(stranger.received) >= received
        assert one.hears() == {700}


async def test_random_datagrams_from_the_peer_and_from_strangers_stop_nothing() -> None:
    rng = random.Random(4733)
    async with a_scene() as scene:
        one, two = await scene.phone("leg_1", 440), await scene.phone("leg_2", 700)
        wide = await scene.phone("leg_3", codec=RtpCodec("G722", 9, 8000))
        browser = await scene.browser("leg_4", 1000)
        await scene.gains(["leg_1", "leg_2"], TALK)
        await scene.hears(two, 440)
        await scene.hears(browser)

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for number in range(3000):
                data = bytearray(rng.randbytes(rng.choice([0, 1, 11, 12, 13, 40, 172, 172, 172, 1400])))
                if number % 2 and len(data) > 1:
                    data[0], data[1] = rng.choice([0x80, 0x90, 0xBF, 0xA0]), rng.choice([0, 8, 9, 13, 101, 128, 200])
                peer = rng.choice([one, wide])
                assert peer.target is not None
                host, port = peer.target
                peer.send_raw(bytes(data))
                stranger.sendto(data, (host, port + number % 2))
                if number % 100 == 0:
                    await asyncio.sleep(0.02)

        await scene.hears(one, 700)
        await scene.hears(two, 440)
        assert (await scene.plane.stats())[0].legs == 4
        assert one.seams() == two.seams() == []


async def test_bad_orders_are_refused_and_nothing_breaks() -> None:
    async with a_scene() as scene:
        peer = await scene.phone("leg_1", 440)

        with pytest.raises(VoiceUnavailableError):
            await scene.gains(["leg_1"], [])
        with pytest.raises(LegGoneError):
            await scene.plane.connect_rtp(LegId("leg_0"), scene.settings("leg_1"))
        await scene.plane.close_leg(LegId("leg_0"))
        await scene.plane.stop_playback(PlaybackId("play_0"))
        await scene.plane.stop_recording(RecordingId("rec_0"))
        await scene.plane.play(PlaybackId("play_1"), LegId("leg_0"), [])

        assert scene.events == [PlaybackEnded(PlaybackId("play_1"), completed=False)]
        await until(lambda: len(peer.received) > 5)
        stats = await scene.plane.stats()
        assert stats[0].legs == 1


async def test_two_workers_carry_calls_of_their_own() -> None:
    async with a_scene(workers=2) as scene:
        plane = scene.plane
        await plane.reserve_rtp(LegId("leg_1"))
        await plane.reserve_rtp(LegId("leg_2"))
        await plane.reserve_rtp(LegId("leg_3"), near=LegId("leg_1"))

        assert sorted(stats.legs for stats in await plane.stats()) == [1, 2]
        with pytest.raises(VoiceUnavailableError):
            await scene.gains(["leg_1", "leg_2"], TALK)
        await scene.gains(["leg_1", "leg_3"], TALK)
