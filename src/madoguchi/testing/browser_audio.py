"""A browser's audio without a browser: what a synthetic agent says in a call. Needs aiortc, a development package."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Final

import av
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from numpy.typing import NDArray

RATE: Final = 48_000
FRAME: Final = 960

Samples = NDArray[np.int16]


class Speech(MediaStreamTrack):
    """Says the same again and again, in real time."""

    kind = "audio"

    def __init__(self, samples: Samples) -> None:
        super().__init__()
        self._samples = np.concatenate([samples, np.zeros(-len(samples) % FRAME, np.int16)])
        self._count = 0
        self._start = asyncio.get_running_loop().time()

    async def recv(self) -> av.AudioFrame:
        """Return the next 20 ms when their time has come."""
        if self.readyState != "live":
            raise MediaStreamError
        at = self._count * FRAME % len(self._samples)
        frame = av.AudioFrame.from_ndarray(self._samples[at : at + FRAME].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._count * FRAME, Fraction(1, RATE)
        self._count += 1
        await asyncio.sleep(max(0.0, self._start + self._count * FRAME / RATE - asyncio.get_running_loop().time()))
        return frame


@asynccontextmanager
async def speaking(samples: Samples, attach: Callable[[str], Awaitable[str]]) -> AsyncIterator[None]:
    """Be in a call as long as the context lasts.

    Args:
        samples: what is said over and over, 48 kHz.
        attach: hands the offer to the server, and returns its answer.
    """
    connection = RTCPeerConnection()
    ear = MediaBlackhole()
    try:
        connection.addTrack(Speech(samples))
        await connection.setLocalDescription(await connection.createOffer())
        answer = await attach(connection.localDescription.sdp)
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        ear.addTrack(connection.getReceivers()[0].track)
        await ear.start()
        yield
    finally:
        await ear.stop()
        await connection.close()
