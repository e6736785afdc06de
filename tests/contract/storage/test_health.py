"""What `Storage` promises of its own state."""

from madoguchi.ports.storage import Storage, StorageHealth


async def test_an_open_store_is_ready(storage: Storage) -> None:
    assert await storage.health() == StorageHealth(ready=True)
