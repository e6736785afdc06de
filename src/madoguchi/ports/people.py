"""Where roles, teams, and what belongs to users beside their records are kept. Every write is on disk on return."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from madoguchi.domain.access.credentials import Link, SecondFactor
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import User
from madoguchi.kernel.ids import RoleId, SessionId, TeamId, UserId


@dataclass(frozen=True)
class UserQuery:
    """Which users are wanted, by name."""

    text: str = ""
    """Contained in name, address, agent number, phone number or location; without case and width."""
    role: RoleId | None = None
    teams: Collection[TeamId] | None = None
    """Directly in one of these."""
    nobodys: bool = False
    """Only those in no team."""
    active: bool | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True)
class UserBatch:
    """Users that are written together or not at all."""

    new: Sequence[User] = ()
    """Without a password: they choose it themselves by a link."""
    changed: Sequence[User] = ()
    teams: Sequence[Team] = ()
    """Teams whose members or managers change."""
    links: Sequence[Link] = ()


class People(Protocol):
    """Roles, teams, users by search, links, second factors."""

    async def roles(self) -> Sequence[Role]:
        """Return the stored roles; default roles that nobody has changed are not among them."""

    async def save_roles(self, roles: Sequence[Role]) -> None:
        """Store or replace roles, all of them or none.

        Raises:
            StaleVersionError: a stored version is not the role's; one of version 0 replaces any.
        """

    async def delete_role(self, role: RoleId) -> None:
        """Forget a role and take it from all users."""

    async def holders(self) -> dict[RoleId, int]:
        """Return how many users have each role."""

    async def teams(self) -> Sequence[Team]:
        """Return all teams with their members and managers."""

    async def save_teams(self, teams: Sequence[Team]) -> None:
        """Store or replace teams with their members and managers, all of them or none.

        Who is in other teams than before is at another version, too.

        Raises:
            StaleVersionError: a stored version is not the team's; one of version 0 replaces any.
        """

    async def delete_team(self, team: TeamId) -> None:
        """Forget a team that has no sub-teams, and who was in it."""

    async def find(self, query: UserQuery) -> tuple[Sequence[User], int]:
        """Return a page of the users that are wanted, and how many there are in all."""

    async def known(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` there are."""

    async def write(self, batch: UserBatch) -> None:
        """Store all of `batch`.

        Raises:
            ConflictError: an e-mail address, agent number or direct number is taken; nothing was stored.
            StaleVersionError: the stored version of a user or team is not the record's; one of version 0 replaces any.
        """

    async def add_link(self, link: Link) -> None:
        """Store a link; those of the same kind that the user had are over."""

    async def link(self, token_hash: str) -> Link | None:
        """Return the link whose token has this hash."""

    async def use_link(self, token_hash: str, password_hash: str) -> Link | None:
        """Set the password of the link's user and forget all his links; nothing where the link was used before."""

    async def has_password(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` have chosen a password."""

    async def skills(self) -> Collection[str]:
        """Return the skills that anybody has."""

    async def password_hash(self, user: UserId) -> str:
        """Return what is stored of a user's password; empty for none."""

    async def second_factor(self, user: UserId) -> SecondFactor | None:
        """Return a user's second factor."""

    async def with_second_factor(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` have a confirmed second factor."""

    async def save_second_factor(self, factor: SecondFactor) -> None:
        """Store or replace a user's second factor."""

    async def drop_second_factor(self, user: UserId) -> None:
        """Forget a user's second factor."""

    async def use_step(self, user: UserId, step: int) -> bool:
        """Note that the code of `step` was used; False where it, or a newer one, was used before."""

    async def use_recovery_code(self, user: UserId, code_hash: str) -> bool:
        """Use up a recovery code; False where it is not there (any more)."""

    async def end_sessions(self, user: UserId, keep: SessionId | None = None) -> Sequence[SessionId]:
        """End a user's sessions but `keep`; return which."""
