"""The widget's menu has levels; a consumer walks through them with keys alone."""

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.backstage import an_agent_backstage, clear_the_floor
from tests.e2e.widget.test_screens import looking

pytestmark = [
    pytest.mark.browser,
    pytest.mark.req("BASE-4"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(120, func_only=True),
]

TOP = {"en": "Orders & delivery", "ja": "注文・配送"}
FIRST = {"en": "Delivery status", "ja": "配送状況の確認"}
SECOND = {"en": "Returns & exchanges", "ja": "返品・交換"}


@pytest.mark.parametrize(("language", "theme", "size"), [("ja", "light", "desktop"), ("en", "dark", "phone")])
async def test_levels_are_walked_by_keyboard_and_the_chat_comes_to_the_leaf(
    browser: Browser, server: RealServer, language: str, theme: str, size: str
) -> None:
    async with looking(browser, server, language, theme, size) as (widget, look), an_agent_backstage(server) as agent:
        panel, keys = widget.panel, widget.page.keyboard
        await widget.open()
        await panel.get_by_role("button", name=TOP[language]).press("Enter")

        first, second = (panel.get_by_role("button", name=names[language]) for names in (FIRST, SECOND))
        await expect(first).to_be_focused()
        await expect(panel.get_by_role("heading", name=TOP[language])).to_be_visible()
        await look("10-level")
        await panel.get_by_role("button", name={"en": "Back", "ja": "戻る"}[language]).press("Enter")
        await expect(panel.get_by_role("button", name=TOP[language])).to_be_focused()
        await keys.press("Enter")
        await expect(first).to_be_focused()
        await keys.press("Tab")
        await expect(second).to_be_focused()
        await keys.press("Enter")
        await expect(panel.get_by_role("button", name=widget.texts["chat"])).to_be_visible()
        await panel.get_by_role("button", name={"en": "Back", "ja": "戻る"}[language]).press("Enter")
        await expect(second).to_be_focused()
        await keys.press("Enter")
        await panel.get_by_role("button", name=widget.texts["chat"]).press("Enter")
        await widget.say("!")

        chat = await agent.take_chat()

        path = agent.row(chat)["queue"]["path"]
        assert [one[language] for one in path] == [TOP[language], SECOND[language]]
        await agent.end(chat)
    await clear_the_floor(server)
