"""Presence: what an agent chose to be. What follows from work (in a call, wrap-up) is derived, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class Presence(Enum):
    """The statuses."""

    SIGNED_OUT = "signed_out"
    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    BREAK = "break"
    MEAL = "meal"
    SPECIAL_TASK = "special_task"
    """Does something that a supervisor gave him; nobody else can set it."""
    CUSTOM = "custom"
    """One that the organisation made itself."""
    MISSED_CALL = "missed_call"
    """Let a call's offers lapse; gets no more until he chooses a status."""
    MISSED_CHAT = "missed_chat"
    UNRESPONSIVE = "unresponsive"
    """Let offers lapse again and again."""

    @classmethod
    def _missing_(cls, value: object) -> "Presence | None":
        """Read what was stored before calls and chats were told apart."""
        return cls.MISSED_CALL if value == "missed" else None


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
class GotSpecialTask:
    """A supervisor gave him something else to do."""

    at: Instant


@dataclass(frozen=True)
class TookCustomStatus:
    """Chose one of the organisation's own statuses."""

    at: Instant
    custom: CustomStatus


@dataclass(frozen=True)
class MissedCalls:
    """Let more calls lapse than allowed."""

    at: Instant


@dataclass(frozen=True)
class MissedChats:
    """Let more chats lapse than allowed."""

    at: Instant


@dataclass(frozen=True)
class BecameUnresponsive:
    """Let offers lapse again and again, and took none between."""

    at: Instant


PresenceEvent: TypeAlias = (
    SignedOut
    | BecameAvailable
    | BecameUnavailable
    | WentOnBreak
    | WentForMeal
    | GotSpecialTask
    | TookCustomStatus
    | MissedCalls
    | MissedChats
    | BecameUnresponsive
)
PlainEvent: TypeAlias = SignedOut | BecameAvailable | BecameUnavailable | WentOnBreak | WentForMeal | GotSpecialTask

CHOSEN_BY: Final[Mapping[Presence, type[PlainEvent]]] = {
    Presence.SIGNED_OUT: SignedOut,
    Presence.AVAILABLE: BecameAvailable,
    Presence.UNAVAILABLE: BecameUnavailable,
    Presence.BREAK: WentOnBreak,
    Presence.MEAL: WentForMeal,
    Presence.SPECIAL_TASK: GotSpecialTask,
}
"""The event by which a person gets each built-in status that a person may choose, for himself or for another."""
MISSED: Final = frozenset({Presence.MISSED_CALL, Presence.MISSED_CHAT, Presence.UNRESPONSIVE})
"""What follows from missed offers."""
TAKING: Final = (Presence.AVAILABLE, Presence.CUSTOM)
"""Where offers are taken; in a status of the organisation's own, only where it does not count as away."""

PRESENCE: Final[Machine[Presence]] = Machine(
    name="presence",
    initial=Presence.SIGNED_OUT,
    table={
        **{(before, event): after for before in Presence for after, event in CHOSEN_BY.items() if before is not after},
        **{(before, TookCustomStatus): Presence.CUSTOM for before in Presence},
        **{(before, MissedCalls): Presence.MISSED_CALL for before in TAKING},
        **{(before, MissedChats): Presence.MISSED_CHAT for before in TAKING},
        **{(before, BecameUnresponsive): Presence.UNRESPONSIVE for before in TAKING},
    },
    terminal=frozenset(),
)


def chosen(status: Presence, custom: CustomStatus | None, at: Instant) -> PresenceEvent:
    """Return the event by which a person gets `status`.

    Raises:
        KeyError: nobody chooses it.
    """
    if status is Presence.CUSTOM and custom is not None:
        return TookCustomStatus(at, custom)
    return CHOSEN_BY[status](at)
