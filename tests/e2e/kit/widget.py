"""The consumer's widget as he uses it: by its labels, in his language."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.browser import Ears, a_context

TEXTS: Final = {
    "en": {
        "title": "Contact us",
        "chat": re.compile("^Chat"),
        "call": re.compile("^Call"),
        "write": "Write a message",
        "send": "Send",
        "end": "End chat",
        "yes": "End",
        "close": "Close",
        "ended": "The chat has ended.",
        "save": "Save the conversation",
    },
    "ja": {
        "title": "お問い合わせ",
        "chat": re.compile("^チャット"),
        "call": re.compile("^通話"),
        "write": "メッセージを入力",
        "send": "送信",
        "end": "チャットを終了",
        "yes": "終了する",
        "close": "閉じる",
        "ended": "チャットは終了しました。",
        "save": "会話を保存",
    },
}


class Widget:
    """The widget on a page, and the page around it."""

    def __init__(self, page: Page, language: str = "en") -> None:
        self.page = page
        self.language = language
        self.texts: dict[str, Any] = dict(TEXTS[language])
        self.ears = Ears(page)

    @property
    def launcher(self) -> Locator:
        """The round button."""
        return self.page.locator("madoguchi-widget .launcher")

    @property
    def panel(self) -> Locator:
        """What the button opens."""
        return self.page.get_by_role("dialog", name=self.texts["title"])

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.panel.get_by_role("log")

    @property
    def lines(self) -> Locator:
        """What was said, in order; no events."""
        return self.log.locator("li:not(.event) p.bubble")

    @property
    def composer(self) -> Locator:
        """Where he writes."""
        return self.panel.get_by_role("textbox", name=self.texts["write"])

    @property
    def problem(self) -> Locator:
        """What is said beside the input when something was refused."""
        return self.panel.locator(".composer").get_by_role("alert")

    @property
    def offline(self) -> Locator:
        """The bar that says that the connection is lost."""
        return self.panel.locator(".bar")

    async def visit_shop(self, origin: str) -> None:
        """Go to the demo shop."""
        await self.page.goto(f"{origin}/demo-shop/?language={self.language}")

    async def open(self) -> None:
        """Open the panel and wait for the menu."""
        await self.launcher.click()
        await expect(self.panel.get_by_role("list").first).to_be_visible()

    async def choose(self, queue: str, way: str) -> None:
        """Choose what it is about, and then `chat` or `call`."""
        await self.panel.get_by_role("button", name=queue).click()
        await self.panel.get_by_role("button", name=self.texts[way]).click()

    async def begin_chat(self, queue: str, first: str) -> None:
        """Open the widget, choose, and write a first line."""
        await self.open()
        await self.choose(queue, "chat")
        await self.say(first)

    async def say(self, line: str) -> None:
        """Write a line and press Enter."""
        await self.composer.fill(line)
        await self.composer.press("Enter")

    async def attach(self, *files: FilePayload) -> None:
        """Choose a file by the clip."""
        await self.panel.locator("input[type=file]").set_input_files(list(files))

    async def end(self) -> None:
        """End the chat, and confirm."""
        await self.panel.get_by_role("button", name=self.texts["end"]).click()
        await self.panel.get_by_role("button", name=self.texts["yes"], exact=True).click()

    async def has_ended(self) -> None:
        """Wait until the chat is over."""
        await expect(self.panel.get_by_text(self.texts["ended"])).to_be_visible()

    async def transcript(self) -> str:
        """Save the conversation; return the file."""
        async with self.page.expect_download() as saved:
            await self.panel.get_by_role("button", name=self.texts["save"]).click()
        return (await (await saved.value).path()).read_text(encoding="utf-8")


@asynccontextmanager
async def a_visitor(
    browser: Browser, server: RealServer, language: str = "en", *, port: int | None = None, **options: Any
) -> AsyncIterator[Widget]:
    """Yield a consumer on the demo shop; his page must not have thrown anything.

    Args:
        browser: where.
        server: whose demo shop.
        language: of the page and of his browser.
        port: what he reaches the server by, where it is not its own.
        options: of the context: `viewport`, `color_scheme`.
    """
    locale = "ja-JP" if language == "ja" else "en-US"
    context = await a_context(browser, microphone=False, locale=locale, **options)
    try:
        widget = Widget(await context.new_page(), language)
        await widget.visit_shop(f"http://localhost:{port or server.port}")
        yield widget
        assert widget.ears.errors == []
    finally:
        await context.close()
