"""A consumer calls from a shop's page instead of a telephone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from madoguchi.testing.tones import tones_in
from tests.e2e.kit.browser import TONES, chromium
from tests.e2e.kit.house import Office, nothing_is_live
from tests.e2e.kit.portal import a_supervisor, an_agent, look
from tests.e2e.kit.shop import a_consumer
from tests.e2e.voice.conftest import AGENT_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

CONSUMER_HERTZ = 500


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose microphone says the consumer's tone; the agent's is made in his page."""
    async with chromium(tmp_path_factory.mktemp("browser"), CONSUMER_HERTZ) as running:
        yield running


@pytest.mark.req("CH-2")
@pytest.mark.req("BASE-16")
@pytest.mark.req("MON-1")
@pytest.mark.req("REC-1")
async def test_a_consumer_calls_from_a_page_reloads_it_and_is_monitored_and_recorded(
    server: RealServer, browser: Browser, office: Office, looks: Path | None
) -> None:
    async with (
        an_agent(browser, server, hertz=AGENT_HERTZ) as agent,
        a_supervisor(browser, server) as supervisor,
        a_consumer(browser, server) as consumer,
    ):
        await consumer.call("Billing")
        await look(looks, consumer_waits=consumer, agent_is_rung=agent)
        await agent.accept()
        await agent.ears.hears(CONSUMER_HERTZ)
        await consumer.ears.hears(AGENT_HERTZ)
        await expect(consumer.state).to_have_text("In call with 佐藤 美咲")
        await look(looks, consumer_talks=consumer, agent_talks=agent)

        await agent.ears.watch()
        media = await agent.ears.media()
        await supervisor.page.get_by_role("button", name="Actions for").click()
        await supervisor.page.get_by_role("menuitem", name="Monitor", exact=True).click()
        await supervisor.ears.hears(CONSUMER_HERTZ, AGENT_HERTZ)
        await supervisor.stop_monitoring()
        assert (await supervisor.ears.media())["asked"] == 0
        assert await agent.ears.noticed() == []
        assert await agent.ears.media() == media

        await consumer.page.reload()
        await expect(consumer.state).to_have_text("In call with 佐藤 美咲")
        await consumer.ears.hears(AGENT_HERTZ)
        await agent.ears.hears(CONSUMER_HERTZ)
        assert "NotAllowedError" not in await consumer.page.evaluate("window.__ears.plays")

        await consumer.hang_up()
        await agent.finish_wrap_up()
        await expect(agent.presence).to_contain_text("Available")

        call = office.newest_call()
        sound = await office.recorded(call["id"])
    assert (call["medium"], call["end_reason"]) == ("web", "consumer_hung_up")
    heard = [tones_in(sound[at : at + 1600], TONES) for at in range(0, len(sound), 1600)]
    assert {CONSUMER_HERTZ, AGENT_HERTZ} in heard
    await nothing_is_live(server)


@pytest.mark.req("CH-2")
async def test_an_agent_ends_a_consumers_call_and_the_page_says_so(
    server: RealServer, browser: Browser, office: Office
) -> None:
    async with an_agent(browser, server, hertz=AGENT_HERTZ) as agent, a_consumer(browser, server) as consumer:
        await consumer.call("Technical support")
        await agent.accept()
        await consumer.ears.hears(AGENT_HERTZ)
        await agent.hang_up()
        await expect(consumer.state).to_have_text("The call has ended.")
        await agent.finish_wrap_up()
    assert office.newest_call()["end_reason"] == "agent_hung_up"
    await nothing_is_live(server)
