"""Legs that were made near each other can share a bridge, whatever the engine consists of."""

import pytest

from madoguchi.kernel.ids import BridgeId, LegId
from madoguchi.ports.voice import LegReleased, ReleaseCause
from tests.contract.voice.stages import Stage, a_talker, comes_to_hear, fake, happens, two_workers

TALK = ((0.0, 1.0), (1.0, 0.0))
MONITOR = ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 0.0))
AGENT, COLLEAGUE, SUPERVISOR = LegId("leg_agent"), LegId("leg_colleague"), LegId("leg_supervisor")
BRIDGE, OTHER = BridgeId("bridge_1"), BridgeId("bridge_2")

pytestmark = pytest.mark.parametrize("stage", [fake, two_workers], indirect=True, ids=lambda opening: opening.__name__)


@pytest.mark.req("MON-1")
async def test_callers_talk_are_monitored_and_transferred_wherever_other_calls_are(stage: Stage) -> None:
    other = await a_talker(stage, 1500)
    consumer = await a_talker(stage, 440)
    agent = await stage.browser(AGENT, 700, near=consumer.leg)
    other_agent = await stage.callee(LegId("leg_other"), 1200, near=other.leg)
    await stage.engine.set_gains(OTHER, [other.leg, other_agent.leg], TALK)
    await stage.engine.set_gains(BRIDGE, [consumer.leg, AGENT], TALK)
    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)
    await comes_to_hear(other, 1200)

    supervisor = await stage.browser(SUPERVISOR, 1000, listen_only=True, near=consumer.leg)
    await stage.engine.set_gains(BRIDGE, [consumer.leg, AGENT, SUPERVISOR], MONITOR)
    await comes_to_hear(supervisor, 440, 700)

    await stage.engine.release(AGENT)
    await happens(stage, LegReleased(AGENT, ReleaseCause.NORMAL))
    colleague = await stage.callee(COLLEAGUE, 1000, near=consumer.leg)
    await stage.engine.set_gains(BRIDGE, [consumer.leg, COLLEAGUE, SUPERVISOR], MONITOR)
    await comes_to_hear(consumer, 1000)
    await comes_to_hear(colleague, 440)
    await comes_to_hear(supervisor, 440, 1000)
    await comes_to_hear(other_agent, 1500)


async def test_browsers_that_come_back_one_by_one_meet_by_the_name_of_their_call(stage: Stage) -> None:
    await stage.browser(LegId("leg_1"), near="call_1")
    await stage.browser(LegId("leg_2"), near="call_2")
    await stage.engine.release(LegId("leg_1"))
    await happens(stage, LegReleased(LegId("leg_1"), ReleaseCause.NORMAL))

    consumer = await stage.browser(LegId("leg_3"), 440, near="call_1")
    agent = await stage.browser(AGENT, 700, near="call_1")
    await stage.engine.set_gains(BRIDGE, [consumer.leg, AGENT], TALK)

    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)
