"""A server that chats until it is killed: prints the number of every line once it is acknowledged."""

import asyncio
import sys
from pathlib import Path

from madoguchi.adapters.storage.store import sqlite_storage
from madoguchi.adapters.system import SystemClock, SystemIds
from madoguchi.kernel.time import Span
from madoguchi.services.chats import ChatSettings
from madoguchi.services.rate_limits import Rate
from madoguchi.testing.chat_house import a_chat_house, a_visitor

FAST = ChatSettings(lines=Rate(1_000_000, Span(seconds=1)))


def say(text: str) -> None:
    """Tell whoever started this."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(database: Path) -> None:
    """Chat without end."""
    storage = sqlite_storage(database)
    await storage.open()
    async with a_chat_house(storage, clock=SystemClock(), ids=SystemIds(), settings=FAST) as house:
        chat = await house.answered()
        say(chat)
        number = 0
        while True:
            number += 1
            client_ids = [f"{number}-{part}" for part in range(4)]
            sending = [house.service.send(a_visitor(), chat, one, f"Line {one}") for one in client_ids]
            for client_id, seq in zip(client_ids, await asyncio.gather(*sending), strict=True):
                say(f"{seq} {client_id}")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
