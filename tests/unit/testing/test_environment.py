import asyncio
from datetime import timedelta

import pytest

from madoguchi.testing.environment import NOON, FakeClock

pytestmark = pytest.mark.req("OPS-1")


async def test_work_that_sleeps_is_finished_without_waiting() -> None:
    clock = FakeClock()

    async def work() -> str:
        await clock.sleep(timedelta(minutes=5))
        return "done"

    assert await clock.finish(work()) == "done"
    assert timedelta(minutes=5) <= clock.now() - NOON <= timedelta(minutes=5, seconds=1)


async def test_work_that_waits_for_ever_is_given_up_and_said() -> None:
    clock, given_up = FakeClock(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    with pytest.raises(TimeoutError, match="not done after 0:00:02 of fake time"):
        await clock.finish(work(), within=timedelta(seconds=2))
    await asyncio.wait_for(given_up.wait(), 5)
