"""Every screen of the widget, in both languages and themes, as axe sees it."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.axe import violations
from tests.e2e.kit.backstage import an_agent_backstage
from tests.e2e.kit.files import SVG, a_file, jpeg
from tests.e2e.kit.widget import Widget, a_visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

QUEUE = {"en": "Billing", "ja": "請求・お支払い"}
SAID = {"en": "One of the cups is broken.", "ja": "カップが 1 つ割れていました。"}
ANSWER = {
    "en": "I am sorry to hear that. We send you a new one at once; keep the broken one.",
    "ja": "ご不便をおかけして申し訳ございません。すぐに代わりの品をお送りします。",
}
VIEWPORTS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 760}}


@asynccontextmanager
async def looking(
    browser: Browser, server: RealServer, language: str, theme: str, size: str
) -> AsyncIterator[tuple[Widget, Callable[[str], Awaitable[None]]]]:
    """A visitor, and how to look at a screen: axe must find nothing; `MADOGUCHI_LOOKS` keeps the picture."""
    folder = os.environ.get("MADOGUCHI_LOOKS")
    options: dict[str, Any] = {"color_scheme": theme, "viewport": VIEWPORTS[size], "reduced_motion": "reduce"}
    async with a_visitor(browser, server, language, **options) as widget:

        async def look(name: str) -> None:
            if folder is not None:
                path = Path(folder) / "widget" / f"{name}-{language}-{theme}-{size}.png"
                await widget.page.screenshot(path=path)
            assert await violations(widget.page, "madoguchi-widget") == [], name

        yield widget, look


@pytest.mark.req("CH-3")
@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("en", "light", "desktop"), ("ja", "dark", "desktop"), ("ja", "light", "phone"), ("en", "dark", "phone")],
)
async def test_no_screen_of_a_chat_has_a_violation(
    browser: Browser, server: RealServer, language: str, theme: str, size: str
) -> None:
    async with looking(browser, server, language, theme, size) as (widget, look), an_agent_backstage(server) as agent:
        await expect(widget.launcher).to_be_visible()
        await look("0-launcher")
        await widget.open()
        await look("1-menu")
        await widget.panel.get_by_role("button", name=QUEUE[language]).click()
        await look("2-choice")
        await widget.panel.get_by_role("button", name=widget.texts["chat"]).click()
        await expect(widget.composer).to_be_focused()
        await look("3-waiting")
        await widget.say(SAID[language])
        chat = await agent.take_chat()
        await expect(widget.log.locator("li.event")).to_be_visible()
        await widget.attach(a_file("cup.jpg", jpeg(320, 240)))
        await expect(widget.log.get_by_role("img", name=re.compile("cup.jpg"))).to_be_visible()
        await agent.say(chat, ANSWER[language])
        await agent.types(chat)
        await widget.attach(a_file("cup.png", SVG))
        await expect(widget.problem).to_be_visible()
        await expect(widget.lines.last).to_be_in_viewport(ratio=1)
        await look("4-chat")
        await widget.panel.get_by_role("button", name=widget.texts["end"]).click()
        await look("5-end")
        await agent.end(chat)
        await widget.has_ended()
        await look("6-ended")


@pytest.mark.req("CH-3")
@pytest.mark.parametrize(("language", "theme", "size"), [("ja", "light", "desktop"), ("en", "dark", "phone")])
async def test_no_screen_of_a_call_has_a_violation(
    browser: Browser, server: RealServer, language: str, theme: str, size: str
) -> None:
    async with looking(browser, server, language, theme, size) as (widget, look):
        await widget.open()
        await widget.choose(QUEUE[language], "call")
        await expect(widget.panel.get_by_role("alert")).to_be_visible()
        await look("7-microphone-denied")
        await widget.page.context.grant_permissions(["microphone"])
        await widget.panel.locator("button.primary").click()
        await expect(widget.panel.locator(".elapsed")).to_be_visible()
        await widget.panel.get_by_role("button", name={"en": "Keypad", "ja": "キーパッド"}[language]).click()
        await look("8-call-waiting")
        await widget.panel.locator("button.danger").click()
        await expect(widget.panel.locator("button.primary")).to_be_visible()
        await look("9-call-ended")
