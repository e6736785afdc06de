"""Users of the portal, how they prove who they are, and their sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from madoguchi.domain.access.permissions import Grants, Permission, granted
from madoguchi.kernel.errors import NotAllowedError
from madoguchi.kernel.ids import RoleId, SessionId, UserId
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class User:
    """Somebody who works here."""

    id: UserId
    name: str
    email: str
    roles: frozenset[RoleId]
    languages: tuple[str, ...] = ("ja", "en")
    """Languages spoken with consumers, best first."""
    chat_limit: int = 3
    """How many chats at once."""
    active: bool = True
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None
    """E.164."""
    agent_number: str | None = None
    """What the house calls him; no two have the same."""
    location: str = ""
    avatar: str = ""
    """Where his picture is kept; empty for none."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill to level, 1 to 5; queues may ask for them."""
    direct_numbers: Mapping[str, str] = field(default_factory=dict)
    """Number in E.164, of which nobody else has it, to what takes a call that he cannot: a level of the phone menu or a
    queue; empty for nothing."""
    version: int = field(default=0, compare=False)
    """Counts its changes from 1 on; 0 for one that is not stored. It is no part of what the record says."""

    @property
    def family_name(self) -> str:
        """His last name; his whole name where he has never had two parts of one."""
        return self.last_name or ("" if self.first_name else self.name)


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
    permissions: Grants
    """What he may do, and for whom."""
    must_enrol: bool = False
    """He may do nothing before he has set up a second factor."""

    @classmethod
    def of(cls, user: User, session: SessionId, grants: Grants | None = None) -> "Principal":
        """Return `user` in `session`, with `grants` or else with what the default roles allow him."""
        return cls(user, session, granted(user.roles) if grants is None else grants)

    def require(self, permission: Permission) -> None:
        """Let pass who has `permission`.

        Raises:
            NotAllowedError: he has not.
        """
        if permission not in self.permissions:
            raise NotAllowedError(f"needs the permission {permission.value}")
