"""Offers: one agent's chance to take an interaction. Calls and chats treat them alike."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.domain.routing.record import Why
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import OfferId, UserId
from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class Channel(Enum):
    """How a consumer contacts us."""

    CALL = "call"
    CHAT = "chat"


class OfferGoneError(MadoguchiError):
    """A colleague was faster, or the offer has lapsed."""

    kind = Kind.CONFLICT
    code = "offer_gone"


@dataclass(frozen=True)
class Offer:
    """An offer that stands. The agent's slot was reserved for it before it was placed."""

    id: OfferId
    agent: UserId
    name: str
    """The agent's."""
    placed_at: Instant
    expires_at: Instant
    to_all: bool = False
    """One of several at once: letting it lapse is not held against the agent."""
    auto_answer: bool = False
    """The agent's page takes it after a moment, without a click."""


@dataclass(frozen=True)
class PlaceOffers:
    """Command to a waiting call or chat: these agents have a slot reserved, ring them."""

    offers: tuple[Offer, ...]
    why: Why | None = None
    """How they were chosen."""


@dataclass(frozen=True)
class AcceptOffer:
    """Command to a call or chat: the agent takes it. The first answer wins."""

    offer: OfferId
    agent: UserId


@dataclass(frozen=True)
class DeclineOffer:
    """Command to a call or chat: the agent does not want it. Declining what no longer stands is no error."""

    offer: OfferId
    agent: UserId


class OfferState(Enum):
    """How far an offer is."""

    STANDING = "standing"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class OfferTaken:
    """The agent took the interaction."""

    offer: OfferId


@dataclass(frozen=True)
class OfferDeclined:
    """The agent did not want it."""

    offer: OfferId
    agent: UserId
    until: Instant | None = None
    """How long he is left alone."""


@dataclass(frozen=True)
class OfferMissed:
    """The agent let it lapse."""

    offer: OfferId
    agent: UserId


@dataclass(frozen=True)
class OfferWithdrawn:
    """A colleague was faster, or the consumer left."""

    offer: OfferId
    agent: UserId


OFFER: Final = Machine(
    name="offer",
    initial=OfferState.STANDING,
    table={
        (OfferState.STANDING, OfferTaken): OfferState.ACCEPTED,
        (OfferState.STANDING, OfferDeclined): OfferState.DECLINED,
        (OfferState.STANDING, OfferMissed): OfferState.MISSED,
        (OfferState.STANDING, OfferWithdrawn): OfferState.WITHDRAWN,
    },
    terminal=frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.MISSED, OfferState.WITHDRAWN}),
)
