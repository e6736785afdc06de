"""Messages between the parts of Madoguchi that run in different tasks or, on a grown site, on different nodes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

JsonObject = dict[str, Any]


class Bus(Protocol):
    """Publish and subscribe, at most once. Who must not miss anything reads the store as well."""

    async def publish(self, subject: str, message: JsonObject) -> None:
        """Hand `message` to all present subscribers of `subject`."""

    def subscribe(self, subject: str) -> AbstractAsyncContextManager[AsyncIterator[JsonObject]]:
        """Receive what is published under `subject`, from the moment the context is entered."""
