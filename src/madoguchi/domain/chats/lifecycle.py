"""A chat's lifecycle: which event leads from which state to which."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from madoguchi.domain.chats.texting import SmsLine
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Offer, OfferDeclined, OfferMissed, OfferWithdrawn
from madoguchi.domain.routing.record import Why
from madoguchi.kernel.ids import HandlingId, InteractionId, OfferId, UserId
from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class ChatState(Enum):
    """How far a chat is."""

    QUEUED = "queued"
    OFFERED = "offered"
    """It rings at one agent or several."""
    CHATTING = "chatting"
    DORMANT = "dormant"
    """The consumer has not answered for a while; his next line wakes it."""
    FINISHED = "finished"
    """One of the two ended it, or a supervisor did."""
    ABANDONED = "abandoned"
    """The consumer left before an agent had answered."""
    DISMISSED = "dismissed"
    """The consumer never answered."""
    FAILED = "failed"


class Side(Enum):
    """Who writes."""

    CONSUMER = "consumer"
    AGENT = "agent"
    SYSTEM = "system"

    @property
    def other(self) -> "Side":
        """Whom a line of this side is for."""
        return Side.AGENT if self is Side.CONSUMER else Side.CONSUMER


class EndReason(Enum):
    """Who or what ended a chat."""

    CONSUMER_ENDED = "consumer_ended"
    AGENT_ENDED = "agent_ended"
    SUPERVISOR_ENDED = "supervisor_ended"
    CONSUMER_SILENT = "consumer_silent"
    UNANSWERED = "unanswered"
    """No agent took it in time."""


@dataclass(frozen=True)
class TimeOuts:
    """How long silence may last, in seconds."""

    unanswered_s: float = 1_800.0
    """In the queue without an agent, until the chat fails."""
    agent_silent_s: float = 900.0
    """With a line of the consumer unanswered, until the chat goes back to the queue."""
    dormant_s: float = 300.0
    """With the consumer's answer missing, until the chat is dormant."""
    dismiss_s: float = 900.0
    """Dormant, until the chat is dismissed."""


@dataclass(frozen=True)
class ChatStarted:
    """A consumer wants to chat and waits from now on."""

    chat: InteractionId
    consumer: Consumer
    queue: Queue
    language: str
    at: Instant
    time_outs: TimeOuts
    sms: SmsLine | None = None
    """Where it goes on by text message."""


@dataclass(frozen=True)
class OffersPlaced:
    """It rings at these agents."""

    offers: tuple[Offer, ...]
    why: Why | None = None


@dataclass(frozen=True)
class BackInQueue:
    """No offer stands any more."""


@dataclass(frozen=True)
class OfferAccepted:
    """An agent has taken the chat."""

    offer: OfferId
    agent: UserId
    name: str
    handling: HandlingId
    at: Instant


@dataclass(frozen=True)
class Slept:
    """The consumer has been silent for long."""

    at: Instant


@dataclass(frozen=True)
class Woke:
    """The consumer writes again."""

    at: Instant


@dataclass(frozen=True)
class Requeued:
    """The agent has handed the consumer over, or has not answered for too long; the chat waits again."""

    at: Instant
    queue: Queue
    agent: UserId
    """Who had it."""
    name: str
    handed_over: bool
    """He wanted it so. Otherwise it was taken from him."""
    to_agent: UserId | None = None
    """Who is asked first."""
    to_name: str = ""


@dataclass(frozen=True)
class Finished:
    """It was ended by the agent, the consumer or a supervisor."""

    reason: EndReason
    at: Instant
    by: UserId | None = None
    """The supervisor who ended it."""
    name: str = ""


@dataclass(frozen=True)
class Abandoned:
    """It was ended before an agent had answered."""

    reason: EndReason
    at: Instant
    by: UserId | None = None
    """The supervisor who ended it."""
    name: str = ""


@dataclass(frozen=True)
class Dismissed:
    """It ended because the consumer never answered."""

    at: Instant


@dataclass(frozen=True)
class Expired:
    """It failed: nobody answered in time."""

    at: Instant


LifecycleEvent: TypeAlias = (
    OffersPlaced
    | OfferDeclined
    | OfferMissed
    | OfferWithdrawn
    | BackInQueue
    | OfferAccepted
    | Slept
    | Woke
    | Requeued
    | Finished
    | Abandoned
    | Dismissed
    | Expired
)
Arrows: TypeAlias = Mapping[tuple[ChatState, type], ChatState]

WAITING: Final = (ChatState.QUEUED, ChatState.OFFERED)
ANSWERED: Final = (ChatState.CHATTING, ChatState.DORMANT)

_ROUTING: Final[Arrows] = {
    (ChatState.QUEUED, OffersPlaced): ChatState.OFFERED,
    (ChatState.OFFERED, OffersPlaced): ChatState.OFFERED,
    (ChatState.OFFERED, OfferDeclined): ChatState.OFFERED,
    (ChatState.OFFERED, OfferMissed): ChatState.OFFERED,
    (ChatState.OFFERED, OfferWithdrawn): ChatState.OFFERED,
    (ChatState.OFFERED, BackInQueue): ChatState.QUEUED,
    (ChatState.OFFERED, OfferAccepted): ChatState.CHATTING,
}
_TALK: Final[Arrows] = {
    (ChatState.CHATTING, Slept): ChatState.DORMANT,
    (ChatState.DORMANT, Woke): ChatState.CHATTING,
    **{(state, Requeued): ChatState.QUEUED for state in ANSWERED},
}
_ENDS: Final[Arrows] = {
    **{(state, Finished): ChatState.FINISHED for state in ANSWERED},
    **{(state, Abandoned): ChatState.ABANDONED for state in WAITING},
    (ChatState.DORMANT, Dismissed): ChatState.DISMISSED,
    **{(state, Expired): ChatState.FAILED for state in WAITING},
}

CHAT: Final = Machine(
    name="chat",
    initial=ChatState.QUEUED,
    table={**_ROUTING, **_TALK, **_ENDS},
    terminal=frozenset({ChatState.FINISHED, ChatState.ABANDONED, ChatState.DISMISSED, ChatState.FAILED}),
)
