"""The stores that must keep the storage contract."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from madoguchi.adapters.storage.store import sqlite_storage
from madoguchi.ports.storage import Storage
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


STORES = [memory, sqlite]


@pytest.fixture(params=STORES, ids=lambda start: start.__name__)
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """One empty, open store."""
    start: AbstractAsyncContextManager[Storage] = request.param(tmp_path)
    async with start as store:
        yield store
