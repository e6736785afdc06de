"""What is particular to PostgreSQL: a server that goes and comes, several nodes, an answer that is lost."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from madoguchi.adapters.storage import columns
from madoguchi.adapters.storage.postgres import PostgresDatabase
from madoguchi.adapters.storage.store import SqlStorage, postgres_storage
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import ConsumerId
from madoguchi.ports.storage import StaleVersionError, StorageUnavailableError
from madoguchi.testing.postgres import NoPostgresError, PostgresServer
from tests.contract.storage.records import CHAT, commit, consumer, event, line, snapshot

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    try:
        server = PostgresServer()
        server.start()
    except NoPostgresError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"SKIPPED LOUDLY: no PostgreSQL server can be run here: {error}")
    yield server
    server.remove()


@pytest.fixture
def url(server: PostgresServer, request: pytest.FixtureRequest) -> str:
    name = f"test_{abs(hash(request.node.name))}"
    server.sql(f"CREATE DATABASE {name}")
    return server.url(name)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlStorage]:
    storage = postgres_storage(url)
    await storage.open()
    try:
        yield storage
    finally:
        await storage.close()


async def commit_soon(storage: SqlStorage, number: int) -> None:
    """Commit, trying again while the database is away."""
    async with asyncio.timeout(30):
        while True:
            try:
                await storage.interactions.commit(commit(snapshot(f"call_{number}")))
            except StorageUnavailableError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_a_server_that_goes_and_comes_back_is_told_and_survived(server: PostgresServer, url: str) -> None:
    async with opened(url) as storage:
        await storage.interactions.commit(commit(snapshot("call_0")))
        server.stop()
        with pytest.raises(StorageUnavailableError):
            await storage.interactions.commit(commit(snapshot("call_1")))
        with pytest.raises(StorageUnavailableError):
            await storage.interactions.load("call_0")
        with pytest.raises(StorageUnavailableError):
            await storage.catalogue.save_consumer(consumer(1))
        assert not (await storage.health()).ready
        server.start()

        await commit_soon(storage, 1)

        assert [one.id for one in await storage.interactions.live("call")] == ["call_0", "call_1"]
        assert (await storage.health()).ready


async def test_connections_that_were_cut_while_idle_are_not_noticed(server: PostgresServer, url: str) -> None:
    async with opened(url) as storage:
        await storage.interactions.commit(commit(snapshot()))
        await storage.interactions.load("call_01")
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%'")

        await storage.interactions.commit(commit(snapshot(version=2)))

        assert await storage.interactions.load("call_01") == snapshot(version=2)


async def test_commits_that_have_gathered_share_few_transactions(server: PostgresServer, url: str) -> None:
    async with opened(url) as storage:
        before = int(server.sql("SELECT pg_current_xact_id()"))

        await asyncio.gather(*(storage.interactions.commit(commit(snapshot(f"call_{n}"))) for n in range(500)))

        assert int(server.sql("SELECT pg_current_xact_id()")) - before < 50


async def test_a_server_that_is_not_there_is_named_on_opening() -> None:
    with pytest.raises(StorageUnavailableError, match="cannot be used"):
        await postgres_storage("postgresql://postgres@/x?host=/nowhere").open()


async def test_an_address_that_is_none_is_named_on_opening() -> None:
    with pytest.raises(StorageUnavailableError):
        await postgres_storage("postgresql://host:port:port/x").open()


async def test_a_database_that_does_not_exist_is_named_on_opening(server: PostgresServer) -> None:
    with pytest.raises(StorageUnavailableError, match="no_such"):
        await postgres_storage(server.url("no_such")).open()


async def test_a_database_from_a_newer_program_is_refused(url: str) -> None:
    async with opened(url):
        pass
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()

    with pytest.raises(StorageUnavailableError, match="9999, which is newer than this program"):
        await postgres_storage(url).open()


async def test_nodes_that_start_together_migrate_once(url: str) -> None:
    nodes = [postgres_storage(url) for _ in range(4)]

    await asyncio.gather(*(node.open() for node in nodes))

    await nodes[0].interactions.commit(commit(snapshot()))
    assert await nodes[3].interactions.load("call_01") == snapshot()
    await asyncio.gather(*(node.close() for node in nodes))


async def test_of_two_nodes_that_commit_the_same_version_one_wins(url: str) -> None:
    async with opened(url) as one, opened(url) as other:

        async def rival(node: SqlStorage, number: int) -> int:
            won = 0
            for version in range(1, 31):
                owners = [
                    commit(snapshot(f"call_{n}", version, data={"by": number}), event(f"call_{n}", version, by=number))
                    for n in range(5)
                ]
                outcomes = await asyncio.gather(*map(node.interactions.commit, owners), return_exceptions=True)
                assert {type(outcome) for outcome in outcomes} <= {type(None), StaleVersionError}
                won += outcomes.count(None)
            return won

        wins = await asyncio.gather(rival(one, 1), rival(other, 2))

        live = await one.interactions.live("call")
        assert sum(wins) == sum(snapshot.version for snapshot in live)
        for owner in live:
            rows = await one.interactions.journal(owner.id)
            assert [row.seq for row in rows] == list(range(1, owner.version + 1))
            assert rows[-1].data == owner.data


async def test_text_that_postgres_cannot_keep_is_refused_and_harms_nobody(url: str) -> None:
    async with opened(url) as storage:
        bad = replace(line(1, chat=CHAT), sender_name="Web\x00User")

        outcomes = await asyncio.gather(
            storage.interactions.commit(commit(snapshot("call_1"))),
            storage.interactions.commit(commit(snapshot(CHAT, kind="chat"), bad)),
            storage.interactions.commit(commit(snapshot("call_2"))),
            return_exceptions=True,
        )
        with pytest.raises(InvalidInputError):
            await storage.catalogue.save_consumer(replace(consumer(1), name="\x00"))

        assert [type(one) for one in outcomes] == [type(None), InvalidInputError, type(None)]
        assert await storage.interactions.load(CHAT) is None
        assert await storage.catalogue.consumer(ConsumerId("cons_1")) is None


async def test_the_migrations_lead_to_the_schema(url: str) -> None:
    database = PostgresDatabase(url)
    await database.open()

    def compare(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), columns.metadata))

    assert await database.read(compare) == []
    await database.close()


class LossyProxy:
    """Stands before the server; when told to, it swallows the server's answer to COMMIT and cuts the line."""

    def __init__(self, server_socket: Path) -> None:
        self.lose_next_commit = False
        self.lost = 0
        self._server_socket = server_socket

    async def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Pass bytes on in both directions."""
        server, to_server = await asyncio.open_unix_connection(self._server_socket)
        cut = asyncio.Event()

        async def up() -> None:
            while data := await client.read(65536):
                if self.lose_next_commit and b"COMMIT" in data:
                    self.lose_next_commit = False
                    cut.set()
                to_server.write(data)
            to_server.close()

        async def down() -> None:
            while data := await server.read(65536):
                if cut.is_set():
                    self.lost += 1
                    break
                to_client.write(data)
            to_client.close()

        await asyncio.gather(up(), down(), return_exceptions=True)
        to_server.close()


async def test_a_commit_whose_answer_was_lost_succeeds_when_it_is_given_again(url: str) -> None:
    folder = Path(url.partition("host=")[2].replace("%2F", "/"))
    proxy = LossyProxy(folder / ".s.PGSQL.5432")
    with TemporaryDirectory(prefix="madoguchi-proxy-") as place:
        listener = await asyncio.start_unix_server(proxy.serve, Path(place) / ".s.PGSQL.5432")
        async with listener, opened(url.partition("?")[0] + f"?host={place}") as storage:
            await storage.interactions.commit(commit(snapshot(), event("call_01", 1)))
            again = commit(snapshot(version=2), event("call_01", 2))
            other = commit(snapshot(version=2, state="other"), event("call_01", 2))
            proxy.lose_next_commit = True

            with pytest.raises(StorageUnavailableError):
                await storage.interactions.commit(again)
            await storage.interactions.commit(again)
            with pytest.raises(StaleVersionError):
                await storage.interactions.commit(other)
            with pytest.raises(StaleVersionError):
                await storage.interactions.commit(again)

            assert proxy.lost == 1
            assert await storage.interactions.load("call_01") == snapshot(version=2)
            assert len(await storage.interactions.journal("call_01")) == 2
            listener.close()
