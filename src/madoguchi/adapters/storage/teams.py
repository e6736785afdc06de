"""Teams and who is in them, in SQL."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, TypeVar

import sqlalchemy as sa

from madoguchi.adapters.storage import schema
from madoguchi.adapters.storage.audit import Trail, require_version
from madoguchi.adapters.storage.schema_people import team_people, teams
from madoguchi.domain.access.teams import Team
from madoguchi.domain.audit.things import entry_of, version_after
from madoguchi.kernel.ids import TeamId, UserId

T = TypeVar("T")

_BATCH: Final = 500
"""Ids in one statement: databases limit how many parameters it has."""


def read_teams(connection: sa.Connection, wanted: Collection[TeamId] | None = None) -> dict[TeamId, Team]:
    """Return teams with their members and managers, by id; all of them where none are named."""
    found, people = sa.select(teams), sa.select(team_people)
    if wanted is not None:
        found = found.where(teams.c.id.in_(wanted)).order_by(teams.c.id).with_for_update()
        people = people.where(team_people.c.team_id.in_(wanted))
    rows = connection.execute(found).all()
    members: dict[str, set[UserId]] = {}
    managers: dict[str, set[UserId]] = {}
    for row in connection.execute(people):
        (managers if row.manager else members).setdefault(row.team_id, set()).add(UserId(row.user_id))
    return {
        TeamId(row.id): Team(
            TeamId(row.id),
            row.name,
            None if row.parent is None else TeamId(row.parent),
            row.position,
            frozenset(members.get(row.id, ())),
            frozenset(managers.get(row.id, ())),
            row.version,
        )
        for row in rows
    }


def put_teams(connection: sa.Connection, to_save: Sequence[Team], trail: Trail) -> None:
    """Write teams, and of who is in them only what has changed; note it.

    Raises:
        StaleVersionError: a stored version is not the team's; one of version 0 replaces any.
    """
    stored: dict[TeamId, Team] = {}
    for some in _batches(sorted(team.id for team in to_save)):
        stored |= read_teams(connection, some)
    entries = []
    for team in to_save:
        before = stored.get(team.id)
        require_version(before, team)
        version = version_after(before, team)
        values = {"name": team.name, "parent": team.parent, "position": team.position, "version": version}
        if before is None:
            connection.execute(sa.insert(teams).values(id=team.id, **values))
        else:
            connection.execute(sa.update(teams).where(teams.c.id == team.id).values(values))
        _place(connection, before or Team(team.id, team.name), team)
        entries.append(entry_of(before, team, version=version))
    trail.add(connection, entries)


def count_up(connection: sa.Connection, users: Iterable[UserId]) -> None:
    """Count a change of users who are in other teams than before: their records show it."""
    for some in _batches(sorted(users)):
        those = sa.update(schema.users).where(schema.users.c.id.in_(some))
        connection.execute(those.values(version=schema.users.c.version + 1))


def _place(connection: sa.Connection, before: Team, team: Team) -> None:
    old: dict[UserId, bool] = {**dict.fromkeys(before.members, False), **dict.fromkeys(before.managers, True)}
    new: dict[UserId, bool] = {**dict.fromkeys(team.members, False), **dict.fromkeys(team.managers, True)}
    gone = [user for user in old if new.get(user) is not old[user]]
    here = team_people.c.team_id == team.id
    for some in _batches(gone):
        connection.execute(sa.delete(team_people).where(here, team_people.c.user_id.in_(some)))
    came = [user for user in new if old.get(user) is not new[user]]
    if came:
        rows = [{"team_id": team.id, "user_id": user, "manager": new[user]} for user in came]
        connection.execute(sa.insert(team_people), rows)
    count_up(connection, {*gone, *came})


def _batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[at : at + _BATCH] for at in range(0, len(items), _BATCH))
