"""What an agent's owner may be asked, and told.

`FreeSlot`, `OpenHandling` and `EndHandling` are told by calls and chats: they are effects there and facts here. They
come at least once, so each changes nothing the second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import HandlingId, InteractionId, OfferId, UserId
from madoguchi.kernel.time import Instant


class AgentNotFreeError(MadoguchiError):
    """This agent cannot take it now."""

    kind = Kind.CONFLICT
    code = "agent_not_free"


@dataclass(frozen=True)
class Terms:
    """What the queue allows an agent, and how much it bears."""

    call_weight: int | None = None
    """As how many chats a call counts; None: beside a call he gets nothing else."""
    missed_limit: int = 1
    """How many offers of the channel in a row he may let lapse before his status says so."""
    unresponsive_after: int = 0
    """The same for offers of all channels, however often he came back between; 0 for no limit."""


@dataclass(frozen=True)
class Reservation:
    """A slot kept for an offer. It frees itself when it expires."""

    offer: OfferId
    interaction: InteractionId
    channel: Channel
    expires_at: Instant
    terms: Terms = Terms()
    outbound: bool = False
    """He calls out: whatever his status, he only must have no call in hand."""


@dataclass(frozen=True)
class ProfileIs:
    """Fact: the user's record, at the start and whenever it changes."""

    agent: UserId
    name: str
    email: str
    languages: tuple[str, ...]
    chat_limit: int
    skills: Mapping[str, int] = field(default_factory=dict)
    zone: str = "UTC"
    """The support centre's time zone, in which his day begins."""


@dataclass(frozen=True)
class ChoosePresence:
    """Command: be `status` now, or after the present work."""

    status: Presence
    after_work: bool = False
    custom: CustomStatus | None = None
    """Which one, where `status` is `CUSTOM`."""
    by_supervisor: bool = False
    """Not the agent himself wants it."""


@dataclass(frozen=True)
class Reserve:
    """Command: keep a slot for an offer.

    The caller lets the reservation outlive the offer by a moment, so that an answer in the last second finds it.
    """

    reservation: Reservation


@dataclass(frozen=True)
class FreeSlot:
    """Fact: the offer no longer stands."""

    agent: UserId
    offer: OfferId
    missed: bool
    """He let it lapse, and that is to be held against him."""


@dataclass(frozen=True)
class OpenHandling:
    """Fact: the agent has the interaction now. The slot of `offer` becomes the handling."""

    agent: UserId
    handling: HandlingId
    offer: OfferId
    interaction: InteractionId
    channel: Channel
    consumer: Consumer
    queue: Queue | None


@dataclass(frozen=True)
class EndHandling:
    """Fact: the agent is no longer with the consumer; wrap-up begins."""

    agent: UserId
    handling: HandlingId
    wrap_up_s: float
    dismissed: bool = False
    """A supervisor has ended the interaction."""


@dataclass(frozen=True)
class FinishHandling:
    """Command: wrap-up is done."""

    handling: HandlingId
    disposition: str = ""
    notes: str = ""


@dataclass(frozen=True)
class DraftHandling:
    """Command: keep what he has written so far, during the conversation or after it."""

    handling: HandlingId
    disposition: str = ""
    notes: str = ""


@dataclass(frozen=True)
class ExtendHandling:
    """Command: a minute more for wrap-up."""

    handling: HandlingId


@dataclass(frozen=True)
class AgentDue:
    """A deadline of the agent has come."""


AgentMessage: TypeAlias = (
    ProfileIs
    | ChoosePresence
    | Reserve
    | FreeSlot
    | OpenHandling
    | EndHandling
    | FinishHandling
    | DraftHandling
    | ExtendHandling
    | AgentDue
)
