"""How long those who wait will probably wait: what a queue has to do with, measured over the last hour."""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.handling import HandlingClosed
from madoguchi.domain.routing.candidate import Attendance, Candidate
from madoguchi.domain.routing.estimate import Load, estimate
from madoguchi.domain.routing.floor import Floor, Post
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock
from madoguchi.services.lifecycle import Change

WINDOW: Final = Span(hours=1)
UNTIL_KNOWN: Final = {Channel.CALL: Span(minutes=5), Channel.CHAT: Span(minutes=10)}
"""What is assumed where nothing was finished during the last hour."""
_ACTIVE: Final = (Attendance.READY, Attendance.LEAVING)


class Durations:
    """How long work on interactions of one channel took, those finished within the last hour."""

    def __init__(self, until_known: Span) -> None:
        self._until_known = until_known
        self._last: deque[tuple[Instant, Span]] = deque()
        self._sum = Span()

    def add(self, at: Instant, took: Span) -> None:
        """Count a piece of work that was finished at `at`."""
        self._last.append((at, took))
        self._sum += took

    def average(self, now: Instant) -> Span:
        """Return the mean."""
        while self._last and self._last[0][0] <= now - WINDOW:
            self._sum -= self._last.popleft()[1]
        return self._sum / len(self._last) if self._last else self._until_known


class WaitTimes:
    """Estimates waits. `agent_changed` observes the agents' owners."""

    def __init__(self, floor: Floor, clock: Clock) -> None:
        self._floor = floor
        self._clock = clock
        self._durations = {channel: Durations(UNTIL_KNOWN[channel]) for channel in Channel}

    def agent_changed(self, change: Change[Agent, Any]) -> None:
        """Measure work that is done, wrap-up included."""
        for event in change.events:
            if isinstance(event, HandlingClosed) and change.before is not None:
                done = change.before.handling(event.handling)
                if done is not None:
                    self._durations[done.channel].add(event.at, event.at - done.started_at)

    def in_line(self, post: Post | None, channel: Channel) -> Callable[[int], Span | None]:
        """Return what tells the probable wait of whoever has so many before him in the queue; None: nobody is there."""
        if post is None:
            return lambda _ahead: None
        active = [one for one in post.staff.members if one.attendance in _ACTIVE]
        load = Load(
            average=self._durations[channel].average(self._clock.now()),
            serves=[len(self._floor.serves(one.agent)) for one in active],
            available=len(post.staff.ready(channel)),
            concurrency=_concurrency(active) if channel is Channel.CHAT else 1.0,
        )
        return lambda ahead: estimate(load, ahead)


def _concurrency(active: list[Candidate]) -> float:
    return sum(one.chat_limit for one in active) / len(active) if active else 1.0
