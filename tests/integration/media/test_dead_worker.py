"""A worker that dies under a call: the call ends with its reason, others go on, the next one finds a new worker."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from madoguchi.kernel.ids import BridgeId, LegId, RecordingId
from madoguchi.ports.voice import Channels, LegReleased, RecordingEnded, ReleaseCause
from madoguchi.testing.tones import read_wav, tones_recorded
from tests.contract.voice.stages import a_talker, comes_to_hear, embedded_on, happens
from tests.integration.media.plane import until

TALK = ((0.0, 1.0), (1.0, 0.0))
AGENT, OTHER_AGENT, NEXT_AGENT = LegId("leg_agent"), LegId("leg_other"), LegId("leg_next")
RECORDING = RecordingId("rec_1")


@pytest.mark.req("REC-1")
async def test_a_killed_worker_ends_its_own_calls_with_their_recordings_and_no_others(tmp_path: Path) -> None:
    async with embedded_on(workers=2) as stage:
        caller = await a_talker(stage, 440)
        agent = await stage.browser(AGENT, 700, near=caller.leg)
        other = await a_talker(stage, 1000)
        other_agent = await stage.browser(OTHER_AGENT, 1200, near=other.leg)
        await stage.engine.set_gains(BridgeId("bridge_1"), [caller.leg, AGENT], TALK)
        await stage.engine.set_gains(BridgeId("bridge_2"), [other.leg, OTHER_AGENT], TALK)
        await comes_to_hear(caller, 700)
        await comes_to_hear(agent, 440)
        await comes_to_hear(other, 1200)
        path = tmp_path / "call.wav"
        await stage.engine.start_recording(RECORDING, caller.leg, path, channels=Channels.DUAL)
        begun = asyncio.get_running_loop().time()
        await asyncio.sleep(2.0)
        phone, doomed = stage.phones[0], stage.media.worker_pids[0]

        os.kill(doomed, signal.SIGKILL)
        said_s = asyncio.get_running_loop().time() - begun

        async with asyncio.timeout(10):
            await phone.ended.wait()
        await happens(stage, LegReleased(caller.leg, ReleaseCause.MEDIA_LOST))
        await happens(stage, LegReleased(AGENT, ReleaseCause.MEDIA_LOST))
        kept = [event for event in stage.events if isinstance(event, RecordingEnded)]
        assert [(event.recording, event.path) for event in kept] == [(RECORDING, path)]
        assert kept[0].span_s > said_s - 1.2
        channels, rate = read_wav(path)
        assert len(channels[0]) / rate == pytest.approx(kept[0].span_s, abs=0.05)
        assert tones_recorded(path, [440, 700, 1000, 1200]) == [{440}, {700}]
        await comes_to_hear(other, 1200)
        await comes_to_hear(other_agent, 1000)
        released = {event.leg for event in stage.events if isinstance(event, LegReleased)}
        assert released == {caller.leg, AGENT}

        await until(lambda: len(stage.media.worker_pids) == 2)
        assert doomed not in stage.media.worker_pids
        again = await a_talker(stage, 1500)
        next_agent = await stage.browser(NEXT_AGENT, 700, near=again.leg)
        await stage.engine.set_gains(BridgeId("bridge_1"), [again.leg, NEXT_AGENT], TALK)
        await comes_to_hear(again, 700)
        await comes_to_hear(next_agent, 1500)
        assert sorted(stats.legs for stats in await stage.media.stats()) == [2, 2]
