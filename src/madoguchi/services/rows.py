"""The shapes that rows of all live screens share. The wire contract is `docs/protocol/realtime.md`."""

from typing import Any, TypeAlias

from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.queue import Queue
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant, stamp

Json: TypeAlias = dict[str, Any]


def moment(at: Instant | None) -> str | None:
    """Return a time as rows write it."""
    return stamp(at) if at is not None else None


def person(user: UserId | None, name: str) -> Json:
    """Return a `Person`."""
    return {"id": user, "name": name}


def consumer(one: Consumer) -> Json:
    """Return a `Consumer` as agents and supervisors see him."""
    return {"id": one.id, "name": one.name, "phone": one.phone, "anonymous": one.anonymous}


def queue_ref(queue: Queue) -> Json:
    """Return a `QueueRef`."""
    names = dict(queue.names)
    return {"id": queue.id, "names": names, "path": [*(dict(one) for one in queue.parents), names]}


def queue_or_none(queue: Queue | None) -> Json | None:
    """Return a `QueueRef`, or null."""
    return queue_ref(queue) if queue is not None else None
