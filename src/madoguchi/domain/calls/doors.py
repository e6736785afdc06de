"""Which of the queues that a caller can choose are closed while he chooses, and what he is told then.

Worked out when the call comes in, for as long as a menu may take, because a call knows no calendars. Queues that stay
open for so long are left out, so mostly there is nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from madoguchi.domain.hours.calendar import OpenSpan
from madoguchi.domain.messages.texts import Line
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import Instant

REACH: Final = timedelta(minutes=30)
"""How far ahead doors know: longer than any menu."""


@dataclass(frozen=True)
class Door:
    """The way into one queue."""

    queue: QueueId
    open: tuple[OpenSpan, ...]
    """When it is open, within `REACH` of the call's arrival."""
    closed: tuple[Line, ...]
    """What is said when it is not."""


def closed_door(doors: Sequence[Door], queue: QueueId, now: Instant) -> Door | None:
    """Return the door to `queue` if it is closed at `now`."""
    door = next((one for one in doors if one.queue == queue), None)
    return None if door is None or any(span.has(now) for span in door.open) else door
