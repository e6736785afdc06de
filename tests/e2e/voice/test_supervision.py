"""A supervisor listens, whispers, barges and takes over, on one connection, and nobody else is disturbed."""

from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.browser import a_context
from tests.e2e.kit.house import Office, nothing_is_live, with_a_desk
from tests.e2e.kit.phone import CALLER, CALLER_HERTZ, hears, talking
from tests.e2e.kit.portal import Portal, a_supervisor, an_agent, look
from tests.e2e.voice.conftest import AGENT_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

SUPERVISOR_HERTZ: Final = 1100


async def plays(supervisor: Portal, part: str) -> None:
    """Press a button of the bar, and wait until it is so."""
    button = supervisor.monitoring.get_by_role("button", name=part, exact=True)
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")


@pytest.mark.req("MON-1", "MON-7", "MON-8", "MON-9")
async def test_a_supervisor_listens_whispers_barges_and_takes_over_on_one_connection(
    server: RealServer, browser: Browser, office: Office, looks: Path | None
) -> None:
    boss = with_a_desk(server)
    context = await a_context(browser, hertz=SUPERVISOR_HERTZ)
    supervisor = Portal(server, await context.new_page())
    async with an_agent(browser, server) as agent, talking(server, agent, AGENT_HERTZ) as phone:
        await supervisor.sign_in("manager", 0)
        await supervisor.choose_status("Break")
        await supervisor.show("/calls/connected")
        before = await agent.ears.streams()
        await supervisor.monitor(CALLER)
        await supervisor.ears.hears(CALLER_HERTZ, AGENT_HERTZ)
        assert (await supervisor.ears.media())["asked"] == 0
        await hears(phone, AGENT_HERTZ)

        await plays(supervisor, "Whisper")
        await agent.ears.hears(CALLER_HERTZ, SUPERVISOR_HERTZ)
        await hears(phone, AGENT_HERTZ)
        await expect(agent.call.get_by_text("speaks to you")).to_be_visible()
        await look(looks, whisper=supervisor, whispered=agent)

        await plays(supervisor, "Barge")
        await hears(phone, AGENT_HERTZ, SUPERVISOR_HERTZ)
        await agent.ears.hears(CALLER_HERTZ, SUPERVISOR_HERTZ)
        await expect(agent.call.get_by_text(boss["name"], exact=True)).to_be_visible()
        await look(looks, barge=supervisor, barged=agent)

        await plays(supervisor, "Listen")
        await hears(phone, AGENT_HERTZ)
        await agent.ears.hears(CALLER_HERTZ)
        await expect(agent.call.get_by_text(boss["name"], exact=True)).to_have_count(0)
        after = await agent.ears.streams()
        assert [(one["ssrc"], one["lost"]) for one in after] == [(one["ssrc"], 0) for one in before]

        await supervisor.monitoring.get_by_role("button", name="Take over").click()
        await supervisor.page.get_by_role("alertdialog").get_by_role("button", name="Take over").click()
        await hears(phone, SUPERVISOR_HERTZ)
        await supervisor.ears.hears(CALLER_HERTZ)
        await expect(supervisor.call).to_be_visible()
        await expect(supervisor.monitoring).to_have_count(0)
        assert await supervisor.page.evaluate("window.__ears.peers.length") == 1, "one connection served for all of it"
        assert phone.voice.seams() == []
        await look(looks, taken_over=supervisor)
        await agent.finish_wrap_up("Handed over")

        await supervisor.hang_up()
        await supervisor.finish_wrap_up()
    assert supervisor.ears.errors == []
    await context.close()
    call = office.newest_call()
    assert [(one["warm"], one["to_agent"]["name"]) for one in call["transfers"]] == [(True, boss["name"])]
    await nothing_is_live(server)


@pytest.mark.req("MON-10")
async def test_a_supervisor_waits_for_an_agents_next_call_and_hears_it_from_its_first_words(
    server: RealServer, browser: Browser, looks: Path | None
) -> None:
    admin = Office(server, "admin")
    name = admin.user(*server.sign_in_of("agent"))["name"]
    admin.close()
    async with an_agent(browser, server) as agent, a_supervisor(browser, server, path="/agents") as supervisor:
        await supervisor.page.get_by_role("button", name=f"Actions for {name}").click()
        await supervisor.page.get_by_role("menuitem", name="Monitor the next call or chat").click()
        waiting = supervisor.page.get_by_role("region", name=f"Waiting for {name}")
        await expect(waiting).to_be_visible()
        await look(looks, armed=supervisor)
        await supervisor.page.reload()
        await supervisor.page.get_by_role("navigation").get_by_role("link", name="Queued").first.click()
        await expect(waiting).to_be_visible()

        async with talking(server, agent, AGENT_HERTZ):
            await supervisor.ears.hears(CALLER_HERTZ, AGENT_HERTZ)
            await expect(waiting).to_have_count(0)
            await look(looks, listening=supervisor)
            await agent.hang_up()
        await expect(supervisor.monitoring).to_have_count(0)
        await agent.finish_wrap_up()
    await nothing_is_live(server)
