"""The part of the engine that only hands orders on: bridges, sounds, digits, recordings."""

from collections.abc import Sequence
from pathlib import Path

from madoguchi.adapters.voice.embedded.legs import BrowserLeg, PhoneLeg
from madoguchi.adapters.voice.embedded.media_control import MediaControl
from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId
from madoguchi.ports.voice import Channels, LegGoneError, Sound


class MediaOrders:
    """Hands orders on to the media plane, for the legs that there are."""

    def __init__(self, media: MediaControl) -> None:
        self._media = media
        self._legs: dict[LegId, PhoneLeg | BrowserLeg] = {}

    async def open_bridge(self, bridge: BridgeId) -> None:
        """Make a bridge without legs."""
        await self._media.open_bridge(bridge)

    async def set_gains(self, bridge: BridgeId, legs: Sequence[LegId], gains: Sequence[Sequence[float]]) -> None:
        """Make `legs` the bridge's legs, and `gains` what they hear of each other."""
        here = [index for index, leg in enumerate(legs) if leg in self._legs]
        rows = [[gains[row][column] for column in here] for row in here]
        await self._media.set_gains(bridge, [legs[index] for index in here], rows)

    async def close_bridge(self, bridge: BridgeId) -> None:
        """Take all legs out and forget the bridge."""
        await self._media.close_bridge(bridge)

    async def play(self, playback: PlaybackId, leg: LegId, sounds: Sequence[Sound]) -> None:
        """Play `sounds` to `leg`."""
        await self._media.play(playback, leg, sounds)

    async def stop_playback(self, playback: PlaybackId) -> None:
        """End a playback."""
        await self._media.stop_playback(playback)

    async def send_digits(self, leg: LegId, digits: str) -> None:
        """Press keys towards the leg: in the media stream, or by INFO where the far end takes them only so."""
        found = self._legs.get(leg)
        if found is None:
            raise LegGoneError(leg)
        settings = found.connected if isinstance(found, PhoneLeg) else None
        if isinstance(found, PhoneLeg) and found.call and settings and settings.dtmf_payload_type is None:
            found.call.send_digits(digits)
        else:
            await self._media.send_digits(leg, digits)

    async def start_recording(self, recording: RecordingId, leg: LegId, path: Path, *, channels: Channels) -> None:
        """Write what `leg` says and hears to `path`."""
        if leg not in self._legs:
            raise LegGoneError(leg)
        await self._media.start_recording(recording, leg, path, dual=channels is Channels.DUAL)

    async def pause_recording(self, recording: RecordingId) -> None:
        """Leave out what is said from now on."""
        await self._media.pause_recording(recording)

    async def resume_recording(self, recording: RecordingId) -> None:
        """Go on writing."""
        await self._media.resume_recording(recording)

    async def stop_recording(self, recording: RecordingId) -> None:
        """Close the file."""
        await self._media.stop_recording(recording)
