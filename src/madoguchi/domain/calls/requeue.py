"""The consumer waits again, because his agent sent him on or was lost."""

from madoguchi.domain.calls import menu
from madoguchi.domain.calls.doors import Door
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.events import Held
from madoguchi.domain.calls.lifecycle import EndReason, Requeued, TalkEnded, TurnedAway
from madoguchi.domain.queues.queue import Queue


def requeue(draft: Draft, queue: Queue, *, front: bool) -> None:
    """Let him wait in `queue`; nobody must be with him any more."""
    if draft.call.consumer_party.on_hold:
        draft.add(Held(on=False))
    draft.add(Requeued(queue, front, draft.now))
    menu.announce_later(draft)


def turn_away(draft: Draft, queue: Queue, door: Door) -> None:
    """Let him hear what is offered at the door of `queue`, which is closed; nobody must be with him any more."""
    if draft.call.consumer_party.on_hold:
        draft.add(Held(on=False))
    draft.add(TurnedAway(queue, door, draft.now))


def requeue_or_end(draft: Draft, reason: EndReason) -> None:
    """Let him wait before all others where he came from; a call that came from no queue ends."""
    if draft.call.queue is not None:
        requeue(draft, draft.call.queue, front=True)
    else:
        draft.end(TalkEnded(reason, draft.now))
