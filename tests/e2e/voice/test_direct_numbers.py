"""An administrator gives an agent a direct number on his page; consumers who call it reach him, or go where it says."""

from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.house import Office, nothing_is_live, until
from tests.e2e.kit.phone import CALLER_HERTZ, a_phone, hears, hears_music
from tests.e2e.kit.portal import Portal, a_supervisor, an_agent, look
from tests.e2e.voice.conftest import AGENT_HERTZ
from tests.e2e.voice.test_call_controls import COLLEAGUE_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

NUMBER: Final = "03-5555-1111"
DIALLED: Final = "+81355551111"
QUEUE: Final = "Billing"


async def gives(admin: Portal, agent: str, number: str, otherwise: str) -> None:
    """Give a direct number to an agent in the user dialog."""
    await admin.page.get_by_role("button", name=f"Actions for {agent}").click()
    await admin.page.get_by_role("menuitem", name="Edit").click()
    dialog = admin.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Add a direct number").click()
    await dialog.get_by_role("textbox", name="Direct number 1", exact=True).fill(number)
    await dialog.get_by_label(f"If {number} is not answered").select_option(label=otherwise)
    await dialog.get_by_role("button", name="Save", exact=True).click()


@pytest.mark.req("BASE-12")
async def test_a_direct_number_rings_at_its_agent_and_else_goes_to_the_queue_that_it_names(
    server: RealServer, browser: Browser, office: Office, looks: Path | None
) -> None:
    email, _ = server.sign_in_of("agent", 0)
    agent = next(one["name"] for one in office.get("/users")["users"] if one["email"] == email)
    async with a_supervisor(browser, server, "admin", path="/settings/users") as admin:
        await gives(admin, agent, "12", f"Go to {QUEUE}")
        await expect(admin.page.get_by_text("This is no telephone number.")).to_be_visible()
        dialog = admin.page.get_by_role("dialog")
        await dialog.get_by_role("textbox", name="Direct number 1", exact=True).fill(NUMBER)
        await dialog.get_by_role("button", name="Add a direct number").scroll_into_view_if_needed()
        await look(looks, number=admin)
        await dialog.get_by_role("button", name="Save", exact=True).click()
        await expect(dialog).to_have_count(0)

    async with (
        an_agent(browser, server) as first,
        an_agent(browser, server, 1, hertz=COLLEAGUE_HERTZ) as second,
    ):
        async with a_phone() as phone:
            phone.call("127.0.0.1", server.sip_port, DIALLED)
            await expect(first.offer).to_contain_text("Your direct number")
            await until(lambda: phone.voice.listen().any(), "the caller hears the ring-back tone")
            await look(looks, offer=first)
            assert await second.offer.count() == 0
            await first.accept()
            await first.ears.hears(CALLER_HERTZ)
            await hears(phone, AGENT_HERTZ)
            await look(looks, talk=first)
            phone.hang_up()
            await first.finish_wrap_up()
        call = office.newest_call()
        assert (call["direct"], call["queue"], call["agent"]["name"]) == (True, None, agent)

        async with a_phone() as phone:
            phone.call("127.0.0.1", server.sip_port, DIALLED)
            await expect(first.offer).to_be_visible()
            await first.offer.get_by_role("button", name="Decline").click()
            await expect(second.offer).to_contain_text(QUEUE)
            await hears_music(phone)
            await second.accept()
            await hears(phone, COLLEAGUE_HERTZ)
            phone.hang_up()
            await second.finish_wrap_up()
    call = office.newest_call()
    assert (call["direct"], call["queue"]["names"]["en"]) == (True, QUEUE)
    await nothing_is_live(server)
