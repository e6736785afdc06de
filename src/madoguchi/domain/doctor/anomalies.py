"""Anomalies: what ought not to be, since when, and what helps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum
from typing import Final

from madoguchi.domain.belonging import Belonging
from madoguchi.kernel.time import Instant, Span


class Code(Enum):
    """What is wrong."""

    STUCK = "stuck"
    """It has gone on for longer than the threshold."""
    NO_OWNER = "no_owner"
    """It is stored as live, and nobody here works on it."""
    UNREADABLE = "unreadable"
    """The same, and what is stored cannot be read: another version has written it, or it is damaged."""
    LEG_GONE = "leg_gone"
    """The call believes in a connection that the voice engine does not have."""
    AGENT_GONE = "agent_gone"
    """Its agent has no page open."""
    NO_MEDIA = "no_media"
    """Nothing is heard of anybody in the call."""
    RECORDING_WITHOUT_TALK = "recording_without_talk"
    RESERVATION_WITHOUT_OFFER = "reservation_without_offer"
    """A slot of an agent is kept for an offer that nobody has made."""
    HANDLING_WITHOUT_INTERACTION = "handling_without_interaction"
    """An agent counts as busy with an interaction that does not have him."""
    WRAP_UP_OVERDUE = "wrap_up_overdue"


class Kind(Enum):
    """Whom it concerns."""

    CALL = "call"
    CHAT = "chat"
    AGENT = "agent"


class Remedy(Enum):
    """What helps."""

    END_CALL = "end_call"
    END_CHAT = "end_chat"
    FREE_AGENT = "free_agent"
    NOTHING = "nothing"
    """It heals by itself."""


GRACE: Final[Mapping[Code, Span]] = {
    Code.NO_OWNER: timedelta(seconds=5),
    Code.UNREADABLE: timedelta(seconds=5),
    Code.LEG_GONE: timedelta(seconds=10),
    Code.AGENT_GONE: timedelta(seconds=60),
    Code.NO_MEDIA: timedelta(seconds=35),
    Code.RECORDING_WITHOUT_TALK: timedelta(seconds=10),
    Code.RESERVATION_WITHOUT_OFFER: timedelta(seconds=10),
    Code.HANDLING_WITHOUT_INTERACTION: timedelta(seconds=60),
    Code.WRAP_UP_OVERDUE: timedelta(seconds=60),
}
"""How long it must have been so before it counts: messages between owners take a moment, and pages reload."""


@dataclass(frozen=True)
class Anomaly:
    """One thing that is wrong."""

    code: Code
    kind: Kind
    subject: str
    """The id of the call, chat or agent."""
    remedy: Remedy
    name: str
    """The consumer's, or the agent's."""
    agent: str = ""
    """The name of the agent who has the interaction."""
    belonging: Belonging = field(default_factory=Belonging)
    """Whose it is; whoever sees that, learns of the anomaly."""
    part: str = ""
    """Which leg, offer or handling of the subject, where it has several."""
    since: Instant | None = None
    """None: nothing says it, so it counts from when it was first seen."""
    heals_at: Instant | None = None
    """When it is over by itself; None: nobody can tell, or never."""

    @property
    def id(self) -> str:
        """The same as long as it is the same thing that is wrong."""
        return ":".join(filter(None, (self.code.value, self.subject, self.part)))


def remembered(
    found: Iterable[Anomaly], before: Mapping[str, Instant], now: Instant
) -> tuple[Sequence[Anomaly], Mapping[str, Instant]]:
    """Return what has lasted long enough to count, longest first, and when each of `found` was first seen.

    Args:
        found: what is so now.
        before: when what was so at the last look was first seen.
        now: the present time.
    """
    dated = [replace(one, since=one.since or before.get(one.id, now)) for one in found]
    first = {one.id: one.since for one in dated if one.since is not None}
    counts = [one for one in dated if now - first[one.id] >= GRACE.get(one.code, timedelta(0))]
    return sorted(counts, key=lambda one: (first[one.id], one.id)), first
