"""The server dies in the middle of a recorded call, as in a power cut."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from madoguchi.testing.tones import tones_in
from tests.e2e.kit.browser import TONES
from tests.e2e.kit.house import Office, brisk, nothing_is_live, organised, processes_of, until
from tests.e2e.kit.phone import CALLER, CALLER_HERTZ, hears, talking
from tests.e2e.kit.portal import a_supervisor, an_agent, look
from tests.e2e.voice.conftest import AGENT_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

LAST_HERTZ = 1100
"""What the caller says just before the end."""


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[RealServer]:
    """A server of its own."""
    organised(tmp_path / "data", brisk)
    running = RealServer(tmp_path / "data")
    running.start()
    yield running
    running.kill()


@pytest.mark.req("REC-1")
@pytest.mark.req("BASE-16")
async def test_a_call_whose_server_was_killed_is_closed_and_its_recording_plays_to_the_last_second(
    doomed: RealServer, browser: Browser, looks: Path | None
) -> None:
    async with an_agent(browser, doomed) as agent:
        async with talking(doomed, agent, AGENT_HERTZ) as phone:
            await agent.ears.heard_for(5)
            phone.voice.say([LAST_HERTZ])
            await agent.ears.hears(LAST_HERTZ)
            await agent.ears.heard_for(1)
            main, workers = doomed.pid, processes_of(doomed) - {doomed.pid}
            assert workers, "there is a media worker"
            os.kill(main, signal.SIGKILL)
            await until(lambda: not processes_of(doomed) - {main}, "no worker outlives the server")
            doomed.kill()
            phone.ended.set()

        doomed.start()
        await expect(agent.call).to_have_count(0)
        office = Office(doomed)
        await until(office.newest_call, "the call is closed")
        call = office.newest_call()
        sound = await office.recorded(call["id"])
        office.close()
        assert (call["state"], call["end_reason"]) == ("failed", "server_restarted")
        assert len(sound) > 6 * 8_000
        assert LAST_HERTZ in tones_in(sound[-8_000:], TONES)
        assert {CALLER_HERTZ, AGENT_HERTZ} <= tones_in(sound[-5 * 8_000 : -3 * 8_000], TONES)

        async with a_supervisor(browser, doomed, path="/calls/completed") as supervisor:
            row = supervisor.row(CALLER)
            await expect(row).to_contain_text("Service restarted")
            await row.get_by_role("button", name="Details").click()
            dialog = supervisor.page.get_by_role("dialog", name="Call details")
            await expect(dialog.get_by_role("link", name="Download", exact=True)).to_be_visible()
            await look(looks, completed=supervisor, agent_after=agent)

        await agent.finish_wrap_up()
        await expect(agent.presence).to_contain_text("Available")
        async with talking(doomed, agent, AGENT_HERTZ) as phone:
            await hears(phone, AGENT_HERTZ)
        await agent.finish_wrap_up()
        await nothing_is_live(doomed)
