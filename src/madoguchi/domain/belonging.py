"""To whom calls and chats belong: who is restricted to teams sees and monitors what belongs to their agents."""

from collections.abc import Iterable
from dataclasses import dataclass

from madoguchi.domain.calls.call import Call
from madoguchi.domain.chats.chat import Chat, holder
from madoguchi.domain.queues.queue import Queue
from madoguchi.kernel.ids import QueueId, UserId


@dataclass(frozen=True)
class Belonging:
    """Whose something is."""

    users: frozenset[UserId] = frozenset()
    queue: QueueId | None = None
    """The queue to whose agents it belongs, whoever they are when it is asked; None where users alone count."""


@dataclass(frozen=True)
class Sight:
    """What somebody sees who is restricted to teams."""

    users: frozenset[UserId] = frozenset()
    """Those in his teams."""
    queues: frozenset[QueueId] = frozenset()
    """Those that one of them serves."""

    def covers(self, belonging: Belonging) -> bool:
        """Whether he sees what belongs so."""
        return belonging.queue in self.queues or not self.users.isdisjoint(belonging.users)


def of_call(call: Call) -> Belonging:
    """Return whose the call is.

    A live one is of those who talk in it and of those at whom it rings; a finished one of all who handled it. Where
    nobody has it, or nobody had, it is of its queue's agents, and of whose direct number was called.
    """
    had = {one.user for one in call.parties if one.user and one.handling is not None and (call.over or one.present)}
    called = {call.direct.agent} if call.direct is not None else set()
    return _of(had, (one.agent for one in call.offers), called, call.queue)


def of_chat(chat: Chat) -> Belonging:
    """Return whose the chat is, by the same rule."""
    has = holder(chat)
    had = set(chat.agents) if not chat.live else {has} if has is not None else set()
    return _of(had, (one.agent for one in chat.offers), (), chat.queue)


def _of(had: set[UserId], rings: Iterable[UserId], called: Iterable[UserId], queue: Queue | None) -> Belonging:
    if had:
        return Belonging(frozenset({*had, *rings}))
    return Belonging(frozenset({*rings, *called}), queue.id if queue is not None else None)
