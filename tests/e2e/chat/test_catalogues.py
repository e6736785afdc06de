"""A manager sets up a disposition and a canned reply on the pages, and an agent uses both in his next chat."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.chats import ChatDesk
from tests.e2e.kit.house import Office, until
from tests.e2e.kit.portal import a_supervisor, an_agent
from tests.e2e.kit.widget import a_visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

QUEUE = "Billing"


async def adds_dispositions(page: Page) -> None:
    """Add a heading, and below it one for the queue alone that wants notes; one must be chosen."""
    dialog = page.get_by_role("dialog", name="Add a disposition")
    for english, japanese in (("Invoices", "請求書"), ("Sent again", "再送")):
        await page.get_by_role("button", name="Add a disposition").click()
        await dialog.get_by_label("Name (Japanese)").fill(japanese)
        await dialog.get_by_label("Name (English)").fill(english)
        if english == "Sent again":
            await dialog.get_by_label("Under the heading").select_option(label="Invoices")
            await dialog.get_by_label("Only in these queues").check()
            await dialog.get_by_label(re.compile(f"^{QUEUE}.*Web")).check()
            await dialog.get_by_label("Agents must write notes with it").check()
        await dialog.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("button", name=f"Edit {english}")).to_be_visible()
    await expect(page.get_by_text("Heading of 1")).to_be_visible()
    await page.get_by_label("Agents must choose one").click()
    await expect(page.get_by_label("Agents must choose one")).to_be_checked()


async def adds_a_reply(page: Page) -> None:
    """Add a canned reply for the queue."""
    await page.get_by_role("link", name="Canned replies").click()
    await page.get_by_role("button", name="Add a canned reply").click()
    dialog = page.get_by_role("dialog", name="Add a canned reply")
    await dialog.get_by_label("Shortcut").fill("invoice")
    options = dialog.get_by_label("Queue").get_by_role("option")
    (queue,) = [name for name in await options.all_inner_texts() if re.match(f"{QUEUE}.*Web", name)]
    await dialog.get_by_label("Queue").select_option(label=queue)
    await dialog.get_by_label("Text (English)", exact=True).fill("The invoice is on its way, says {agent}.")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Edit /invoice")).to_be_visible()


@pytest.mark.req("BASE-11")
@pytest.mark.req("BASE-13")
async def test_what_a_manager_has_set_up_is_chosen_at_the_desk_and_kept_in_the_record(
    browser: Browser, server: RealServer
) -> None:
    async with a_supervisor(browser, server, path="/settings/dispositions") as manager:
        await adds_dispositions(manager.page)
        await adds_a_reply(manager.page)

    async with an_agent(browser, server) as portal, a_visitor(browser, server) as widget:
        desk = ChatDesk(portal)
        await widget.begin_chat(QUEUE, "I have no invoice.")
        await desk.accept()
        await desk.composer.press_sequentially("/inv")
        await expect(desk.pane.get_by_role("option")).to_have_count(1)
        await desk.composer.press("Enter")
        await expect(desk.composer).to_have_value(re.compile("^The invoice is on its way, says [^{}]+[.]$"))
        said = await desk.composer.input_value()
        await desk.composer.press("Enter")
        await expect(widget.lines.last).to_have_text(said)
        await desk.end()

        form = portal.page.get_by_role("region", name=re.compile("^Wrap-up for"))
        await form.get_by_role("button", name="Finish").click()
        await expect(form.get_by_label("Result")).to_have_accessible_description(re.compile("Choose a result."))
        await form.get_by_label("Result").select_option(label="Invoices › Sent again")
        await form.get_by_role("button", name="Finish").click()
        await expect(form.get_by_label("Notes")).to_have_accessible_description(re.compile("wants notes"))
        await form.get_by_label("Notes").fill("Number 4711")
        await form.get_by_role("button", name="Finish").click()
        await expect(form).to_have_count(0)

    office = Office(server)
    known = {one["names"]["en"]: one["id"] for one in office.get("/dispositions")["dispositions"]}
    rows = await until(lambda: office.get("/completed/chats?limit=1")["rows"], "the chat is kept")
    people = office.get(f"/chats/{rows[0]['id']}/metadata")["participants"]
    office.close()
    (agent,) = [one for one in people if one.get("disposition")]
    assert agent["disposition"] == known["Sent again"]
