"""What is particular to SQLite: a crash, a full disk, a lock, an old or a newer file."""

import asyncio
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from madoguchi.adapters.storage import columns
from madoguchi.adapters.storage.plan import rows_of
from madoguchi.adapters.storage.sqlite import SqliteDatabase
from madoguchi.adapters.storage.store import SqlStorage, sqlite_storage
from madoguchi.kernel.ids import ConsumerId
from madoguchi.ports.storage import StaleVersionError, StorageUnavailableError
from tests.contract.storage.records import commit, event, later, snapshot

REPOSITORY = Path(__file__).parents[4]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "madoguchi.db"


@pytest.fixture
async def storage(path: Path) -> AsyncIterator[SqlStorage]:
    store = sqlite_storage(path, busy_s=0.05)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@pytest.mark.req("OPS-1")
def test_a_killed_writer_loses_nothing_that_was_acknowledged(path: Path) -> None:
    command = [sys.executable, "-m", "tests.unit.adapters.storage.killed_writer", str(path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603 - ours
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(300)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()

    acknowledged: dict[str, int] = {}
    for owner, version in (line.split() for line in said if line.endswith("\n")):
        acknowledged[owner] = max(acknowledged.get(owner, 0), int(version))

    async def check() -> None:
        storage = sqlite_storage(path)
        await storage.open()
        for owner, version in acknowledged.items():
            found = await storage.interactions.load(owner)
            assert found is not None
            assert found.version >= version
            events = await storage.interactions.journal(owner)
            assert [row.seq for row in events] == list(range(1, found.version + 1))
        await storage.close()

    assert len(acknowledged) == 16
    asyncio.run(check())


async def test_what_waits_is_written_on_close(path: Path) -> None:
    storage = sqlite_storage(path)
    await storage.open()
    waiting = [asyncio.ensure_future(storage.interactions.commit(commit(snapshot(f"call_{n}")))) for n in range(40)]
    await asyncio.sleep(0)

    await storage.close()
    await asyncio.gather(*waiting)

    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT count(*) FROM snapshots").fetchone() == (40,)


async def test_a_closed_store_says_so(path: Path) -> None:
    storage = sqlite_storage(path)
    await storage.open()
    await storage.close()

    with pytest.raises(StorageUnavailableError):
        await storage.interactions.commit(commit(snapshot()))
    with pytest.raises(StorageUnavailableError):
        await storage.interactions.load("call_01")
    assert not (await storage.health()).ready


async def test_commits_that_have_gathered_share_few_transactions(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.open()
    begun: list[sa.Connection] = []
    sa.event.listen(database._writer_engine, "begin", begun.append)

    await asyncio.gather(*(database.commit(rows_of(commit(snapshot(f"call_{n}")))) for n in range(500)))

    assert len(begun) < 50
    await database.close()


@pytest.mark.req("OPS-1")
async def test_a_backup_taken_while_writing_is_a_whole_store(storage: SqlStorage, path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.sqlite"

    async def write() -> None:
        for version in range(1, 201):
            await storage.interactions.commit(commit(snapshot(version=version), event("call_01", version)))

    def back_up() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as plain:
            plain.execute("VACUUM INTO ?", (str(copy),))

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        while (found := await storage.interactions.load("call_01")) is None or found.version < 20:
            await asyncio.wait([writing], timeout=0.001)
        await asyncio.to_thread(back_up)

    restored = sqlite_storage(copy)
    await restored.open()
    found = await restored.interactions.load("call_01")
    assert found is not None
    assert found.version >= 20
    assert len(await restored.interactions.journal("call_01")) == found.version
    await restored.close()


async def test_a_store_opened_again_has_everything(path: Path) -> None:
    for version in (1, 2, 3):
        storage = sqlite_storage(path)
        await storage.open()
        await storage.interactions.commit(commit(snapshot(version=version), event("call_01", version)))
        await storage.close()

    storage = sqlite_storage(path)
    await storage.open()
    assert await storage.interactions.load("call_01") == snapshot(version=3)
    await storage.close()


async def test_while_another_program_holds_the_lock_nothing_is_stored_and_afterwards_all_is_well(
    storage: SqlStorage, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outcomes = await asyncio.gather(
            *(storage.interactions.commit(commit(snapshot(f"call_{n}"))) for n in range(5)), return_exceptions=True
        )
        health = await storage.health()
        other.execute("ROLLBACK")

    assert [type(one) for one in outcomes] == [StorageUnavailableError] * 5
    assert len({id(one) for one in outcomes}) == 5
    assert (health.ready, "locked" in health.detail) == (False, True)
    assert await storage.interactions.live("call") == []
    await storage.interactions.commit(commit(snapshot()))
    assert (await storage.health()).ready


async def test_a_full_disk_is_told_and_survived(storage: SqlStorage, path: Path) -> None:
    await storage.interactions.commit(commit(snapshot("call_0")))
    wal = path.with_name("madoguchi.db-wal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Files of this process may not grow beyond this, which SQLite meets as it meets a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 50_000, before[1]))
    try:
        outcomes = await asyncio.gather(
            *(storage.interactions.commit(commit(snapshot(f"call_{n}", data={"x": "y" * 9000}))) for n in range(1, 40)),
            return_exceptions=True,
        )
        kept = {one.id for one in await storage.interactions.live("call")}
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    lost = {f"call_{n}" for n, one in enumerate(outcomes, 1) if isinstance(one, StorageUnavailableError)}
    assert lost
    assert lost.isdisjoint(kept)
    assert kept | lost == {f"call_{n}" for n in range(40)}
    await storage.interactions.commit(commit(snapshot("call_late")))
    assert await storage.interactions.load("call_late") == snapshot("call_late")


async def test_a_commit_that_breaks_a_rule_of_the_schema_does_not_harm_its_group(storage: SqlStorage) -> None:
    await storage.interactions.commit(commit(snapshot("call_0"), event("call_0", 1)))
    bad = commit(snapshot("call_0", 2), event("call_0", 1))
    good = [commit(snapshot(f"call_{n}"), event(f"call_{n}", 1)) for n in range(1, 6)]

    outcomes = await asyncio.gather(
        *(storage.interactions.commit(one) for one in (*good[:3], bad, *good[3:])), return_exceptions=True
    )

    assert [type(one) for one in outcomes] == [type(None)] * 3 + [StaleVersionError] + [type(None)] * 2
    assert len(await storage.interactions.live("call")) == 6


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is a letter to my aunt" * 100)

    with pytest.raises(StorageUnavailableError, match="no SQLite database"):
        asyncio.run(sqlite_storage(path).open())


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageUnavailableError, match="file"):
        await sqlite_storage(tmp_path / "file" / "madoguchi.db").open()


async def test_a_file_from_a_newer_program_is_refused_untouched(path: Path) -> None:
    storage = sqlite_storage(path)
    await storage.open()
    await storage.close()
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StorageUnavailableError, match="9999, which is newer than this program"):
        await sqlite_storage(path).open()


def test_the_migrations_lead_to_the_schema(path: Path) -> None:
    async def make() -> None:
        storage = sqlite_storage(path)
        await storage.open()
        await storage.close()

    asyncio.run(make())
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, columns.metadata) == []
    engine.dispose()


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT * FROM snapshots WHERE live IS 1 AND kind = 'call' ORDER BY born_at, id", "ix_snapshots_live"),
        (
            "SELECT * FROM snapshots WHERE live IS 0 AND kind = 'call' AND at < 5 ORDER BY at DESC, id DESC LIMIT 9",
            "ix_snapshots_finished",
        ),
        (
            "SELECT * FROM snapshots WHERE live IS 0 AND consumer = 'c' ORDER BY at DESC, id DESC LIMIT 9",
            "ix_snapshots_consumer",
        ),
    ],
)
async def test_lists_are_read_from_an_index_in_order(storage: SqlStorage, path: Path, query: str, index: str) -> None:
    await storage.interactions.finished_of(ConsumerId("c"), limit=1)
    with closing(sqlite3.connect(path)) as plain:
        steps = " ".join(row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {query}"))

    assert index in steps
    assert "TEMP B-TREE" not in steps


def test_instants_survive_to_the_microsecond() -> None:
    for value in (later(0.000001), later(-60 * 60 * 24 * 365 * 100)):
        assert columns.from_ticks(columns.to_ticks(value)) == value
