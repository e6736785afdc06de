"""The default database: one SQLite file, one writer thread, a few readers.

Every write is handed to the writer, which puts whatever has gathered meanwhile into one transaction: one wait for the
disk serves them all. A piece of work that fails is undone by itself; the others of its group are stored.
"""

import asyncio
import contextvars
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from madoguchi.adapters.storage import migrations
from madoguchi.adapters.storage.columns import to_json
from madoguchi.adapters.storage.plan import (
    JOURNAL_COLUMNS,
    MESSAGE_COLUMNS,
    OUTBOX_COLUMNS,
    SNAPSHOT_COLUMNS,
    CommitRows,
    plan,
)
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.ports.storage import StaleVersionError, StorageHealth, StorageUnavailableError

T = TypeVar("T")
Work = Callable[[sa.Connection], Any]

_GROUP: Final = 512
"""How much one transaction takes at most, so that the first of a crowd need not wait for all."""
_BACKLOG: Final = 20_000
"""How much may wait before more is refused."""
_PROBE_S: Final = 3.0
_TROUBLE: Final = {
    sqlite3.SQLITE_PERM: "it may not be opened",
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_LOCKED: "another program has locked it",
    sqlite3.SQLITE_NOMEM: "the machine is out of memory",
    sqlite3.SQLITE_READONLY: "it may not be written",
    sqlite3.SQLITE_IOERR: "the disk fails or is full",
    sqlite3.SQLITE_CORRUPT: "it is damaged: restore a backup",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_NOTADB: "it is no SQLite database",
}


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - no input


_VERSIONS: Final = "SELECT id, version FROM snapshots WHERE id IN (SELECT value FROM json_each(?))"
_INSERT_SNAPSHOT: Final = _insert("snapshots", SNAPSHOT_COLUMNS)
_UPDATE_SNAPSHOT: Final = (
    "UPDATE snapshots SET kind = ?2, version = ?3, state = ?4, live = ?5, consumer = ?6, at = ?8, data = ?9"
    " WHERE id = ?1 AND ?7 IS NOT NULL"
)
_INSERT_EVENT: Final = _insert("journal", JOURNAL_COLUMNS)
_INSERT_EFFECT: Final = _insert("outbox", OUTBOX_COLUMNS)
_INSERT_MESSAGE: Final = _insert("messages", MESSAGE_COLUMNS)


@dataclass(frozen=True)
class _Done:
    """Outbox rows that are performed."""

    outbox_ids: Sequence[str]


@dataclass(frozen=True)
class _Waiting:
    """What somebody waits for."""

    task: CommitRows | _Done | Work
    answer: "asyncio.Future[Any]"


