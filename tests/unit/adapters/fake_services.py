"""Services that remember what they were asked and answer what a test wants: the edges are tested without the house."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from madoguchi.domain.access.sign_in import SignInNeededError
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.audit.entries import AuditRecord
from madoguchi.domain.consumers.consumer import Consumer, ConsumerPrincipal
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import ConsumerId, RoleId, SessionId, UserId
from madoguchi.services.bundle import Services
from madoguchi.services.embedding import EmbeddingService
from madoguchi.services.view_store import Subscription, ViewStore
from madoguchi.testing.catalogue import MemoryCatalogue
from madoguchi.testing.environment import NOON


def a_principal(*roles: RoleId, user: str = "user_ana") -> Principal:
    """A signed-in user with `roles`."""
    who = User(UserId(user), "Ana", "ana@example.com", frozenset(roles))
    return Principal.of(who, SessionId(f"session_{user}"))


def a_consumer(name: str = "consumer_carl") -> ConsumerPrincipal:
    """A consumer with a session."""
    return ConsumerPrincipal(
        Consumer(ConsumerId(name), "Web User", None, NOON),
        SessionId(f"session_{name}"),
    )


class Recorder:
    """Any service: remembers calls; answers with what was put into `answers`, or None. Errors in it are raised."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.answers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        if name.startswith("__"):
            raise AttributeError(name)

        async def call(*args: Any, **more: Any) -> Any:
            self.calls.append((name, (*args, *more.values())))
            await asyncio.sleep(0)
            answer = self.answers.get(name)
            if isinstance(answer, Exception):
                raise answer
            return await answer(*args, **more) if callable(answer) else answer

        return call


class FakeTokens:
    """Knows tokens."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = dict(known)

    async def authenticate(self, token: str) -> Any:
        """Return whose token it is."""
        if token not in self.known:
            raise SignInNeededError
        found = self.known[token]
        if isinstance(found, Exception):
            raise found
        return found


class FakeSignIn(FakeTokens):
    """Knows one e-mail address and password."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        super().__init__(known)
        self.ended: list[str] = []

    async def sign_in(self, email: str, password: str, address: str, _code: str = "") -> tuple[str, Principal]:
        """Let in who knows the word."""
        if (email, password) != ("ana@example.com", "right") or not address:
            raise SignInNeededError("wrong address or password")
        return "ana-token", self.known["ana-token"]

    async def sign_out(self, token: str) -> None:
        """Forget the token."""
        self.ended.append(token)
        del self.known[token]


class FakeViews:
    """One real store; a view's name is its topic."""

    def __init__(self, store: ViewStore) -> None:
        self.store = store
        self.refuse: dict[str, MadoguchiError] = {}
        self.asked: list[tuple[Any, str, Mapping[str, Any]]] = []

    async def subscribe(self, viewer: Any, view: str, params: Mapping[str, Any], cursor: str | None) -> Subscription:
        """Subscribe to the topic with the view's name."""
        self.asked.append((viewer, view, params))
        if view in self.refuse:
            raise self.refuse[view]
        return await self.store.subscribe(view, cursor)


class NothingNoted(Recorder):
    """An audit log in which nothing is."""

    async def since(self, _seen: object) -> Sequence[AuditRecord]:
        return ()


def fake_services(**given: Any) -> Services:
    """A bundle in which everything that a test does not give is a `Recorder`, and nothing is in the audit log."""
    usual = {"audit": NothingNoted(), "embedding": EmbeddingService(MemoryCatalogue())}
    parts = {name: given.get(name, usual.get(name, Recorder())) for name in Services.__dataclass_fields__}
    return Services(**parts)


class FakeBlobs:
    """Files in memory."""

    def __init__(self, **content: bytes) -> None:
        self.content = content

    async def put(self, key: str, content: bytes | Path) -> int:
        """Keep it."""
        self.content[key] = content if isinstance(content, bytes) else content.read_bytes()  # noqa: ASYNC240 - a few bytes in a test
        return len(self.content[key])

    async def size(self, key: str) -> int:
        """Tell its size."""
        return len(self.content[key])

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield it in small pieces."""
        content = self.content[key][start:end]
        for at in range(0, len(content), 7):
            yield content[at : at + 7]

    async def delete(self, key: str) -> None:
        """Forget it."""
        self.content.pop(key, None)
