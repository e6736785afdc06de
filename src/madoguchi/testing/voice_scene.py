"""The scene that the fake voice engine plays in: far ends, what they say, what they hear, what is recorded."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np

from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId
from madoguchi.ports.voice import (
    Channels,
    DigitsHeard,
    LegAnswered,
    LegArrived,
    LegGoneError,
    LegHeld,
    LegRang,
    LegReleased,
    MediaBack,
    MediaLost,
    PhoneAddress,
    PlaybackEnded,
    RecordingEnded,
    ReleaseCause,
    Sound,
    VoiceEvent,
)
from madoguchi.testing.tones import Samples, tone, write_wav

Tones = frozenset[int]
SILENCE: Tones = frozenset()
SHORTEST_SPAN_S = 0.25
"""What a recording shows of a moment that took no time: enough to find its tones in the file."""
AUDIO_HEADS = (b"RIFF", b"ID3", b"OggS", b"\xff\xfb", b"\xff\xf3")
"""How WAV, MP3 and Ogg files begin."""


class LegState(Enum):
    """How far a fake leg is."""

    ARRIVED = "arrived"
    DIALLING = "dialling"
    CONNECTING = "connecting"
    ANSWERED = "answered"


@dataclass
class FakeLeg:
    """What the engine and the far end know of a leg."""

    id: LegId
    state: LegState
    says: Tones = SILENCE
    listen_only: bool = False
    on_hold: bool = False
    media_lost: bool = False
    ringing: bool = False
    to: PhoneAddress | None = None
    caller: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    digits_received: str = ""
    """The keys that the engine pressed towards this far end."""
    timer: asyncio.TimerHandle | None = None


@dataclass
class FakePlayback:
    """A running playback: which of its sounds is heard now."""

    id: PlaybackId
    leg: LegId
    sounds: list[Sound]
    at: int = 0
    timer: asyncio.TimerHandle | None = None

    @property
    def sound(self) -> Sound:
        """The sound that plays now."""
        return self.sounds[self.at]


@dataclass
class FakeRecording:
    """A recording: what was said and heard, moment by moment."""

    id: RecordingId
    leg: LegId
    path: Path
    channels: Channels
    paused: bool = False
    since: float = 0.0
    spans: list[tuple[float, Tones, Tones]] = field(default_factory=list)
    """(seconds, what the leg said, what it heard)."""


class VoiceScene:
    """Everything about the fake but the port's own methods; tests play the far ends with it.

    Args:
        sound_s: how long a sound lasts that is not looped; None: until `sound_ends`.
    """

    def __init__(self, *, sound_s: float | None = None) -> None:
        self.events: list[VoiceEvent] = []
        self.legs: dict[LegId, FakeLeg] = {}
        self.bridges: dict[BridgeId, dict[tuple[LegId, LegId], float]] = {}
        """Per bridge: (listener, speaker) to gain."""
        self.playbacks: dict[PlaybackId, FakePlayback] = {}
        self.recordings: dict[RecordingId, FakeRecording] = {}
        self.refuse_dialling_to: set[str] = set()
        """URIs to which no trunk leads."""
        self._sound_s = sound_s
        self._sounds: dict[Path, Tones] = {}
        self._members: dict[BridgeId, tuple[LegId, ...]] = {}
        self._listener: Callable[[VoiceEvent], None] | None = None

    # --- The far ends ---

    def arrive(
        self,
        leg: LegId,
        *,
        called: str = "100",
        caller: str = "0312345678",
        caller_name: str = "",
        trunk: str = "trunk",
        headers: Mapping[str, str] | None = None,
        says: Iterable[int] = (),
    ) -> None:
        """Let a phone call come in."""
        self.legs[leg] = FakeLeg(leg, LegState.ARRIVED, says=frozenset(says), caller=caller)
        self._report(LegArrived(leg, called, caller, caller_name, trunk, dict(headers or {})))

    def far_end_rings(self, leg: LegId) -> None:
        """Let a dialled phone ring."""
        if not self._live(leg).ringing:
            self.legs[leg].ringing = True
            self._report(LegRang(leg))

    def far_end_answers(self, leg: LegId) -> None:
        """Let a dialled phone be answered."""
        self._answered(leg)

    def browser_connects(self, leg: LegId) -> None:
        """Let a browser leg's media connect."""
        self._answered(leg)

    def far_end_hangs_up(self, leg: LegId, cause: ReleaseCause = ReleaseCause.NORMAL) -> None:
        """Let the far end hang up, or refuse with another `cause`."""
        self._live(leg)
        self._release(leg, cause)

    def far_end_holds(self, leg: LegId, *, on_hold: bool) -> None:
        """Let the far end put us on hold, or take us back."""
        self._end_moment()
        self._live(leg).on_hold = on_hold
        self._report(LegHeld(leg, on_hold))

    def far_end_presses(self, leg: LegId, digits: str) -> None:
        """Let the far end press keys; reported one by one."""
        self._live(leg)
        for digit in digits:
            self._report(DigitsHeard(leg, digit))

    def far_end_says(self, leg: LegId, tones: Iterable[int]) -> None:
        """Let the far end say tones from now on; it may be called before the leg is answered."""
        self._end_moment()
        self._live(leg).says = frozenset(tones)

    def media_is_lost(self, leg: LegId) -> None:
        """Let nothing come from the leg any more."""
        self._end_moment()
        self._live(leg).media_lost = True
        self._report(MediaLost(leg))

    def media_is_back(self, leg: LegId) -> None:
        """Let the leg be heard again."""
        self._end_moment()
        self._live(leg).media_lost = False
        self._report(MediaBack(leg))

    def register_sound(self, path: Path, tones: Iterable[int]) -> None:
        """Say what the sound at `path` is; the file need not exist."""
        self._sounds[path] = frozenset(tones)

    def sound_ends(self, playback: PlaybackId) -> None:
        """Let the present sound come to its end: the next one follows, or the playback is over."""
        playing = self.playbacks.get(playback)
        if playing is None:
            return
        self._end_moment()
        if playing.at + 1 < len(playing.sounds):
            playing.at += 1
            self._time_sound(playback)
        else:
            self._end_playback(playback, completed=True)

    def playback_to(self, leg: LegId) -> FakePlayback | None:
        """Return what plays to `leg` now."""
        return next((playing for playing in self.playbacks.values() if playing.leg == leg), None)

    def bridge_of(self, leg: LegId) -> BridgeId | None:
        """Return the bridge that `leg` is in."""
        return next((bridge for bridge, members in self._members.items() if leg in members), None)

    def said_by(self, leg: LegId) -> Tones:
        """Return what reaches the engine from `leg`."""
        known = self.legs.get(leg)
        if known is None or known.state is not LegState.ANSWERED:
            return SILENCE
        return SILENCE if known.listen_only or known.on_hold or known.media_lost else known.says

    def heard_by(self, leg: LegId) -> Tones:
        """Return the tones that the far end of `leg` hears now."""
        known = self.legs.get(leg)
        if known is None or known.state is not LegState.ANSWERED or known.on_hold:
            return SILENCE
        playing = self.playback_to(leg)
        if playing is not None:
            return SILENCE if playing.sound.gain == 0 else self._tones_of(playing.sound.path) or SILENCE
        bridge = self.bridge_of(leg)
        if bridge is None:
            return SILENCE
        gains = self.bridges[bridge]
        loud = (other for other in self._members[bridge] if gains.get((leg, other), 0.0) > 0)
        return SILENCE.union(*(self.said_by(other) for other in loud))

    # --- The works ---

    def _report(self, event: VoiceEvent) -> None:
        """Report on the loop's next turn, as a real engine does: never within the call that caused it."""
        asyncio.get_running_loop().call_soon(self._deliver, event)

    def _deliver(self, event: VoiceEvent) -> None:
        self.events.append(event)
        if self._listener is not None:
            self._listener(event)

    def _live(self, leg: LegId) -> FakeLeg:
        known = self.legs.get(leg)
        if known is None:
            raise LegGoneError(leg)
        return known

    def _answered(self, leg: LegId) -> None:
        known = self._live(leg)
        if known.state is LegState.ANSWERED:
            return
        self._end_moment()
        known.state = LegState.ANSWERED
        if known.timer is not None:
            known.timer.cancel()
        self._report(LegAnswered(leg))

    def _release(self, leg: LegId, cause: ReleaseCause) -> None:
        known = self.legs.get(leg)
        if known is None:
            return
        if known.timer is not None:
            known.timer.cancel()
        self._end_moment()
        del self.legs[leg]
        self._members = {b: tuple(m for m in members if m != leg) for b, members in self._members.items()}
        # As with a real engine, whose media is elsewhere: what the leg's end brings with it is reported after it.
        self._report(LegReleased(leg, cause))
        self._end_playback_to(leg)
        for recording in [r.id for r in self.recordings.values() if r.leg == leg]:
            self._end_recording(recording)

    def _tones_of(self, path: Path) -> Tones | None:
        """Return a sound's tones: as registered, nothing for any other file, None where there is no such file."""
        known = self._sounds.get(path)
        if known is not None:
            return known
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return SILENCE if file.read(4).startswith(AUDIO_HEADS) else None

    def _time_sound(self, playback: PlaybackId) -> None:
        playing = self.playbacks[playback]
        if self._sound_s is not None and not playing.sound.loop:
            loop = asyncio.get_running_loop()
            playing.timer = loop.call_later(self._sound_s, self.sound_ends, playback)

    def _end_playback_to(self, leg: LegId) -> None:
        playing = self.playback_to(leg)
        if playing is not None:
            self._end_playback(playing.id, completed=False)

    def _end_playback(self, playback: PlaybackId, *, completed: bool) -> None:
        playing = self.playbacks.pop(playback, None)
        if playing is None:
            return
        if playing.timer is not None:
            playing.timer.cancel()
        self._report(PlaybackEnded(playback, completed))

    def _end_moment(self) -> None:
        """Close the recordings' present span with what was there to hear, before something changes."""
        for recording in self.recordings.values():
            self._close_span(recording)

    def _close_span(self, recording: FakeRecording) -> None:
        now = asyncio.get_running_loop().time()
        if not recording.paused:
            span = (now - recording.since, self.said_by(recording.leg), self.heard_by(recording.leg))
            if any(span[1:]) or span[0] > SHORTEST_SPAN_S:
                recording.spans.append(span)
        recording.since = now

    def _set_paused(self, recording: RecordingId, *, paused: bool) -> None:
        known = self.recordings.get(recording)
        if known is not None:
            self._close_span(known)
            known.paused = paused

    def _end_recording(self, recording: RecordingId) -> None:
        known = self.recordings.pop(recording, None)
        if known is None:
            return
        self._close_span(known)
        self._report(RecordingEnded(recording, known.path, self._write(known)))

    def _write(self, recording: FakeRecording) -> float:
        said: list[Samples] = [np.zeros(0, np.int16)]
        heard: list[Samples] = [np.zeros(0, np.int16)]
        for seconds, says, hears in recording.spans:
            said.append(tone(says, max(seconds, SHORTEST_SPAN_S)))
            heard.append(tone(hears, max(seconds, SHORTEST_SPAN_S)))
        left, right = np.concatenate(said), np.concatenate(heard)
        dual = recording.channels is Channels.DUAL
        mixed = np.clip(left.astype(np.int32) + right, -32768, 32767).astype(np.int16)
        write_wav(recording.path, [left, right] if dual else [mixed])
        return len(left) / 8000
