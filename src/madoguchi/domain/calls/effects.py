"""What a call orders to be done outside."""

from dataclasses import dataclass
from typing import TypeAlias

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.messages.texts import Line
from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId, UserId


@dataclass(frozen=True)
class AnswerLeg:
    """Answer the consumer's phone."""

    leg: LegId


@dataclass(frozen=True)
class DialLeg:
    """Call a phone."""

    leg: LegId
    address: str
    """A SIP URI, or a number for the trunk."""
    caller: str
    """The number that is shown; empty for the trunk's own."""
    ring_s: float
    near: str
    """What the leg is made near."""


@dataclass(frozen=True)
class ReleaseLeg:
    """Hang up."""

    leg: LegId


@dataclass(frozen=True)
class Play:
    """Let a leg hear lines, then music or the ring-back tone if so; it replaces what the leg hears now."""

    playback: PlaybackId
    leg: LegId
    lines: tuple[Line, ...]
    music: bool
    ringing: bool = False


@dataclass(frozen=True)
class StopPlayback:
    """Let the leg hear its bridge again."""

    playback: PlaybackId
    leg: LegId


@dataclass(frozen=True)
class SetGains:
    """Let these legs, and no others, hear each other so."""

    bridge: BridgeId
    legs: tuple[LegId, ...]
    gains: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SetListenOnly:
    """Discard what a browser leg says, or take it."""

    leg: LegId
    on: bool


@dataclass(frozen=True)
class CloseBridge:
    """Nobody is to hear anybody any more."""

    bridge: BridgeId
    legs: tuple[LegId, ...]


@dataclass(frozen=True)
class SendDigits:
    """Press keys towards the leg."""

    leg: LegId
    digits: str


@dataclass(frozen=True)
class StartRecording:
    """Record what the leg says and hears."""

    recording: RecordingId
    leg: LegId
    number: int
    dual: bool


@dataclass(frozen=True)
class PauseRecording:
    """Leave out what is said from now on, or not any more."""

    recording: RecordingId
    leg: LegId
    on: bool


@dataclass(frozen=True)
class StopRecording:
    """Close the recording."""

    recording: RecordingId
    leg: LegId


@dataclass(frozen=True)
class FindAgent:
    """Keep a slot of the agent whose direct number was called; what came of it is a fact."""

    agent: UserId


VoiceEffect: TypeAlias = (
    AnswerLeg
    | DialLeg
    | ReleaseLeg
    | Play
    | StopPlayback
    | SetListenOnly
    | SetGains
    | CloseBridge
    | SendDigits
    | StartRecording
    | PauseRecording
    | StopRecording
)
AgentEffect: TypeAlias = FindAgent | FreeSlot | OpenHandling | EndHandling
CallEffect: TypeAlias = VoiceEffect | AgentEffect


def lanes(effect: CallEffect) -> tuple[str, ...]:
    """Return what `effect` must not overtake: the legs it concerns, or the agent it tells."""
    match effect:
        case FindAgent(agent) | FreeSlot(agent) | OpenHandling(agent) | EndHandling(agent):
            return (agent,)
        case SetGains(bridge, legs) | CloseBridge(bridge, legs):
            return (bridge, *legs)
        case (
            AnswerLeg(leg)
            | DialLeg(leg)
            | ReleaseLeg(leg)
            | SetListenOnly(leg)
            | Play(_, leg)
            | StopPlayback(_, leg)
            | SendDigits(leg)
            | StartRecording(_, leg)
            | PauseRecording(_, leg)
            | StopRecording(_, leg)
        ):
            return (leg,)


def lasting(effect: CallEffect) -> bool:
    """Whether it must be done even if the process dies: agents must learn it, legs die with the process."""
    return isinstance(effect, FreeSlot | OpenHandling | EndHandling)
