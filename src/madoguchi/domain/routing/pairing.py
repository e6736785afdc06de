"""Pairs who waits with who is free, for one channel. Pure: time is an argument, and ringing is somebody else's work.

Only queues in which something has changed are looked at, and of those only the ones with a free agent. Those who wait
for the same stand in one line, so where nobody free fits the first, nobody asks for the others. So an event costs what
it touches, however many wait.
"""

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from madoguchi.domain.routing.choice import Choice, Rank, choose, rank
from madoguchi.domain.routing.floor import Floor, Post
from madoguchi.domain.routing.need import present_groups
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.settings import Spread
from madoguchi.domain.routing.shares import Shares
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import InteractionId, QueueId
from madoguchi.kernel.time import Instant

Place: TypeAlias = tuple[bool, Instant, InteractionId]
"""Where somebody stands in the line of his queue: the smallest first."""
Line: TypeAlias = tuple[QueueId, str]
"""A queue and a language: who stands in the same line can be served by the same agents."""
_Hopeless: TypeAlias = dict[tuple[QueueId, str, int | None], Instant]
"""Queue, language and group to the earliest who waits there and whom nobody free fits."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_EACH_FOR_HIMSELF: Final = frozenset({Spread.PERCENT, Spread.CASCADE})
"""Where those of one line may need different agents."""


@dataclass(frozen=True)
class Pair:
    """Somebody who waits, and whom to ring for him."""

    waiting: Waiting
    post: Post
    choice: Choice


class Pairing:
    """Who waits for a channel, in order, and what must be looked at again."""

    def __init__(self, floor: Floor, channel: Channel) -> None:
        self._floor = floor
        self._channel = channel
        self._waiting: dict[InteractionId, Waiting] = {}
        self._places: dict[InteractionId, Place] = {}
        self._lines: dict[QueueId, dict[str, list[Place]]] = {}
        self._changed: set[QueueId] = set()
        self._moved: set[QueueId] = set()
        self._held: set[InteractionId] = set()
        self._groups: dict[InteractionId, int] = {}
        self._shares: dict[QueueId, Shares] = {}
        self.again: dict[QueueId, Instant] = {}
        """When a queue must be looked at again though nothing has changed but the time."""

    def put(self, waiting: Waiting) -> None:
        """Take in somebody who waits, or how he waits now."""
        before = self._waiting.get(waiting.interaction)
        if before == waiting:
            return
        if before is not None and _stand(before) != _stand(waiting):
            self.drop(waiting.interaction)
            before = None
        if before is None:
            place = self._places[waiting.interaction] = self._place(waiting)
            insort(self._line_of(waiting), place)
            self._moved.add(waiting.queue)
        self._waiting[waiting.interaction] = waiting
        self._changed.add(waiting.queue)

    def drop(self, interaction: InteractionId) -> None:
        """Forget somebody who does not wait any more."""
        before = self._waiting.pop(interaction, None)
        self._groups.pop(interaction, None)
        if before is None:
            return
        line = self._line_of(before)
        del line[bisect_left(line, self._places.pop(interaction))]
        self._moved.add(before.queue)
        if not line:
            del self._lines[before.queue][before.language]
        if not self._lines[before.queue]:
            del self._lines[before.queue]
            self._changed.discard(before.queue)
            self.again.pop(before.queue, None)

    def look_at(self, queue: QueueId) -> bool:
        """Look at a queue again, where anybody waits in it; return whether anybody does."""
        if queue not in self._lines:
            return False
        self._changed.add(queue)
        return True

    def look_at_all(self) -> None:
        """Look at everything again."""
        self._changed.update(self._lines)

    def settings_changed(self) -> None:
        """Form the lines anew, by the present settings of the queues."""
        self._lines = {}
        self._places = {one.interaction: self._place(one) for one in self._waiting.values()}
        for one in self._waiting.values():
            self._line_of(one).append(self._places[one.interaction])
        for lines in self._lines.values():
            for line in lines.values():
                line.sort()
        self._moved.update(self._lines)
        self.look_at_all()

    def hold(self, interaction: InteractionId) -> None:
        """Pair somebody with nobody else for the time being: he is about to be offered."""
        self._held.add(interaction)

    def release(self, interaction: InteractionId) -> None:
        """Pair him again."""
        self._held.discard(interaction)
        waiting = self._waiting.get(interaction)
        if waiting is not None:
            self._changed.add(waiting.queue)

    def moved(self) -> dict[QueueId, Sequence[Waiting]]:
        """Return the lines that have changed since the last time, each in the order of service."""
        moved, self._moved = self._moved, set()
        return {queue: self.line(queue) for queue in moved}

    def line(self, queue: QueueId) -> Sequence[Waiting]:
        """Return who waits in a queue, in the order of service."""
        return [self._waiting[place[-1]] for place in heapq.merge(*self._lines.get(queue, {}).values())]

    def waiting(self, interaction: InteractionId) -> Waiting | None:
        """Return somebody who waits, with the group he was allotted to."""
        found = self._waiting.get(interaction)
        return found and replace(found, group=self._groups.get(interaction))

    def pairs(self, now: Instant) -> Iterator[Pair]:
        """Yield whom to ring for whom, in the order of service over all queues.

        Whoever takes a pair holds the agents and the interaction before he asks for the next one.
        """
        changed, self._changed = self._changed, set()
        heads: list[tuple[Rank, Line, int]] = []
        lines: dict[Line, Sequence[Place]] = {}
        hopeless: _Hopeless = {}
        for queue in changed:
            self.again.pop(queue, None)
            post = self._floor.post(queue)
            if post is not None and post.staff.ready(self._channel):
                for language, places in self._lines.get(queue, {}).items():
                    lines[queue, language] = tuple(places)
                    self._next(heads, (queue, language), lines, post, 0, hopeless, now)
        while heads:
            _, line, index = heapq.heappop(heads)
            post = self._floor.post(line[0])
            if post is None or not post.staff.ready(self._channel):
                continue
            pair = self._pair(lines[line][index][-1], post, hopeless, now)
            if pair is not None:
                yield pair
            self._next(heads, line, lines, post, index + 1, hopeless, now)

    def _next(
        self,
        heads: list[tuple[Rank, Line, int]],
        line: Line,
        lines: Mapping[Line, Sequence[Place]],
        post: Post,
        index: int,
        hopeless: _Hopeless,
        now: Instant,
    ) -> None:
        """Let the next of a line compete with the firsts of the others."""
        alike = post.queue.routing.spread not in _EACH_FOR_HIMSELF
        places = lines[line]
        for place in range(index, len(places)):
            waiting = self._waiting.get(places[place][-1])
            if waiting is None:
                continue
            if alike and _in_vain(waiting, hopeless):
                at_front = not places[place][0]
                if at_front:
                    continue
                # All who are left in this line have come later.
                return
            heapq.heappush(heads, (rank(waiting, post.queue.routing, now), line, place))
            return

    def _pair(
        self,
        interaction: InteractionId,
        post: Post,
        hopeless: _Hopeless,
        now: Instant,
    ) -> Pair | None:
        waiting = self._waiting.get(interaction)
        if waiting is None or interaction in self._held:
            return None
        settings = post.queue.routing
        if settings.spread is Spread.PERCENT:
            waiting = self._allotted(waiting, post)
        if settings.spread is not Spread.CASCADE and _in_vain(waiting, hopeless):
            return None
        choice = choose(waiting, settings, post.staff, now)
        if choice.again_at is not None:
            queue = waiting.queue
            self.again[queue] = min(self.again.get(queue, choice.again_at), choice.again_at)
        if choice.agents:
            return Pair(waiting, post, choice)
        if choice.hopeless:
            key = (waiting.queue, waiting.language, waiting.group)
            hopeless[key] = min(waiting.queued_at, hopeless.get(key, _NEVER))
        return None

    def _allotted(self, waiting: Waiting, post: Post) -> Waiting:
        settings = post.queue.routing
        if waiting.interaction not in self._groups:
            present = present_groups(settings, post.staff, waiting.language)
            percents = [group.percent for group in settings.groups]
            shares = self._shares.get(waiting.queue, Shares())
            group, self._shares[waiting.queue] = shares.pick(percents, present)
            if group is not None:
                self._groups[waiting.interaction] = group
        return replace(waiting, group=self._groups.get(waiting.interaction))

    def _line_of(self, waiting: Waiting) -> list[Place]:
        return self._lines.setdefault(waiting.queue, {}).setdefault(waiting.language, [])

    def _place(self, waiting: Waiting) -> Place:
        post = self._floor.post(waiting.queue)
        first = waiting.front and (post is None or post.queue.routing.transfers_first)
        return (not first, waiting.queued_at, waiting.interaction)


def _stand(waiting: Waiting) -> tuple[QueueId, str, bool, Instant]:
    """Return what decides where somebody stands."""
    return (waiting.queue, waiting.language, waiting.front, waiting.queued_at)


def _in_vain(waiting: Waiting, hopeless: _Hopeless) -> bool:
    """Whether nobody free fits one of the same kind who has waited longer; time only makes the need smaller."""
    return waiting.queued_at >= hopeless.get((waiting.queue, waiting.language, waiting.group), _NEVER)
