"""The widget after hours: when it opens again, in the place of chat and call."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import opened, seed_passwords
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.week import HoursMode, WeeklyHours
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import instant
from madoguchi.ports.hours import Signature
from madoguchi.testing.server import RealServer
from tests.e2e.kit.axe import violations
from tests.e2e.kit.widget import a_visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

NEVER = WeeklyHours(HoursMode.PER_DAY)


@pytest.fixture(scope="module")
def closed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server whose centre has no hours at all."""
    data = tmp_path_factory.mktemp("closed") / "data"

    async def work() -> None:
        settings = Settings(data=str(data))
        await seed_passwords(settings, reset=False)
        async with opened(settings) as storage:
            signed = Signature(instant("2026-11-23T12:00:00+00:00"), UserId("user_1"), "Sue")
            await storage.hours.save(SupportCenter(weekly=NEVER), 0, signed)

    asyncio.run(work())
    server = RealServer(data)
    server.start()
    yield server
    server.stop()


@pytest.mark.req("BASE-7")
@pytest.mark.parametrize(("language", "queue", "said"), [("ja", "請求・お支払い", "現在は営業時間外です。")])
async def test_a_closed_queue_offers_neither_chat_nor_call(
    browser: Browser, closed_server: RealServer, language: str, queue: str, said: str
) -> None:
    async with a_visitor(browser, closed_server, language) as widget:
        await widget.open()
        await widget.panel.get_by_role("button", name=queue).click()
        await expect(widget.panel.get_by_role("status")).to_contain_text(said)
        await expect(widget.panel.get_by_role("button", name=re.compile("^(チャット|通話)"))).to_have_count(0)
        assert await violations(widget.page, "madoguchi-widget") == []
