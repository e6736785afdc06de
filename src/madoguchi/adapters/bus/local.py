"""The bus within one process."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
import structlog

JsonObject = dict[str, Any]

_QUEUE: Final = 1000
_log = structlog.get_logger(__name__)


class _Subscription:
    """What one subscriber has not read yet. The oldest is dropped when it is full: the bus never waits for anybody."""

    def __init__(self, subject: str, size: int) -> None:
        self._subject = subject
        self._size = size
        self._unread: deque[bytes] = deque()
        self._something = asyncio.Event()
        self._dropping = False

    def put(self, message: bytes) -> None:
        """Add a message."""
        if len(self._unread) >= self._size:
            self._unread.popleft()
            if not self._dropping:
                _log.warning("bus.subscriber_too_slow", subject=self._subject, queue=self._size)
            self._dropping = True
        else:
            self._dropping = False
        self._unread.append(message)
        self._something.set()

    def __aiter__(self) -> AsyncIterator[JsonObject]:
        return self

    async def __anext__(self) -> JsonObject:
        while not self._unread:
            self._something.clear()
            await self._something.wait()
        message: JsonObject = msgspec.json.decode(self._unread.popleft())
        return message


class LocalBus:
    """Publish and subscribe among the tasks of one event loop, at most once, in order.

    Messages travel as JSON, so that nobody changes what others read, and nothing passes here that would not pass
    between machines.

    Args:
        queue: how many unread messages a subscriber may have before its oldest is dropped.
    """

    def __init__(self, queue: int = _QUEUE) -> None:
        self._queue = queue
        self._subscriptions: defaultdict[str, list[_Subscription]] = defaultdict(list)

    async def publish(self, subject: str, message: JsonObject) -> None:
        """Hand `message` to all present subscribers of `subject`; never waits for them."""
        if present := self._subscriptions.get(subject):
            encoded = msgspec.json.encode(message)
            for subscription in present:
                subscription.put(encoded)

    @asynccontextmanager
    async def subscribe(self, subject: str) -> AsyncIterator[AsyncIterator[JsonObject]]:
        """Receive what is published under `subject`, from the moment the context is entered."""
        subscription = _Subscription(subject, self._queue)
        self._subscriptions[subject].append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions[subject].remove(subscription)
            if not self._subscriptions[subject]:
                del self._subscriptions[subject]
