"""What `madoguchi.ports.bus` promises."""

import asyncio

import pytest

from madoguchi.adapters.bus.local import LocalBus
from madoguchi.ports.bus import Bus, JsonObject


@pytest.fixture
def bus() -> Bus:
    return LocalBus(queue=3)


async def test_every_present_subscriber_receives_every_message_in_order(bus: Bus) -> None:
    async with bus.subscribe("calls") as first, bus.subscribe("calls") as second:
        for n in range(3):
            await bus.publish("calls", {"n": n, "text": "窓口"})

        for subscriber in (first, second):
            assert [await anext(subscriber) for _ in range(3)] == [{"n": n, "text": "窓口"} for n in range(3)]


async def test_a_subscriber_waits_for_what_comes_later(bus: Bus) -> None:
    async with bus.subscribe("calls") as messages:

        async def receive() -> JsonObject:
            return await anext(messages)

        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(receive())
            await asyncio.sleep(0)
            assert not waiting.done()
            await bus.publish("calls", {"n": 1})

        assert waiting.result() == {"n": 1}


async def test_other_subjects_and_earlier_messages_are_not_received(bus: Bus) -> None:
    await bus.publish("calls", {"n": "early"})
    async with bus.subscribe("calls") as messages:
        await bus.publish("chats", {"n": "elsewhere"})
        await bus.publish("calls", {"n": "wanted"})

        assert await anext(messages) == {"n": "wanted"}


async def test_publishing_to_nobody_is_no_error(bus: Bus) -> None:
    async with bus.subscribe("calls"):
        pass

    await bus.publish("calls", {"n": 1})


async def test_a_slow_subscriber_loses_its_oldest_messages_and_stops_nobody(bus: Bus) -> None:
    async with bus.subscribe("calls") as slow, bus.subscribe("calls") as quick:
        read = []
        for n in range(10):
            await bus.publish("calls", {"n": n})
            read.append((await anext(quick))["n"])

        assert read == list(range(10))
        assert [(await anext(slow))["n"] for _ in range(3)] == [7, 8, 9]


async def test_nobody_can_change_what_others_read(bus: Bus) -> None:
    message = {"names": ["Ana"]}
    async with bus.subscribe("calls") as first, bus.subscribe("calls") as second:
        await bus.publish("calls", message)
        message["names"].append("publisher")
        (await anext(first))["names"].append("reader")

        assert await anext(second) == {"names": ["Ana"]}
