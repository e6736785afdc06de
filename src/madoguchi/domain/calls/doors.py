"""Which of the queues that a caller can choose are closed while he chooses, and what becomes of him then.

Worked out when the call comes in, for as long as a menu may take, because a call knows no calendars. Queues that stay
open for so long are left out, so mostly there is nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from madoguchi.domain.hours.calendar import OpenSpan
from madoguchi.domain.messages.texts import Line
from madoguchi.domain.queues.queue import Queue
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import Instant

REACH: Final = timedelta(minutes=30)
"""How far ahead doors know: longer than any menu."""


@dataclass(frozen=True)
class Elsewhere:
    """A phone with which he is connected instead."""

    address: str
    """A number for the trunk, or a SIP URI."""
    shown: str
    caller: str
    """The number that is shown there; empty for the trunk's own."""
    ring_s: float


@dataclass(frozen=True)
class Door:
    """The way into one queue, or down to one level."""

    queue: QueueId
    open: tuple[OpenSpan, ...]
    """When it is open, within `REACH` of the call's arrival."""
    closed: tuple[Line, ...]
    """What is said when it is not; before he is connected elsewhere, if he is."""
    to_queue: Queue | None = None
    """Where he waits instead."""
    to_phone: Elsewhere | None = None


def closed_door(doors: Sequence[Door], queue: QueueId, now: Instant) -> Door | None:
    """Return the door to a queue or level if it is closed at `now`."""
    door = next((one for one in doors if one.queue == queue), None)
    return None if door is None or any(span.has(now) for span in door.open) else door
