"""Roles, teams, users by search, links and second factors in SQL."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from madoguchi.adapters.storage import records, schema
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_people import links, roles, second_factors, team_people, teams
from madoguchi.domain.access.credentials import Link, LinkKind, SecondFactor
from madoguchi.domain.access.permissions import Permission, Role, Scope
from madoguchi.domain.access.profile import folded
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import User
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import RoleId, SessionId, TeamId, UserId
from madoguchi.ports.people import UserBatch, UserQuery

_users: Final = schema.users
_BATCH: Final = 500
"""Rows in one statement: databases limit how many parameters it has."""


class SqlPeople:
    """`People` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def roles(self) -> Sequence[Role]:
        """Return the stored roles."""
        found = await self._database.read(lambda connection: connection.execute(sa.select(roles)).all())
        return sorted((_to_role(row) for row in found), key=lambda role: (role.position, role.id))

    async def save_roles(self, roles_to_save: Sequence[Role]) -> None:
        """Store or replace roles."""
        values = [_role_values(role) for role in roles_to_save]

        def save(connection: sa.Connection) -> None:
            _put(connection, roles, values)

        await self._database.write(save)

    async def delete_role(self, role: RoleId) -> None:
        """Forget a role and take it from all users."""

        def forget(connection: sa.Connection) -> None:
            connection.execute(sa.delete(roles).where(roles.c.id == role))
            for row in connection.execute(sa.select(_users.c.id, _users.c.roles).where(_has_role(role))).all():
                rest = [one for one in row.roles if one != role]
                connection.execute(sa.update(_users).where(_users.c.id == row.id).values(roles=rest))
            for row in connection.execute(sa.select(roles.c.id, roles.c.assignable)).all():
                if row.assignable is not None and role in row.assignable:
                    rest = [one for one in row.assignable if one != role]
                    connection.execute(sa.update(roles).where(roles.c.id == row.id).values(assignable=rest))

        await self._database.write(forget)

    async def holders(self) -> dict[RoleId, int]:
        """Return how many users have each role."""
        statement = sa.select(_users.c.roles, sa.func.count()).group_by(_users.c.roles)
        counts: Counter[RoleId] = Counter()
        for held, count in await self._database.read(lambda connection: connection.execute(statement).all()):
            counts.update({RoleId(role): count for role in held})
        return dict(counts)

    async def teams(self) -> Sequence[Team]:
        """Return all teams with their members and managers."""

        def read(connection: sa.Connection) -> tuple[Sequence[records.Row], Sequence[records.Row]]:
            return connection.execute(sa.select(teams)).all(), connection.execute(sa.select(team_people)).all()

        found, people = await self._database.read(read)
        members: dict[str, set[UserId]] = {}
        managers: dict[str, set[UserId]] = {}
        for row in people:
            (managers if row.manager else members).setdefault(row.team_id, set()).add(UserId(row.user_id))
        made = (
            Team(
                TeamId(row.id),
                row.name,
                None if row.parent is None else TeamId(row.parent),
                row.position,
                frozenset(members.get(row.id, ())),
                frozenset(managers.get(row.id, ())),
            )
            for row in found
        )
        return sorted(made, key=lambda team: (team.position, team.name, team.id))

    async def save_teams(self, teams_to_save: Sequence[Team]) -> None:
        """Store or replace teams with who is in them."""
        await self._database.write(lambda connection: _put_teams(connection, teams_to_save))

    async def delete_team(self, team: TeamId) -> None:
        """Forget a team, and who was in it."""

        def forget(connection: sa.Connection) -> None:
            connection.execute(sa.delete(team_people).where(team_people.c.team_id == team))
            connection.execute(sa.delete(teams).where(teams.c.id == team))

        await self._database.write(forget)

    async def find(self, query: UserQuery) -> tuple[Sequence[User], int]:
        """Return a page of the users that are wanted, and how many there are."""
        wanted = _wanted(query)

        def read(connection: sa.Connection) -> tuple[list[User], int]:
            binary = "C" if connection.dialect.name == "postgresql" else "BINARY"
            order = (sa.collate(_users.c.sort_key, binary), _users.c.id)
            page = sa.select(_users).where(*wanted).order_by(*order).limit(query.limit).offset(query.offset)
            total = connection.execute(sa.select(sa.func.count()).select_from(_users).where(*wanted)).scalar_one()
            return [records.to_user(row) for row in connection.execute(page).all()], total

        return await self._database.read(read)

    async def known(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` there are."""
        return await self._those(_users.c.id, users, sa.true())

    async def write(self, batch: UserBatch) -> None:
        """Store all of `batch` in one transaction.

        Raises:
            ConflictError: an e-mail address or agent number is taken.
        """
        # Thousands of rows are prepared beside the event loop, and before the writer that others wait for.
        new, changed = await asyncio.to_thread(_prepared, batch)

        def store(connection: sa.Connection) -> None:
            try:
                _change_users(connection, changed)
                if new:
                    connection.execute(sa.insert(_users), new)
            except sa.exc.IntegrityError as error:
                number = "agent_number" in str(error.orig)
                field, what = ("agent_number", "agent number") if number else ("email", "e-mail address")
                raise ConflictError(f"the {what} is taken", field=field, reason="taken") from error
            _put_teams(connection, batch.teams)
            if batch.links:
                connection.execute(sa.insert(links), [_link_values(link) for link in batch.links])

        await self._database.write(store)

    async def add_link(self, link: Link) -> None:
        """Store a link in the place of those before it."""

        def add(connection: sa.Connection) -> None:
            old = (links.c.user_id == link.user) & (links.c.kind == link.kind.value)
            connection.execute(sa.delete(links).where(old))
            connection.execute(sa.insert(links).values(_link_values(link)))

        await self._database.write(add)

    async def link(self, token_hash: str) -> Link | None:
        """Return a link."""
        statement = sa.select(links).where(links.c.token_hash == token_hash)
        found = await self._database.read(lambda connection: connection.execute(statement).first())
        return None if found is None else _to_link(found)

    async def use_link(self, token_hash: str, password_hash: str) -> Link | None:
        """Set the password of the link's user and forget all his links."""

        def use(connection: sa.Connection) -> Link | None:
            # Deleting first makes two that come at once use it one after the other, and only one of them.
            gone = sa.delete(links).where(links.c.token_hash == token_hash).returning(*links.c)
            row = connection.execute(gone).first()
            if row is None:
                return None
            connection.execute(sa.delete(links).where(links.c.user_id == row.user_id))
            change = sa.update(_users).where(_users.c.id == row.user_id)
            connection.execute(change.values(password_hash=password_hash))
            return _to_link(row)

        return await self._database.write(use)

    async def has_password(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` have chosen a password."""
        return await self._those(_users.c.id, users, _users.c.password_hash != "")

    async def password_hash(self, user: UserId) -> str:
        """Return what is stored of a user's password."""
        statement = sa.select(_users.c.password_hash).where(_users.c.id == user)
        found = await self._database.read(lambda connection: connection.execute(statement).scalar())
        return found or ""

    async def second_factor(self, user: UserId) -> SecondFactor | None:
        """Return a user's second factor."""
        statement = sa.select(second_factors).where(second_factors.c.user_id == user)
        row = await self._database.read(lambda connection: connection.execute(statement).first())
        if row is None:
            return None
        return SecondFactor(UserId(row.user_id), row.secret, row.confirmed, row.last_step, tuple(row.recovery_hashes))

    async def with_second_factor(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` have a confirmed second factor."""
        return await self._those(second_factors.c.user_id, users, second_factors.c.confirmed.is_(sa.true()))

    async def save_second_factor(self, factor: SecondFactor) -> None:
        """Store or replace a user's second factor."""
        values = {
            "user_id": factor.user,
            "secret": factor.secret,
            "confirmed": factor.confirmed,
            "last_step": factor.last_step,
            "recovery_hashes": factor.recovery_hashes,
        }
        await self._database.write(lambda connection: _put(connection, second_factors, [values]))

    async def drop_second_factor(self, user: UserId) -> None:
        """Forget a user's second factor."""
        statement = sa.delete(second_factors).where(second_factors.c.user_id == user)
        await self._database.write(lambda connection: connection.execute(statement))

    async def use_step(self, user: UserId, step: int) -> bool:
        """Note that the code of `step` was used, if none as new was."""
        older = (second_factors.c.user_id == user) & (second_factors.c.last_step < step)
        statement = sa.update(second_factors).where(older).values(last_step=step)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount > 0)

    async def use_recovery_code(self, user: UserId, code_hash: str) -> bool:
        """Use up a recovery code."""

        def use(connection: sa.Connection) -> bool:
            mine = second_factors.c.user_id == user
            row = connection.execute(sa.select(second_factors).where(mine).with_for_update()).first()
            if row is None or code_hash not in row.recovery_hashes:
                return False
            rest = [one for one in row.recovery_hashes if one != code_hash]
            connection.execute(sa.update(second_factors).where(mine).values(recovery_hashes=rest))
            return True

        return await self._database.write(use)

    async def end_sessions(self, user: UserId, keep: SessionId | None = None) -> Sequence[SessionId]:
        """End a user's sessions but `keep`."""
        table = schema.sessions
        those = (table.c.user_id == user) & (table.c.id != (keep or ""))
        statement = sa.delete(table).where(those).returning(table.c.id)
        found = await self._database.write(lambda connection: connection.execute(statement).scalars().all())
        return [SessionId(one) for one in found]

    async def _those(
        self, column: "sa.Column[str]", users: Collection[UserId], condition: sa.ColumnElement[bool]
    ) -> frozenset[UserId]:
        def read(connection: sa.Connection) -> list[str]:
            found: list[str] = []
            for some in _batches(sorted(users)):
                found += connection.execute(sa.select(column).where(column.in_(some), condition)).scalars().all()
            return found

        return frozenset(UserId(one) for one in await self._database.read(read))


def _prepared(batch: UserBatch) -> tuple[list[records.Values], list[records.Values]]:
    new = [records.user_values(user) | {"password_hash": ""} for user in batch.new]
    return new, [records.user_values(user) for user in batch.changed]


def _batches(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[at : at + _BATCH] for at in range(0, len(items), _BATCH))


def _has_role(role: RoleId) -> sa.ColumnElement[bool]:
    return sa.cast(_users.c.roles, sa.Text).contains(f'"{role}"', autoescape=True)


def _wanted(query: UserQuery) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = [
        _users.c.search_key.contains(word, autoescape=True) for word in folded(query.text).split()
    ]
    if query.role is not None:
        wanted.append(_has_role(query.role))
    if query.active is not None:
        wanted.append(_users.c.active.is_(sa.true() if query.active else sa.false()))
    somewhere = sa.exists().where(team_people.c.user_id == _users.c.id)
    if query.teams is not None:
        wanted.append(somewhere.where(team_people.c.team_id.in_(sorted(query.teams))))
    if query.nobodys:
        wanted.append(~somewhere)
    return wanted


def _put(connection: sa.Connection, table: sa.Table, rows: Sequence[records.Values]) -> None:
    insert: Callable[..., Any] = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    keys = [column.name for column in table.primary_key]
    for values in rows:
        rest = {name: value for name, value in values.items() if name not in keys}
        connection.execute(insert(table).values(values).on_conflict_do_update(index_elements=keys, set_=rest))


def _put_teams(connection: sa.Connection, to_save: Sequence[Team]) -> None:
    """Write teams, and of who is in them only what has changed."""
    for team in to_save:
        values = {"id": team.id, "name": team.name, "parent": team.parent, "position": team.position}
        _put(connection, teams, [values])
        here = team_people.c.team_id == team.id
        statement = sa.select(team_people.c.user_id, team_people.c.manager).where(here)
        before = {row.user_id: row.manager for row in connection.execute(statement)}
        after: dict[str, bool] = {**dict.fromkeys(team.members, False), **dict.fromkeys(team.managers, True)}
        gone = [user for user in before if after.get(user) is not before[user]]
        for some in _batches(gone):
            connection.execute(sa.delete(team_people).where(here, team_people.c.user_id.in_(some)))
        added = [
            {"team_id": team.id, "user_id": user, "manager": manager}
            for user, manager in after.items()
            if before.get(user) is not manager
        ]
        if added:
            connection.execute(sa.insert(team_people), added)


def _change_users(connection: sa.Connection, rows: Sequence[records.Values]) -> None:
    """Replace users' records.

    Addresses and numbers are let go of first, so that users can exchange them.
    """
    if not rows:
        return
    for some in _batches([row["id"] for row in rows]):
        free = sa.update(_users).where(_users.c.id.in_(some))
        connection.execute(free.values(email_key=_users.c.id, agent_number=None))
    statement = sa.update(_users).where(_users.c.id == sa.bindparam("user"))
    names = [name for name in rows[0] if name != "id"]
    statement = statement.values({name: sa.bindparam(f"new_{name}") for name in names})
    connection.execute(statement, [{"user": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows])


def _role_values(role: Role) -> records.Values:
    return {
        "id": role.id,
        "name": role.name,
        "label": role.label,
        "colour": role.colour,
        "position": role.position,
        "grants": {right.value: scope.value for right, scope in role.grants.items()},
        "assignable": None if role.assignable is None else sorted(role.assignable),
        "second_factor": role.second_factor,
    }


def _to_role(row: records.Row) -> Role:
    known = {right.value: right for right in Permission}
    return Role(
        RoleId(row.id),
        row.name,
        row.label,
        row.colour,
        row.position,
        # A right that a later version brought, or an earlier one had, is left alone.
        {known[right]: Scope(scope) for right, scope in row.grants.items() if right in known},
        None if row.assignable is None else frozenset(RoleId(one) for one in row.assignable),
        row.second_factor,
    )


def _link_values(link: Link) -> records.Values:
    return {
        "token_hash": link.token_hash,
        "user_id": link.user,
        "kind": link.kind.value,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
    }


def _to_link(row: records.Row) -> Link:
    return Link(row.token_hash, UserId(row.user_id), LinkKind(row.kind), row.created_at, row.expires_at)
