"""The demo shop with the widget, as a consumer uses it in English."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page

from madoguchi.testing.server import RealServer
from tests.e2e.kit.browser import Ears, a_context
from tests.e2e.kit.portal import look_at_failure


class Shop:
    """A consumer's page."""

    def __init__(self, server: RealServer, page: Page) -> None:
        self.server = server
        self.page = page
        self.ears = Ears(page)

    async def open(self) -> None:
        """Come to the shop."""
        await self.page.goto(f"http://localhost:{self.server.port}/demo-shop/?language=en")

    @property
    def widget(self) -> Locator:
        """The widget's element."""
        return self.page.locator("madoguchi-widget")

    @property
    def panel(self) -> Locator:
        """The open widget."""
        return self.widget.get_by_role("dialog", name="Contact us")

    @property
    def state(self) -> Locator:
        """What the widget says of the call."""
        return self.panel.locator(".state")

    async def call(self, queue: str) -> None:
        """Open the widget, choose a queue and call."""
        await self.widget.get_by_role("button", name="Contact us").click()
        await self.panel.get_by_role("button", name=queue).click()
        await self.panel.get_by_role("button", name="Call").click()

    async def hang_up(self) -> None:
        """End the call."""
        await self.panel.get_by_role("button", name="End call").click()


@asynccontextmanager
async def a_consumer(browser: Browser, server: RealServer) -> AsyncIterator[Shop]:
    """Yield a consumer on the shop's page, who allows the microphone."""
    context = await a_context(browser)
    try:
        shop = Shop(server, await context.new_page())
        await shop.open()
        yield shop
        assert shop.ears.errors == []
    except BaseException:
        await look_at_failure("consumer", context.pages[0])
        raise
    finally:
        await context.close()
