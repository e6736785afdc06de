"""What is written down of a decision whom to ring: who was considered, why others were not, and by which rule."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.kernel.ids import UserId

NAMED: Final = 10
"""How many are named per reason; of the others only the number is kept."""


class Reason(Enum):
    """Why an agent was passed over, in the order in which the reasons are looked for."""

    SIGNED_OUT = "signed_out"
    AWAY = "away"
    MISSED = "missed"
    """Let offers lapse, and has not come back."""
    LEAVING = "leaving"
    """Has chosen another status for after the present work."""
    PAUSE = "pause"
    """Declined a moment ago."""
    BUSY = "busy"
    GROUP = "group"
    """His group is not asked, or not yet."""
    LANGUAGE = "language"
    SKILL = "skill"
    RINGING = "ringing"
    """It rings there already."""
    TRIED = "tried"
    """Declined or missed it before; those who did not go first."""
    TURN = "turn"
    """It is somebody else's turn."""


class Rule(Enum):
    """What decided."""

    LONGEST_SINCE_CALL = "longest_since_call"
    LONGEST_SINCE_CHAT = "longest_since_chat"
    FEWEST_CHATS = "fewest_chats"
    ALL_AT_ONCE = "all_at_once"
    FELL_BACK = "fell_back"
    """All at once, after enough attempts one by one."""
    ASKED_FOR = "asked_for"
    """A colleague transferred it to him."""
    DIRECT_NUMBER = "direct_number"
    """The consumer called his own number."""
    TAKEN_OVER = "taken_over"
    """A supervisor took it over."""
    NOBODY = "nobody"
    """Nobody could be rung."""


@dataclass(frozen=True)
class Considered:
    """One agent who was looked at."""

    agent: UserId
    name: str
    idle_s: float | None = None
    """For how long he had had none of this channel; None: never had one."""


@dataclass(frozen=True)
class PassedOver:
    """Those who were not rung, for one reason."""

    reason: Reason
    count: int
    agents: tuple[Considered, ...] = ()
    """Some of them."""


@dataclass(frozen=True)
class Why:
    """One decision."""

    rule: Rule
    rung: tuple[Considered, ...] = ()
    passed: tuple[PassedOver, ...] = ()
    attempt: int = 1
    language: str | None = None
    """The language asked for; None where nobody at work speaks it, or it was waited for long enough."""
    skills: tuple[str, ...] = ()
    """The skills asked for."""
    skills_given_up: bool = False
    """There were some, and they were waited for long enough."""
    groups: tuple[str, ...] = ()
    """The groups that were asked; none where the queue has none, or all are."""
