"""Supervisors come, switch and go: what the others get on the wire goes on as if nobody were there."""

import asyncio
from typing import Final

import pytest

from madoguchi.domain.supervision import Role, Voice, gain_matrix
from madoguchi.kernel.ids import LegId
from tests.integration.media.plane import Scene, a_scene

CONSUMER, AGENT, SUPERVISOR = LegId("leg_consumer"), LegId("leg_agent"), LegId("leg_supervisor")
SWITCHES: Final = 1_000
PARTS: Final = (Role.WHISPER, Role.BARGE, Role.MONITOR)


async def plays(scene: Scene, supervisor: LegId, role: Role) -> None:
    """Let the supervisor play a part, as a call orders it."""
    voices = [Voice(CONSUMER, Role.CONSUMER), Voice(AGENT, Role.AGENT), Voice(supervisor, role)]
    await scene.gains([one.leg for one in voices], gain_matrix(voices))


@pytest.mark.req("MON-1", "MON-8")
async def test_a_thousand_switches_leave_no_seam_in_anybodys_stream() -> None:
    async with a_scene() as scene:
        consumer, agent = await scene.phone(CONSUMER, 440), await scene.phone(AGENT, 700)
        supervisor = await scene.phone(SUPERVISOR, 1000)
        await plays(scene, SUPERVISOR, Role.MONITOR)
        await scene.hears(supervisor, 440, 700)
        for n in range(SWITCHES):
            await plays(scene, SUPERVISOR, PARTS[n % len(PARTS)])
        await plays(scene, SUPERVISOR, Role.MONITOR)

        await scene.hears(consumer, 700)
        await scene.hears(agent, 440)
        await scene.hears(supervisor, 440, 700)
        assert consumer.seams() == agent.seams() == supervisor.seams() == []
        assert len(consumer.received) > 12


@pytest.mark.req("MON-8", "MON-9")
async def test_a_browser_speaks_and_listens_by_turns_on_one_connection() -> None:
    async with a_scene() as scene:
        consumer, agent = await scene.phone(CONSUMER, 440), await scene.phone(AGENT, 700)
        browser = await scene.browser(SUPERVISOR, 1200, listen_only=True)
        await plays(scene, SUPERVISOR, Role.BARGE)
        await scene.hears(browser, 440, 700)
        await scene.hears(consumer, 700)

        for _ in range(3):
            await scene.plane.set_listen_only(SUPERVISOR, on=False)
            await scene.hears(consumer, 700, 1200)
            await scene.hears(agent, 440, 1200)
            await scene.plane.set_listen_only(SUPERVISOR, on=True)
            await scene.hears(consumer, 700)
            await scene.hears(agent, 440)
        assert consumer.seams() == agent.seams() == []


@pytest.mark.req("MON-9")
async def test_what_a_listening_browser_sends_has_no_energy_anywhere_whatever_the_matrix_says() -> None:
    async with a_scene() as scene:
        consumer, agent = await scene.phone(CONSUMER, 440), await scene.phone(AGENT)
        browser = await scene.browser(SUPERVISOR, 1200, listen_only=True)
        for role in (Role.MONITOR, Role.WHISPER, Role.BARGE):
            await plays(scene, SUPERVISOR, role)
            await scene.hears(browser, 440)
            await asyncio.sleep(0.3)
            assert consumer.hears() == frozenset()
            assert agent.hears() == {440}
            assert not consumer.listen().any(), "silence to the last bit"
        consumer.say(())
        await plays(scene, SUPERVISOR, Role.MONITOR)
        await scene.hears(browser)
        await asyncio.sleep(0.3)
        assert not consumer.listen().any()
        assert not agent.listen().any(), "on both other legs"
