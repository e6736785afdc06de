"""One node of a menu tree: a level of choices, or a leaf with agents, which is a queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.settings import Overrides
from madoguchi.kernel.ids import QueueId, UserId

ANY_LANGUAGE: Final = ""
NAME_LENGTH: Final = 80
_FALLBACK: Final = "en"


@dataclass(frozen=True)
class Assignment:
    """Who serves a queue, for one language or for whatever is spoken."""

    language: str = ANY_LANGUAGE
    """A language code; `ANY_LANGUAGE` for all."""
    users: tuple[UserId, ...] = ()
    teams: tuple[str, ...] = ()
    """Ids of teams; who is in them is known elsewhere."""

    @property
    def empty(self) -> bool:
        """Whether it assigns nobody."""
        return not (self.users or self.teams)


@dataclass(frozen=True)
class Node:
    """A level or a queue in one channel's menu."""

    id: QueueId
    channel: MenuChannel
    parent: QueueId | None
    """The level that it is in; nothing for the top level."""
    position: int
    """Its place among its siblings: 1, 2, 3 … without gaps; 0 once it is deleted."""
    names: Mapping[str, str]
    """Language to name; at least one."""
    assignments: tuple[Assignment, ...] = ()
    """One per language at most; a level has none."""
    overrides: Overrides = field(default_factory=dict)
    """What it sets for itself and all below it."""
    hidden: bool = False
    """Consumers cannot choose it; transfers reach it."""
    deleted: bool = False
    """In no menu and on no screen any more. It stays known, because interactions may still wait in it."""
    version: int = 1
    """Counts what is edited of it; its place among its siblings is not."""

    def name(self, language: str) -> str:
        """Return the name in `language`, else in English, else in any."""
        return self.names.get(language) or self.names.get(_FALLBACK) or next(iter(self.names.values()), "")

    def with_user(self, user: UserId) -> "Node":
        """Return the node with `user` assigned for all languages as well."""
        others = tuple(one for one in self.assignments if one.language != ANY_LANGUAGE)
        found = next((one for one in self.assignments if one.language == ANY_LANGUAGE), Assignment())
        users = found.users if user in found.users else (*found.users, user)
        return replace(self, assignments=(replace(found, users=users), *others), version=self.version + 1)

    @property
    def assigned(self) -> bool:
        """Whether anybody is assigned to it itself."""
        return any(not one.empty for one in self.assignments)
