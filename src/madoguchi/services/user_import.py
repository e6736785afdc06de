"""Users in bulk: all out into a CSV file, and in again after a dry run that finds every mistake."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from madoguchi.domain.access import csv_rows
from madoguchi.domain.access.csv_rows import CsvRow, Wrong, cut, items
from madoguchi.domain.access.permissions import Permission, Role
from madoguchi.domain.access.profile import checked
from madoguchi.domain.access.roles import RoleNotAssignableError, check_assignment
from madoguchi.domain.access.teams import SEPARATOR, Team, TeamTree
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.routing.settings import LEVELS
from madoguchi.kernel.errors import InvalidInputError, Kind, MadoguchiError
from madoguchi.kernel.ids import RoleId, TeamId, UserId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.people import People, UserBatch, UserQuery
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.phone_numbers import e164
from madoguchi.services.roles import RoleService
from madoguchi.services.teams import TeamService
from madoguchi.services.users import DeskSide

_ALL: Final = 1_000_000
_AT_ONCE: Final = 200
"""Agents that are told at the same time of what has changed about them."""
MAX_SHOWN: Final = 1_000
"""Mistakes that are told of one file."""


class BadFileError(MadoguchiError):
    """The file has mistakes; nothing was changed."""

    kind = Kind.INVALID
    code = "bad_file"


@dataclass(frozen=True)
class Report:
    """What an import did, or would do."""

    rows: int
    new: int
    changed: int
    unchanged: int
    wrong: Sequence[Wrong]
    applied: bool = False


@dataclass
class _Plan:
    """What a file means, as far as it has been read."""

    new: list[User] = field(default_factory=list)
    changed: list[User] = field(default_factory=list)
    unchanged: int = 0
    touched: list[UserId] = field(default_factory=list)
    let_go: list[User] = field(default_factory=list)
    members: dict[TeamId, set[UserId]] = field(default_factory=dict)
    managers: dict[TeamId, set[UserId]] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


class _WrongCellError(Exception):
    """A row cannot be used."""

    def __init__(self, column: str, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason
        self.value = value


class UserImport:
    """Exports and imports users."""

    def __init__(
        self,
        *,
        people: People,
        roles: RoleService,
        teams: TeamService,
        ids: IdSource,
        changes: AccessChanges,
        desk: DeskSide,
    ) -> None:
        self._people = people
        self._roles = roles
        self._teams = teams
        self._ids = ids
        self._changes = changes
        self._desk = desk

    async def export(self, actor: Principal) -> str:
        """Return the users whom `actor` may see as the text of a CSV file.

        Raises:
            NotAllowedError: he may see none.
        """
        actor.require(Permission.VIEW_USERS)
        users = [user for user in await self._everybody() if self._teams.within(actor, Permission.VIEW_USERS, user.id)]
        tree, names = self._teams.tree, {role.id: role.name for role in self._roles.all()}
        return await asyncio.to_thread(lambda: "".join(csv_rows.write(_cells(user, tree, names) for user in users)))

    async def run(self, actor: Principal, content: bytes, *, dry: bool) -> Report:
        """Read a file; where it has no mistake and `dry` is not set, store all of it in one transaction.

        New users have no password; an invitation lets each choose one.

        Raises:
            NotAllowedError: the caller may not edit users.
            BadFileError: it has mistakes, and `dry` is not set.
            ConflictError: somebody has taken an address or number in the meantime; nothing was changed.
        """
        actor.require(Permission.EDIT_USERS)
        rows, wrong = csv_rows.read(content)
        plan = _Plan(wrong=list(wrong))
        users = await self._everybody()
        tree = self._teams.tree
        # Ten thousand rows take a second or so, in which calls and chats must go on.
        reader = _Reader(actor, users, tree, self._roles, self._teams, self._ids, plan)
        await asyncio.to_thread(reader.read, rows)
        report = Report(
            len(rows),
            len(plan.new),
            len(plan.changed),
            plan.unchanged,
            sorted(plan.wrong, key=lambda one: one.row)[:MAX_SHOWN],
        )
        if dry:
            return report
        if plan.wrong:
            raise BadFileError(f"{len(plan.wrong)} mistakes; try it first to see them")
        await self._teams.store_batch(UserBatch(plan.new, plan.changed, _changed_teams(tree, plan)))
        for at in range(0, len(plan.changed), _AT_ONCE):
            await asyncio.gather(*(self._desk.follow(user) for user in plan.changed[at : at + _AT_ONCE]))
        for user in plan.let_go:
            if not self._desk.working(user.id):
                self._changes.ended(await self._people.end_sessions(user.id))
        self._changes.changed(plan.touched)
        return replace(report, applied=True)

    async def _everybody(self) -> Sequence[User]:
        found, _ = await self._people.find(UserQuery(limit=_ALL))
        return found


class _Reader:
    """Turns rows into a plan, and collects what is wrong with them."""

    def __init__(
        self,
        actor: Principal,
        users: Sequence[User],
        tree: TeamTree,
        roles: RoleService,
        teams: TeamService,
        ids: IdSource,
        plan: _Plan,
    ) -> None:
        self._actor = actor
        self._tree = tree
        self._teams = teams
        self._ids = ids
        self._plan = plan
        self._known = roles.known
        self._may = roles.assignable(actor)
        self._roles_by_name = {
            **{role.id.casefold(): role.id for role in roles.all()},
            **{role.name.casefold(): role.id for role in roles.all()},
        }
        self._teams_by_path = {path.casefold(): team for path, team in tree.by_path().items()}
        self._users = {user.id: user for user in users}
        self._by_email = {user.email.casefold(): user for user in users}
        self._reach = teams.reach(actor, Permission.EDIT_USERS)
        self._seen: set[str] = set()

    def read(self, rows: Sequence[CsvRow]) -> None:
        """Read all rows."""
        placed: list[tuple[CsvRow, User]] = []
        for row in rows:
            try:
                user = self._row(row)
            except _WrongCellError as error:
                self._plan.wrong.append(Wrong(row.number, error.column, error.reason, cut(error.value)))
            else:
                placed.append((row, user))
        self._find_doubles(placed)
        after = {**self._users, **{user.id: user for _, user in placed}}
        if placed and not any(user.active and Role.ADMIN in user.roles for user in after.values()):
            before = {user.id for user in self._users.values() if user.active and Role.ADMIN in user.roles}
            last = next((row for row, user in placed if user.id in before), placed[0][0])
            self._plan.wrong.append(Wrong(last.number, "roles", "last_admin"))

    def _row(self, row: CsvRow) -> User:
        email = row.cells.get("email", "")
        if not email:
            raise _WrongCellError("email", "missing")
        if email.casefold() in self._seen:
            raise _WrongCellError("email", "double", email)
        self._seen.add(email.casefold())
        for column, value in row.cells.items():
            if len(value) > csv_rows.MAX_CELL:
                raise _WrongCellError(column, "length", value)
        before = self._by_email.get(email.casefold())
        if before is not None and not self._may_change(before):
            raise _WrongCellError("email", "not_within", email)
        draft = before or User(UserId(self._ids.new("user")), "", email, frozenset())
        after = self._drawn(row, draft)
        self._check_roles(before, after)
        self._place(row, before, after)
        return after

    def _may_change(self, user: User) -> bool:
        return user.roles & self._known.keys() <= self._may and self._teams.within(
            self._actor, Permission.EDIT_USERS, user.id
        )

    def _drawn(self, row: CsvRow, draft: User) -> User:
        cells = row.cells
        try:
            after = replace(
                draft,
                email=cells.get("new_email") or draft.email,
                first_name=cells.get("first_name", draft.first_name),
                last_name=cells.get("last_name", draft.last_name),
                phone=e164(cells["phone"]) if "phone" in cells else draft.phone,
                agent_number=cells.get("agent_number", draft.agent_number or ""),
                location=cells.get("location", draft.location),
                languages=items(cells["languages"]) if cells.get("languages") else draft.languages,
                roles=self._roles(cells["roles"]) if cells.get("roles") else draft.roles,
                chat_limit=_number(cells["chat_limit"]) if cells.get("chat_limit") else draft.chat_limit,
                skills=_skills(cells["skills"]) if "skills" in cells else draft.skills,
                active=_yes(cells["active"]) if cells.get("active") else draft.active,
            )
            return checked(after)
        except InvalidInputError as error:
            column = error.field or ""
            column = "new_email" if column == "email" and cells.get("new_email") else column
            reason = error.reason if error.reason in csv_rows.REASONS else "missing"
            raise _WrongCellError(column, str(reason), cells.get(column, "")) from None

    def _roles(self, cell: str) -> frozenset[RoleId]:
        found = set()
        for name in items(cell):
            role = self._roles_by_name.get(name.casefold())
            if role is None:
                raise _WrongCellError("roles", "unknown_role", name)
            found.add(role)
        return frozenset(found)

    def _check_roles(self, before: User | None, after: User) -> None:
        try:
            check_assignment(before.roles if before else (), after.roles, self._may, self._known)
        except RoleNotAssignableError:
            raise _WrongCellError("roles", "role_not_assignable") from None
        except InvalidInputError as error:
            raise _WrongCellError("roles", str(error.reason)) from None
        if not after.active and after.id == self._actor.user.id:
            raise _WrongCellError("active", "yourself")

    def _place(self, row: CsvRow, before: User | None, after: User) -> None:
        """Find the teams of a row, and take it into the plan."""
        had, had_managed = self._tree.member_in(after.id), self._tree.manager_in(after.id)
        managed = self._in_cell(row, "manages", had_managed)
        members = self._in_cell(row, "teams", had)
        if members & managed:
            raise _WrongCellError("manages", "both")
        touched = (had ^ members) | (had_managed ^ managed)
        if self._reach is not None:
            if not touched <= self._reach:
                raise _WrongCellError("teams", "other_team")
            if self._reach.isdisjoint(members | managed):
                raise _WrongCellError("teams", "no_team")
        for teams, people in ((members, self._plan.members), (managed, self._plan.managers)):
            for team in teams:
                people.setdefault(team, set()).add(after.id)
        plan = self._plan
        plan.touched.append(after.id)
        if before is None:
            plan.new.append(after)
        elif after != before or touched:
            plan.changed.append(after)
            if before.active and not after.active:
                plan.let_go.append(after)
        else:
            plan.unchanged += 1

    def _in_cell(self, row: CsvRow, column: str, had: frozenset[TeamId]) -> frozenset[TeamId]:
        if column not in row.cells:
            return had
        found: set[TeamId] = set()
        for path in items(row.cells[column]):
            plain = SEPARATOR.join(name.strip() for name in path.split(SEPARATOR))
            team = self._teams_by_path.get(plain.casefold())
            if team is None:
                raise _WrongCellError(column, "unknown_team", path)
            found.add(team.id)
        return frozenset(found)

    def _find_doubles(self, placed: Sequence[tuple[CsvRow, User]]) -> None:
        """Find addresses and numbers that two users would have."""
        mine = {user.id for _, user in placed}
        rest = [user for user in self._users.values() if user.id not in mine]
        keys: Sequence[tuple[str, Callable[[User], str | None]]] = (
            ("email", lambda user: user.email.casefold()),
            ("agent_number", lambda user: user.agent_number),
        )
        for column, key in keys:
            others = {key(user) for user in rest} - {None}
            seen: set[str] = set()
            for row, user in placed:
                value = key(user)
                if value is None:
                    continue
                where = "new_email" if column == "email" and row.cells.get("new_email") else column
                if value in others:
                    self._plan.wrong.append(Wrong(row.number, where, "taken", cut(value)))
                elif value in seen:
                    self._plan.wrong.append(Wrong(row.number, where, "double", cut(value)))
                seen.add(value)


def _changed_teams(tree: TeamTree, plan: _Plan) -> Sequence[Team]:
    touched = frozenset(plan.touched)
    changed = []
    for team in tree.teams.values():
        after = replace(
            team,
            members=(team.members - touched) | frozenset(plan.members.get(team.id, ())),
            managers=(team.managers - touched) | frozenset(plan.managers.get(team.id, ())),
        )
        if after != team:
            changed.append(after)
    return changed


def _cells(user: User, tree: TeamTree, names: Mapping[RoleId, str]) -> Mapping[str, str]:
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.family_name,
        "phone": user.phone or "",
        "agent_number": user.agent_number or "",
        "location": user.location,
        "languages": csv_rows.LIST.join(user.languages),
        "roles": csv_rows.LIST.join(sorted(names[role] for role in user.roles if role in names)),
        "teams": _paths(tree, tree.member_in(user.id)),
        "manages": _paths(tree, tree.manager_in(user.id)),
        "chat_limit": str(user.chat_limit),
        "skills": csv_rows.LIST.join(f"{skill}:{level}" for skill, level in sorted(user.skills.items())),
        "active": "yes" if user.active else "no",
    }


def _paths(tree: TeamTree, teams: Collection[TeamId]) -> str:
    return csv_rows.LIST.join(sorted(tree.path(team) for team in teams))


def _number(cell: str) -> int:
    if not cell.isascii() or not cell.isdigit() or len(cell) > len("50"):
        raise InvalidInputError("a number", field="chat_limit", reason="range")
    return int(cell)


def _skills(cell: str) -> Mapping[str, int]:
    """Return the skills of a cell such as `billing:3;returns`; without a level it is the lowest."""
    found: dict[str, int] = {}
    for item in items(cell):
        skill, colon, level = item.rpartition(":")
        name = (skill if colon else item).strip()
        if colon and not (level.strip().isascii() and level.strip().isdigit()):
            raise InvalidInputError("skill:level", field="skills", reason="skills")
        if name in found:
            raise InvalidInputError("each skill once", field="skills", reason="double_skill")
        found[name] = int(level.strip()[:3]) if colon else LEVELS[0]
    return found


def _yes(cell: str) -> bool:
    word = cell.casefold()
    if word in csv_rows.YES or word in csv_rows.NO:
        return word in csv_rows.YES
    raise InvalidInputError("yes or no", field="active", reason="yes_or_no")
