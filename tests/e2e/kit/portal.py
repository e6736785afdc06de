"""The portal as agents and supervisors use it: by its labels, in English."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from playwright.async_api import Browser, Error, Locator, Page, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.browser import Ears, a_context


class Portal:
    """Somebody's portal page."""

    def __init__(self, server: RealServer, page: Page) -> None:
        self.server = server
        self.page = page
        self.ears = Ears(page)

    @property
    def url(self) -> str:
        """The portal's address; microphones need a secure context, which localhost is."""
        return f"http://localhost:{self.server.port}"

    async def sign_in(self, role: str, place: int) -> None:
        """Sign in as a seeded user, and wait for the page that he starts with."""
        email, password = self.server.sign_in_of(role, place)
        await self.page.goto(f"{self.url}/")
        await self.page.get_by_label("E-mail address").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("heading", name="Sign in")).to_have_count(0)

    # An agent's work.

    @property
    def presence(self) -> Locator:
        """The button that shows the agent's status."""
        return self.page.get_by_role("button", name=re.compile("^Your status:"))

    async def choose_status(self, status: str) -> None:
        """Choose a status, as of now, and wait until it is shown."""
        await self.presence.click()
        await self.page.get_by_role("menuitemradio", name=status).first.click()
        await expect(self.presence).to_contain_text(status)

    @property
    def offer(self) -> Locator:
        """What rings here."""
        return self.page.get_by_role("region", name="Incoming").get_by_role("article")

    @property
    def call(self) -> Locator:
        """The running call."""
        return self.page.get_by_role("region", name=re.compile("^Call with"))

    async def accept(self) -> None:
        """Wait until it rings, accept, and wait for the call."""
        await expect(self.offer.get_by_role("button", name="Decline")).to_be_in_viewport(ratio=1)
        await self.offer.get_by_role("button", name="Accept").click()
        await expect(self.call).to_be_visible()

    def control(self, name: str) -> Locator:
        """A button of the running call."""
        return self.call.get_by_role("button", name=name)

    async def hang_up(self) -> None:
        """End the call, and confirm."""
        await self.control("End call").click()
        await self.page.get_by_role("alertdialog").get_by_role("button", name="End call").click()

    async def finish_wrap_up(self, result: str = "Resolved") -> None:
        """Say how it ended, and finish."""
        form = self.page.get_by_role("region", name=re.compile("^Wrap-up for"))
        await form.get_by_label("Result").select_option(result)
        await form.get_by_role("button", name="Finish").click()
        await expect(form).to_have_count(0)

    async def transfer(self, to: str, kind: str = "Queue", button: str = "Transfer") -> None:
        """Hand the call over to a queue or (`kind` "Agent") to a colleague, or (`button`) consult him first."""
        await self.control("Transfer").click()
        dialog = self.page.get_by_role("dialog", name=re.compile("^Transfer"))
        await dialog.get_by_role("tab", name=kind).click()
        await dialog.get_by_role("radio", name=to).check()
        await dialog.get_by_role("button", name=button, exact=True).click()
        await expect(dialog).to_have_count(0)

    async def dial(self, number: str, queue: str) -> None:
        """Call a number on behalf of a queue, by keyboard."""
        await self.page.keyboard.press("Alt+p")
        dialog = self.page.get_by_role("dialog", name="Make a call")
        await self.page.keyboard.type(number)
        await dialog.get_by_label("On behalf of").select_option(label=queue)
        await dialog.get_by_role("button", name="Call", exact=True).click()
        await expect(dialog).to_have_count(0)

    # A supervisor's work.

    async def show(self, path: str) -> None:
        """Go to a page by its address."""
        await self.page.goto(self.url + path)

    def row(self, consumer: str) -> Locator:
        """A table row by the consumer's name."""
        return self.page.get_by_role("row").filter(has_text=consumer)

    async def monitor(self, consumer: str) -> None:
        """Calls > Connected > Actions > Monitor."""
        await self.page.get_by_role("button", name=f"Actions for {consumer}").click()
        await self.page.get_by_role("menuitem", name="Monitor", exact=True).click()

    @property
    def monitoring(self) -> Locator:
        """The bar of a monitored call."""
        return self.page.get_by_role("region", name=re.compile("^Monitoring"))

    async def stop_monitoring(self) -> None:
        """Stop by the bar's button."""
        await self.monitoring.get_by_role("button", name="Stop monitoring").click()
        await expect(self.monitoring).to_have_count(0)


class HasPage(Protocol):
    """Somebody with a page."""

    page: Page


async def look_at_failure(name: str, page: Page) -> None:
    """Keep what was on the screen when a test failed, in the folder that `MADOGUCHI_LOOKS` names."""
    folder = os.environ.get("MADOGUCHI_LOOKS")
    if folder is not None:
        with suppress(Error):
            await page.screenshot(path=Path(folder) / f"failure-{name}.png", timeout=5_000)


async def look(folder: Path | None, **people: HasPage) -> None:
    """Keep the screens of `people` as pictures in `folder`, if somebody wants to look."""
    if folder is not None:
        for name, person in people.items():
            await person.page.screenshot(path=folder / f"{name}.png")


@asynccontextmanager
async def an_agent(
    browser: Browser, server: RealServer, place: int = 0, *, hertz: int | None = None, available: bool = True
) -> AsyncIterator[Portal]:
    """Yield a signed-in agent at his desk, available unless told otherwise; he signs out at the end."""
    context = await a_context(browser, hertz=hertz)
    try:
        portal = Portal(server, await context.new_page())
        await portal.sign_in("agent", place)
        if available:
            await portal.choose_status("Available")
        yield portal
        assert portal.ears.errors == []
    except BaseException:
        await look_at_failure(f"agent-{place}", context.pages[0])
        raise
    finally:
        with suppress(Error):
            await context.request.delete(f"http://localhost:{server.port}/api/v1/session", headers={"X-Madoguchi": "1"})
        await context.close()


@asynccontextmanager
async def a_supervisor(
    browser: Browser, server: RealServer, role: str = "manager", *, path: str = "/calls/connected"
) -> AsyncIterator[Portal]:
    """Yield a signed-in supervisor on a page, who has never allowed a microphone."""
    context = await a_context(browser, microphone=False)
    try:
        portal = Portal(server, await context.new_page())
        await portal.sign_in(role, 0)
        await portal.show(path)
        yield portal
        assert portal.ears.errors == []
    except BaseException:
        await look_at_failure(role, context.pages[0])
        raise
    finally:
        await context.close()
