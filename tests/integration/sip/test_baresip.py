"""Calls with baresip, an independent telephone, in both directions, with real media: who hears which tone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from madoguchi.adapters.voice.embedded.media_plane import MediaPlane, MediaPlaneSettings
from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Phone
from madoguchi.kernel.ids import LegId, PlaybackId, RecordingId
from madoguchi.ports.voice import (
    Channels,
    LegAnswered,
    LegArrived,
    LegReleased,
    PhoneAddress,
    RecordingEnded,
    ReleaseCause,
    Sound,
)
from madoguchi.testing.tones import tones_recorded, write_tone
from tests.integration.media.plane import until
from tests.unit.adapters.voice.embedded.house import House, a_house

pytestmark = pytest.mark.baresip

TONES = (440, 1000)
CONFIG = """poll_method epoll
sip_listen 127.0.0.1:{port}
audio_source aufile,{folder}/440.wav
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
net_interface 127.0.0.1
snd_path {folder}
module_path /usr/lib/baresip/modules
module aufile.so
module aubridge.so
module g711.so
module sndfile.so
{srtp}
module_tmp account.so
module_app menu.so
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def baresip(folder: Path, house: House, *, account: str = "", dials: str = "") -> AsyncIterator[None]:
    """Run baresip with the account 1001 of `house`."""
    write_tone(folder / "440.wav", [440], 20)
    srtp = "module srtp.so" if "mediaenc" in account else ""
    (folder / "config").write_text(CONFIG.format(port=free_port(), folder=folder, srtp=srtp))
    address = f"<sip:1001@{house.address}{';transport=tcp' if 'tcp' in account else ''}>"
    options = ";".join(["auth_pass=secret", "answermode=auto", "regint=60", *(["mediaenc=srtp-mand"] if srtp else [])])
    (folder / "accounts").write_text(f"{address};{options}\n")
    command = ["-e", f"/dial {dials}"] if dials else []
    with (folder / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            "baresip", "-f", str(folder), *command, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(10):
                await process.wait()


@asynccontextmanager
async def a_sounding_house(*, srtp: bool = False) -> AsyncIterator[House]:
    settings = EmbeddedVoiceSettings(
        sip_host="127.0.0.1", sip_port=0, phones=(Phone("1001", "secret", srtp=srtp),), accept_unknown=False
    )
    media = MediaPlane(MediaPlaneSettings(addresses=("127.0.0.1",), rtp_ports=(0, 0), webrtc_port=0))
    async with a_house(settings, media) as house:
        yield house


async def registered(house: House) -> None:
    agent = house.engine._agent
    assert agent is not None
    await until(lambda: agent.registrar.find("1001") is not None)


async def prove_sound_both_ways(house: House, leg: LegId, folder: Path) -> None:
    """Play 1000 Hz to the phone, and record it and what comes back."""
    recording, file = RecordingId("recording_1"), folder / "recording.wav"
    tone = write_tone(folder / "1000.wav", [1000], 1.5)
    await house.engine.start_recording(recording, leg, file, channels=Channels.DUAL)
    await house.engine.play(PlaybackId("playback_1"), leg, [Sound(tone)])
    await asyncio.sleep(1.5)
    await house.engine.stop_recording(recording)
    await house.wait(RecordingEnded)
    said, heard = tones_recorded(file, TONES)
    assert (said, heard) == (frozenset({440}), frozenset({1000}))


def heard_by_phone(folder: Path) -> set[frozenset[int]]:
    """What the telephone itself has decoded, by its own dump."""
    return {tones_recorded(dump, TONES)[0] for dump in folder.glob("dump-*-dec.wav")}


@pytest.mark.parametrize("account", ["udp", "tcp", "mediaenc", "tcp mediaenc"])
async def test_a_registered_phone_is_dialled_and_both_hear_each_other(account: str, tmp_path: Path) -> None:
    async with a_sounding_house(srtp="mediaenc" in account) as house, baresip(tmp_path, house, account=account):
        await registered(house)
        leg = LegId("leg_out")
        await house.engine.dial(leg, PhoneAddress("sip:1001"), caller="200", headers={}, ring_s=20)
        await house.wait(LegAnswered)
        await prove_sound_both_ways(house, leg, tmp_path)
        await house.engine.release(leg)
        assert (await house.wait(LegReleased)).cause is ReleaseCause.NORMAL
        assert house.engine._agent is not None
        await house.engine._agent.drain(5)
        assert house.live_calls == 0
    assert heard_by_phone(tmp_path) == {frozenset({1000})}


async def test_a_phone_calls_in_with_its_password_and_both_hear_each_other(tmp_path: Path) -> None:
    async with a_sounding_house() as house:
        async with baresip(tmp_path, house, dials=f"sip:100@{house.address}"):
            arrived = await house.wait(LegArrived)
            assert (arrived.called, arrived.caller, arrived.trunk) == ("100", "1001", "1001")
            await house.wait(LegAnswered)
            await prove_sound_both_ways(house, arrived.leg, tmp_path)
        assert (await house.wait(LegReleased)).cause is ReleaseCause.NORMAL
