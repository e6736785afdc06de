"""What happened to one interaction: stays in queues, offers, agents' stretches, redactions. `telling` tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Final, Protocol

from madoguchi.kernel.time import Instant, Span

NONE: Final = timedelta()


class Entry(Protocol):
    """One row of a journal."""

    @property
    def at(self) -> Instant:
        """When it happened."""

    @property
    def kind(self) -> str:
        """The event's class."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The event's fields as JSON."""


class Came(Enum):
    """How an interaction came into a queue."""

    CHOSEN = "chosen"
    """By the consumer's choice."""
    TRANSFERRED = "transferred"
    """An agent sent it there."""
    RETURNED = "returned"
    """The agent who had it was lost, or did not answer."""


class Outcome(Enum):
    """How a stay in a queue ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    """The consumer left."""
    ENDED = "ended"
    """Somebody with the right to do so ended it."""
    FAILED = "failed"
    """Nobody answered in time, or we could not go on."""


@dataclass(frozen=True)
class Stay:
    """One stay in a queue, from coming into it to the answer or the end."""

    number: int
    """1 for the interaction's first."""
    queue: Mapping[str, Any]
    """The queue as the journal has it: `id`, `names`, `parents` …"""
    came: Came
    since: Instant
    until: Instant | None = None
    outcome: Outcome | None = None
    agent: str | None = None
    """Who answered."""
    offers: int = 0
    declined: int = 0
    missed: int = 0

    @property
    def waited(self) -> Span:
        """How long it lasted; nothing while it goes on."""
        return (self.until or self.since) - self.since


@dataclass(frozen=True)
class Offered:
    """One offer, and what became of it."""

    id: str
    agent: str
    name: str
    at: Instant
    outcome: str = "withdrawn"
    """`accepted`, `declined`, `missed` or `withdrawn`."""
    until: Instant | None = None


@dataclass(frozen=True)
class Stretch:
    """One agent with the consumer, from the answer until he left."""

    handling: str
    agent: str
    name: str
    queue: Mapping[str, Any] | None
    since: Instant
    until: Instant | None = None
    hold: Span = NONE
    transferred: bool = False
    """He sent the consumer elsewhere."""
    party: str = ""

    @property
    def talk(self) -> Span:
        """Time with the consumer, holds left out; nothing while it goes on."""
        return (self.until or self.since) - self.since - self.hold


@dataclass(frozen=True)
class Handover:
    """One time that an agent sent the consumer elsewhere."""

    at: Instant
    agent: str | None
    name: str
    to_queue: Mapping[str, Any] | None = None
    to_agent: str | None = None
    to_name: str = ""
    to_number: str = ""
    """The phone that the consumer was left to."""
    warm: bool = False
    """The agent spoke with whoever took over before."""


@dataclass(frozen=True)
class Redaction:
    """What was left out of a recording."""

    recording: str
    since: Instant
    until: Instant | None = None


@dataclass(frozen=True)
class Story:
    """All of it."""

    stays: tuple[Stay, ...] = ()
    offers: tuple[Offered, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    handovers: tuple[Handover, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    ended_at: Instant | None = None