class SqliteDatabase:
    """One SQLite file in WAL mode, every commit on disk (`synchronous=FULL`)."""

    def __init__(self, path: Path, *, busy_s: float = 5.0, readers: int = 3) -> None:
        self._path = path
        self._writer_engine = _engine(path, busy_s, "BEGIN IMMEDIATE", pool_size=1)
        self._reader_engine = _engine(path, busy_s, "BEGIN", pool_size=readers)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-reader")
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: threading.Thread | None = None

    async def open(self) -> None:
        """Make or migrate the file, and start the writer.

        Raises:
            StorageUnavailableError: the file cannot be used, or its schema is newer than this program.
        """
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._migrate)
        # A daemon: a process that ends without `close` is not kept alive by it, and SQLite survives that.
        self._writer = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._writer.start()

    async def close(self) -> None:
        """Write what waits, and let go of the file."""
        if self._writer:
            self._queue.put(None)
            await asyncio.to_thread(self._writer.join)
            self._writer = None
        await asyncio.to_thread(self._readers.shutdown)
        self._reader_engine.dispose()
        self._writer_engine.dispose()

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what `work` reads."""
        if self._writer is None or self._loop is None:
            raise StorageUnavailableError("the database is not open")
        return await self._loop.run_in_executor(self._readers, self._read, work)

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what `work` answers, once what it wrote is on disk."""
        # The writer is another thread, but who acts is known to the one who asks.
        context = contextvars.copy_context()
        answer: T = await self._hand_over(lambda connection: context.run(work, connection))
        return answer

    async def commit(self, rows: CommitRows) -> None:
        """Store a commit, grouped with those of others.

        Raises:
            StaleVersionError: it does not fit on the stored version.
        """
        await self._hand_over(rows)

    async def done(self, outbox_ids: Sequence[str]) -> None:
        """Delete outbox rows, grouped with commits."""
        await self._hand_over(_Done(tuple(outbox_ids)))

    async def health(self) -> StorageHealth:
        """Tell whether a write would succeed now, by writing."""
        pending = self._queue.qsize()
        count_up = sa.text("UPDATE probe SET checks = checks + 1")
        try:
            async with asyncio.timeout(_PROBE_S):
                await self.write(lambda connection: connection.execute(count_up).close())
        except StorageUnavailableError as error:
            return StorageHealth(ready=False, detail=error.detail, pending=pending)
        except TimeoutError:
            return StorageHealth(ready=False, detail=f"no write within {_PROBE_S:.0f} s", pending=self._queue.qsize())
        return StorageHealth(ready=True, pending=pending)

    async def _hand_over(self, task: CommitRows | _Done | Work) -> Any:
        if self._writer is None or self._loop is None:
            raise StorageUnavailableError("the database is not open")
        if self._queue.qsize() >= _BACKLOG:
            raise StorageUnavailableError(f"{_BACKLOG} writes wait already")
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put(_Waiting(task, answer))
        return await answer

    def _migrate(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._writer_engine.begin() as connection:
                migrations.upgrade(connection)
        except StorageUnavailableError:
            self._writer_engine.dispose()
            raise
        except (sa.exc.DBAPIError, sqlite3.Error, OSError) as error:
            self._writer_engine.dispose()
            raise (_trouble(self._path, error) or error) from error

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        try:
            with self._reader_engine.begin() as connection:
                return work(connection)
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            raise (_trouble(self._path, error) or error) from error

    def _serve(self) -> None:
        """Write groups until told to stop; runs in the writer thread."""
        stopping = False
        while not stopping:
            gathered = [self._queue.get()]
            with suppress(queue.Empty):
                while len(gathered) < _GROUP:
                    gathered.append(self._queue.get_nowait())
            stopping = None in gathered
            group = [one for one in gathered if one is not None]
            outcomes = self._write([one.task for one in group])
            answers = [(one.answer, outcome) for one, outcome in zip(group, outcomes, strict=True)]
            assert self._loop is not None, "`open` sets it before it starts the thread"  # noqa: S101 - for the type
            with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
                self._loop.call_soon_threadsafe(_tell, answers)

    def _write(self, tasks: Sequence[CommitRows | _Done | Work]) -> Sequence[Any]:
        """Return per task what it answers, or the exception with which it failed."""
        if not tasks:
            return []
        try:
            with self._writer_engine.begin() as connection:
                return _perform(connection, tasks)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            if trouble := _trouble(self._path, error):
                # A connection that met such trouble may not find out of it: the next group gets a new one.
                self._writer_engine.dispose()
                return [_caused(StorageUnavailableError(trouble.detail), error) for _ in tasks]
            if len(tasks) > 1:
                # One of them breaks a rule of the schema, and nobody knows which: each for itself, then.
                return [outcome for task in tasks for outcome in self._write([task])]
            if isinstance(error, sqlite3.IntegrityError):
                return [_caused(StaleVersionError("a row with this key is stored already"), error)]
            return [error]


def _engine(path: Path, busy_s: float, begin: str, *, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=sa.QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": busy_s, "check_same_thread": False, "isolation_level": None},
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(engine, "connect", prepare)
    # The driver would begin transactions in its own way; with `isolation_level` None it leaves that to us.
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _perform(connection: sa.Connection, tasks: Sequence[CommitRows | _Done | Work]) -> list[Any]:
    """Do all of `tasks` within the open transaction; return per task what it answers or with what it failed."""
    raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    outcomes: list[Any] = [None] * len(tasks)
    commits = [(n, task) for n, task in enumerate(tasks) if isinstance(task, CommitRows)]
    if commits:
        stale = _store(raw, [rows for _, rows in commits])
        for (n, _), outcome in zip(commits, stale, strict=True):
            outcomes[n] = outcome
    if performed := [(one,) for task in tasks if isinstance(task, _Done) for one in task.outbox_ids]:
        raw.executemany("DELETE FROM outbox WHERE id = ?", performed)
    for n, task in enumerate(tasks):
        if not isinstance(task, CommitRows | _Done):
            outcomes[n] = _alone(connection, task)
    return outcomes


def _store(raw: sqlite3.Connection, commits: Sequence[CommitRows]) -> Sequence[StaleVersionError | None]:
    owners = to_json([one.owner for one in commits])
    planned = plan(commits, dict(raw.execute(_VERSIONS, (owners,)).fetchall()))
    for statement, rows in (
        (_INSERT_SNAPSHOT, list(planned.inserts.values())),
        (_UPDATE_SNAPSHOT, list(planned.updates.values())),
        (_INSERT_EVENT, planned.journal),
        (_INSERT_EFFECT, planned.outbox),
        (_INSERT_MESSAGE, planned.messages),
    ):
        if rows:
            raw.executemany(statement, rows)
    return planned.outcomes


def _alone(connection: sa.Connection, work: Work) -> Any:
    """Return what `work` answers, or the exception with which it failed, undone."""
    try:
        with connection.begin_nested():
            return work(connection)
    except (MadoguchiError, sa.exc.IntegrityError, sa.exc.DataError) as error:
        return error


def _tell(answers: Sequence[tuple["asyncio.Future[Any]", Any]]) -> None:
    for future, outcome in answers:
        if future.done():  # Its waiter was cancelled.
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _trouble(path: Path, error: BaseException) -> StorageUnavailableError | None:
    """Return what `error` says of the database's state; None where the fault is the statement's."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(original, OSError):
        return StorageUnavailableError(f"the database {path} cannot be used: {original.strerror}")
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _TROUBLE:
            return StorageUnavailableError(f"the database {path} cannot be used: {_TROUBLE[code]}")
    return None


def _caused(error: MadoguchiError, cause: BaseException) -> MadoguchiError:
    error.__cause__ = cause
    return error
