"""The stores that must keep the storage contract."""

import atexit
import functools
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from madoguchi.adapters.storage.store import postgres_storage, sqlite_storage
from madoguchi.ports.storage import Storage
from madoguchi.testing.postgres import NoPostgresError, PostgresServer
from madoguchi.testing.storage import MemoryStorage


@asynccontextmanager
async def memory(_folder: Path) -> AsyncIterator[Storage]:
    """The fake."""
    yield MemoryStorage()


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Storage]:
    """A SQLite file."""
    store = sqlite_storage(folder / "madoguchi.db")
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def postgres(_folder: Path) -> AsyncIterator[Storage]:
    """A new database on a real PostgreSQL server."""
    server = postgres_server()
    name = f"contract_{next(_numbers)}"
    server.sql(f"CREATE DATABASE {name}")
    store = postgres_storage(server.url(name))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@functools.cache
def postgres_server() -> PostgresServer:
    """The server of this test run; without one the tests are skipped, and say why."""
    try:
        server = PostgresServer()
        server.start()
    except NoPostgresError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"SKIPPED LOUDLY: no PostgreSQL server can be run here: {error}")
    atexit.register(server.remove)
    return server


STORES = [memory, sqlite, pytest.param(postgres, marks=pytest.mark.postgres)]
_numbers = itertools.count()


@pytest.fixture(params=STORES, ids=lambda start: start.__name__)
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """One empty, open store."""
    start: AbstractAsyncContextManager[Storage] = request.param(tmp_path)
    async with start as store:
        yield store
