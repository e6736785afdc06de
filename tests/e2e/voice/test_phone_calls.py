"""A consumer phones, an agent answers in his browser, a supervisor listens unseen, and a recording is left."""

from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.baresip import running_baresip
from madoguchi.testing.server import RealServer, free_port
from madoguchi.testing.tones import tones_in
from tests.e2e.kit.browser import TONES, crash
from tests.e2e.kit.house import Office, nothing_is_live, until
from tests.e2e.kit.phone import CALLER, CALLER_HERTZ, QUEUE_KEY, talking
from tests.e2e.kit.portal import a_supervisor, an_agent, look
from tests.e2e.voice.conftest import AGENT_HERTZ

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

BARESIP = "+81355501234"


@pytest.mark.baresip
@pytest.mark.req("CH-1")
@pytest.mark.req("BASE-9")
@pytest.mark.req("BASE-10")
@pytest.mark.req("BASE-11")
@pytest.mark.req("MON-1")
@pytest.mark.req("REC-1")
async def test_a_caller_goes_through_the_menu_talks_to_an_agent_and_is_monitored_and_recorded(
    server: RealServer, browser: Browser, office: Office, tmp_path: Path, looks: Path | None
) -> None:
    async with an_agent(browser, server) as agent, a_supervisor(browser, server) as supervisor:
        async with running_baresip(tmp_path / "baresip", free_port, hertz=CALLER_HERTZ, user=BARESIP) as caller:
            await caller.call(f"sip:madoguchi@127.0.0.1:{server.sip_port}")
            await until(lambda: np.abs(caller.heard()).max(initial=0) > 1000, "the caller hears the greeting")
            await caller.press(QUEUE_KEY)
            await agent.accept()
            await agent.ears.hears(CALLER_HERTZ)
            await until(lambda: tones_in(caller.heard(0.25), TONES) == {AGENT_HERTZ}, "the caller hears the agent")

            await supervisor.monitor("Ann")
            await supervisor.ears.hears(CALLER_HERTZ, AGENT_HERTZ)
            await look(looks, agent=agent, supervisor=supervisor)
            assert (await supervisor.ears.media())["asked"] == 0
            permission = await supervisor.page.evaluate(
                "navigator.permissions.query({ name: 'microphone' }).then((found) => found.state)"
            )
            assert permission != "granted"

            await caller.hang_up()
            await caller.until("CALL_CLOSED")
        await expect(supervisor.monitoring).to_have_count(0)
        await agent.finish_wrap_up()
        await expect(agent.presence).to_contain_text("Available")

        call = office.newest_call()
        sound = await office.recorded(call["id"])
    assert (call["state"], call["end_reason"]) == ("ended", "consumer_hung_up")
    assert tones_in(sound[len(sound) // 2 :][:4000], TONES) == {CALLER_HERTZ, AGENT_HERTZ}
    await nothing_is_live(server)


@pytest.mark.req("MON-1")
@pytest.mark.req("MON-2")
@pytest.mark.req("MON-9")
async def test_nobody_notices_monitors_who_come_and_go_or_crash(
    server: RealServer, browser: Browser, office: Office
) -> None:
    async with an_agent(browser, server) as agent:
        async with talking(server, agent, AGENT_HERTZ) as phone:
            before, media = await agent.ears.streams(), await agent.ears.media()
            await agent.ears.watch()
            phone.voice.received = phone.voice.received[-1:]

            async with a_supervisor(browser, server) as first, a_supervisor(browser, server, "admin") as second:
                await first.monitor(CALLER)
                await first.ears.hears(CALLER_HERTZ, AGENT_HERTZ)
                await second.monitor(CALLER)
                await second.ears.hears(CALLER_HERTZ, AGENT_HERTZ)
                await expect(first.row(CALLER)).to_contain_text("2 monitoring")
                await first.ears.hears(CALLER_HERTZ, AGENT_HERTZ)
                await first.stop_monitoring()
                await second.ears.hears(CALLER_HERTZ, AGENT_HERTZ)
                await crash(second.page)
                await expect(first.row(CALLER)).not_to_contain_text("monitoring")
                assert (await first.ears.media())["asked"] == 0

            assert phone.voice.hears(TONES) == {AGENT_HERTZ}
            await agent.ears.hears(CALLER_HERTZ)
            assert phone.voice.seams() == []
            assert await agent.ears.noticed() == []
            assert await agent.ears.media() == media
            after = await agent.ears.streams()
            assert [(one["ssrc"], one["lost"]) for one in after] == [(one["ssrc"], 0) for one in before]

            await agent.hang_up()
            await until(phone.ended.is_set, "the caller is hung up")
        await agent.finish_wrap_up()
        await expect(agent.presence).to_contain_text("Available")
        assert office.newest_call()["end_reason"] == "agent_hung_up"
    await nothing_is_live(server)
