"""An independent peer, aiortc, on the other side."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from madoguchi.kernel.ids import LegId
from madoguchi.media.webrtc.events import Closed, CloseReason, Connected
from tests.integration.webrtc.harness import Worker, loudest, running_worker

LEG = LegId("leg_1")


class ToneTrack(MediaStreamTrack):
    """Says a tone at 48 kHz, in real time."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._count = 0
        self._start = asyncio.get_running_loop().time()

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        at = (np.arange(960) + self._count * 960) / 48_000
        samples = (9_000 * np.sin(2 * np.pi * self._hertz * at)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._count * 960, Fraction(1, 48_000)
        self._count += 1
        await asyncio.sleep(max(0.0, self._start + self._count * 0.02 - asyncio.get_running_loop().time()))
        return frame


@contextlib.asynccontextmanager
async def a_peer(worker: Worker, *, says: float | None = 700.0) -> AsyncIterator[RTCPeerConnection]:
    """A connected peer that says a tone, or only listens."""
    peer = RTCPeerConnection()
    try:
        if says is None:
            peer.addTransceiver("audio", direction="recvonly")
        else:
            peer.addTrack(ToneTrack(says))
        await peer.setLocalDescription(await peer.createOffer())
        answer = worker.answer(LEG, peer.localDescription.sdp, listen_only=says is None)
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        yield peer
    finally:
        await peer.close()


async def heard_by(peer: RTCPeerConnection, hertz: float) -> bool:
    """Whether the peer comes to hear a tone of `hertz`."""
    track: Any = peer.getReceivers()[0].track
    pieces: list[Any] = []
    for _ in range(400):
        frame = await track.recv()
        pieces.append(frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0])
        latest = np.concatenate(pieces[-25:])
        if len(pieces) >= 25 and abs(loudest(latest, frame.sample_rate) - hertz) < 15:
            return True
    return False


@pytest.mark.parametrize("policy", [("opus",), ("PCMU",)], ids=["opus", "pcmu"])
async def test_both_sides_hear_the_other_ones_tone(policy: tuple[str, ...]) -> None:
    async with running_worker(policy) as worker, a_peer(worker) as peer:
        await worker.hears(LEG, 700)
        assert await heard_by(peer, 1000)

        assert worker.happened == [Connected(LEG)]
        assert peer.connectionState == "connected"


@pytest.mark.req("MON-9")
async def test_a_listener_hears_and_is_not_heard() -> None:
    async with running_worker() as worker, a_peer(worker, says=None) as peer:
        assert await heard_by(peer, 1000)

        assert worker.talks[LEG].packets == 0


async def test_the_end_of_the_peer_is_noticed() -> None:
    async with running_worker() as worker:
        async with a_peer(worker) as peer:
            await worker.until(lambda: peer.connectionState == "connected")

        await worker.until(lambda: Closed(LEG, CloseReason.PEER_CLOSED) in worker.happened)


async def test_our_end_is_noticed_by_the_peer() -> None:
    async with running_worker() as worker, a_peer(worker) as peer:
        await worker.until(lambda: worker.happened == [Connected(LEG)])

        worker.hub.close(LEG)

        await worker.until(lambda: peer.connectionState == "closed")
