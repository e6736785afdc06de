"""What supervisors do in a chat beside reading it unseen: whisper to its agent, join it, take it over."""

from dataclasses import dataclass
from typing import Final

from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant

REMEMBERED: Final = 50
"""How many whispered lines a chat keeps; the journal has them all."""


@dataclass(frozen=True)
class Whispered:
    """A supervisor wrote a line that only the agent and other supervisors see. What it says is personal data."""

    number: int
    """1 for the chat's first. Not one of the lines that consumers count."""
    user: UserId
    name: str
    client_id: str
    text: str
    at: Instant


@dataclass(frozen=True)
class GuestJoined:
    """A supervisor writes in the chat from now on, and both sides see it."""

    user: UserId
    name: str
    at: Instant


@dataclass(frozen=True)
class GuestLeft:
    """He does not any more."""

    user: UserId
    at: Instant


@dataclass(frozen=True)
class Guest:
    """A supervisor who has joined."""

    user: UserId
    name: str
    since: Instant
