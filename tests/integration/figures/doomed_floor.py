"""A server on which chats are begun, answered, ended and closed until it is killed; prints every chat that ended."""

import asyncio
import sys
from itertools import count
from pathlib import Path

from madoguchi.adapters.storage.store import sqlite_storage
from madoguchi.adapters.system import SystemClock, SystemIds
from madoguchi.domain.agents.messages import FinishHandling
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.kernel.ids import ConsumerId, HandlingId, InteractionId, UserId
from madoguchi.kernel.time import Span
from madoguchi.services.chats import ChatSettings
from madoguchi.services.fact_keeper import FactKeeper
from madoguchi.services.rate_limits import Rate
from madoguchi.testing.chat_house import ChatHouse, a_chat_house, a_worker
from madoguchi.testing.chats import ANA, BEN
from madoguchi.testing.environment import NOON

FAST = ChatSettings(lines=Rate(1_000_000, Span(seconds=1)))


async def work(house: ChatHouse, keeper: FactKeeper) -> None:
    """Chat without end, one chat after the other for each of two agents."""
    async with asyncio.TaskGroup() as group:
        group.create_task(keeper.run())
        for agent in (ANA, BEN):
            group.create_task(_chats(house, agent))


async def _chats(house: ChatHouse, agent: UserId) -> None:
    worker = a_worker(agent)
    for number in count():
        consumer = Consumer(ConsumerId(f"consumer_{agent}{number}"), "Web User", None, NOON)
        chat = await house.answered(consumer, agent, None)
        await house.service.end(worker, chat)
        while (handling := _wrap_up(house, agent, chat)) is None:  # noqa: ASYNC110 - nobody tells when it begins
            await asyncio.sleep(0.001)
        await house.agents.send(agent, FinishHandling(handling, "resolved"))
        sys.stdout.write(f"{chat}\n")
        sys.stdout.flush()


def _wrap_up(house: ChatHouse, agent: UserId, chat: InteractionId) -> HandlingId | None:
    found = (one for one in house.agent(agent).handlings if one.interaction == chat and one.wrap_up_at is not None)
    return next((one.id for one in found), None)


async def main(database: Path) -> None:
    """Run until killed."""
    storage = sqlite_storage(database)
    await storage.open()
    async with a_chat_house(storage, clock=SystemClock(), ids=SystemIds(), settings=FAST) as house:
        keeper = FactKeeper(storage, SystemClock())
        house.chats.observe(keeper.interaction_changed)
        house.agents.observe(keeper.agent_changed)
        await work(house, keeper)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
