"""Hours of their own for some queues, languages or channels, and which of several win.

An entry point names a channel, languages and queues, or leaves some of them open. Where several fit, the most specific
wins, and what makes specific is looked at in this order:

1. the queue: one that names the queue itself, then one that names its parent, the parent's parent …, then any queue;
2. the language: one that names it before one that names none;
3. the channel: likewise.

So two can only be equal where they name the very same queue, language and channel: that is refused when they are saved.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from madoguchi.domain.hours.week import WeeklyHours
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import CustomHoursId, QueueId

Parents: TypeAlias = Callable[[QueueId], Sequence[QueueId]]
"""Tells the queues above a queue, the nearest first."""

Claim: TypeAlias = tuple[QueueId | None, str | None, Channel | None]
"""One queue, language and channel; None stands for any."""

_FAR: Final = 1_000_000


class MatchedBy(Enum):
    """What made custom hours fit: the most specific thing that they name."""

    QUEUE = "queue"
    PARENT_QUEUE = "parent_queue"
    LANGUAGE = "language"
    CHANNEL = "channel"


@dataclass(frozen=True)
class EntryPoint:
    """Where consumers come in. What is left empty means any; something must be named."""

    channel: Channel | None = None
    languages: tuple[str, ...] = ()
    queues: tuple[QueueId, ...] = ()

    @property
    def names_nothing(self) -> bool:
        """Whether it would count for everything."""
        return self.channel is None and not self.languages and not self.queues

    def claims(self) -> Iterator[Claim]:
        """Yield every single combination that it names."""
        for queue in self.queues or (None,):
            for language in self.languages or (None,):
                yield queue, language, self.channel


@dataclass(frozen=True)
class CustomHours:
    """Hours under an internal name, for some entry points."""

    id: CustomHoursId
    name: str
    zone: str
    weekly: WeeklyHours
    holidays: bool = True
    """Whether holidays close here."""
    entry_points: tuple[EntryPoint, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Where a consumer is."""

    queue: QueueId | None
    channel: Channel
    language: str


@dataclass(frozen=True)
class Match:
    """Custom hours that fit, by what, and how specific that is: a lower `rank` wins."""

    hours: CustomHours
    by: MatchedBy
    queue: QueueId | None
    """The queue that it names, where it names one."""
    rank: tuple[int, bool, bool]


def best_match(hours: Sequence[CustomHours], asked: Asked, parents: Parents) -> Match | None:
    """Return the custom hours that count for `asked`."""
    above = (asked.queue, *parents(asked.queue)) if asked.queue is not None else ()
    matches = [match for one in hours for point in one.entry_points if (match := _match(one, point, asked, above))]
    # Equal ranks were refused when they were saved; should they exist, the answer must at least not change.
    return min(matches, key=lambda match: (match.rank, match.hours.id), default=None)


def _match(hours: CustomHours, point: EntryPoint, asked: Asked, above: Sequence[QueueId | None]) -> Match | None:
    if point.channel not in {None, asked.channel} or (point.languages and asked.language not in point.languages):
        return None
    depth, queue = _FAR, None
    if point.queues:
        found = next(((n, one) for n, one in enumerate(above) if one in point.queues), None)
        if found is None:
            return None
        depth, queue = found
    if point.names_nothing:
        return None
    if queue is not None:
        by = MatchedBy.QUEUE if depth == 0 else MatchedBy.PARENT_QUEUE
    else:
        by = MatchedBy.LANGUAGE if point.languages else MatchedBy.CHANNEL
    return Match(hours, by, queue, (depth, not point.languages, point.channel is None))


@dataclass(frozen=True)
class Conflict:
    """Two custom hours that claim the same entry point."""

    mine: CustomHours
    other: CustomHours
    entry: int
    """Which of `mine`'s entry points, from 0."""
    claim: Claim


def conflicts(mine: CustomHours, others: Sequence[CustomHours]) -> Iterator[Conflict]:
    """Yield, for each entry point of `mine`, the first other custom hours that claim the same."""
    taken = {claim: other for other in others for point in other.entry_points for claim in point.claims()}
    for entry, point in enumerate(mine.entry_points):
        found = next(((claim, taken[claim]) for claim in point.claims() if claim in taken), None)
        if found is not None:
            yield Conflict(mine, found[1], entry, found[0])
