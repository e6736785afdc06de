"""Consultations: an agent asks somebody into his call, and perhaps hands it over. The table of what may follow what.

A transfer without a word (cold) has no consultation. Who hears whom follows from who is on hold: while the agent talks
to the third party in private the consumer is on hold, and when he swaps it is the third party.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.domain.queues.queue import Queue
from madoguchi.kernel.ids import ConsultId, PartyId, UserId
from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class ConsultState(Enum):
    """How far a consultation is."""

    NONE = "none"
    RINGING = "ringing"
    """Nobody has answered yet."""
    CONSULTING = "consulting"
    """Agent and third party have to do with each other; the consumer does not hear them."""
    THREE_WAY = "three_way"
    """All hear each other."""
    HANDING_OVER = "handing_over"
    """The agent has left, it still rings."""
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ConsultTarget(Enum):
    """What is called."""

    QUEUE = "queue"
    AGENT = "agent"
    NUMBER = "number"


class ConsultOutcome(Enum):
    """Why a consultation came to nothing, or to its end."""

    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    HUNG_UP = "hung_up"
    MEDIA_LOST = "media_lost"
    REMOVED = "removed"
    """The agent ended it."""
    TRANSFERRED = "transferred"
    """He did not wait for an answer."""
    AGENT_LOST = "agent_lost"
    CALL_ENDED = "call_ended"


FAILURES: Final = frozenset(
    {
        ConsultOutcome.BUSY,
        ConsultOutcome.DECLINED,
        ConsultOutcome.NO_ANSWER,
        ConsultOutcome.UNREACHABLE,
        ConsultOutcome.HUNG_UP,
        ConsultOutcome.MEDIA_LOST,
    }
)
"""What the agent has to be told, as he did not bring it about."""


@dataclass(frozen=True)
class Consult:
    """One consultation that is not over."""

    id: ConsultId
    agent: UserId
    """Who asked."""
    target: ConsultTarget
    name: str
    """Whom, as shown."""
    private: bool
    """He is spoken to before the consumer is; otherwise he joins at once."""
    began_at: Instant
    until: Instant
    """How long it may ring."""
    held_before: bool = False
    """The consumer was on hold anyway."""
    queue: Queue | None = None
    number: str = ""
    note: str = ""
    state: ConsultState = ConsultState.RINGING
    party: PartyId | None = None
    """The third party's, once there is one."""


@dataclass(frozen=True)
class ConsultFailure:
    """What the agent is told of a consultation that came to nothing."""

    name: str
    outcome: ConsultOutcome
    at: Instant


@dataclass(frozen=True)
class ConsultBegan:
    """An agent asks somebody into the call."""

    consult: Consult


@dataclass(frozen=True)
class ThirdPartyAnswered:
    """The third party is there."""

    consult: ConsultId
    party: PartyId
    at: Instant


@dataclass(frozen=True)
class ConsultSwapped:
    """The agent turned to the consumer, or back to the third party; the other one hears music."""

    consult: ConsultId
    party: PartyId
    to_consumer: bool


@dataclass(frozen=True)
class ConferenceBegan:
    """All hear each other."""

    consult: ConsultId
    at: Instant


@dataclass(frozen=True)
class HandedOver:
    """The agent left while it rang."""

    consult: ConsultId
    at: Instant


@dataclass(frozen=True)
class TransferCompleted:
    """The agent left, the others go on."""

    consult: ConsultId
    at: Instant


@dataclass(frozen=True)
class ConsultEnded:
    """It is over without a transfer."""

    consult: ConsultId
    outcome: ConsultOutcome
    at: Instant


UNDER_WAY: Final = frozenset({ConsultState.RINGING, ConsultState.CONSULTING, ConsultState.HANDING_OVER})
"""States of which a call has one consultation at most."""
LIVE: Final = (*sorted(UNDER_WAY, key=lambda one: one.value), ConsultState.THREE_WAY)

TRANSFER: Final[Machine[ConsultState]] = Machine(
    name="transfer",
    initial=ConsultState.NONE,
    table={
        (ConsultState.NONE, ConsultBegan): ConsultState.RINGING,
        (ConsultState.RINGING, ThirdPartyAnswered): ConsultState.CONSULTING,
        (ConsultState.RINGING, HandedOver): ConsultState.HANDING_OVER,
        (ConsultState.HANDING_OVER, ThirdPartyAnswered): ConsultState.COMPLETED,
        (ConsultState.CONSULTING, ConsultSwapped): ConsultState.CONSULTING,
        (ConsultState.CONSULTING, ConferenceBegan): ConsultState.THREE_WAY,
        (ConsultState.CONSULTING, TransferCompleted): ConsultState.COMPLETED,
        (ConsultState.THREE_WAY, TransferCompleted): ConsultState.COMPLETED,
        **{(state, ConsultEnded): ConsultState.CANCELLED for state in LIVE},
    },
    terminal=frozenset({ConsultState.COMPLETED, ConsultState.CANCELLED}),
)
