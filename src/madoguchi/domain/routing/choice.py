"""Which agents get the next offer: multicast, deltacast, languages, and the order of waiting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from madoguchi.domain.queues.queue import OfferPolicy
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import InteractionId, QueueId, UserId
from madoguchi.kernel.time import Instant

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
DEFAULT_PRIORITY: Final = 4


@dataclass(frozen=True)
class Candidate:
    """An agent of the queue, as far as routing cares."""

    agent: UserId
    name: str
    languages: tuple[str, ...]
    free: bool
    """Available, and has a slot for one more interaction of this channel."""
    last_call_ended_at: Instant | None = None
    last_chat_at: Instant | None = None
    chats: int = 0
    """Open ones."""


@dataclass(frozen=True)
class Waiting:
    """An interaction that waits for an agent."""

    interaction: InteractionId
    channel: Channel
    queue: QueueId
    language: str
    queued_at: Instant
    attempts: int = 0
    """How many times it was offered since it came into the queue."""
    tried: frozenset[UserId] = frozenset()
    """Who let it lapse or declined since then."""
    standing: frozenset[UserId] = frozenset()
    """To whom it rings now."""
    to_all: bool = False
    """The standing offers went to all at once."""
    front: bool = False
    """It has been talked to already and goes before all others."""
    priority: int = DEFAULT_PRIORITY
    """1 (first) to 8."""


@dataclass(frozen=True)
class Choice:
    """Whom to ring."""

    agents: tuple[Candidate, ...] = ()
    to_all: bool = False


def in_order(waiting: Iterable[Waiting]) -> Sequence[Waiting]:
    """Return who is served first: those at the front, then by priority, then first come, first served."""
    return sorted(waiting, key=lambda one: (not one.front, one.priority, one.queued_at, one.interaction))


def choose(waiting: Waiting, policy: OfferPolicy, attempts: int, candidates: Sequence[Candidate]) -> Choice:
    """Return whom to ring now; nobody where nobody is free or enough offers stand.

    Deltacast rings one agent at a time, at first those who were not tried yet. After `attempts` offers, it rings all
    free agents, as multicast does from the start. While it rings all, agents who become free are rung as well.

    Args:
        waiting: the interaction.
        policy: the queue's.
        attempts: deltacast offers before the fall-back to multicast.
        candidates: the queue's agents, in any order.
    """
    to_all = policy is OfferPolicy.MULTICAST or waiting.attempts >= attempts
    if waiting.standing and not (to_all and waiting.to_all):
        return Choice()
    free = [one for one in speakers(candidates, waiting.language) if one.free and one.agent not in waiting.standing]
    if not free:
        return Choice()
    by_rule = sorted(free, key=lambda one: _turn(one, waiting.channel))
    if to_all:
        return Choice(tuple(by_rule), to_all=True)
    untried = [one for one in by_rule if one.agent not in waiting.tried]
    return Choice(((untried or by_rule)[0],))


def speakers(candidates: Sequence[Candidate], language: str) -> Sequence[Candidate]:
    """Return who speaks `language`; everybody where nobody of them does, as a foreign word beats none at all."""
    return [one for one in candidates if language in one.languages] or candidates


def _turn(one: Candidate, channel: Channel) -> tuple[Instant, int, UserId]:
    """Deltacast: the longest since the last ended call; for chats since the last chat, then who has the fewest."""
    if channel is Channel.CALL:
        return (one.last_call_ended_at or LONG_AGO, 0, one.agent)
    return (one.last_chat_at or LONG_AGO, one.chats, one.agent)
