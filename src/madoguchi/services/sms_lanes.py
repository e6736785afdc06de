"""Texts in their order: one after the other for each consumer, and consumers beside each other."""

from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, Protocol, TypeVar


class Text(Protocol):
    """A text between one of our numbers and a consumer's."""

    @property
    def number(self) -> str:
        """Ours."""

    @property
    def peer(self) -> str:
        """His."""


T = TypeVar("T", bound=Text)


class Lanes(Generic[T]):
    """Does `work` with each text that is lined up, which must not fail."""

    def __init__(self, work: Callable[[T], Awaitable[None]]) -> None:
        self._work = work
        self._lanes: dict[tuple[str, str], deque[T]] = {}
        self._spawn: Callable[[Coroutine[Any, Any, None]], None] | None = None

    @property
    def open(self) -> bool:
        """Whether work is done already."""
        return self._spawn is not None

    def start(self, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """Do work from now on."""
        self._spawn = spawn

    def line_up(self, text: T) -> None:
        """Have `text` worked on after those that came before it; before the start nothing is done."""
        if self._spawn is None:
            return
        key = text.number, text.peer
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(text)
        else:
            self._lanes[key] = deque([text])
            self._spawn(self._drain(key))

    async def _drain(self, key: tuple[str, str]) -> None:
        lane = self._lanes[key]
        try:
            while lane:
                await self._work(lane[0])
                lane.popleft()
        finally:
            del self._lanes[key]
