"""What the media plane and its worker processes say to each other: plain shapes, packed with msgspec.

The client sends `Request`s and reads `Reply`s (same number) and events. The channel is an inherited socket: when it
closes, the worker ends, so a killed server leaves no orphan.
"""

from typing import Literal, TypeAlias

import msgspec

from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId

CodecName: TypeAlias = Literal["PCMU", "PCMA", "G722", "opus", "L16"]
"""`L16` (16 kHz, mono) carries audio between workers and is offered to nobody else."""


class RtpEndpoint(msgspec.Struct, frozen=True):
    """A UDP address for RTP. RTCP shares the port where the peer does so, else it goes to the next one."""

    host: str
    port: int


class RtpCodec(msgspec.Struct, frozen=True):
    """The one voice codec that a negotiation ended with, as in its `a=rtpmap` and `a=fmtp`."""

    name: CodecName
    payload_type: int
    clock_rate: int
    """As in SDP: 8000 also for G.722, whose audio has 16 kHz (RFC 3551 section 4.5.2)."""
    fmtp: str = ""


class SrtpKeys(msgspec.Struct, frozen=True):
    """SDES keys (RFC 4568) of both directions."""

    suite: str
    local_key: str
    """Ours, base64 of master key and salt, as after `inline:`."""
    remote_key: str


class RtpSettings(msgspec.Struct, frozen=True):
    """What an offer and answer have agreed for a leg's media, seen from our side."""

    remote: RtpEndpoint
    codec: RtpCodec
    dtmf_payload_type: int | None = None
    """The number of telephone-event/8000 (RFC 4733), or None where the peer has none."""
    send: bool = True
    """Whether the peer wants to receive; False while it holds us."""
    receive: bool = True
    """Whether the peer sends; while False no media loss is reported."""
    srtp: SrtpKeys | None = None


class SoundFile(msgspec.Struct, frozen=True):
    """One file to play."""

    path: str
    loop: bool = False
    gain: float = 1.0


# --- Orders, client to worker ---


class ReserveRtp(msgspec.Struct, frozen=True, tag=True):
    """Bind a local port for a new leg; the reply is an `RtpEndpoint`."""

    leg: LegId


class ConnectRtp(msgspec.Struct, frozen=True, tag=True):
    """Begin, or after a re-INVITE change, a leg's media."""

    leg: LegId
    settings: RtpSettings


class OpenBrowser(msgspec.Struct, frozen=True, tag=True):
    """Make a browser leg; the reply is the answer's SDP."""

    leg: LegId
    offer: str
    listen_only: bool


class SetListenOnly(msgspec.Struct, frozen=True, tag=True):
    """Discard what a browser leg says, or take it."""

    leg: LegId
    on: bool


class CloseLeg(msgspec.Struct, frozen=True, tag=True):
    """Forget a leg; its playback and recordings end."""

    leg: LegId


class OpenBridge(msgspec.Struct, frozen=True, tag=True):
    """Make a bridge without legs."""

    bridge: BridgeId


class SetGains(msgspec.Struct, frozen=True, tag=True):
    """Set a bridge's legs and who hears whom how loudly: row = listener, column = speaker."""

    bridge: BridgeId
    legs: tuple[LegId, ...]
    gains: tuple[tuple[float, ...], ...]


class CloseBridge(msgspec.Struct, frozen=True, tag=True):
    """Forget a bridge; its legs hear silence."""

    bridge: BridgeId


class Play(msgspec.Struct, frozen=True, tag=True):
    """Play files to a leg, in place of its bridge."""

    playback: PlaybackId
    leg: LegId
    sounds: tuple[SoundFile, ...]


class StopPlayback(msgspec.Struct, frozen=True, tag=True):
    """End a playback."""

    playback: PlaybackId


class SendDigits(msgspec.Struct, frozen=True, tag=True):
    """Press keys towards a leg."""

    leg: LegId
    digits: str


class StartRecording(msgspec.Struct, frozen=True, tag=True):
    """Write what a leg says and hears to a WAV file; the reply comes when the file exists."""

    recording: RecordingId
    leg: LegId
    path: str
    dual: bool


class PauseRecording(msgspec.Struct, frozen=True, tag=True):
    """Leave out what is said from now on."""

    recording: RecordingId


class ResumeRecording(msgspec.Struct, frozen=True, tag=True):
    """Write on."""

    recording: RecordingId


class StopRecording(msgspec.Struct, frozen=True, tag=True):
    """Close the file."""

    recording: RecordingId


