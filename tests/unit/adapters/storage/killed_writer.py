"""Commits as fast as it can and says what was acknowledged, until it is killed. Run by the durability test."""

import asyncio
import os
import sys
from pathlib import Path

from madoguchi.adapters.storage.store import sqlite_storage
from tests.contract.storage.records import commit, effect, event, snapshot

OWNERS = 16


async def main(path: Path) -> None:
    """Let many owners commit side by side for ever."""
    storage = sqlite_storage(path)
    await storage.open()

    async def write(owner: str) -> None:
        version = 0
        while True:
            version += 1
            await storage.interactions.commit(
                commit(snapshot(owner, version), event(owner, version), effect(owner, version, 1))
            )
            os.write(1, f"{owner} {version}\n".encode())

    await asyncio.gather(*(write(f"call_{n:02}") for n in range(OWNERS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
