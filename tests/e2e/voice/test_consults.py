"""An agent consults a real telephone, confers, reloads his page in the middle, and leaves; by ear."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from madoguchi.testing.server import RealServer
from madoguchi.testing.sip_peer import SipPeer
from tests.e2e.kit.house import brisk, nothing_is_live, organised, until
from tests.e2e.kit.phone import CALLER_HERTZ, hears, hears_music, talking
from tests.e2e.kit.portal import an_agent, look
from tests.e2e.voice.conftest import AGENT_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

EXPERT_HERTZ = 1300


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def expert() -> AsyncIterator[SipPeer]:
    """The telephone at the other end of the trunk."""
    phone = await SipPeer.open("expert")
    phone.voice.say([EXPERT_HERTZ])
    yield phone
    phone.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def trunked(expert: SipPeer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealServer]:
    """A server whose trunk leads to the expert."""
    folder = tmp_path_factory.mktemp("trunked")
    await asyncio.to_thread(organised, folder / "data", brisk)
    config = folder / "madoguchi.toml"
    trunk = f'[[trunks]]\nname = "carrier"\nhost = "127.0.0.1"\nport = {expert.port}\ncaller = "+81355500000"\n'
    config.write_text(trunk, encoding="utf-8")
    running = RealServer(folder / "data", {"MADOGUCHI_CONFIG": str(config)})
    await asyncio.to_thread(running.start)
    try:
        yield running
    except BaseException:
        running.kill()
        raise
    await asyncio.to_thread(running.stop)


@pytest.mark.req("BASE-11")
async def test_a_telephone_is_consulted_joins_and_takes_the_consumer_over(
    trunked: RealServer, expert: SipPeer, browser: Browser, looks: Path | None
) -> None:
    async with an_agent(browser, trunked) as agent, talking(trunked, agent, AGENT_HERTZ) as phone:
        await agent.control("Transfer").click()
        dialog = agent.page.get_by_role("dialog")
        await dialog.get_by_role("tab", name="Phone number").click()
        await dialog.get_by_label("Phone number or extension").fill("03-1234-5678")
        await dialog.get_by_role("button", name="Consult first").click()
        await until(expert.established.is_set, "the expert answers")
        await agent.ears.hears(EXPERT_HERTZ)
        await hears(expert, AGENT_HERTZ)
        await hears_music(phone)
        await look(looks, consulting=agent)

        await agent.control("Swap").click()
        await hears_music(expert)
        await hears(phone, AGENT_HERTZ)
        await agent.ears.hears(CALLER_HERTZ)

        await agent.control("Three-way call").click()
        await hears(phone, AGENT_HERTZ, EXPERT_HERTZ)
        await hears(expert, AGENT_HERTZ, CALLER_HERTZ)
        await agent.ears.hears(CALLER_HERTZ, EXPERT_HERTZ)

        await agent.page.reload()
        await hears(phone, EXPERT_HERTZ)
        await agent.ears.hears(CALLER_HERTZ, EXPERT_HERTZ)
        await hears(phone, AGENT_HERTZ, EXPERT_HERTZ)

        await agent.control("Leave the call to them").click()
        await hears(phone, EXPERT_HERTZ)
        await hears(expert, CALLER_HERTZ)
        await agent.finish_wrap_up("Handed over")

        expert.hang_up()
        await until(phone.ended.is_set, "the caller is hung up")
    await nothing_is_live(trunked)
