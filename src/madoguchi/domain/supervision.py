"""Who hears whom. Monitor, whisper and barge are parts that a leg plays, not states that a call is in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from madoguchi.kernel.ids import LegId


class Role(Enum):
    """A party's part in a call."""

    CONSUMER = "consumer"
    AGENT = "agent"
    THIRD_PARTY = "third_party"
    """Asked into the call by its agent."""
    MONITOR = "monitor"
    """Hears all, is heard by nobody."""
    WHISPER = "whisper"
    """Hears all, is heard by agents only."""
    BARGE = "barge"
    """Hears all, is heard by all."""


@dataclass(frozen=True)
class Voice:
    """A party as far as hearing goes."""

    leg: LegId
    role: Role
    muted: bool = False
    on_hold: bool = False
    deaf: bool = False
    """What is said is not for him."""


def hears(listener: Voice, speaker: Voice) -> bool:
    """Whether `listener` must hear `speaker`.

    This is the only place that knows what monitor, whisper and barge mean: the voice engine gets the answer for every
    pair as a gain matrix and has no notion of roles.
    """
    if listener.leg == speaker.leg or speaker.muted or speaker.on_hold or listener.on_hold or listener.deaf:
        return False
    match speaker.role:
        case Role.MONITOR:
            return False
        case Role.WHISPER:
            return listener.role is Role.AGENT
        case Role.CONSUMER | Role.AGENT | Role.THIRD_PARTY | Role.BARGE:
            return True


def gain_matrix(voices: Sequence[Voice]) -> tuple[tuple[float, ...], ...]:
    """Return what everybody hears of everybody: row = listener, column = speaker, 1.0 or 0.0."""
    return tuple(tuple(float(hears(listener, speaker)) for speaker in voices) for listener in voices)
