"""Consult, swap, three-way: who hears whom when an agent asks a third party into his call."""

from collections.abc import Sequence

import pytest

from madoguchi.domain.supervision import Role, Voice, gain_matrix
from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId
from madoguchi.ports.voice import LegAnswered, Sound
from tests.contract.voice.stages import FarEnd, Stage, a_talker, comes_to_hear, happens

BRIDGE = BridgeId("bridge_1")
MUSIC, MUSIC_AFTER_SWAP = PlaybackId("play_1"), PlaybackId("play_2")
CONSUMER_SAYS, AGENT_SAYS, THIRD_SAYS, MUSIC_IS = 440, 700, 1000, 1500
ROLES = (Role.CONSUMER, Role.AGENT, Role.THIRD_PARTY, Role.MONITOR)


async def hear_each_other(stage: Stage, legs: Sequence[FarEnd], *, on_hold: int | None = None) -> None:
    """Give every pair what the rule says; the one at place `on_hold` hears music instead."""
    voices = [
        Voice(one.leg, role, on_hold=place == on_hold)
        for place, (one, role) in enumerate(zip(legs, ROLES, strict=False))
    ]
    await stage.engine.set_gains(BRIDGE, [one.leg for one in legs], gain_matrix(voices))


@pytest.mark.req("BASE-11")
async def test_consulting_swapping_and_conferring_by_ear(stage: Stage) -> None:
    consumer, agent = await a_talker(stage, CONSUMER_SAYS), await a_talker(stage, AGENT_SAYS)
    third = await stage.callee(LegId("leg_third"), THIRD_SAYS, near=consumer.leg)
    await happens(stage, LegAnswered(third.leg))
    monitor = await stage.browser(LegId("leg_monitor"), 1200, listen_only=True)
    await happens(stage, LegAnswered(monitor.leg))
    all_legs = (consumer, agent, third, monitor)
    music = [Sound(stage.sound(MUSIC_IS), loop=True)]

    await hear_each_other(stage, all_legs, on_hold=0)
    await stage.engine.play(MUSIC, consumer.leg, music)
    await comes_to_hear(consumer, MUSIC_IS)
    await comes_to_hear(agent, THIRD_SAYS)
    await comes_to_hear(third, AGENT_SAYS)
    await comes_to_hear(monitor, AGENT_SAYS, THIRD_SAYS)

    await stage.engine.stop_playback(MUSIC)
    await stage.engine.play(MUSIC_AFTER_SWAP, third.leg, music)
    await hear_each_other(stage, all_legs, on_hold=2)
    await comes_to_hear(third, MUSIC_IS)
    await comes_to_hear(agent, CONSUMER_SAYS)
    await comes_to_hear(consumer, AGENT_SAYS)

    await stage.engine.stop_playback(MUSIC_AFTER_SWAP)
    await hear_each_other(stage, all_legs)
    await comes_to_hear(consumer, AGENT_SAYS, THIRD_SAYS)
    await comes_to_hear(agent, CONSUMER_SAYS, THIRD_SAYS)
    await comes_to_hear(third, CONSUMER_SAYS, AGENT_SAYS)
    await comes_to_hear(monitor, CONSUMER_SAYS, AGENT_SAYS, THIRD_SAYS)
