"""A worker never outlives its server, and leaves whole recordings behind."""

import asyncio
import signal
import socket
import sys
from pathlib import Path

import msgspec
import pytest

from madoguchi.adapters.voice.embedded.media_plane import MediaPlane, MediaPlaneSettings
from madoguchi.adapters.voice.embedded.worker_process import WorkerProcess
from madoguchi.media.channel import frame
from madoguchi.media.protocol import WorkerSettings
from madoguchi.ports.voice import VoiceUnavailableError
from madoguchi.testing.tones import read_wav, tones_recorded
from tests.integration.media.plane import LOOPBACK, until

HERE = Path(__file__).parents[3]


def is_running(process: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return False
    return fields[0] != "Z"


@pytest.mark.req("REC-1")
async def test_a_killed_server_leaves_no_worker_and_a_recording_up_to_the_last_moment(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.media.doomed_server",
        str(path),
        cwd=HERE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    worker = int(await server.stdout.readline())
    assert is_running(worker)

    server.send_signal(signal.SIGKILL)
    await server.wait()

    await until(lambda: not is_running(worker))
    channels, rate = read_wav(path)
    assert len(channels[0]) / rate > 1.0
    assert tones_recorded(path, [440, 700]) == [{440}]


async def test_a_taken_browser_port_is_named_when_the_plane_starts() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((LOOPBACK, 0))
        port = taken.getsockname()[1]
        plane = MediaPlane(MediaPlaneSettings((LOOPBACK,), rtp_ports=(0, 0), webrtc_port=port, bind=LOOPBACK))

        with pytest.raises(VoiceUnavailableError, match=str(port)):
            await plane.start(lambda _event: None)

        assert plane.worker_pids == ()


async def test_a_worker_that_is_told_nonsense_ends_and_is_noticed() -> None:
    died = asyncio.Event()
    settings = WorkerSettings((LOOPBACK,), (0, 0), 0, bind=LOOPBACK)
    worker = WorkerProcess(settings, lambda _event: None, died.set)
    await worker.ready

    worker._write(msgspec.msgpack.encode({"number": "x"}))
    worker._write(frame(b"\xc1")[4:])

    async with asyncio.timeout(10):
        await died.wait()
    assert not is_running(worker.pid)
