"""Chats and agents find each other: the dispatcher, the offers and the chats together."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from madoguchi.domain.agents.messages import ChoosePresence
from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.chats.commands import PositionIs
from madoguchi.domain.chats.lifecycle import ChatState
from madoguchi.domain.routing.offers import Channel, OfferGoneError
from madoguchi.domain.transfers import ToQueue
from madoguchi.kernel.ids import InteractionId, OfferId, UserId
from madoguchi.services.alarms import Alarms
from madoguchi.services.dispatch import Dispatcher, WaitingRoom
from madoguchi.services.offers import OfferService
from madoguchi.services.queues import QueueService
from madoguchi.services.reservations import Reservations
from madoguchi.testing.chat_house import KEN, ChatHouse, a_chat_house, a_visitor, a_worker
from madoguchi.testing.chats import ANA, BEN, MEI, RETURNS, SALES
from madoguchi.testing.environment import CountingIds, settle
from madoguchi.testing.storage import MemoryStorage

pytestmark = [pytest.mark.req("BASE-9"), pytest.mark.req("BASE-13")]


@pytest.fixture
async def house() -> AsyncIterator[ChatHouse]:
    storage = MemoryStorage()
    async with a_chat_house(storage) as house:
        queues = QueueService(storage.queues)
        await queues.load()
        reservations = Reservations(house.agents, house.clock, CountingIds())
        alarms = Alarms(house.clock)
        dispatcher = Dispatcher(house.agents, queues, reservations, house.clock, alarms)
        dispatcher.add(WaitingRoom(house.chats, Channel.CHAT, PositionIs))
        house.agents.observe(dispatcher.agent_changed)
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(dispatcher.run()), group.create_task(alarms.run())]
            yield house
            for task in running:
                task.cancel()


@pytest.fixture
def offers(house: ChatHouse) -> OfferService:
    return OfferService(house.agents, {Channel.CHAT: house.chats})


def ringing(house: ChatHouse, agent: UserId) -> list[OfferId]:
    return [OfferId(row["id"]) for row in house.rows(f"desk:{agent}").values() if row["kind"] == "offer"]


async def begun(house: ChatHouse) -> InteractionId:
    chat = await house.service.start(a_visitor(MEI), SALES.id, "en", "Hello?")
    await settle()
    return chat


async def test_a_chat_rings_at_one_agent_then_at_the_other_then_at_all(house: ChatHouse, offers: OfferService) -> None:
    chat = await begun(house)
    assert (len(ringing(house, ANA)), len(ringing(house, BEN))) == (1, 0)
    await house.clock.advance(20)
    assert (len(ringing(house, ANA)), len(ringing(house, BEN))) == (0, 1)
    await offers.decline(a_worker(BEN), ringing(house, BEN)[0])
    await settle()
    assert (len(ringing(house, ANA)), len(ringing(house, BEN))) == (1, 0)
    await offers.decline(a_worker(ANA), ringing(house, ANA)[0])
    await settle()
    assert (ringing(house, ANA), ringing(house, BEN)) == ([], []), "who declined is left alone for a moment"
    await house.clock.advance(5)
    (at_ana,), (at_ben,) = ringing(house, ANA), ringing(house, BEN)

    assert (await offers.accept(a_worker(BEN), at_ben))[0] == chat
    await settle()
    assert ringing(house, ANA) == []
    with pytest.raises(OfferGoneError):
        await offers.accept(a_worker(ANA), at_ana)
    assert house.state(chat).state is ChatState.CHATTING


async def test_who_waits_knows_his_place_and_moves_up(house: ChatHouse, offers: OfferService) -> None:
    for user in (ANA, BEN):
        await house.agents.send(user, ChoosePresence(Presence.BREAK))
    first = await begun(house)
    second = await house.service.start(a_visitor(KEN), SALES.id, "en", None)
    await settle()
    assert house.rows(f"consumer:{MEI.id}")[first]["position"] == 1
    assert house.rows(f"consumer:{KEN.id}")[second]["position"] == 2
    assert house.rows("chats")[second]["position"] == 2

    await house.service.end(a_visitor(MEI), first)
    await settle()
    assert house.rows(f"consumer:{KEN.id}")[second]["position"] == 1
    await house.agents.send(BEN, ChoosePresence(Presence.AVAILABLE))
    await settle()
    await offers.accept(a_worker(BEN), ringing(house, BEN)[0])
    assert house.rows(f"consumer:{KEN.id}")[second]["position"] is None


async def test_a_transferred_chat_rings_in_its_new_queue_at_once(house: ChatHouse, offers: OfferService) -> None:
    chat = await begun(house)
    await offers.accept(a_worker(ANA), ringing(house, ANA)[0])
    await house.service.transfer(a_worker(ANA), chat, ToQueue(RETURNS.id))
    await settle()
    (offer,) = ringing(house, BEN)
    assert (await offers.accept(a_worker(BEN), offer))[0] == chat
    assert await house.service.send(a_worker(BEN), chat, "b1", "I take care of it") == house.state(chat).last_seq


async def test_a_consumer_who_leaves_stops_the_ringing(house: ChatHouse, offers: OfferService) -> None:
    chat = await begun(house)
    (offer,) = ringing(house, ANA)
    await house.service.end(a_visitor(MEI), chat)
    await settle()
    assert ringing(house, ANA) == []
    assert house.agent(ANA).reservations == ()
    with pytest.raises(OfferGoneError):
        await offers.accept(a_worker(ANA), offer)
