"""Which queues an agent may send a consumer to, and why others are hidden from him."""

from dataclasses import dataclass
from enum import Enum

from madoguchi.domain.routing.offers import Channel


class VirtualAgentHours(Enum):
    """When a queue's virtual agent answers."""

    ROUND_THE_CLOCK = "round_the_clock"
    QUEUE_HOURS = "queue_hours"


class Ground(Enum):
    """Why a queue is listed, or hidden."""

    OPEN = "open"
    DEFLECTED = "deflected"
    """Closed, but something is offered to who comes there."""
    AGENTS_THERE = "agents_there"
    """Closed, but agents of it have not gone home."""
    VIRTUAL_AGENT = "virtual_agent"
    """Closed, but a virtual agent answers round the clock."""
    AFTER_HOURS = "after_hours"
    """Closed, and transfers to closed queues are not allowed."""
    CHATS_DEFLECTED = "chats_deflected"
    """Closed, and chats are deflected: the consumer would be sent away."""
    NOBODY_THERE = "nobody_there"
    """Closed, nothing is offered, and no agent of it is there."""
    VIRTUAL_AGENT_KEEPS_HOURS = "virtual_agent_keeps_hours"
    """Closed, as its virtual agent is."""


LISTED = frozenset({Ground.OPEN, Ground.DEFLECTED, Ground.AGENTS_THERE, Ground.VIRTUAL_AGENT})


@dataclass(frozen=True)
class Candidate:
    """A queue that somebody might be sent to."""

    open: bool
    deflected: bool
    """Who comes there is offered something else."""
    agents_there: bool
    virtual_agent: VirtualAgentHours | None = None


def ground(service: Channel, candidate: Candidate, *, switched_on: bool, allowed: bool) -> Ground:  # noqa: PLR0911 - one ground a line
    """Return why a queue is listed to agents for transfers, or hidden; `LISTED` tells which.

    Args:
        service: what is to be transferred.
        candidate: the queue.
        switched_on: whether after-hours deflection is, for calls or for chats.
        allowed: whether transfers to queues outside of their hours are.
    """
    if candidate.open:
        return Ground.OPEN
    if candidate.virtual_agent is VirtualAgentHours.QUEUE_HOURS:
        return Ground.VIRTUAL_AGENT_KEEPS_HOURS
    if service is Channel.CHAT and switched_on:
        return Ground.CHATS_DEFLECTED
    if not allowed:
        return Ground.AFTER_HOURS
    if candidate.virtual_agent is VirtualAgentHours.ROUND_THE_CLOCK:
        return Ground.VIRTUAL_AGENT
    if candidate.deflected:
        return Ground.DEFLECTED
    return Ground.AGENTS_THERE if candidate.agents_there else Ground.NOBODY_THERE
