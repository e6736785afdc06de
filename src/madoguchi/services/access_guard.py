"""Looks after those who are in an interaction by a right that they may lose."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

import structlog

from madoguchi.domain.belonging import Belonging
from madoguchi.domain.calls.call import Call
from madoguchi.domain.chats.chat import Chat
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import InteractionId
from madoguchi.services.lifecycle import Change

S = TypeVar("S", Call, Chat)

_log = structlog.get_logger(__name__)


class AccessGuard(ABC, Generic[S]):
    """Looks at interactions when they belong to others or somebody comes, and at all of them when access has changed.

    Args:
        spawn: runs a look beside whatever happens.
    """

    def __init__(self, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._spawn = spawn
        self._seen: dict[InteractionId, tuple[Belonging, frozenset[str]]] = {}

    def changed(self, change: Change[S, Any]) -> None:
        """Look at one interaction; an observer of the runtime's."""
        state = change.state
        there = self._there(state)
        if not there:
            self._seen.pop(state.id, None)
            return
        now = (self._whose(state), there)
        if self._seen.get(state.id) != now:
            self._seen[state.id] = now
            self._spawn(self.look(state.id))

    def access_changed(self) -> None:
        """Look at all in which somebody is."""
        for one in tuple(self._seen):
            self._spawn(self.look(one))

    async def look(self, interaction: InteractionId) -> None:
        """Let those go who may not stay. What cannot be known now is asked at the next change."""
        try:
            await self._look(interaction)
        except MadoguchiError as error:
            _log.warning("right_not_checked", interaction=interaction, code=error.code)
            if interaction in self._seen:
                self._seen[interaction] = (Belonging(), frozenset())

    @abstractmethod
    def _there(self, state: S) -> frozenset[str]:
        """Return who is in it by such a right; nobody when it is over."""

    @abstractmethod
    def _whose(self, state: S) -> Belonging:
        """Return whose it is."""

    @abstractmethod
    async def _look(self, interaction: InteractionId) -> None:
        """Let those go who may not stay."""
