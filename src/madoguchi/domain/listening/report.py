"""The Supervisor Monitoring report: one line for each listening, told from its entries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from madoguchi.domain.listening.entries import Because, LedgerEntry, Mode, Named, Note, What
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class Listened:
    """One user's stretch of listening to one interaction."""

    id: ListeningId
    user: UserId
    user_name: str
    interaction: InteractionId
    channel: Channel
    started_at: Instant
    ended_at: Instant | None
    """Nothing while it goes on; then all else is as it was noted last."""
    because: Because | None
    modes: tuple[Mode, ...]
    """In the order in which they began."""
    heard_ms: int
    hold_ms: int
    others: int
    """How many other agents were in it."""
    agent: Named | None
    """The last who served the consumer."""
    queue: Named | None

    @property
    def duration_ms(self) -> int | None:
        """How long it took, whatever was heard; nothing while it goes on."""
        return round((self.ended_at - self.started_at).total_seconds() * 1000) if self.ended_at is not None else None


def report(begun: Iterable[LedgerEntry], entries: Iterable[LedgerEntry]) -> list[Listened]:
    """Return a line for each of `begun`, in their order.

    Args:
        begun: the first entries of listenings.
        entries: all their entries, in order.
    """
    notes: dict[ListeningId, list[Note]] = {}
    for entry in entries:
        notes.setdefault(entry.filing.listening, []).append(entry.note)
    return [_line(notes.get(entry.filing.listening) or [entry.note]) for entry in begun]


def _line(notes: Sequence[Note]) -> Listened:
    first, last = notes[0], notes[-1]
    over = last.what is What.ENDED
    modes = [one.mode for one in notes if one.what is not What.ENDED]
    return Listened(
        id=first.listening,
        user=first.user,
        user_name=first.user_name,
        interaction=first.interaction,
        channel=first.channel,
        started_at=first.at,
        ended_at=last.at if over else None,
        because=last.because,
        modes=tuple(modes),
        heard_ms=last.heard_ms,
        hold_ms=last.hold_ms,
        others=last.others,
        agent=last.agent,
        queue=last.queue,
    )
