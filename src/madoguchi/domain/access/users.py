"""Users of the portal, how they prove who they are, and their sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from madoguchi.domain.access.permissions import Permission, Role, granted
from madoguchi.kernel.errors import NotAllowedError
from madoguchi.kernel.ids import SessionId, UserId
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class User:
    """Somebody who works here."""

    id: UserId
    name: str
    email: str
    roles: frozenset[Role]
    languages: tuple[str, ...] = ("ja", "en")
    """Languages spoken with consumers, best first."""
    chat_limit: int = 3
    """How many chats at once."""
    active: bool = True
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill to level, 1 to 5; queues may ask for them."""


@dataclass(frozen=True)
class Credentials:
    """How a user proves who he is."""

    password_hash: str


@dataclass(frozen=True)
class Session:
    """A signed-in portal connection. Only the token's hash is stored."""

    id: SessionId
    token_hash: str
    user: UserId
    created_at: Instant
    expires_at: Instant


@dataclass(frozen=True)
class Principal:
    """Who asks, as far as rules care."""

    user: User
    session: SessionId
    permissions: frozenset[Permission]

    @classmethod
    def of(cls, user: User, session: SessionId) -> "Principal":
        """Return what `user` may do in `session`."""
        return cls(user, session, granted(user.roles))

    def require(self, permission: Permission) -> None:
        """Let pass who has `permission`.

        Raises:
            NotAllowedError: he has not.
        """
        if permission not in self.permissions:
            raise NotAllowedError(f"needs the permission {permission.value}")
