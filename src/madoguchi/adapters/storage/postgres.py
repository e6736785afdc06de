"""PostgreSQL: commits of all owners grouped by one writer task, everything else through a small pool."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from madoguchi.adapters.storage import migrations
from madoguchi.adapters.storage.plan import CommitRows, snapshot_equals
from madoguchi.adapters.storage.postgres_group import (
    CommitLostError,
    Connection,
    LostRaceError,
    Outcome,
    stored_snapshots,
    write_group,
)
from madoguchi.adapters.storage.postgres_trouble import refusal, trouble
from madoguchi.ports.storage import StaleVersionError, StorageHealth, StorageUnavailableError

T = TypeVar("T")

_GROUP: Final = 512
"""How many commits one transaction takes at most."""
_BACKLOG: Final = 20_000
"""How many commits may wait before more are refused."""
_RACES: Final = 5
"""How often a group is tried anew when other nodes change the same rows meanwhile."""
_CONNECT_S: Final = 5.0
_COMMAND_S: Final = 15.0
_PROBE_S: Final = 3.0
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0


@dataclass(frozen=True)
class _Waiting:
    """What somebody waits for: a commit, or outbox rows to be deleted."""

    task: CommitRows | Sequence[str]
    answer: "asyncio.Future[None]"


class PostgresDatabase:
    """One PostgreSQL database.

    Args:
        url: as libpq takes it, `postgresql://user:password@host:5432/name`.
        connections: how many the pool may open, the writer's own left out.
    """

    def __init__(self, url: str, *, connections: int = 5) -> None:
        self._url = url
        self._engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connect,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=_CONNECT_S,
            pool_pre_ping=True,
        )
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._connection: Connection | None = None
        self._doubtful: dict[str, CommitRows] = {}
        self._pause_s = 0.0
        self._not_before = 0.0
        self._last_trouble = ""

    async def open(self) -> None:
        """Connect, migrate, and start the writer.

        Raises:
            StorageUnavailableError: it cannot be reached, or its schema is newer than this program.
        """
        self._stopping = False
        try:
            await self.write(migrations.upgrade)
        except BaseException:
            await self._engine.dispose()
            raise
        # `close` waits for it: it lives as long as the database is open.
        self._task = asyncio.get_running_loop().create_task(self._serve(), name="postgres-writer")

    async def close(self) -> None:
        """Write what waits, and disconnect."""
        self._stopping = True
        self._wake.set()
        if self._task:
            await self._task
            self._task = None
        await self._drop()
        await self._engine.dispose()

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what `work` reads."""
        return await self.write(work)

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what `work` answers, once what it wrote is on disk."""
        if self._stopping:
            raise StorageUnavailableError("the database is not open")
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        except (sa.exc.SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise (trouble(error) or refusal(error) or error) from error

    async def commit(self, rows: CommitRows) -> None:
        """Store a commit, grouped with those of others.

        Raises:
            StaleVersionError: it does not fit on the stored version.
        """
        await self._hand_over(rows)

    async def done(self, outbox_ids: Sequence[str]) -> None:
        """Delete outbox rows, grouped with commits."""
        await self._hand_over(tuple(outbox_ids))

    async def health(self) -> StorageHealth:
        """Tell whether a write would succeed now, by writing."""
        pending = len(self._waiting)
        count_up = sa.text("UPDATE probe SET checks = checks + 1")
        try:
            async with asyncio.timeout(_PROBE_S):
                await self.write(lambda connection: connection.execute(count_up).close())
        except StorageUnavailableError as error:
            return StorageHealth(ready=False, detail=error.detail, pending=pending)
        except TimeoutError:
            return StorageHealth(ready=False, detail=f"no write within {_PROBE_S:.0f} s", pending=pending)
        return StorageHealth(ready=True, pending=pending)

    async def _hand_over(self, task: CommitRows | Sequence[str]) -> None:
        if self._task is None or self._stopping:
            raise StorageUnavailableError("the database is not open")
        if len(self._waiting) >= _BACKLOG:
            raise StorageUnavailableError(f"{_BACKLOG} writes wait already")
        waiting = _Waiting(task, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._wake.set()
        await waiting.answer

    async def _serve(self) -> None:
        """Write groups until told to stop and nothing waits."""
        while self._waiting or not self._stopping:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            group = [self._waiting.popleft() for _ in range(min(_GROUP, len(self._waiting)))]
            outcomes = await self._write([one.task for one in group])
            for waiting, outcome in zip(group, outcomes, strict=True):
                if waiting.answer.done():  # Its waiter was cancelled.
                    continue
                if outcome is None:
                    waiting.answer.set_result(None)
                else:
                    waiting.answer.set_exception(outcome)

    async def _write(self, tasks: Sequence[CommitRows | Sequence[str]]) -> Sequence[Outcome]:
        """Return per task None, or the exception with which it failed."""
        try:
            return await self._write_together(tasks)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            await self._drop()
            if found := trouble(error):
                return [StorageUnavailableError(found.detail) for _ in tasks]
            if len(tasks) > 1:
                # One of them breaks a rule of the schema, and nobody knows which: each for itself, then.
                return [outcome for task in tasks for outcome in await self._write([task])]
            if isinstance(error, asyncpg.IntegrityConstraintViolationError):
                return [StaleVersionError("a row with this key is stored already")]
            return [refusal(error) or error]

    async def _write_together(self, tasks: Sequence[CommitRows | Sequence[str]]) -> Sequence[Outcome]:
        commits = [task for task in tasks if isinstance(task, CommitRows)]
        performed = [one for task in tasks if not isinstance(task, CommitRows) for one in task]
        for race in range(_RACES):
            fresh = self._connection is None
            try:
                connection = self._connection = self._connection or await self._connect()
                stored = await self._stored_already(connection, commits)
                fitting = await write_group(connection, [one for one in commits if one.owner not in stored], performed)
            except CommitLostError as error:
                # The connection broke while the server was storing: it may have stored them, and a retry must not be
                # told that it is stale.
                self._doubtful.update({one.owner: one for one in commits})
                raise error.reason from error
            except (LostRaceError, asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                continue
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                # A connection that was lost while nobody used it says nothing about the present.
                if fresh or race or trouble(error) is None:
                    raise
                await self._drop()
            else:
                outcomes = iter(fitting)
                return [
                    next(outcomes) if isinstance(task, CommitRows) and task.owner not in stored else None
                    for task in tasks
                ]
        raise StorageUnavailableError("other nodes changed the same rows again and again")

    async def _stored_already(self, connection: Connection, commits: Sequence[CommitRows]) -> set[str]:
        """Return the owners whose commit was stored although its answer was lost."""
        doubtful = [one for one in commits if one.owner in self._doubtful]
        if not doubtful:
            return set()
        rows = await stored_snapshots(connection, [one.owner for one in doubtful])
        for one in doubtful:
            del self._doubtful[one.owner]
        return {one.owner for one in doubtful if one.owner in rows and snapshot_equals(rows[one.owner], one)}

    async def _connect(self) -> Connection:
        """Connect, or fail at once where that failed a moment ago; the pause doubles from failure to failure."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before:
            raise StorageUnavailableError(self._last_trouble)
        try:
            connection = await asyncpg.connect(self._url, timeout=_CONNECT_S, command_timeout=_COMMAND_S)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
            found = trouble(error) or StorageUnavailableError(f"the database cannot be reached: {error}")
            self._pause_s = min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, 2 * self._pause_s))
            self._not_before = loop.time() + self._pause_s
            self._last_trouble = found.detail
            raise found from error
        self._pause_s = 0.0
        return connection

    async def _drop(self) -> None:
        """Let go of the writer's connection, without waiting for a server that does not answer."""
        connection, self._connection = self._connection, None
        if connection:
            connection.terminate()
