"""Roles, teams, users by search, links and second factors in SQL."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from madoguchi.adapters.storage import direct_numbers, records, schema
from madoguchi.adapters.storage.audit import Trail, require_version
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.people_rows import link_values, role_values, to_link, to_role
from madoguchi.adapters.storage.schema_people import links, roles, second_factors, team_people, teams
from madoguchi.adapters.storage.teams import count_up, put_teams, read_teams
from madoguchi.adapters.storage.upsert import upsert
from madoguchi.domain.access.credentials import Link, LinkKind, SecondFactor
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.profile import folded
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import User
from madoguchi.domain.audit.entries import Action, Entry
from madoguchi.domain.audit.things import about_sign_in, entry_of, version_after
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import RoleId, SessionId, TeamId, UserId
from madoguchi.ports.people import UserBatch, UserQuery

_users: Final = schema.users
_BATCH: Final = 500
"""Rows in one statement: databases limit how many parameters it has."""


_MADE: Final = {LinkKind.INVITATION: Action.INVITED, LinkKind.RESET: Action.RESET_SENT}


class SqlPeople:
    """`People` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def roles(self) -> Sequence[Role]:
        """Return the stored roles."""
        found = await self._database.read(lambda connection: connection.execute(sa.select(roles)).all())
        return sorted((to_role(row) for row in found), key=lambda role: (role.position, role.id))

    async def save_roles(self, roles_to_save: Sequence[Role]) -> None:
        """Store or replace roles.

        Raises:
            StaleVersionError: a stored version is not the role's; one of version 0 replaces any.
        """

        def save(connection: sa.Connection) -> None:
            ids = [role.id for role in roles_to_save]
            held = sa.select(roles).where(roles.c.id.in_(ids)).order_by(roles.c.id).with_for_update()
            stored = {row.id: to_role(row) for row in connection.execute(held)}
            entries = []
            for role in roles_to_save:
                before = stored.get(role.id)
                require_version(before, role)
                version = version_after(before, role)
                entries.append(entry_of(before, role, version=version))
                _put(connection, roles, [role_values(role) | {"version": version}])
            self._trail.add(connection, entries)

        await self._database.write(save)

    async def delete_role(self, role: RoleId) -> None:
        """Forget a role and take it from all users."""

        def forget(connection: sa.Connection) -> None:
            gone = connection.execute(sa.delete(roles).where(roles.c.id == role).returning(*roles.c)).first()
            if gone is not None:
                self._trail.note(connection, to_role(gone), None, version=gone.version + 1)
            for row in connection.execute(sa.select(_users).where(_has_role(role))).all():
                user = records.to_user(row)
                after = replace(user, roles=user.roles - {role})
                values = {"roles": sorted(after.roles), "version": user.version + 1}
                connection.execute(sa.update(_users).where(_users.c.id == user.id).values(values))
                self._trail.note(connection, user, after, version=user.version + 1)
            for row in connection.execute(sa.select(roles)).all():
                if row.assignable is not None and role in row.assignable:
                    other = to_role(row)
                    after_it = replace(other, assignable=(other.assignable or frozenset()) - {role})
                    values = {"assignable": sorted(after_it.assignable or ()), "version": row.version + 1}
                    connection.execute(sa.update(roles).where(roles.c.id == row.id).values(values))
                    self._trail.note(connection, other, after_it, version=row.version + 1)

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
        made = await self._database.read(read_teams)
        return sorted(made.values(), key=lambda team: (team.position, team.name, team.id))

    async def save_teams(self, teams_to_save: Sequence[Team]) -> None:
        """Store or replace teams with who is in them.

        Raises:
            StaleVersionError: a stored version is not the team's; one of version 0 replaces any.
        """
        await self._database.write(lambda connection: put_teams(connection, teams_to_save, self._trail))

    async def delete_team(self, team: TeamId) -> None:
        """Forget a team, and who was in it."""

        def forget(connection: sa.Connection) -> None:
            before = read_teams(connection, [team]).get(team)
            if before is None:
                return
            self._trail.note(connection, before, None, version=before.version + 1)
            connection.execute(sa.delete(team_people).where(team_people.c.team_id == team))
            count_up(connection, before.members | before.managers)
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
            ConflictError: an e-mail address, agent number or direct number is taken.
            StaleVersionError: somebody else has changed one of the users or teams meanwhile.
        """
        # Thousands of rows are prepared beside the event loop, and before the writer that others wait for.
        new, changed = await asyncio.to_thread(_prepared, batch)

        def store(connection: sa.Connection) -> None:
            try:
                before = _present_users(connection, batch.changed)
                versions = {user.id: version_after(before.get(user.id), user) for user in batch.changed}
                _change_users(connection, [row | {"version": versions[row["id"]]} for row in changed])
                if new:
                    connection.execute(sa.insert(_users), new)
                made = [entry_of(None, user, version=1) for user in batch.new]
                others = [entry_of(before.get(user.id), user, version=versions[user.id]) for user in batch.changed]
                direct_numbers.take(connection, [*batch.new, *batch.changed], before.values())
                self._trail.add(connection, [*made, *others])
            except sa.exc.IntegrityError as error:
                number = "agent_number" in str(error.orig)
                field, what = ("agent_number", "agent number") if number else ("email", "e-mail address")
                raise ConflictError(f"the {what} is taken", field=field, reason="taken") from error
            put_teams(connection, batch.teams, self._trail)
            if batch.links:
                connection.execute(sa.insert(links), [link_values(link) for link in batch.links])
                self._trail.add(connection, [_about(connection, link.user, _MADE[link.kind]) for link in batch.links])

        await self._database.write(store)

    async def add_link(self, link: Link) -> None:
        """Store a link in the place of those before it."""

        def add(connection: sa.Connection) -> None:
            old = (links.c.user_id == link.user) & (links.c.kind == link.kind.value)
            connection.execute(sa.delete(links).where(old))
            connection.execute(sa.insert(links).values(link_values(link)))
            self._trail.add(connection, [_about(connection, link.user, _MADE[link.kind])])

        await self._database.write(add)

    async def link(self, token_hash: str) -> Link | None:
        """Return a link."""
        statement = sa.select(links).where(links.c.token_hash == token_hash)
        found = await self._database.read(lambda connection: connection.execute(statement).first())
        return None if found is None else to_link(found)

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
            used = Action.INVITATION_ACCEPTED if row.kind == LinkKind.INVITATION.value else Action.PASSWORD_CHANGED
            self._trail.add(connection, [_about(connection, row.user_id, used)])
            return to_link(row)

        return await self._database.write(use)

    async def has_password(self, users: Collection[UserId]) -> frozenset[UserId]:
        """Return which of `users` have chosen a password."""
        return await self._those(_users.c.id, users, _users.c.password_hash != "")

    async def skills(self) -> Collection[str]:
        """Return the skills that anybody has."""
        # Few sets of skills, whoever has them: of ten thousand users a few dozen rows are read.
        statement = sa.select(_users.c.skills).distinct()
        found = await self._database.read(lambda connection: connection.execute(statement).scalars().all())
        return {skill for one in found for skill in one}

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

        def save(connection: sa.Connection) -> None:
            mine = sa.select(second_factors.c.confirmed).where(second_factors.c.user_id == factor.user)
            was_on = bool(connection.execute(mine).scalar())
            _put(connection, second_factors, [values])
            if factor.confirmed != was_on:
                done = Action.SECOND_FACTOR_ON if factor.confirmed else Action.SECOND_FACTOR_OFF
                self._trail.add(connection, [_about(connection, factor.user, done)])

        await self._database.write(save)

    async def drop_second_factor(self, user: UserId) -> None:
        """Forget a user's second factor."""
        statement = sa.delete(second_factors).where(second_factors.c.user_id == user)

        def drop(connection: sa.Connection) -> None:
            if connection.execute(statement.returning(second_factors.c.confirmed)).scalar():
                self._trail.add(connection, [_about(connection, user, Action.SECOND_FACTOR_OFF)])

        await self._database.write(drop)

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
            self._trail.add(connection, [_about(connection, user, Action.RECOVERY_CODE_USED)])
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
    new = [records.user_values(user) | {"password_hash": "", "version": 1} for user in batch.new]
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
    for values in rows:
        upsert(connection, table, values)


def _present_users(connection: sa.Connection, users: Sequence[User]) -> dict[UserId, User]:
    """Return the stored records of `users`, held until the end.

    Raises:
        StaleVersionError: one of them has been changed meanwhile.
    """
    found: dict[UserId, User] = {}
    for some in _batches(sorted(user.id for user in users)):
        held = sa.select(_users).where(_users.c.id.in_(some)).order_by(_users.c.id).with_for_update()
        found |= {UserId(row.id): records.to_user(row) for row in connection.execute(held)}
    for user in users:
        require_version(found.get(user.id), user)
    return found


def _about(connection: sa.Connection, user: UserId, action: Action) -> Entry:
    name = connection.execute(sa.select(_users.c.name).where(_users.c.id == user)).scalar()
    return about_sign_in(user, name or "", action)


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
