"""`kill -9` among chats that end, on a real database in a real process: every fact is there once."""

import asyncio
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from madoguchi.adapters.storage.store import SqlStorage, sqlite_storage
from madoguchi.adapters.system import SystemClock, SystemIds
from madoguchi.domain.figures.totals import Goals, summed
from madoguchi.kernel.time import Span
from madoguchi.ports.facts import Selection
from madoguchi.services.fact_keeper import FactKeeper
from madoguchi.testing.chat_house import a_chat_house
from madoguchi.testing.chats import ANA, BEN

DOOMED = Path(__file__).with_name("doomed_floor.py")
ENOUGH = 40


async def a_killed_server(database: Path) -> int:
    """Let a server work on `database`, and kill it; return how many chats it said had ended."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(DOOMED), str(database), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    try:
        told = [await server.stdout.readline() for _ in range(ENOUGH)]
    finally:
        server.kill()
    told += (await server.stdout.read()).splitlines(keepends=True)
    await server.wait()
    return sum(line.endswith(b"\n") for line in told)


async def counted(storage: SqlStorage) -> tuple[int, int, int]:
    """Recount from snapshots and journals: finished chats, answered stays, closed handlings."""
    finished = await storage.interactions.finished("chat", limit=100_000)
    live = await storage.interactions.live("chat")
    journals = [await storage.interactions.journal(one.id) for one in (*finished, *live)]
    answered = sum(row.kind == "OfferAccepted" for journal in journals for row in journal)
    agents = [await storage.interactions.journal(agent) for agent in (ANA, BEN)]
    return len(finished), answered, sum(row.kind == "HandlingClosed" for journal in agents for row in journal)


@pytest.mark.req("BASE-15")
async def test_after_every_kill_all_facts_are_there_and_none_twice(tmp_path: Path) -> None:
    database = tmp_path / "madoguchi.db"
    ended = 0
    for _ in range(2):
        ended += await a_killed_server(database)

        storage = sqlite_storage(database)
        await storage.open()
        try:
            clock = SystemClock()
            async with a_chat_house(storage, clock=clock, ids=SystemIds()) as house:
                keeper = FactKeeper(storage, clock)
                house.chats.observe(keeper.interaction_changed)
                house.agents.observe(keeper.agent_changed)
                for agent in (ANA, BEN):
                    keeper._unread[agent] = None
                for live in await storage.interactions.live("chat"):
                    keeper._untold[live.id] = None
                await keeper.catch_up()
                await keeper.catch_up()
                finished, answered, closed = await counted(storage)
                now = clock.now()
                day = Selection(now - Span(days=1), now + Span(days=1))
                total = summed((await storage.facts.by_queue(day, Goals())).values())
                assert (total.answered, total.handled) == (answered, closed)
                assert finished >= ended
                rows = await storage._database.read(
                    lambda connection: connection.execute(sa.text("SELECT count(*) FROM fact_interactions")).scalar()
                )
                assert rows == finished
        finally:
            await storage.close()
