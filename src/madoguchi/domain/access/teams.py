"""Teams: a tree of names with members and managers, and who is within a manager's reach."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.errors import ConflictError, InvalidInputError
from madoguchi.kernel.ids import TeamId, UserId

SEPARATOR: Final = ":"
"""Between the names of a path: `Support:Tokyo`. So no name contains it, nor the `;` between several paths."""
MAX_NAME: Final = 60
MAX_TEAMS: Final = 2_000


@dataclass(frozen=True)
class Team:
    """People who work together. Nobody is both member and manager of the same team."""

    id: TeamId
    name: str
    parent: TeamId | None = None
    position: int = 1
    members: frozenset[UserId] = frozenset()
    managers: frozenset[UserId] = frozenset()
    version: int = field(default=0, compare=False)
    """Counts its changes from 1 on; 0 for one that is not stored. It is no part of what the record says."""


class TeamTree:
    """All teams, and what follows from how they hang together."""

    def __init__(self, teams: Iterable[Team] = ()) -> None:
        self._teams: dict[TeamId, Team] = {team.id: team for team in teams}
        self._below: dict[TeamId | None, list[Team]] = {}
        for team in sorted(self._teams.values(), key=lambda one: (one.position, one.name, one.id)):
            self._below.setdefault(team.parent, []).append(team)
        self._managed: dict[UserId, set[TeamId]] = {}
        self._of: dict[UserId, set[TeamId]] = {}
        for team in self._teams.values():
            for user in team.managers:
                self._managed.setdefault(user, set()).add(team.id)
            for user in team.members | team.managers:
                self._of.setdefault(user, set()).add(team.id)

    @property
    def teams(self) -> Mapping[TeamId, Team]:
        """All of them."""
        return self._teams

    def get(self, team: TeamId) -> Team | None:
        """Return a team."""
        return self._teams.get(team)

    def below(self, team: TeamId | None) -> tuple[Team, ...]:
        """Return the direct sub-teams in list order; of None, the top."""
        return tuple(self._below.get(team, ()))

    def walk(self, root: TeamId | None = None, depth: int = 0) -> Iterator[tuple[Team, int]]:
        """Yield all teams below `root` in list order, each before its sub-teams, with its depth."""
        for team in self.below(root):
            yield team, depth
            yield from self.walk(team.id, depth + 1)

    def path(self, team: TeamId) -> str:
        """Return a team's names from the top, with colons."""
        names: list[str] = []
        at: TeamId | None = team
        while at is not None and at in self._teams:
            names.append(self._teams[at].name)
            at = self._teams[at].parent
        return SEPARATOR.join(reversed(names))

    def by_path(self) -> Mapping[str, Team]:
        """Return all teams by their paths."""
        return {self.path(team): self._teams[team] for team in self._teams}

    def with_sub_teams(self, teams: Iterable[TeamId]) -> frozenset[TeamId]:
        """Return `teams` and everything below them."""
        found: set[TeamId] = set()
        rest = [team for team in teams if team in self._teams]
        while rest:
            team = rest.pop()
            if team not in found:
                found.add(team)
                rest.extend(one.id for one in self.below(team))
        return frozenset(found)

    def managed_by(self, user: UserId) -> frozenset[TeamId]:
        """Return the teams that `user` manages, and their sub-teams."""
        return self.with_sub_teams(self._managed.get(user, ()))

    def manager_in(self, user: UserId) -> frozenset[TeamId]:
        """Return the teams that `user` is directly in as manager."""
        return frozenset(self._managed.get(user, ()))

    def member_in(self, user: UserId) -> frozenset[TeamId]:
        """Return the teams that `user` is directly in as member."""
        return self.of(user) - self.manager_in(user)

    def of(self, user: UserId) -> frozenset[TeamId]:
        """Return the teams that `user` is directly in, as member or manager."""
        return frozenset(self._of.get(user, ()))

    def within(self, actor: Principal, permission: Permission, user: UserId) -> bool:
        """Whether `actor` may use `permission` on `user`: on everybody, or on those in teams that he manages."""
        scope = actor.permissions.get(permission)
        if scope is None:
            return False
        if scope is Scope.ALL:
            return True
        return not self.managed_by(actor.user.id).isdisjoint(self.of(user))

    def checked(self, team: Team) -> Team:
        """Return `team` as it can be put into the tree.

        Raises:
            InvalidInputError: the name is not possible, the parent does not exist or is below it, or somebody is both
                member and manager.
            ConflictError: a sibling has the name, or there are too many teams.
        """
        name = team.name.strip()
        if not name or len(name) > MAX_NAME:
            raise InvalidInputError(f"1 to {MAX_NAME} characters", field="name", reason="length")
        if SEPARATOR in name or ";" in name:
            raise InvalidInputError("a team's name has no colon or semicolon", field="name", reason="colon")
        if team.parent is not None and team.parent not in self._teams:
            raise InvalidInputError("there is no such team", field="parent", reason="unknown_team")
        if team.parent is not None and team.parent in self.with_sub_teams([team.id]):
            raise InvalidInputError("a team cannot be below itself", field="parent", reason="loop")
        if team.members & team.managers:
            raise InvalidInputError("remove him as member to add him as manager", field="managers", reason="both")
        if any(one.name.casefold() == name.casefold() for one in self.below(team.parent) if one.id != team.id):
            raise ConflictError("a team beside it has this name", field="name", reason="taken")
        if team.id not in self._teams and len(self._teams) >= MAX_TEAMS:
            raise ConflictError(f"there are {MAX_TEAMS} teams already", reason="too_many_teams")
        return Team(team.id, name, team.parent, team.position, team.members, team.managers)