class ReadStats(msgspec.Struct, frozen=True, tag=True):
    """Ask for a `WorkerStats`."""

    restart: bool = False
    """Whether ticks and their durations are counted anew from now on."""


Order: TypeAlias = (
    ReserveRtp
    | ConnectRtp
    | OpenBrowser
    | SetListenOnly
    | CloseLeg
    | OpenBridge
    | SetGains
    | CloseBridge
    | Play
    | StopPlayback
    | SendDigits
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | ReadStats
)


class Request(msgspec.Struct, frozen=True):
    """An order and the number that its reply will carry."""

    number: int
    order: Order


# --- Facts and replies, worker to client ---


class BrowserConnected(msgspec.Struct, frozen=True, tag=True):
    """A browser leg has keys and a path: media can flow."""

    leg: LegId


class BrowserClosed(msgspec.Struct, frozen=True, tag=True):
    """The browser ended its connection in so many words (DTLS close)."""

    leg: LegId


class MediaLost(msgspec.Struct, frozen=True, tag=True):
    """Nothing came from the leg for its time-out."""

    leg: LegId


class MediaBack(msgspec.Struct, frozen=True, tag=True):
    """A lost leg is heard again."""

    leg: LegId


class DigitsHeard(msgspec.Struct, frozen=True, tag=True):
    """The leg sent keypad digits."""

    leg: LegId
    digits: str


class PlaybackEnded(msgspec.Struct, frozen=True, tag=True):
    """A playback is over; `completed` when it came to its own end."""

    playback: PlaybackId
    completed: bool


class RecordingEnded(msgspec.Struct, frozen=True, tag=True):
    """A file is closed; `span_s` is the length of what is in it."""

    recording: RecordingId
    path: str
    span_s: float


class WorkerLost(msgspec.Struct, frozen=True, tag=True):
    """A worker died and took these legs with it. A new one takes its place at once."""

    legs: tuple[LegId, ...]


MediaEvent: TypeAlias = (
    BrowserConnected | BrowserClosed | MediaLost | MediaBack | DigitsHeard | PlaybackEnded | RecordingEnded | WorkerLost
)


class WorkerStats(msgspec.Struct, frozen=True, tag=True):
    """How a worker has fared since it started."""

    legs: int
    bridges: int
    recordings: int
    ticks: int
    late_ticks: int
    """Ticks whose work began more than 5 ms after its time."""
    skipped_ticks: int
    """Ticks that were left out after a stall of more than half a second."""
    late_p50_ms: float
    late_p99_ms: float
    late_max_ms: float
    work_p50_ms: float
    work_p99_ms: float
    """How long a tick's work took; more than 20 ms means overload."""
    packets_in: int
    packets_out: int
    packets_lost: int
    """Packets that never arrived, by the gaps in sequence numbers."""
    packets_late: int
    """Packets that came after their time."""
    concealed: int
    """Frames that had to be made up because none had arrived in time."""
    send_failures: int
    cpu_s: float


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """The order was not carried out."""

    reason: Literal["leg_gone", "bad_offer", "unavailable"]
    detail: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """The order was carried out; `text` is the answer's SDP where one was asked for."""

    text: str = ""
    endpoint: RtpEndpoint | None = None


Result: TypeAlias = Done | Refusal | WorkerStats


class Reply(msgspec.Struct, frozen=True, tag=True):
    """The outcome of the request with the same number."""

    number: int
    result: Result


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The worker's sockets are open; its ticks run."""


Report: TypeAlias = Ready | Reply | MediaEvent


class WorkerSettings(msgspec.Struct, frozen=True):
    """What a worker must know; handed to it as its first frame."""

    addresses: tuple[str, ...]
    """This machine's addresses as others see them, best first; RTP endpoints name the first one."""
    rtp_ports: tuple[int, int]
    """First and last UDP port for RTP; only even ones are used. (0, 0): any free port."""
    webrtc_port: int
    """The UDP port of all browser legs; 0: any free port."""
    bind: str = "0.0.0.0"  # noqa: S104 - a telephone exchange is there to be reached
    phone_lost_s: float = 30.0
    webrtc_tcp: bool = True
    """Whether browsers may come by TCP too, to the port of the same number."""
    browser_lost_s: float = 5.0
    listener_lost_s: float = 8.0
    """For browser legs that only listen: Chromium's consent checks come up to 4 s apart, and one may get lost."""


class MediaRefusedError(MadoguchiError):
    """The media worker refused an order."""

    kind = Kind.UNAVAILABLE
    code = "media_refused"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal
