"""Consumers, known or not, and their browser sessions."""

from dataclasses import dataclass
from datetime import datetime

from madoguchi.kernel.ids import ConsumerId, SessionId
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class Consumer:
    """Somebody who contacts us."""

    id: ConsumerId
    name: str
    """As shown: `Web User 11/23 09:05`, a number, or a real name."""
    phone: str | None
    """E.164, where known."""
    created_at: Instant
    anonymous: bool = True


@dataclass(frozen=True)
class ConsumerSession:
    """A consumer's browser or app. Only the token's hash is stored."""

    id: SessionId
    token_hash: str
    consumer: ConsumerId
    created_at: Instant
    expires_at: Instant


@dataclass(frozen=True)
class ConsumerPrincipal:
    """A consumer who asks, as far as rules care. He may do what concerns his own interactions, and nothing else."""

    consumer: Consumer
    session: SessionId


def web_user_name(at: datetime) -> str:
    """Return the name of somebody of whom nothing is known but when he came.

    Args:
        at: the time in the organisation's own time zone.
    """
    return f"Web User {at:%m/%d %H:%M}"
