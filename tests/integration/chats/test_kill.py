"""`kill -9` in the middle of a chat, on a real database in a real process."""

import asyncio
import sys
from pathlib import Path

import pytest

from madoguchi.adapters.storage.store import sqlite_storage
from madoguchi.adapters.system import SystemClock, SystemIds
from madoguchi.domain.chats.lifecycle import ChatState
from madoguchi.kernel.ids import InteractionId
from madoguchi.testing.chat_house import a_chat_house, a_visitor, a_worker
from madoguchi.testing.chats import ANA

DOOMED = Path(__file__).with_name("doomed_chat.py")
ENOUGH = 60


@pytest.mark.req("BASE-13")
async def test_every_line_acknowledged_before_the_kill_is_there_once_and_the_chat_goes_on(tmp_path: Path) -> None:
    database = tmp_path / "madoguchi.db"
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(DOOMED), str(database), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    try:
        chat = InteractionId((await server.stdout.readline()).decode().strip())
        told = [await server.stdout.readline() for _ in range(ENOUGH)]
    finally:
        server.kill()
    told += (await server.stdout.read()).splitlines(keepends=True)
    await server.wait()
    acknowledged = dict(line.decode().split()[::-1] for line in told if line.endswith(b"\n"))
    assert len(acknowledged) >= ENOUGH

    storage = sqlite_storage(database)
    await storage.open()
    try:
        async with a_chat_house(storage, clock=SystemClock(), ids=SystemIds()) as house:
            stored = await storage.interactions.messages(chat, limit=100_000)
            assert [line.seq for line in stored] == list(range(1, len(stored) + 1))
            numbers = {line.client_id: str(line.seq) for line in stored if line.sender == "consumer"}
            assert acknowledged.items() <= numbers.items()
            assert house.state(chat).state is ChatState.CHATTING
            last = next(reversed(numbers))
            assert await house.service.send(a_visitor(), chat, last, f"Line {last}") == int(numbers[last])
            assert await house.service.send(a_worker(ANA), chat, "a1", "I am back") == len(stored) + 1
    finally:
        await storage.close()
