"""The voice engine: legs, bridges, sounds and recordings, and nothing about queues or agents.

An engine never decides. It does what it is told and reports facts. Every operation is idempotent: telling it again
what is already so changes nothing. Ids are chosen by the caller, so that no fact can arrive before its id is known.

Whoever implements this proves it by `tests/contract/voice`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias

from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId


class VoiceUnavailableError(MadoguchiError):
    """The voice engine cannot do this just now."""

    kind = Kind.UNAVAILABLE
    code = "voice_unavailable"


class LegGoneError(MadoguchiError):
    """The other side has already hung up."""

    kind = Kind.CONFLICT
    code = "leg_gone"


class BadBrowserOfferError(MadoguchiError):
    """The browser's media offer cannot be used."""

    kind = Kind.INVALID
    code = "bad_browser_offer"


class ReleaseCause(Enum):
    """Why a leg is over, or is to be ended."""

    NORMAL = "normal"
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"
    """The other side or its carrier refused: wrong number, no right, no codec in common."""
    MEDIA_LOST = "media_lost"
    FAILED = "failed"


class Channels(Enum):
    """How the two directions of a recorded leg are written."""

    MONO = "mono"
    DUAL = "dual"
    """Left: what the leg says. Right: what it hears."""


@dataclass(frozen=True)
class PhoneAddress:
    """Where to dial: a SIP URI (`sip:100@host`), or a number that goes out by the default trunk (`+81312345678`)."""

    uri: str


@dataclass(frozen=True)
class BrowserOffer:
    """What a browser's `RTCPeerConnection` offers. Opaque to everybody but the engine and the page."""

    body: str


@dataclass(frozen=True)
class BrowserAnswer:
    """The engine's answer to a `BrowserOffer`, to be handed to the page as it is."""

    body: str


@dataclass(frozen=True)
class Sound:
    """An audio file on the engine's machine: WAV, MP3 or Ogg, any rate, mono or stereo."""

    path: Path
    loop: bool = False
    gain: float = 1.0


@dataclass(frozen=True)
class LegArrived:
    """A call comes in. The leg is neither ringing nor answered yet."""

    leg: LegId
    called: str
    """What was dialled: the user part of the request URI."""
    caller: str
    """Who calls: the user part of P-Asserted-Identity from a trusted trunk, else of From. Empty when withheld."""
    caller_name: str
    trunk: str
    """The name of the trunk or phone account it came by; empty for an unknown peer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """All headers of the first request; names as sent."""


@dataclass(frozen=True)
class LegRang:
    """The far end of a dialled leg rings."""

    leg: LegId


@dataclass(frozen=True)
class LegAnswered:
    """Media can flow: a dialled leg was answered, an answered leg was confirmed, a browser has connected."""

    leg: LegId


@dataclass(frozen=True)
class LegHeld:
    """The far end put us on hold, or took us back."""

    leg: LegId
    on_hold: bool


@dataclass(frozen=True)
class LegReleased:
    """The leg is over. Nothing comes from it any more. Reported once, whoever ended it."""

    leg: LegId
    cause: ReleaseCause


@dataclass(frozen=True)
class MediaLost:
    """Nothing has been received from the leg for the engine's time-out. It still exists: release it or wait."""

    leg: LegId


@dataclass(frozen=True)
class MediaBack:
    """A leg that was reported lost is heard again."""

    leg: LegId


@dataclass(frozen=True)
class DigitsHeard:
    """The leg sent keypad digits (`0-9*#A-D`), in order; usually one."""

    leg: LegId
    digits: str


@dataclass(frozen=True)
class PlaybackEnded:
    """A playback is over: heard to its end, or stopped, replaced, or cut by the leg's end."""

    playback: PlaybackId
    completed: bool


@dataclass(frozen=True)
class RecordingEnded:
    """The file is closed. `span_s` is the length of what is in it, pauses left out."""

    recording: RecordingId
    path: Path
    span_s: float


VoiceEvent: TypeAlias = (
    LegArrived
    | LegRang
    | LegAnswered
    | LegHeld
    | LegReleased
    | MediaLost
    | MediaBack
    | DigitsHeard
    | PlaybackEnded
    | RecordingEnded
)


