"""What the engine asks of the media plane; `MediaPlane` does it in worker processes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId
from madoguchi.media.protocol import MediaEvent, RtpEndpoint, RtpSettings
from madoguchi.ports.voice import Sound


class MediaControl(Protocol):
    """The media of all legs. Errors are those of the voice port."""

    async def start(self, listener: Callable[[MediaEvent], None]) -> None:
        """Start, and report to `listener`."""

    async def close(self) -> None:
        """End everything."""

    async def reserve_rtp(self, leg: LegId, *, near: str | None = None) -> RtpEndpoint:
        """Make a phone leg and bind its port. Legs hear each other only where one was made `near` the other."""

    async def connect_rtp(self, leg: LegId, settings: RtpSettings) -> None:
        """Begin or change a phone leg's media."""

    async def open_browser(self, leg: LegId, offer_sdp: str, *, listen_only: bool, near: str | None = None) -> str:
        """Make a browser leg; return the answer's SDP."""

    async def set_listen_only(self, leg: LegId, *, on: bool) -> None:
        """Discard what a browser leg says, or take it."""

    async def close_leg(self, leg: LegId) -> None:
        """Forget a leg."""

    async def open_bridge(self, bridge: BridgeId) -> None:
        """Make a bridge."""

    async def set_gains(self, bridge: BridgeId, legs: Sequence[LegId], gains: Sequence[Sequence[float]]) -> None:
        """Set who hears whom."""

    async def close_bridge(self, bridge: BridgeId) -> None:
        """Forget a bridge."""

    async def play(self, playback: PlaybackId, leg: LegId, sounds: Sequence[Sound]) -> None:
        """Play to a leg."""

    async def stop_playback(self, playback: PlaybackId) -> None:
        """End a playback."""

    async def send_digits(self, leg: LegId, digits: str) -> None:
        """Press keys towards a leg."""

    async def start_recording(self, recording: RecordingId, leg: LegId, path: Path, *, dual: bool) -> None:
        """Record a leg."""

    async def pause_recording(self, recording: RecordingId) -> None:
        """Leave out what is said."""

    async def resume_recording(self, recording: RecordingId) -> None:
        """Write on."""

    async def stop_recording(self, recording: RecordingId) -> None:
        """Close the file."""
