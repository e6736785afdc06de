"""Which sockets are open."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Protocol


class OpenSocket(Protocol):
    """A socket whose owner has proved who he is."""

    def stop(self, code: int) -> None:
        """Close it with `code` soon."""

    def look_again(self) -> None:
        """Find out soon whether its owner may still do what he may."""


class SocketRegistry:
    """Counts sockets and finds those of a session."""

    def __init__(self, *, limit: int, limit_per_owner: int, watch: Callable[[int], None] = lambda _count: None) -> None:
        self._limit = limit
        self._limit_per_owner = limit_per_owner
        self._watch = watch
        self._sockets: dict[str, set[OpenSocket]] = {}
        self._owners: Counter[str] = Counter()
        self._of: dict[str, set[OpenSocket]] = {}

    def __len__(self) -> int:
        return self._owners.total()

    @property
    def full(self) -> bool:
        """Whether no socket more may be opened."""
        return len(self) >= self._limit

    def full_for(self, owner: str) -> bool:
        """Whether `owner` may open no socket more."""
        return self._owners[owner] >= self._limit_per_owner

    @contextmanager
    def open(self, session: str, owner: str, socket: OpenSocket) -> Iterator[None]:
        """Count `socket` as open as long as the context lasts."""
        self._sockets.setdefault(session, set()).add(socket)
        self._owners[owner] += 1
        self._of.setdefault(owner, set()).add(socket)
        self._watch(len(self))
        try:
            yield
        finally:
            self._sockets[session].discard(socket)
            if not self._sockets[session]:
                del self._sockets[session]
            self._of[owner].discard(socket)
            self._owners[owner] -= 1
            if self._owners[owner] == 0:
                del self._owners[owner]
                del self._of[owner]
            self._watch(len(self))

    def refresh(self, owners: Collection[str] | None) -> None:
        """Have the sockets of `owners` (None: of all) look again at what their owners may do."""
        for owner in tuple(self._of) if owners is None else owners:
            for socket in tuple(self._of.get(owner, ())):
                socket.look_again()

    def stop_session(self, session: str, code: int) -> None:
        """Close every socket of a session."""
        for socket in tuple(self._sockets.get(session, ())):
            socket.stop(code)
