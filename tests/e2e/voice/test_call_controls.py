"""What an agent does with a running call, by the buttons of his desk."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Route, expect

from madoguchi.testing.server import RealServer
from madoguchi.testing.tones import Samples, tones_in
from tests.e2e.kit.browser import TONES
from tests.e2e.kit.house import Office, nothing_is_live, until
from tests.e2e.kit.phone import CALLER_HERTZ, QUEUE_KEY, a_phone, call_in, hears, hears_music, talking
from tests.e2e.kit.portal import Portal, an_agent, look
from tests.e2e.voice.conftest import AGENT_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

SECRET_HERTZ = 1100
COLLEAGUE_HERTZ = 900


def tones_over(sound: Samples) -> frozenset[int]:
    """Return every tone that is anywhere in the sound."""
    parts = [tones_in(sound[at : at + 1600], TONES) for at in range(0, len(sound), 1600)]
    return frozenset[int]().union(*parts)


@pytest.mark.req("CH-1")
@pytest.mark.req("REC-1")
async def test_an_agent_mutes_holds_presses_keys_and_leaves_something_out_of_the_recording(
    server: RealServer, browser: Browser, office: Office, looks: Path | None
) -> None:
    async with an_agent(browser, server) as agent, talking(server, agent, AGENT_HERTZ) as phone:
        await agent.control("Mute").click()
        await hears(phone)
        await agent.ears.hears(CALLER_HERTZ)
        await agent.control("Mute").click()
        await hears(phone, AGENT_HERTZ)

        await agent.control("Hold").click()
        await hears_music(phone)
        await agent.ears.hears()
        await look(looks, on_hold=agent)
        await agent.control("Hold").click()
        await hears(phone, AGENT_HERTZ)
        await agent.ears.hears(CALLER_HERTZ)

        await agent.control("Keypad").click()
        keypad = agent.page.get_by_role("group", name="Keypad")
        for key in "5#":
            await keypad.get_by_role("button", name=key, exact=True).click()
        await until(lambda: phone.voice.digits == "5#", "the caller gets the keys")
        await look(looks, keypad=agent)
        await keypad.get_by_role("button", name="Close").click()

        await agent.control("Pause recording").click()
        await expect(agent.call.get_by_role("status")).to_contain_text("The recording is paused")
        phone.voice.say([SECRET_HERTZ])
        await agent.ears.hears(SECRET_HERTZ)
        await look(looks, paused=agent)
        phone.voice.say([CALLER_HERTZ])
        await agent.ears.hears(CALLER_HERTZ)
        await agent.control("Resume recording").click()
        await expect(agent.call.get_by_text("The recording is paused")).to_have_count(0)
        await agent.ears.heard_for(1)

        await agent.hang_up()
        await until(phone.ended.is_set, "the caller is hung up")
        await look(looks, wrap_up=agent)
        await agent.finish_wrap_up()

    heard = tones_over(await office.recorded(office.newest_call()["id"]))
    assert SECRET_HERTZ not in heard
    assert {CALLER_HERTZ, AGENT_HERTZ} <= heard
    await nothing_is_live(server)


@pytest.mark.req("CH-1")
async def test_a_call_goes_to_a_colleague_and_on_to_another_queue(
    server: RealServer, browser: Browser, looks: Path | None
) -> None:
    async with (
        an_agent(browser, server) as first,
        talking(server, first, AGENT_HERTZ) as phone,
        an_agent(browser, server, 1, hertz=COLLEAGUE_HERTZ) as second,
    ):
        await first.transfer("田中 翔", "Agent")
        await hears_music(phone)
        await look(looks, offered=second)
        await second.accept()
        await first.finish_wrap_up("Handed over")
        await hears(phone, COLLEAGUE_HERTZ)
        await second.ears.hears(CALLER_HERTZ)
        await first.ears.hears()

        await second.transfer("Billing")
        await first.accept()
        await hears(phone, AGENT_HERTZ)
        await first.ears.hears(CALLER_HERTZ)
        await expect(first.call).to_contain_text("田中 翔")
        await look(looks, back=first, wrap_up=second)
        await second.finish_wrap_up()

        phone.hang_up()
        await first.finish_wrap_up()
    await nothing_is_live(server)


@pytest.mark.req("BASE-16")
async def test_an_agent_who_reloads_his_page_is_back_in_the_call(server: RealServer, browser: Browser) -> None:
    async with an_agent(browser, server) as agent, talking(server, agent, AGENT_HERTZ) as phone:
        phone.voice.received = phone.voice.received[-1:]
        await agent.page.reload()

        await expect(agent.call).to_be_visible()
        await agent.ears.hears(CALLER_HERTZ)
        await hears(phone, AGENT_HERTZ)
        assert [seam for seam in phone.voice.seams() if "SSRC" in seam] == []
        assert "NotAllowedError" not in await agent.page.evaluate("window.__ears.plays")

        phone.hang_up()
        await agent.finish_wrap_up()
    await nothing_is_live(server)


@pytest.mark.req("BASE-9")
async def test_a_call_rings_one_agent_then_all_and_the_faster_one_gets_it(
    server: RealServer, browser: Browser, looks: Path | None
) -> None:
    async with (
        an_agent(browser, server, 0) as one,
        an_agent(browser, server, 1) as two,
        an_agent(browser, server, 2) as three,
        a_phone() as phone,
    ):
        agents = [one, two, three]
        await call_in(phone, server)
        phone.voice.press(QUEUE_KEY)
        slow = await the_one_who_is_rung(agents)
        others = [agent for agent in agents if agent is not slow]
        assert [await agent.offer.count() for agent in others] == [0, 0]

        await expect(slow.presence).to_contain_text("Missed")
        for agent in others:
            await expect(agent.offer).to_be_visible()
        await at_once(others)
        for agent in others:
            await agent.offer.get_by_role("button", name="Accept").click()

        await expect(others[0].call.or_(told_of_a_faster_one(others[0])).first).to_be_visible()
        winner, loser = others if await others[0].call.count() else others[::-1]
        await expect(told_of_a_faster_one(loser).first).to_be_visible()
        await look(looks, missed=slow, winner=winner, loser=loser)
        await expect(winner.call).to_be_visible()
        await expect(loser.offer).to_have_count(0)
        await winner.ears.hears(CALLER_HERTZ)
        assert await loser.call.count() == 0

        phone.hang_up()
        await winner.finish_wrap_up()
    await nothing_is_live(server)


def told_of_a_faster_one(agent: Portal) -> Locator:
    return agent.page.get_by_text("A colleague was faster, or the time ran out.")


async def the_one_who_is_rung(agents: list[Portal]) -> Portal:
    async with asyncio.timeout(30):
        while True:
            for agent in agents:
                if await agent.offer.count():
                    return agent


async def at_once(agents: list[Portal]) -> None:
    """Let nobody's acceptance reach the server before everybody's is on the way."""
    waiting = asyncio.Barrier(len(agents))

    async def hold(route: Route) -> None:
        await waiting.wait()
        await route.continue_()

    for agent in agents:
        await agent.page.route("**/accept", hold)
