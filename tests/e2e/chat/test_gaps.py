"""Networks fail and servers die: the pages mend themselves, with every line once and in order."""

import asyncio
import copy
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.chats import ChatDesk
from tests.e2e.kit.portal import an_agent
from tests.e2e.kit.widget import Widget, a_visitor
from tests.e2e.kit.wire import Cable, a_cable

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

CUT_S = 10.0
QUEUE = "Billing"


def by(cable: Cable, server: RealServer) -> RealServer:
    """Return the server as it is reached by `cable`."""
    seen = copy.copy(server)
    seen.port = cable.port
    return seen


async def both_have(widget: Widget, desk: ChatDesk, lines: list[str]) -> None:
    """Wait until both pages show these lines, each once, in this order."""
    await expect(desk.lines).to_have_text(lines)
    await expect(widget.lines).to_have_text(lines)


@pytest.mark.req("BASE-17")
async def test_an_agent_who_was_cut_off_misses_nothing_and_sees_nothing_twice(
    browser: Browser, server: RealServer
) -> None:
    async with (
        a_cable(server.port) as cable,
        an_agent(browser, by(cable, server)) as portal,
        a_visitor(browser, server) as widget,
    ):
        desk = ChatDesk(portal)
        await widget.begin_chat(QUEUE, "begin")
        await desk.accept()
        await desk.say("welcome")
        await both_have(widget, desk, ["begin", "welcome"])

        cable.cut()
        over = asyncio.get_running_loop().time() + CUT_S
        await expect(desk.offline).to_be_visible()
        said = [f"line {number}" for number in range(20)]
        for line in said:
            await widget.say(line)
        await expect(widget.log.get_by_text("Sent", exact=True)).to_be_visible()
        await desk.say("written offline 1")
        await desk.say("written offline 2")
        await expect(desk.pane.get_by_text("Sending…")).to_have_count(2)
        await expect(desk.pane.get_by_role("button", name="End chat")).to_be_disabled()
        await asyncio.sleep(over - asyncio.get_running_loop().time())
        cable.mend()

        await expect(desk.offline).to_have_count(0)
        await both_have(widget, desk, ["begin", "welcome", *said, "written offline 1", "written offline 2"])
        await expect(widget.log.get_by_text("Read", exact=True)).to_have_count(2)
        await widget.end()
        await widget.has_ended()


@pytest.mark.req("BASE-17")
async def test_a_consumer_whose_network_went_dead_misses_nothing_and_sees_nothing_twice(
    browser: Browser, server: RealServer
) -> None:
    async with (
        a_cable(server.port) as cable,
        an_agent(browser, server) as portal,
        a_visitor(browser, by(cable, server)) as widget,
    ):
        desk = ChatDesk(portal)
        await widget.begin_chat(QUEUE, "begin")
        await desk.accept()
        await both_have(widget, desk, ["begin"])

        cable.deaden()
        said = [f"line {number}" for number in range(20)]
        for line in said:
            await desk.say(line)
        await widget.say("lost on the way?")
        await expect(widget.offline).to_be_visible()
        await widget.say("written offline")
        await expect(widget.log.get_by_text("Sending…")).to_have_count(2)
        await expect(desk.receipt).to_have_text("Sent")
        cable.mend()

        await expect(widget.offline).to_have_count(0)
        await both_have(widget, desk, ["begin", *said, "lost on the way?", "written offline"])
        await widget.end()
        await widget.has_ended()


@pytest.mark.req("BASE-17")
@pytest.mark.req("BASE-13")
async def test_a_chat_outlives_the_server_and_an_offer_stands_again(
    browser: Browser, start_server: Callable[..., RealServer]
) -> None:
    server = await asyncio.to_thread(start_server)
    async with (
        an_agent(browser, server) as portal,
        a_visitor(browser, server) as widget,
        a_visitor(browser, server) as waiting,
    ):
        desk = ChatDesk(portal)
        await widget.begin_chat(QUEUE, "begin")
        await desk.accept()
        await waiting.begin_chat(QUEUE, "I wait")
        await expect(portal.offer).to_have_count(1)

        async def power_cut() -> None:
            await expect(desk.lines.filter(has_text="consumer 3")).to_have_count(1)
            await asyncio.to_thread(server.kill)

        async def talk(side: Widget | ChatDesk, who: str) -> None:
            for number in range(12):
                await side.say(f"{who} {number}")

        await asyncio.gather(talk(widget, "consumer"), talk(desk, "agent"), power_cut())
        await expect(widget.offline).to_be_visible()
        await expect(desk.offline).to_be_visible()
        await waiting.say("Still there?")
        await asyncio.to_thread(server.start)

        await expect(widget.offline).to_have_count(0)
        await expect(desk.offline).to_have_count(0)
        await expect(desk.lines).to_have_count(25)
        await expect(desk.pane.get_by_text("Sending…")).to_have_count(0)
        lines = await desk.lines.all_inner_texts()
        await both_have(widget, desk, lines)
        for who in ("consumer", "agent"):
            assert [line for line in lines if line.startswith(who)] == [f"{who} {number}" for number in range(12)]
        await widget.say("after")
        await desk.say("after all")
        await both_have(widget, desk, [*lines, "after", "after all"])

        await desk.accept()
        await both_have(waiting, desk, ["I wait", "Still there?"])
        for each in (widget, waiting):
            await each.end()
            await each.has_ended()
