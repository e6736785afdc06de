"""A voice engine without a telephone: all in memory, played by the test, honest about who hears whom.

Every far end says a set of tones, every sound file is a set of tones, so `heard_by(leg)` follows from playbacks,
bridges and gains as it would on the wire. Recordings are real WAV files with the tones that were there to record.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId
from madoguchi.ports.voice import (
    BadBrowserOfferError,
    BrowserAnswer,
    BrowserOffer,
    Channels,
    PhoneAddress,
    PlaybackEnded,
    ReleaseCause,
    Sound,
    VoiceEvent,
    VoiceUnavailableError,
)
from madoguchi.testing.voice_scene import FakeLeg, FakePlayback, FakeRecording, LegState, VoiceScene


@dataclass(frozen=True)
class Operation:
    """One call of the engine, as `engine.operations` lists them."""

    name: str
    arguments: tuple[object, ...]


class FakeVoiceEngine(VoiceScene):
    """Implements `ports.voice.VoiceEngine`; the far ends are played through `VoiceScene`.

    Args:
        browsers_connect: a browser leg is answered by itself on the loop's next turn; else by `browser_connects`.
        phones_answer: a dialled leg rings and is answered by itself; else by `far_end_rings` and `far_end_answers`.
        sound_s: how long a sound lasts that is not looped; None: until `sound_ends`.
    """

    BROWSER_LOST_S: ClassVar[float] = 5.0
    LISTENER_LOST_S: ClassVar[float] = 8.0

    def __init__(
        self, *, browsers_connect: bool = True, phones_answer: bool = False, sound_s: float | None = None
    ) -> None:
        super().__init__(sound_s=sound_s)
        self.operations: list[Operation] = []
        self.near: dict[LegId, str | None] = {}
        """What each dialled or browser leg was made near. Any two legs of the fake can meet all the same."""
        self._browsers_connect = browsers_connect
        self.phones_answer = phones_answer

    def did(self, name: str) -> list[Operation]:
        """Return the operations called `name`, in order."""
        return [operation for operation in self.operations if operation.name == name]

    def _note(self, name: str, *arguments: object) -> None:
        self.operations.append(Operation(name, arguments))

    async def start(self, listener: Callable[[VoiceEvent], None]) -> None:
        """See the port."""
        self._note("start")
        self._listener = listener

    async def close(self) -> None:
        """See the port."""
        self._note("close")
        for leg in list(self.legs):
            self._release(leg, ReleaseCause.NORMAL)

    def known_legs(self) -> Collection[LegId]:
        """See the port."""
        return tuple(self.legs)

    async def ring(self, leg: LegId) -> None:
        """See the port."""
        self._note("ring", leg)
        self._live(leg).ringing = True

    async def answer(self, leg: LegId) -> None:
        """See the port."""
        self._note("answer", leg)
        if self._live(leg).state is LegState.ARRIVED:
            self._answered(leg)

    async def dial(
        self,
        leg: LegId,
        to: PhoneAddress,
        *,
        caller: str,
        headers: Mapping[str, str],
        ring_s: float,
        near: str | None = None,
    ) -> None:
        """See the port."""
        self.near[leg] = near
        self._note("dial", leg, to, caller, dict(headers), ring_s)
        if to.uri in self.refuse_dialling_to:
            raise VoiceUnavailableError(f"no trunk leads to {to.uri}")
        if leg in self.legs:
            return
        made = FakeLeg(leg, LegState.DIALLING, to=to, caller=caller, headers=dict(headers))
        self.legs[leg] = made
        if self.phones_answer:
            self.far_end_rings(leg)
            self._answered(leg)
        else:
            made.timer = asyncio.get_running_loop().call_later(ring_s, self._release, leg, ReleaseCause.NO_ANSWER)

    async def open_browser_leg(
        self, leg: LegId, offer: BrowserOffer, *, listen_only: bool, near: str | None = None
    ) -> BrowserAnswer:
        """See the port. The fake takes any offer that is not empty and contains `audio`."""
        self.near[leg] = near
        self._note("open_browser_leg", leg, offer, listen_only)
        if "audio" not in offer.body:
            raise BadBrowserOfferError("the offer has no audio")
        self.legs.setdefault(leg, FakeLeg(leg, LegState.CONNECTING, listen_only=listen_only))
        if self._browsers_connect:
            self.browser_connects(leg)
        return BrowserAnswer(f"answer to {leg}")

    async def set_listen_only(self, leg: LegId, *, on: bool) -> None:
        """See the port."""
        self._note("set_listen_only", leg, on)
        self._end_moment()
        self._live(leg).listen_only = on

    async def release(self, leg: LegId, cause: ReleaseCause = ReleaseCause.NORMAL) -> None:
        """See the port."""
        self._note("release", leg, cause)
        self._release(leg, cause)

    async def refer(self, leg: LegId, to: PhoneAddress) -> None:
        """See the port. The fake's far ends always follow."""
        self._note("refer", leg, to)
        self._live(leg)
        self._release(leg, ReleaseCause.NORMAL)

    async def open_bridge(self, bridge: BridgeId) -> None:
        """See the port."""
        self._note("open_bridge", bridge)
        self.bridges.setdefault(bridge, {})
        self._members.setdefault(bridge, ())

    async def set_gains(self, bridge: BridgeId, legs: Sequence[LegId], gains: Sequence[Sequence[float]]) -> None:
        """See the port."""
        self._note("set_gains", bridge, tuple(legs), tuple(tuple(row) for row in gains))
        if len(gains) != len(legs) or any(len(row) != len(legs) for row in gains):
            raise ValueError("gains must be square over the legs")
        self._end_moment()
        self._members[bridge] = tuple(leg for leg in legs if leg in self.legs)
        for other, members in self._members.items():
            if other != bridge:
                self._members[other] = tuple(leg for leg in members if leg not in legs)
        self.bridges[bridge] = {
            (listener, speaker): gains[row][column]
            for row, listener in enumerate(legs)
            for column, speaker in enumerate(legs)
        }

    async def close_bridge(self, bridge: BridgeId) -> None:
        """See the port."""
        self._note("close_bridge", bridge)
        self._end_moment()
        self.bridges.pop(bridge, None)
        self._members.pop(bridge, None)

    async def play(self, playback: PlaybackId, leg: LegId, sounds: Sequence[Sound]) -> None:
        """See the port."""
        self._note("play", playback, leg, tuple(sounds))
        if playback in self.playbacks:
            return
        readable = [sound for sound in sounds if self._tones_of(sound.path) is not None]
        if leg not in self.legs:
            self._report(PlaybackEnded(playback, completed=False))
            return
        self._end_moment()
        self._end_playback_to(leg)
        if not readable:
            self._report(PlaybackEnded(playback, completed=True))
            return
        self.playbacks[playback] = FakePlayback(playback, leg, readable)
        self._time_sound(playback)

    async def stop_playback(self, playback: PlaybackId) -> None:
        """See the port."""
        self._note("stop_playback", playback)
        self._end_moment()
        self._end_playback(playback, completed=False)

    async def send_digits(self, leg: LegId, digits: str) -> None:
        """See the port."""
        self._note("send_digits", leg, digits)
        self._live(leg).digits_received += digits

    async def start_recording(self, recording: RecordingId, leg: LegId, path: Path, *, channels: Channels) -> None:
        """See the port."""
        self._note("start_recording", recording, leg, path, channels)
        self._live(leg)
        if recording in self.recordings:
            return
        made = FakeRecording(recording, leg, path, channels, since=asyncio.get_running_loop().time())
        try:
            self._write(made)
        except OSError as error:
            raise VoiceUnavailableError(f"{path} cannot be written: {error.strerror}") from error
        self.recordings[recording] = made

    async def pause_recording(self, recording: RecordingId) -> None:
        """See the port."""
        self._note("pause_recording", recording)
        self._set_paused(recording, paused=True)

    async def resume_recording(self, recording: RecordingId) -> None:
        """See the port."""
        self._note("resume_recording", recording)
        self._set_paused(recording, paused=False)

    async def stop_recording(self, recording: RecordingId) -> None:
        """See the port."""
        self._note("stop_recording", recording)
        self._end_recording(recording)
