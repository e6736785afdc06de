"""A call as its queue sees it: the table of what may follow what. The events of the table are here, too."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.domain.calls.doors import Door
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Offer
from madoguchi.domain.routing.record import Why
from madoguchi.kernel.ids import HandlingId, OfferId, PartyId, UserId
from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class CallState(Enum):
    """Where the consumer is."""

    IN_MENU = "in_menu"
    QUEUED = "queued"
    OFFERED = "offered"
    DIALLING = "dialling"
    """We call him."""
    TALKING = "talking"
    ENDED = "ended"
    """Somebody talked to him, or he was told all there is to tell."""
    ABANDONED = "abandoned"
    """He left before."""
    FAILED = "failed"


class EndReason(Enum):
    """Why a call is over."""

    CONSUMER_HUNG_UP = "consumer_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    THIRD_PARTY_HUNG_UP = "third_party_hung_up"
    AGENT_MEDIA_LOST = "agent_media_lost"
    CONSUMER_MEDIA_LOST = "consumer_media_lost"
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    NO_CHOICE = "no_choice"
    NO_QUEUE = "no_queue"
    AFTER_HOURS = "after_hours"
    DEFLECTED = "deflected"
    """It was closed, and he was connected with another number."""
    DEFLECTION_FAILED = "deflection_failed"
    """It was closed, and the other number could not be reached."""
    ENDED_BY_SUPERVISOR = "ended_by_supervisor"
    NOT_CONNECTED = "not_connected"
    SERVER_RESTARTED = "server_restarted"
    NO_MEDIA = "no_media"
    """Nothing was heard of anybody in it for too long."""


@dataclass(frozen=True)
class Enqueued:
    """He chose a queue."""

    queue: Queue
    at: Instant


@dataclass(frozen=True)
class Offered:
    """It rings at agents."""

    offers: tuple[Offer, ...]
    why: Why | None = None


@dataclass(frozen=True)
class OffersOver:
    """It rings nowhere any more, and nobody took it."""


@dataclass(frozen=True)
class DirectMissed:
    """It rang at the agent whose direct number was called, and he did not take it."""

    at: Instant


@dataclass(frozen=True)
class OfferAccepted:
    """An agent took it. He is a party from now on."""

    offer: OfferId
    agent: UserId
    name: str
    party: PartyId
    handling: HandlingId
    at: Instant
    waited_s: float


@dataclass(frozen=True)
class Requeued:
    """He waits again: the agent transferred the call or was lost."""

    queue: Queue
    front: bool
    at: Instant


@dataclass(frozen=True)
class TurnedAway:
    """His agent sent him to a queue that is closed, where something else is offered than waiting."""

    queue: Queue
    door: Door
    at: Instant


@dataclass(frozen=True)
class DialledOut:
    """An agent calls the consumer. He is a party from the beginning."""

    agent: UserId
    name: str
    party: PartyId
    handling: HandlingId
    offer: OfferId
    """Under which his slot was kept."""
    queue: Queue | None
    at: Instant


@dataclass(frozen=True)
class DialAnswered:
    """The consumer answered."""

    at: Instant


@dataclass(frozen=True)
class NotReached:
    """He did not, or the agent gave up."""

    reason: EndReason
    at: Instant


@dataclass(frozen=True)
class TalkEnded:
    """The conversation is over."""

    reason: EndReason
    at: Instant


@dataclass(frozen=True)
class Resolved:
    """The menu had nothing more for him."""

    reason: EndReason
    at: Instant


@dataclass(frozen=True)
class ConsumerLeft:
    """He left while he waited."""

    reason: EndReason
    at: Instant


@dataclass(frozen=True)
class Dismissed:
    """Somebody with the right to do so ended it, whatever its state."""

    reason: EndReason
    by: UserId
    at: Instant
    name: str = ""


@dataclass(frozen=True)
class Broke:
    """We could not go on with it."""

    reason: EndReason
    at: Instant


LIVE: Final = (CallState.IN_MENU, CallState.QUEUED, CallState.OFFERED, CallState.DIALLING, CallState.TALKING)
WAITING: Final = (CallState.IN_MENU, CallState.QUEUED, CallState.OFFERED)
TERMINAL: Final = frozenset({CallState.ENDED, CallState.ABANDONED, CallState.FAILED})

CALL: Final[Machine[CallState]] = Machine(
    name="call",
    initial=CallState.IN_MENU,
    table={
        (CallState.IN_MENU, Enqueued): CallState.QUEUED,
        (CallState.QUEUED, Offered): CallState.OFFERED,
        (CallState.OFFERED, OffersOver): CallState.QUEUED,
        (CallState.IN_MENU, Offered): CallState.OFFERED,
        (CallState.OFFERED, DirectMissed): CallState.IN_MENU,
        (CallState.OFFERED, OfferAccepted): CallState.TALKING,
        (CallState.IN_MENU, DialledOut): CallState.DIALLING,
        (CallState.DIALLING, DialAnswered): CallState.TALKING,
        (CallState.DIALLING, NotReached): CallState.ENDED,
        (CallState.TALKING, Requeued): CallState.QUEUED,
        (CallState.TALKING, TurnedAway): CallState.IN_MENU,
        (CallState.TALKING, TalkEnded): CallState.ENDED,
        (CallState.IN_MENU, Resolved): CallState.ENDED,
        **{(state, ConsumerLeft): CallState.ABANDONED for state in WAITING},
        **{(state, Dismissed): CallState.ENDED for state in LIVE},
        **{(state, Broke): CallState.FAILED for state in LIVE},
    },
    terminal=TERMINAL,
)
