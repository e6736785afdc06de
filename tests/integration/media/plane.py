"""A running media plane with phones made of bare RTP and browsers made of aiortc."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from madoguchi.adapters.voice.embedded.media_plane import MediaPlane, MediaPlaneSettings
from madoguchi.kernel.ids import BridgeId, LegId
from madoguchi.media.protocol import MediaEvent, RtpCodec, RtpEndpoint, RtpSettings
from madoguchi.testing.rtp_peer import DTMF_TYPE, TONES, RtpPeer
from madoguchi.testing.tones import tone, tones_in

BRIDGE = BridgeId("bridge_1")
PCMU = RtpCodec("PCMU", 0, 8000)
LOOPBACK = "127.0.0.1"


async def until(what: Callable[[], bool], *, seconds: float = 10.0) -> None:
    """Wait for a state; fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.02)


class BrowserPeer:
    """A browser, played by aiortc: says a tone, and knows what it hears."""

    def __init__(self, says: Sequence[int], *, microphone: bool) -> None:
        self.connection = RTCPeerConnection()
        self.track = ToneTrack(says)
        if microphone:
            self.connection.addTrack(self.track)
        else:
            self.connection.addTransceiver("audio", direction="recvonly")
        self._heard: list[np.ndarray[Any, np.dtype[np.int16]]] = []
        self._listening: asyncio.Task[None] | None = None

    async def offer(self) -> str:
        """What the page would send to the server."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        sdp: str = self.connection.localDescription.sdp
        return sdp

    async def accept(self, answer: str) -> None:
        """Take the server's answer and begin to listen."""
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        self._listening = asyncio.create_task(self._listen())

    def hears(self) -> frozenset[int]:
        """The tones of the last quarter of a second."""
        if len(self._heard) < 12:
            return frozenset()
        return tones_in(np.concatenate(self._heard[-12:]), TONES, 48_000)

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        await self.connection.close()

    async def _listen(self) -> None:
        track: Any = self.connection.getReceivers()[0].track
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0]
                self._heard.append(samples)
                del self._heard[:-50]


class ToneTrack(MediaStreamTrack):
    """Says tones at 48 kHz, in real time."""

    kind = "audio"

    def __init__(self, says: Sequence[int]) -> None:
        super().__init__()
        self.says = tuple(says)
        self._count = 0
        self._start = asyncio.get_running_loop().time()

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        samples = tone(self.says, 0.02, 48_000, start=self._count * 960)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._count * 960, Fraction(1, 48_000)
        self._count += 1
        await asyncio.sleep(max(0.0, self._start + self._count * 0.02 - asyncio.get_running_loop().time()))
        return frame


class Scene:
    """A plane, its far ends and what it has reported."""

    def __init__(self, plane: MediaPlane) -> None:
        self.plane = plane
        self.events: list[MediaEvent] = []
        self.phones: dict[LegId, RtpPeer] = {}
        self.browsers: dict[LegId, BrowserPeer] = {}

    async def phone(self, name: str, *says: int, codec: RtpCodec = PCMU, connect: bool = True) -> RtpPeer:
        """Add a phone leg whose far end says tones."""
        leg = LegId(name)
        peer = await RtpPeer.open(codec.name if codec.name in {"PCMU", "PCMA"} else "PCMU")
        self.phones[leg] = peer
        peer.say(says)
        endpoint = await self.plane.reserve_rtp(leg)
        peer.target = (endpoint.host, endpoint.port)
        if connect:
            await self.plane.connect_rtp(leg, self.settings(name, codec))
        return peer

    def settings(self, name: str, codec: RtpCodec = PCMU, **changes: Any) -> RtpSettings:
        """What the SIP side would have negotiated with a phone."""
        peer = self.phones[LegId(name)]
        return RtpSettings(RtpEndpoint(LOOPBACK, peer.port), codec, DTMF_TYPE, **changes)

    async def browser(self, name: str, *says: int, listen_only: bool = False, microphone: bool = True) -> BrowserPeer:
        """Add a browser leg."""
        leg = LegId(name)
        peer = BrowserPeer(says, microphone=microphone)
        self.browsers[leg] = peer
        await peer.accept(await self.plane.open_browser(leg, await peer.offer(), listen_only=listen_only))
        return peer

    async def gains(self, legs: Sequence[str], gains: Sequence[Sequence[float]]) -> None:
        """Set who hears whom in the one bridge."""
        await self.plane.set_gains(BRIDGE, [LegId(leg) for leg in legs], gains)

    async def hears(self, peer: RtpPeer | BrowserPeer, *tones: int) -> None:
        """Wait until a far end hears just these tones."""
        try:
            await until(lambda: peer.hears() == frozenset(tones))
        except TimeoutError:
            raise AssertionError(f"it hears {sorted(peer.hears())}, not {sorted(tones)}") from None

    async def happened(self, event: MediaEvent) -> None:
        """Wait until something was reported."""
        try:
            await until(lambda: event in self.events)
        except TimeoutError:
            raise AssertionError(f"{event} is not in {self.events}") from None


@contextlib.asynccontextmanager
async def a_scene(
    *,
    workers: int = 1,
    phone_lost_s: float = 30.0,
    browser_lost_s: float = 5.0,
    listener_lost_s: float = 8.0,
    tcp: bool = True,
) -> AsyncIterator[Scene]:
    """Run a plane on free ports of the loopback interface."""
    plane = MediaPlane(
        MediaPlaneSettings(
            (LOOPBACK,),
            rtp_ports=(0, 0),
            webrtc_port=0,
            workers=workers,
            bind=LOOPBACK,
            phone_lost_s=phone_lost_s,
            browser_lost_s=browser_lost_s,
            listener_lost_s=listener_lost_s,
            webrtc_tcp=tcp,
        )
    )
    scene = Scene(plane)
    await plane.start(scene.events.append)
    try:
        yield scene
    finally:
        for browser in scene.browsers.values():
            await browser.close()
        await plane.close()
        for phone in scene.phones.values():
            phone.close()
