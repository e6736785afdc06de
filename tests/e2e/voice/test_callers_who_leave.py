"""Callers hang up whenever they like; nothing of them stays behind."""

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from madoguchi.testing.sip_peer import SipPeer
from tests.e2e.kit.house import figure, nothing_is_live, until
from tests.e2e.kit.phone import QUEUE_KEY, a_phone, call_in, talking
from tests.e2e.kit.portal import an_agent
from tests.e2e.voice.conftest import AGENT_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]


async def hangs_up(phone: SipPeer) -> None:
    """Whether it was answered meanwhile or not."""
    if not phone.established.is_set():
        phone.hang_up()
        await until(lambda: phone.ended.is_set() or phone.established.is_set(), "the INVITE is answered")
    phone.hang_up()
    await until(phone.ended.is_set, "the call is over")


@pytest.mark.req("BASE-10")
async def test_callers_leave_in_every_phase_before_anybody_is_there(server: RealServer) -> None:
    async with a_phone("+81355500001") as phone:
        phone.call("127.0.0.1", server.sip_port, "madoguchi")
        await hangs_up(phone)
    async with a_phone("+81355500002") as phone:
        await call_in(phone, server)
        await hangs_up(phone)
    async with a_phone("+81355500003") as phone:
        await call_in(phone, server)
        phone.voice.press("9")
        await hangs_up(phone)
    async with a_phone("+81355500004") as phone:
        await call_in(phone, server)
        phone.voice.press(QUEUE_KEY)
        await until(lambda: figure(server, "madoguchi_calls", "queued") == 1, "the caller waits")
        await hangs_up(phone)
    await nothing_is_live(server)


async def test_a_caller_who_vanishes_without_a_word_is_let_go(server: RealServer) -> None:
    async with a_phone("+81355500005") as phone:
        await call_in(phone, server)
        phone.voice.press(QUEUE_KEY)
        await until(lambda: figure(server, "madoguchi_calls", "queued") == 1, "the caller waits")
        phone.voice.muted = True
        await until(phone.ended.is_set, "the silent caller is let go", 120)
    await nothing_is_live(server)


@pytest.mark.req("BASE-9")
async def test_callers_leave_while_it_rings_and_while_they_talk(server: RealServer, browser: Browser) -> None:
    async with an_agent(browser, server) as agent:
        async with a_phone() as phone:
            await call_in(phone, server)
            phone.voice.press(QUEUE_KEY)
            await expect(agent.offer).to_be_visible()
            await hangs_up(phone)
            await expect(agent.offer).to_have_count(0)
        await expect(agent.presence).to_contain_text("Available")

        async with talking(server, agent, AGENT_HERTZ) as phone:
            await hangs_up(phone)
        await agent.finish_wrap_up()
        await expect(agent.presence).to_contain_text("Available")
    await nothing_is_live(server)
