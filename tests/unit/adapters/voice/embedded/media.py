"""A media plane that plays no sound: it remembers orders and hands out ports."""

from collections.abc import Callable, Sequence
from pathlib import Path

from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId
from madoguchi.media.protocol import MediaEvent, RtpEndpoint, RtpSettings
from madoguchi.ports.voice import LegGoneError, Sound, VoiceUnavailableError


class FakeMedia:
    """`orders` is everything that was asked for, in order; `report` is what the workers would say."""

    def __init__(self) -> None:
        self.orders: list[tuple[object, ...]] = []
        self.legs: dict[LegId, RtpSettings | None] = {}
        self.report: Callable[[MediaEvent], None] = lambda _: None
        self.full = False
        self.near: dict[LegId, str | None] = {}
        self._port = 30000

    async def start(self, listener: Callable[[MediaEvent], None]) -> None:
        self.report = listener

    async def close(self) -> None:
        self.orders.append(("close",))

    async def reserve_rtp(self, leg: LegId, *, near: str | None = None) -> RtpEndpoint:
        if self.full:
            raise VoiceUnavailableError("no port is free")
        self._port += 2
        self.near[leg] = near
        self.legs[leg] = None
        return RtpEndpoint("203.0.113.1", self._port)

    async def connect_rtp(self, leg: LegId, settings: RtpSettings) -> None:
        if leg not in self.legs:
            raise LegGoneError(leg)
        self.legs[leg] = settings

    async def open_browser(self, leg: LegId, offer_sdp: str, *, listen_only: bool, near: str | None = None) -> str:
        if self.full:
            raise VoiceUnavailableError("no worker runs")
        self.near[leg] = near
        self.legs[leg] = None
        return f"answer to {offer_sdp}, {listen_only}"

    async def set_listen_only(self, leg: LegId, *, on: bool) -> None:
        if leg not in self.legs:
            raise LegGoneError(leg)
        self.orders.append(("set_listen_only", leg, on))

    async def close_leg(self, leg: LegId) -> None:
        self.legs.pop(leg, None)
        self.orders.append(("close_leg", leg))

    async def open_bridge(self, bridge: BridgeId) -> None:
        self.orders.append(("open_bridge", bridge))

    async def set_gains(self, bridge: BridgeId, legs: Sequence[LegId], gains: Sequence[Sequence[float]]) -> None:
        self.orders.append(("set_gains", bridge, list(legs), [list(row) for row in gains]))

    async def close_bridge(self, bridge: BridgeId) -> None:
        self.orders.append(("close_bridge", bridge))

    async def play(self, playback: PlaybackId, leg: LegId, sounds: Sequence[Sound]) -> None:
        self.orders.append(("play", playback, leg, len(sounds)))

    async def stop_playback(self, playback: PlaybackId) -> None:
        self.orders.append(("stop_playback", playback))

    async def send_digits(self, leg: LegId, digits: str) -> None:
        self.orders.append(("send_digits", leg, digits))

    async def start_recording(self, recording: RecordingId, leg: LegId, path: Path, *, dual: bool) -> None:
        self.orders.append(("start_recording", recording, leg, path, dual))

    async def pause_recording(self, recording: RecordingId) -> None:
        self.orders.append(("pause_recording", recording))

    async def resume_recording(self, recording: RecordingId) -> None:
        self.orders.append(("resume_recording", recording))

    async def stop_recording(self, recording: RecordingId) -> None:
        self.orders.append(("stop_recording", recording))
