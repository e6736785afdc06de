"""Presence: what an agent chose to be. What follows from work (in a call, wrap-up) is derived, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class Presence(Enum):
    """The statuses."""

    SIGNED_OUT = "signed_out"
    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    BREAK = "break"
    MEAL = "meal"
    MISSED = "missed"
    """Let an offer lapse; gets no more until he chooses a status."""


@dataclass(frozen=True)
class SignedOut:
    """Left work."""

    at: Instant


@dataclass(frozen=True)
class BecameAvailable:
    """Takes offers."""

    at: Instant


@dataclass(frozen=True)
class BecameUnavailable:
    """Takes none."""

    at: Instant


@dataclass(frozen=True)
class WentOnBreak:
    """Takes none for a while."""

    at: Instant


@dataclass(frozen=True)
class WentForMeal:
    """Eats."""

    at: Instant


@dataclass(frozen=True)
class MissedTooMany:
    """Let more offers lapse than allowed."""

    at: Instant


PresenceEvent: TypeAlias = SignedOut | BecameAvailable | BecameUnavailable | WentOnBreak | WentForMeal | MissedTooMany

CHOSEN_BY: Final[Mapping[Presence, type[PresenceEvent]]] = {
    Presence.SIGNED_OUT: SignedOut,
    Presence.AVAILABLE: BecameAvailable,
    Presence.UNAVAILABLE: BecameUnavailable,
    Presence.BREAK: WentOnBreak,
    Presence.MEAL: WentForMeal,
}
"""The event by which a person gets each status that a person may choose."""

PRESENCE: Final[Machine[Presence]] = Machine(
    name="presence",
    initial=Presence.SIGNED_OUT,
    table={
        **{(before, event): after for before in Presence for after, event in CHOSEN_BY.items() if before is not after},
        (Presence.AVAILABLE, MissedTooMany): Presence.MISSED,
    },
    terminal=frozenset(),
)
