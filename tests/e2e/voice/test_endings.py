"""A supervisor ends calls from Calls > Queued and Connected, whatever their state: everybody is let go at once."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from madoguchi.testing.sip_peer import SipPeer
from tests.e2e.kit.browser import crash
from tests.e2e.kit.house import Office, nothing_is_live, until
from tests.e2e.kit.phone import CALLER, QUEUE_KEY, a_phone, call_in, hears_music, talking
from tests.e2e.kit.portal import Portal, a_supervisor, an_agent, look
from tests.e2e.voice.conftest import AGENT_HERTZ
from tests.e2e.voice.test_call_controls import COLLEAGUE_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]


async def ends(supervisor: Portal, office: Office, phone: SipPeer) -> dict[str, Any]:
    """Actions > End call > Confirm; wait until the caller is hung up and the row is gone; return the call's record."""
    # New rows wait while the pointer is on the table.
    await supervisor.page.get_by_role("heading", name=re.compile("calls$")).hover()
    await supervisor.page.get_by_role("button", name=f"Actions for {CALLER}").click()
    await supervisor.page.get_by_role("menuitem", name="End call").click()
    dialog = supervisor.page.get_by_role("alertdialog", name="End this call?")
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert not phone.ended.is_set()
    await dialog.get_by_role("button", name="Confirm").click()
    await expect(dialog).to_have_count(0)
    await until(phone.ended.is_set, "the caller is hung up")
    await expect(supervisor.row(CALLER)).to_have_count(0)
    call = office.newest_call()
    last = call["timeline"][-1]
    assert (call["end_reason"], last["kind"]) == ("ended_by_supervisor", "dismissed")
    assert last["data"]["name"] == office.get("/session")["user"]["name"]
    return call


@pytest.mark.req("END-1")
async def test_calls_are_ended_that_wait_are_held_are_in_a_transfer_or_have_lost_their_agents_browser(
    server: RealServer, browser: Browser, office: Office, looks: Path | None
) -> None:
    async with a_supervisor(browser, server, path="/calls/queued") as supervisor:
        async with a_phone() as phone:
            await call_in(phone, server)
            phone.voice.press(QUEUE_KEY)
            await expect(supervisor.row(CALLER)).to_contain_text("Queued")
            waited = await ends(supervisor, office, phone)
        assert (waited["state"], waited["agent"]) == ("ended", None)

        await supervisor.show("/calls/connected")
        async with an_agent(browser, server) as agent:
            async with talking(server, agent, AGENT_HERTZ) as phone:
                await agent.control("Hold").click()
                await hears_music(phone)
                await expect(supervisor.row(CALLER)).to_contain_text("On hold")
                await look(looks, held=supervisor)
                await ends(supervisor, office, phone)
            await agent.ears.hears()
            await expect(agent.page.get_by_text("A supervisor ended this call.")).to_be_visible()
            await look(looks, ended=agent)
            await agent.finish_wrap_up()

            async with (
                talking(server, agent, AGENT_HERTZ) as phone,
                an_agent(browser, server, 1, hertz=COLLEAGUE_HERTZ) as colleague,
            ):
                await agent.transfer("田中 翔", "Agent", "Consult first")
                await colleague.accept()
                await agent.ears.hears(COLLEAGUE_HERTZ)
                await ends(supervisor, office, phone)
                await expect(colleague.call).to_have_count(0)
                await expect(colleague.presence).to_contain_text("Available")
            await agent.finish_wrap_up()

            async with talking(server, agent, AGENT_HERTZ) as phone:
                await crash(agent.page)
                await hears_music(phone)
                died = await ends(supervisor, office, phone)
            assert [one["kind"] for one in died["timeline"]].count("media_dropped") == 1
    await nothing_is_live(server)
