"""What routing knows of an interaction that waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import InteractionId, QueueId, UserId
from madoguchi.kernel.time import Instant


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
    pauses: Mapping[UserId, Instant] = field(default_factory=dict)
    """Until when who declined is left alone."""
    standing: frozenset[UserId] = frozenset()
    """To whom it rings now."""
    to_all: bool = False
    """The standing offers went to all at once."""
    front: bool = False
    """It has been talked to already."""
    group: int | None = None
    """The index of the group that it was allotted to, where the queue shares by percent."""
