"""One group of commits as one PostgreSQL transaction of a few statements with many rows each."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import asyncpg

from madoguchi.adapters.storage.plan import (
    JOURNAL_COLUMNS,
    MESSAGE_COLUMNS,
    OUTBOX_COLUMNS,
    SNAPSHOT_COLUMNS,
    CommitRows,
    Plan,
    SqlRow,
    plan,
)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Outcome: TypeAlias = Exception | None

_TYPES: Final = {
    "version": "integer",
    "seq": "integer",
    "v": "integer",
    "attempts": "integer",
    "live": "boolean",
    "born_at": "bigint",
    "at": "bigint",
    "due_at": "bigint",
}
"""The columns that are no text."""


class LostRaceError(Exception):
    """Another node stored one of these owners for the first time, between our look and our insert."""


class CommitLostError(Exception):
    """The connection broke while the server was storing the group."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _arrays(columns: Sequence[str]) -> str:
    return ", ".join(f"${n}::{_TYPES.get(column, 'text')}[]" for n, column in enumerate(columns, 1))


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({_arrays(columns)})"  # noqa: S608 - no input


_VERSIONS: Final = "SELECT id, version FROM snapshots WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"
_SNAPSHOTS: Final = f"SELECT {', '.join(SNAPSHOT_COLUMNS)} FROM snapshots WHERE id = ANY($1::text[])"  # noqa: S608 - no input
_INSERT_SNAPSHOTS: Final = _insert("snapshots", SNAPSHOT_COLUMNS) + " ON CONFLICT (id) DO NOTHING"
_CHANGED: Final = ", ".join(f"{name} = new.{name}" for name in SNAPSHOT_COLUMNS if name not in {"id", "born_at"})
_UPDATE_SNAPSHOTS: Final = (
    f"UPDATE snapshots SET {_CHANGED}"  # noqa: S608 - no input
    f" FROM unnest({_arrays(SNAPSHOT_COLUMNS)}) AS new ({', '.join(SNAPSHOT_COLUMNS)}) WHERE snapshots.id = new.id"
)
_INSERT_EVENTS: Final = _insert("journal", JOURNAL_COLUMNS)
_INSERT_EFFECTS: Final = _insert("outbox", OUTBOX_COLUMNS)
_INSERT_MESSAGES: Final = _insert("messages", MESSAGE_COLUMNS)
_DONE: Final = "DELETE FROM outbox WHERE id = ANY($1::text[])"


async def write_group(
    connection: Connection, commits: Sequence[CommitRows], performed: Sequence[str]
) -> Sequence[Outcome]:
    """Store `commits`, and delete the `performed` outbox rows; return per commit None, or why it is stale.

    Raises:
        LostRaceError: nothing was stored; try again.
        CommitLostError: nobody knows whether it was stored.
        asyncpg.PostgresError, asyncpg.InterfaceError, OSError: nothing was stored.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        stored = await connection.fetch(_VERSIONS, [one.owner for one in commits]) if commits else []
        planned = plan(commits, {row["id"]: row["version"] for row in stored})
        await _write(connection, planned)
        if performed:
            await connection.execute(_DONE, list(performed))
    except BaseException:
        if not connection.is_closed():
            await transaction.rollback()
        raise
    try:
        await transaction.commit()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise CommitLostError(error) from error
    return planned.outcomes


async def stored_snapshots(connection: Connection, owners: Sequence[str]) -> Mapping[str, SqlRow]:
    """Return the stored snapshot rows of `owners`."""
    return {row["id"]: tuple(row) for row in await connection.fetch(_SNAPSHOTS, list(owners))}


async def _write(connection: Connection, planned: Plan) -> None:
    if planned.inserts:
        status = await _many(connection, _INSERT_SNAPSHOTS, list(planned.inserts.values()))
        if status != f"INSERT 0 {len(planned.inserts)}":
            raise LostRaceError
    for statement, rows in (
        (_UPDATE_SNAPSHOTS, list(planned.updates.values())),
        (_INSERT_EVENTS, planned.journal),
        (_INSERT_EFFECTS, planned.outbox),
        (_INSERT_MESSAGES, planned.messages),
    ):
        if rows:
            await _many(connection, statement, rows)


async def _many(connection: Connection, statement: str, rows: Sequence[SqlRow]) -> str:
    """Run `statement` with one array per column."""
    return await connection.execute(statement, *(list(column) for column in zip(*rows, strict=True)))
