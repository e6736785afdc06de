"""Teams: their tree, kept in memory because every look at a user asks it, and who may change what in it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.teams import Team, TeamTree
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import TeamId, UserId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.people import People, UserBatch
from madoguchi.ports.storage import require_present
from madoguchi.services.access_changes import AccessChanges


@dataclass(frozen=True)
class TeamDraft:
    """What the team dialog sends."""

    name: str
    parent: TeamId | None


class Part(Enum):
    """What somebody is in a team."""

    MEMBER = "member"
    MANAGER = "manager"
    NOTHING = "nothing"


class TeamService:
    """All teams, and who is within whose reach."""

    def __init__(self, people: People, ids: IdSource, changes: AccessChanges) -> None:
        self._people = people
        self._ids = ids
        self._changes = changes
        self._tree = TeamTree()
        self.changed: Callable[[], None] = lambda: None
        """Told whenever teams were read anew."""

    async def load(self) -> None:
        """Read all teams; to be called at the start."""
        self._tree = TeamTree(await self._people.teams())
        self.changed()

    @property
    def tree(self) -> TeamTree:
        """The teams as they are now."""
        return self._tree

    def members(self, team: str) -> Sequence[UserId]:
        """Return who is in a team or in one below it; nobody where there is no such team."""
        found = (self._tree.get(one) for one in self._tree.with_sub_teams([TeamId(team)]))
        return sorted({user for one in found if one is not None for user in one.members})

    def paths(self) -> Mapping[str, str]:
        """Return all teams, id to path, in the order of the tree."""
        return {team.id: self._tree.path(team.id) for team, _ in self._tree.walk()}

    def of(self, user: UserId) -> Mapping[TeamId, str]:
        """Return the teams that `user` is a member of, id to path, in the order of the tree."""
        mine = self._tree.member_in(user)
        return {team.id: self._tree.path(team.id) for team, _ in self._tree.walk() if team.id in mine} if mine else {}

    def within(self, actor: Principal, permission: Permission, user: UserId) -> bool:
        """Whether `actor` may use `permission` on `user`."""
        return self._tree.within(actor, permission, user)

    def reach(self, actor: Principal, permission: Permission) -> frozenset[TeamId] | None:
        """Return the teams on whose people `actor` may use `permission`; None for everybody.

        Raises:
            NotAllowedError: he has not got it.
        """
        actor.require(permission)
        if actor.permissions[permission] is Scope.ALL:
            return None
        return self._tree.managed_by(actor.user.id)

    def require_within(self, actor: Principal, permission: Permission, users: Collection[UserId]) -> None:
        """Let pass who may use `permission` on at least one of `users`, or on everybody.

        Raises:
            NotAllowedError: he may not; the interaction or person belongs to other teams.
        """
        actor.require(permission)
        if actor.permissions[permission] is Scope.ALL:
            return
        if not any(self.within(actor, permission, user) for user in users):
            raise NotAllowedError("this belongs to a team that you do not manage")

    def listed(self, actor: Principal) -> Sequence[tuple[Team, int]]:
        """Return the teams that `actor` may see, in tree order, each with its depth below the first that he sees.

        Raises:
            NotAllowedError: he may see none.
        """
        reach = self.reach(actor, Permission.VIEW_TEAMS)
        if reach is None:
            return list(self._tree.walk())
        listed: list[tuple[Team, int]] = []
        depths: dict[TeamId, int] = {}
        for team, _ in self._tree.walk():
            if team.id in reach:
                depth = 0 if team.parent is None else depths.get(team.parent, -1) + 1
                depths[team.id] = depth
                listed.append((team, depth))
        return listed

    async def create(self, actor: Principal, draft: TeamDraft) -> Team:
        """Make a team, last among its siblings.

        Raises:
            NotAllowedError: the caller may not make one there.
            InvalidInputError: something about it is not possible.
            ConflictError: a sibling has the name.
        """
        reach = self.reach(actor, Permission.EDIT_TEAMS)
        if reach is not None and (draft.parent is None or draft.parent not in reach):
            raise NotAllowedError("make it below a team that you manage")
        place = max((one.position for one in self._tree.below(draft.parent)), default=0) + 1
        team = Team(TeamId(self._ids.new("team")), draft.name, draft.parent, place)
        await self._store([self._tree.checked(team)], frozenset())
        return self._get(team.id)

    async def change(self, actor: Principal, team_id: TeamId, draft: TeamDraft, version: int) -> Team:
        """Replace a team that the caller saw at `version`.

        Raises:
            NotFoundError: there is none, or none that the caller may see.
            NotAllowedError: he may not change it so.
            StaleVersionError: somebody else has changed it meanwhile.
            InvalidInputError: something about it is not possible.
            ConflictError: a sibling has the name.
        """
        before = self._mine(actor, team_id)
        require_present(before.version, Seen(Subject.TEAM, team_id, version))
        reach = self.reach(actor, Permission.EDIT_TEAMS)
        if draft.parent != before.parent and reach is not None and (draft.parent is None or draft.parent not in reach):
            raise NotAllowedError("move it below a team that you manage")
        place = before.position
        if draft.parent != before.parent:
            place = max((one.position for one in self._tree.below(draft.parent)), default=0) + 1
        team = replace(before, name=draft.name, parent=draft.parent, position=place)
        await self._store([self._tree.checked(team)], team.managers)
        return self._get(team_id)

    async def place(self, actor: Principal, team_id: TeamId, user: UserId, part: Part) -> None:
        """Make somebody a member or a manager of a team, never both, or take him out.

        Raises:
            NotFoundError: there is no such team, or none that the caller may see; or no such user.
            NotAllowedError: he may not edit teams.
        """
        team = self._mine(actor, team_id)
        if user not in await self._people.known([user]) or not (
            user == actor.user.id or self.within(actor, Permission.EDIT_TEAMS, user)
        ):
            raise NotFoundError("there is no such user, or none in your teams", field="user")
        after = replace(team, members=team.members - {user}, managers=team.managers - {user})
        if part is Part.MEMBER:
            after = replace(after, members=after.members | {user})
        elif part is Part.MANAGER:
            after = replace(after, managers=after.managers | {user})
        await self._store([after], [user])

    async def move(self, actor: Principal, team_id: TeamId, *, up: bool) -> None:
        """Move a team one place among its siblings.

        Raises:
            NotFoundError: there is none, or none that the caller may see.
            NotAllowedError: he may not edit teams.
        """
        team = self._mine(actor, team_id)
        siblings = list(self._tree.below(team.parent))
        at = siblings.index(team)
        to = at - 1 if up else at + 1
        if 0 <= to < len(siblings):
            siblings[at], siblings[to] = siblings[to], siblings[at]
        await self._store([replace(one, position=place) for place, one in enumerate(siblings, 1)], frozenset())

    async def delete(self, actor: Principal, team_id: TeamId) -> None:
        """Forget a team; those who were in it stay users.

        Raises:
            NotFoundError: there is none, or none that the caller may see.
            NotAllowedError: he may not edit teams.
            ConflictError: there are teams below it.
        """
        team = self._mine(actor, team_id)
        if self._tree.below(team_id):
            raise ConflictError("move or delete the teams below it first", reason="has_sub_teams")
        await self._people.delete_team(team_id)
        await self.load()
        self._changes.changed(team.members | team.managers)

    def changed_for(self, user: UserId, members: Collection[TeamId], managers: Collection[TeamId]) -> Sequence[Team]:
        """Return the teams that change when `user` is member and manager of exactly these.

        Raises:
            InvalidInputError: one does not exist, or he would be both in one.
        """
        for named in (*members, *managers):
            if self._tree.get(named) is None:
                raise InvalidInputError("there is no such team", field="teams", reason="unknown_team")
        if set(members) & set(managers):
            raise InvalidInputError("member or manager of a team, not both", field="teams", reason="both")
        changed = []
        for team in self._tree.teams.values():
            after = replace(
                team,
                members=team.members | {user} if team.id in members else team.members - {user},
                managers=team.managers | {user} if team.id in managers else team.managers - {user},
            )
            if after != team:
                changed.append(after)
        return changed

    def _mine(self, actor: Principal, team: TeamId) -> Team:
        reach = self.reach(actor, Permission.EDIT_TEAMS)
        if reach is not None and team not in reach:
            raise NotFoundError("there is no such team")
        return self._get(team)

    def _get(self, team: TeamId) -> Team:
        found = self._tree.get(team)
        if found is None:
            raise NotFoundError("there is no such team")
        return found

    async def _store(self, teams: Sequence[Team], touched: Collection[UserId]) -> None:
        try:
            await self._people.save_teams(teams)
        finally:
            # Also where somebody else was faster: the next try begins with what there is.
            await self.load()
        self._changes.changed(touched)

    async def store_batch(self, batch: UserBatch) -> None:
        """Write users and teams together, and know the teams from then on.

        Raises:
            ConflictError: an e-mail address or agent number is taken; nothing was stored.
        """
        try:
            await self._people.write(batch)
        finally:
            if batch.teams or batch.new:
                await self.load()
