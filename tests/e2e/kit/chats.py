"""Chats as agents and supervisors handle them in the portal: by their labels, in English."""

import re

from playwright.async_api import FilePayload, Locator, expect

from tests.e2e.kit.portal import Portal


class ChatDesk:
    """The chats on an agent's desk."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.page = portal.page

    @property
    def pane(self) -> Locator:
        """The chat that is shown."""
        return self.page.get_by_role("region", name=re.compile("^Chat with"))

    @property
    def lines(self) -> Locator:
        """What was said in the chat that is shown, in order."""
        return self.pane.locator("p.said")

    @property
    def composer(self) -> Locator:
        """Where the agent writes."""
        return self.pane.get_by_role("textbox", name="Message")

    @property
    def typing(self) -> Locator:
        """Who types."""
        return self.pane.locator(".typing")

    @property
    def receipt(self) -> Locator:
        """What became of the last line."""
        return self.pane.locator("p.receipt")

    @property
    def refusals(self) -> Locator:
        """What is said beside the input of files that were refused."""
        return self.pane.get_by_role("list", name="Files being sent").get_by_role("alert")

    @property
    def offline(self) -> Locator:
        """The bar that says that the connection is lost."""
        return self.page.get_by_text("The connection was lost")

    def session(self, text: str) -> Locator:
        """A chat in the list, by its last line."""
        return (
            self.page.get_by_role("navigation", name="Your conversations").get_by_role("button").filter(has_text=text)
        )

    async def accept(self) -> None:
        """Wait until a chat rings, accept, and wait for the conversation."""
        await self.portal.offer.first.get_by_role("button", name="Accept").click()
        await expect(self.portal.offer).to_have_count(0)
        await expect(self.pane).to_be_visible()

    async def say(self, line: str) -> None:
        """Write a line and press Enter."""
        await self.composer.fill(line)
        await self.composer.press("Enter")

    async def attach(self, *files: FilePayload) -> None:
        """Choose files by the paperclip."""
        await self.pane.locator("input[type=file]").set_input_files(list(files))

    async def end(self) -> None:
        """End the chat, and confirm."""
        await self.pane.get_by_role("button", name="End chat").click()
        await self.page.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
        await expect(self.page.get_by_role("alertdialog")).to_have_count(0)
