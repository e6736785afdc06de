"""Roles, teams, links and second factors in memory, beside the users of a `MemoryCatalogue`."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from madoguchi.domain.access.credentials import Link, LinkKind, SecondFactor
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.profile import folded, search_key
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials, User
from madoguchi.domain.audit.entries import Action
from madoguchi.domain.audit.things import entry_of
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import RoleId, SessionId, TeamId, UserId
from madoguchi.ports.people import UserBatch, UserQuery
from madoguchi.testing.audit import next_version
from madoguchi.testing.catalogue import MemoryCatalogue

_MADE = {LinkKind.INVITATION: Action.INVITED, LinkKind.RESET: Action.RESET_SENT}


class MemoryPeople:
    """Keeps the promises of `madoguchi.ports.people.People`, durability apart."""

    def __init__(self, catalogue: MemoryCatalogue) -> None:
        self._catalogue = catalogue
        self._audit = catalogue.audit
        self._roles: dict[RoleId, Role] = {}
        self._teams: dict[TeamId, Team] = {}
        self._links: dict[str, Link] = {}
        self._factors: dict[UserId, SecondFactor] = {}

    async def roles(self) -> Sequence[Role]:
        """Return the stored roles."""
        return sorted(self._roles.values(), key=lambda role: (role.position, role.id))

    async def save_roles(self, roles: Sequence[Role]) -> None:
        """Store or replace roles."""
        versions = {role.id: next_version(self._roles.get(role.id), role) for role in roles}
        self._audit.add_all(entry_of(self._roles.get(one.id), one, version=versions[one.id]) for one in roles)
        self._roles |= {role.id: replace(role, version=versions[role.id]) for role in roles}

    async def delete_role(self, role: RoleId) -> None:
        """Forget a role and take it from all users."""
        gone = self._roles.pop(role, None)
        if gone is not None:
            self._audit.note(gone, None, version=gone.version + 1)
        for one in tuple(self._roles.values()):
            if one.assignable is not None and role in one.assignable:
                await self.save_roles([replace(one, assignable=one.assignable - {role})])
        for user in await self._catalogue.users():
            if role in user.roles:
                await self._catalogue.save_user(replace(user, roles=user.roles - {role}))

    async def holders(self) -> dict[RoleId, int]:
        """Return how many users have each role."""
        return dict(Counter(role for user in await self._catalogue.users() for role in user.roles))

    async def teams(self) -> Sequence[Team]:
        """Return all teams."""
        return sorted(self._teams.values(), key=lambda team: (team.position, team.name, team.id))

    async def save_teams(self, teams: Sequence[Team]) -> None:
        """Store or replace teams."""
        versions = {team.id: next_version(self._teams.get(team.id), team) for team in teams}
        self._audit.add_all(entry_of(self._teams.get(one.id), one, version=versions[one.id]) for one in teams)
        for team in teams:
            before = self._teams.get(team.id) or Team(team.id, team.name)
            moved = (before.members ^ team.members) | (before.managers ^ team.managers)
            self._catalogue.count_up(moved)
            self._teams[team.id] = replace(team, version=versions[team.id])

    async def delete_team(self, team: TeamId) -> None:
        """Forget a team."""
        gone = self._teams.pop(team, None)
        if gone is not None:
            self._audit.note(gone, None, version=gone.version + 1)
            self._catalogue.count_up(gone.members | gone.managers)

    async def find(self, query: UserQuery) -> tuple[Sequence[User], int]:
        """Return a page of the users that are wanted, and how many there are."""
        found = [user for user in await self._catalogue.users() if self._wanted(user, query)]
        found.sort(key=lambda user: (folded(user.name), user.id))
        return found[query.offset : query.offset + query.limit], len(found)

    async def known(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` there are."""
        return frozenset(users) & {user.id for user in await self._catalogue.users()}

    async def write(self, batch: UserBatch) -> None:
        """Store all of `batch`.

        Raises:
            ConflictError: an e-mail address, agent number or direct number is taken.
        """
        after = {user.id: user for user in await self._catalogue.users()}
        after |= {user.id: user for user in (*batch.changed, *batch.new)}
        addresses = Counter(user.email.casefold() for user in after.values())
        numbers = Counter(user.agent_number for user in after.values() if user.agent_number)
        if any(count > 1 for count in addresses.values()):
            raise ConflictError("the e-mail address is taken", field="email", reason="taken")
        if any(count > 1 for count in numbers.values()):
            raise ConflictError("the agent number is taken", field="agent_number", reason="taken")
        direct = Counter(number for user in after.values() for number in user.direct_numbers)
        if any(count > 1 for count in direct.values()):
            raise ConflictError("the direct number is taken", field="direct_numbers", reason="taken")
        self._catalogue.put_users(batch.changed)
        for user in batch.new:
            await self._catalogue.add_user(user, Credentials(""))
        await self.save_teams(batch.teams)
        self._links |= {link.token_hash: link for link in batch.links}
        for link in batch.links:
            self._catalogue.note_sign_in(link.user, _MADE[link.kind])

    async def add_link(self, link: Link) -> None:
        """Store a link in the place of those before it."""
        old = [one for one in self._links.values() if (one.user, one.kind) == (link.user, link.kind)]
        for one in old:
            del self._links[one.token_hash]
        self._links[link.token_hash] = link
        self._catalogue.note_sign_in(link.user, _MADE[link.kind])

    async def link(self, token_hash: str) -> Link | None:
        """Return a link."""
        return self._links.get(token_hash)

    async def use_link(self, token_hash: str, password_hash: str) -> Link | None:
        """Set the password of the link's user and forget all his links."""
        found = self._links.get(token_hash)
        if found is not None:
            self._links = {key: link for key, link in self._links.items() if link.user != found.user}
            self._catalogue.put_credentials(found.user, Credentials(password_hash))
            invited = found.kind is LinkKind.INVITATION
            self._catalogue.note_sign_in(found.user, Action.INVITATION_ACCEPTED if invited else Action.PASSWORD_CHANGED)
        return found

    async def has_password(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` have chosen a password."""
        return frozenset([user for user in users if await self.password_hash(user)])

    async def skills(self) -> Collection[str]:
        """Return the skills that anybody has."""
        return {skill for user in await self._catalogue.users() for skill in user.skills}

    async def password_hash(self, user: UserId) -> str:
        """Return what is stored of a user's password."""
        known = await self._catalogue.user(user)
        found = await self._catalogue.credentials(known.email) if known is not None else None
        return found[1].password_hash if found is not None else ""

    async def second_factor(self, user: UserId) -> SecondFactor | None:
        """Return a user's second factor."""
        return self._factors.get(user)

    async def with_second_factor(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` have a confirmed second factor."""
        return frozenset(user for user in users if (one := self._factors.get(user)) is not None and one.confirmed)

    async def save_second_factor(self, factor: SecondFactor) -> None:
        """Store or replace a user's second factor."""
        before = self._factors.get(factor.user)
        self._factors[factor.user] = factor
        if factor.confirmed != (before is not None and before.confirmed):
            done = Action.SECOND_FACTOR_ON if factor.confirmed else Action.SECOND_FACTOR_OFF
            self._catalogue.note_sign_in(factor.user, done)

    async def drop_second_factor(self, user: UserId) -> None:
        """Forget a user's second factor."""
        gone = self._factors.pop(user, None)
        if gone is not None and gone.confirmed:
            self._catalogue.note_sign_in(user, Action.SECOND_FACTOR_OFF)

    async def use_step(self, user: UserId, step: int) -> bool:
        """Note that the code of `step` was used, if none as new was."""
        found = self._factors.get(user)
        if found is None or found.last_step >= step:
            return False
        self._factors[user] = replace(found, last_step=step)
        return True

    async def use_recovery_code(self, user: UserId, code_hash: str) -> bool:
        """Use up a recovery code."""
        found = self._factors.get(user)
        if found is None or code_hash not in found.recovery_hashes:
            return False
        rest = tuple(one for one in found.recovery_hashes if one != code_hash)
        self._factors[user] = replace(found, recovery_hashes=rest)
        self._catalogue.note_sign_in(user, Action.RECOVERY_CODE_USED)
        return True

    async def end_sessions(self, user: UserId, keep: SessionId | None = None) -> Sequence[SessionId]:
        """End a user's sessions but `keep`."""
        return self._catalogue.end_sessions_of(user, keep)

    def _wanted(self, user: User, query: UserQuery) -> bool:
        key = search_key(user)
        inside = {team.id for team in self._teams.values() if user.id in team.members | team.managers}
        return (
            all(word in key for word in folded(query.text).split())
            and (query.role is None or query.role in user.roles)
            and (query.active is None or query.active == user.active)
            and (query.teams is None or not inside.isdisjoint(query.teams))
            and not (query.nobodys and inside)
        )
