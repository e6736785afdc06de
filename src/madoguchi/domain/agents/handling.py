"""Handlings: an agent's stretches on interactions, each with its own wrap-up."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import HandlingId, InteractionId, OfferId
from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class HandlingState(Enum):
    """How far a handling is."""

    WORKING = "working"
    """With the consumer."""
    WRAP_UP = "wrap_up"
    """The consumer is gone or with somebody else; notes are written."""
    CLOSED = "closed"


@dataclass(frozen=True)
class WrapUpStarted:
    """The agent is no longer with the consumer."""

    handling: HandlingId
    at: Instant
    ends_at: Instant | None
    dismissed: bool = False
    """A supervisor has ended the interaction."""


@dataclass(frozen=True)
class WrapUpExtended:
    """The agent asked for more time."""

    handling: HandlingId
    ends_at: Instant


@dataclass(frozen=True)
class WrapUpDrafted:
    """The agent has written something that is not finished."""

    handling: HandlingId
    disposition: str
    notes: str


@dataclass(frozen=True)
class HandlingClosed:
    """The work is done, or its time was up."""

    handling: HandlingId
    interaction: InteractionId
    at: Instant
    disposition: str = ""
    notes: str = ""
    timed_out: bool = False


HANDLING: Final = Machine(
    name="handling",
    initial=HandlingState.WORKING,
    table={
        (HandlingState.WORKING, WrapUpStarted): HandlingState.WRAP_UP,
        (HandlingState.WORKING, WrapUpDrafted): HandlingState.WORKING,
        (HandlingState.WRAP_UP, WrapUpDrafted): HandlingState.WRAP_UP,
        (HandlingState.WORKING, HandlingClosed): HandlingState.CLOSED,
        (HandlingState.WRAP_UP, WrapUpExtended): HandlingState.WRAP_UP,
        (HandlingState.WRAP_UP, HandlingClosed): HandlingState.CLOSED,
    },
    terminal=frozenset({HandlingState.CLOSED}),
)


@dataclass(frozen=True)
class Handling:
    """One stretch that is not closed."""

    id: HandlingId
    interaction: InteractionId
    channel: Channel
    consumer: Consumer
    queue: Queue | None
    started_at: Instant
    offer: OfferId
    """What he took."""
    state: HandlingState = HandlingState.WORKING
    wrap_up_at: Instant | None = None
    ends_at: Instant | None = None
    """When wrap-up ends by itself; None while working."""
    disposition: str = ""
    """What he has chosen so far."""
    notes: str = ""
    dismissed: bool = False
    """A supervisor has ended the interaction."""
