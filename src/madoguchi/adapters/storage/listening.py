"""The ledger of listening in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_listening import listening
from madoguchi.domain.listening.ledger import ENDS, FIRST, Entry, Mode, Observation, What, sealed
from madoguchi.kernel.errors import ConflictError
from madoguchi.ports.listening import SessionQuery
from madoguchi.ports.storage import StorageUnavailableError

_TRIES: Final = 20
"""How often somebody else may be the next in our place before we give up for now."""


class SqlListeningLedger:
    """`ListeningLedger` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, observations: Sequence[Observation]) -> Sequence[Entry]:
        """Seal `observations` onto what there is.

        Raises:
            StorageUnavailableError: nothing was added.
        """
        if not observations:
            return ()

        def add(connection: sa.Connection) -> list[Entry]:
            newest = connection.execute(sa.select(listening).order_by(listening.c.number.desc()).limit(1)).first()
            number, before = (newest.number, newest.seal) if newest is not None else (0, FIRST)
            made: list[Entry] = []
            for observation in observations:
                number += 1
                made.append(sealed(number, observation, before))
                before = made[-1].seal
            try:
                connection.execute(sa.insert(listening), [_values(entry) for entry in made])
            except sa.exc.IntegrityError as error:
                raise ConflictError("another process was the next") from error
            return made

        for _ in range(_TRIES):
            try:
                return await self._database.write(add)
            except ConflictError:
                continue  # Seal onto what the other one has added.
        raise StorageUnavailableError("too many add to the ledger at once")

    async def entries(self, after: int = 0, limit: int = 1_000) -> Sequence[Entry]:
        """Return entries in their order."""
        return await self._read(
            sa.select(listening).where(listening.c.number > after).order_by(listening.c.number).limit(limit)
        )

    async def last(self) -> Entry | None:
        """Return the newest entry."""
        found = await self._read(sa.select(listening).order_by(listening.c.number.desc()).limit(1))
        return found[0] if found else None

    async def begun(self, query: SessionQuery) -> Sequence[Entry]:
        """Return the first entries of sessions, the newest first."""
        wanted: list[sa.ColumnElement[bool]] = [listening.c.what == What.BEGAN.value]
        if query.since is not None:
            wanted.append(listening.c.at >= query.since)
        if query.until is not None:
            wanted.append(listening.c.at < query.until)
        if query.user is not None:
            wanted.append(listening.c.user_id == query.user)
        if query.before is not None:
            wanted.append(listening.c.number < query.before)
        newest = sa.select(listening).where(*wanted).order_by(listening.c.number.desc()).limit(query.limit)
        return await self._read(newest)

    async def of_sessions(self, sessions: Sequence[str]) -> Sequence[Entry]:
        """Return all entries of these sessions, in their order."""
        those = listening.c.session.in_(sorted(sessions))
        return await self._read(sa.select(listening).where(those).order_by(listening.c.number))

    async def open_sessions(self) -> Sequence[Observation]:
        """Return the newest observation of each session that has not ended."""
        newest = sa.select(sa.func.max(listening.c.number)).group_by(listening.c.session)
        ends = listening.c.what.in_([one.value for one in ENDS])
        found = sa.select(listening).where(listening.c.number.in_(newest), ~ends).order_by(listening.c.number)
        return [entry.observation for entry in await self._read(found)]

    async def _read(self, statement: "sa.Select[Any]") -> Sequence[Entry]:
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [_entry(row) for row in rows]


def _values(entry: Entry) -> dict[str, Any]:
    seen = entry.observation
    return {
        "number": entry.number,
        "at": seen.at,
        "session": seen.session,
        "what": seen.what.value,
        "mode": seen.mode.value,
        "user_id": seen.user,
        "user_name": seen.user_name,
        "interaction": seen.interaction,
        "channel": seen.channel,
        "agent": seen.agent,
        "agent_name": seen.agent_name,
        "queue": seen.queue,
        "seal": entry.seal,
    }


def _entry(row: "sa.Row[Any]") -> Entry:
    observation = Observation(
        at=row.at,
        session=row.session,
        what=What(row.what),
        mode=Mode(row.mode),
        user=row.user_id,
        user_name=row.user_name,
        interaction=row.interaction,
        channel=row.channel,
        agent=row.agent,
        agent_name=row.agent_name,
        queue=row.queue,
    )
    return Entry(row.number, observation, row.seal)