class VoiceEngine(Protocol):
    """Connects phones and browsers, and lets them hear what they are told to hear."""

    BROWSER_LOST_S: ClassVar[float]
    """After how many seconds without a packet a browser leg that may talk is `MediaLost`."""
    LISTENER_LOST_S: ClassVar[float]
    """The same for a leg that only listens: browsers that send no sound may say nothing for some seconds."""

    async def start(self, listener: Callable[[VoiceEvent], None]) -> None:
        """Begin to accept calls, and report every fact to `listener`.

        The listener is called on the event loop, in order per leg; it must not block.

        Raises:
            VoiceUnavailableError: a port is taken or a worker did not start; the message says which.
        """

    async def close(self) -> None:
        """End every leg (`LegReleased` is reported for each), close every recording and every socket."""

    def known_legs(self) -> Collection[LegId]:
        """Return the legs that are not over, whatever their state."""

    async def ring(self, leg: LegId) -> None:
        """Tell an arrived leg's caller that it rings.

        Raises:
            LegGoneError: it has hung up.
        """

    async def answer(self, leg: LegId) -> None:
        """Answer an arrived leg. `LegAnswered` follows when the caller has confirmed.

        Raises:
            LegGoneError: it has hung up.
        """

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
        """Call `to`. Facts follow: `LegRang`, then `LegAnswered` or `LegReleased` (`NO_ANSWER` after `ring_s`).

        Args:
            leg: the new leg's id.
            to: whom to call.
            caller: the number that is shown.
            headers: further headers of the request.
            ring_s: how long it may ring.
            near: see `open_browser_leg`.

        Raises:
            VoiceUnavailableError: no trunk leads there.
        """

    async def open_browser_leg(
        self, leg: LegId, offer: BrowserOffer, *, listen_only: bool, near: str | None = None
    ) -> BrowserAnswer:
        """Make a leg to a browser. `LegAnswered` follows when it has connected.

        Args:
            leg: the new leg's id.
            offer: what the page offers; it asks for no microphone where `listen_only`.
            listen_only: whatever arrives from the browser is discarded unheard and unrecorded, until `set_listen_only`
                says otherwise. A page that may come to speak offers to send from the beginning.
            near: whom the new leg will share a bridge with: the id of a leg, which may have gone or not have been
                answered yet, or a name that the legs of a call agree upon. Legs are only sure to be able to share a
                bridge where one was made near the other, or both near the same. An engine puts them together on what
                it consists of: one media worker, one node of a cluster; where any two legs can meet, it has no use for
                it. None: the leg will meet nobody, or only those made near it.

        Raises:
            BadBrowserOfferError: the offer has no audio, no codec in common, or is no offer at all.
            VoiceUnavailableError: the engine is full or stopping.
        """

    async def set_listen_only(self, leg: LegId, *, on: bool) -> None:
        """Discard whatever arrives from a browser leg, or take it, from the next tick on; the connection goes on.

        Raises:
            LegGoneError: it has ended.
        """

    async def release(self, leg: LegId, cause: ReleaseCause = ReleaseCause.NORMAL) -> None:
        """End the leg in whatever state it is: refuse, cancel or hang up. Unknown and ended legs are no error."""

    async def refer(self, leg: LegId, to: PhoneAddress) -> None:
        """Ask the far end to call `to` instead of us (SIP REFER). `LegReleased` follows when it has done so.

        Raises:
            LegGoneError: it has hung up.
            VoiceUnavailableError: the far end refused; the leg goes on.
        """

    async def open_bridge(self, bridge: BridgeId) -> None:
        """Make a bridge without legs."""

    async def set_gains(self, bridge: BridgeId, legs: Sequence[LegId], gains: Sequence[Sequence[float]]) -> None:
        """Make `legs` the bridge's legs, and `gains` what they hear of each other, from the next tick on.

        Args:
            bridge: the bridge; opened by this call where it is not open.
            legs: all legs that are to be in it; the others leave it and hear silence. A leg is in one bridge at most:
                coming here it leaves its former one. Legs that are gone are left out silently.
            gains: square over `legs`, row = listener, column = speaker; 0.0 silences, 1.0 is unity.
        """

    async def close_bridge(self, bridge: BridgeId) -> None:
        """Take all legs out and forget the bridge. The legs live on in silence."""

    async def play(self, playback: PlaybackId, leg: LegId, sounds: Sequence[Sound]) -> None:
        """Play `sounds` one after the other to `leg` alone, which hears them instead of its bridge.

        A new playback to a leg replaces the one that runs. A sound with `loop` never ends by itself. An unreadable
        file is skipped (the engine logs it) so that a caller is never stuck. `PlaybackEnded` always follows.
        """

    async def stop_playback(self, playback: PlaybackId) -> None:
        """End a playback; the leg hears its bridge again."""

    async def send_digits(self, leg: LegId, digits: str) -> None:
        """Press keys (`0-9*#A-D`) towards the leg, 120 ms each.

        Raises:
            LegGoneError: it has hung up.
        """

    async def start_recording(self, recording: RecordingId, leg: LegId, path: Path, *, channels: Channels) -> None:
        """Write what `leg` says and hears to the WAV file `path` until it is stopped or the leg ends.

        The file is readable at any moment up to the last second, whatever happens to the process.

        Raises:
            LegGoneError: it has hung up.
            VoiceUnavailableError: the file cannot be written.
        """

    async def pause_recording(self, recording: RecordingId) -> None:
        """Leave out what is said from now on. No gap, no silence is written."""

    async def resume_recording(self, recording: RecordingId) -> None:
        """Go on writing after a pause."""

    async def stop_recording(self, recording: RecordingId) -> None:
        """Close the file; `RecordingEnded` follows."""
