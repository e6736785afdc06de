"""Recordings have what was said and heard, and nothing of what was said in a pause."""

import asyncio
from pathlib import Path

import pytest

from madoguchi.kernel.ids import BridgeId, LegId, RecordingId
from madoguchi.ports.voice import Channels, LegGoneError, RecordingEnded, VoiceUnavailableError
from madoguchi.testing.tones import read_wav, tones_recorded
from tests.contract.voice.stages import FarEnd, Stage, a_talker, comes_to_hear
from tests.integration.media.plane import until

BRIDGE, RECORDING = BridgeId("bridge_1"), RecordingId("rec_1")
TALK = ((0.0, 1.0), (1.0, 0.0))
TONES = (440, 700, 1200, 1500)


async def talk(stage: Stage) -> tuple[FarEnd, FarEnd]:
    consumer, agent = await a_talker(stage, 440), await a_talker(stage, 700)
    await stage.engine.set_gains(BRIDGE, [consumer.leg, agent.leg], TALK)
    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)
    return consumer, agent


async def the_end(stage: Stage) -> RecordingEnded:
    await until(lambda: any(isinstance(event, RecordingEnded) for event in stage.events))
    return next(event for event in stage.events if isinstance(event, RecordingEnded))


@pytest.mark.req("REC-1")
@pytest.mark.req("REC-8")
async def test_both_sides_are_in_the_file_but_not_what_was_said_in_the_pause(stage: Stage, tmp_path: Path) -> None:
    consumer, agent = await talk(stage)
    path = tmp_path / "new folder" / "call.wav"

    await stage.engine.start_recording(RECORDING, consumer.leg, path, channels=Channels.DUAL)
    await asyncio.sleep(0.4)
    await stage.engine.pause_recording(RECORDING)
    await stage.engine.pause_recording(RECORDING)
    consumer.say(1200)
    agent.say(1500)
    await comes_to_hear(consumer, 1500)
    await comes_to_hear(agent, 1200)
    consumer.say(440)
    agent.say(700)
    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)
    await stage.engine.resume_recording(RECORDING)
    await asyncio.sleep(0.4)
    await stage.engine.stop_recording(RECORDING)
    await stage.engine.stop_recording(RECORDING)

    ended = await the_end(stage)
    assert (ended.recording, ended.path) == (RECORDING, path)
    assert tones_recorded(path, TONES) == [{440}, {700}]
    channels, rate = read_wav(path)
    assert abs(len(channels[0]) / rate - ended.span_s) < 0.01
    assert ended.span_s > 0.5
    assert [type(event) for event in stage.events].count(RecordingEnded) == 1


async def test_mono_has_both_sides_in_one_channel_and_ends_with_its_leg(stage: Stage, tmp_path: Path) -> None:
    consumer, _ = await talk(stage)
    path = tmp_path / "call.wav"

    await stage.engine.start_recording(RECORDING, consumer.leg, path, channels=Channels.MONO)
    await asyncio.sleep(0.4)
    consumer.hang_up()

    await the_end(stage)
    assert tones_recorded(path, TONES) == [{440, 700}]


async def test_a_recording_that_cannot_be_made_is_refused(stage: Stage, tmp_path: Path) -> None:
    consumer, _ = await talk(stage)
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(LegGoneError):
        await stage.engine.start_recording(RECORDING, LegId("leg_nobody"), tmp_path / "a.wav", channels=Channels.MONO)
    with pytest.raises(VoiceUnavailableError):
        await stage.engine.start_recording(RECORDING, consumer.leg, tmp_path / "file" / "a.wav", channels=Channels.MONO)

    assert not any(isinstance(event, RecordingEnded) for event in stage.events)
