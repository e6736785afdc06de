"""Several supervisors in one call, each in another part, through a warm transfer: who hears whom, by ear."""

from collections.abc import Mapping

import pytest

from madoguchi.domain.supervision import Role, Voice, gain_matrix
from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId
from madoguchi.ports.voice import LegAnswered, Sound
from tests.contract.voice.stages import FarEnd, Stage, a_talker, comes_to_hear, happens

BRIDGE, MUSIC = BridgeId("bridge_1"), PlaybackId("play_1")
CONSUMER, AGENT, COLLEAGUE, WHISPERS, BARGES, MUSIC_IS = 440, 700, 850, 1000, 1200, 1500
UNHEARD = (330, 1800)
"""What the two who only listen say all the time."""


async def play(stage: Stage, parts: Mapping[str, Role], legs: Mapping[str, FarEnd], *, on_hold: str = "") -> None:
    """Let everybody play his part, as a call orders it."""
    voices = [Voice(legs[name].leg, role, on_hold=name == on_hold) for name, role in parts.items()]
    await stage.engine.set_gains(BRIDGE, [one.leg for one in voices], gain_matrix(voices))


async def a_supervisor(stage: Stage, name: str, says: int, role: Role) -> FarEnd:
    """Connect a supervisor's browser, which is listen-only until it is his part to speak."""
    far_end = await stage.browser(LegId(f"leg_{name}"), says, listen_only=True)
    await happens(stage, LegAnswered(far_end.leg))
    if role is not Role.MONITOR:
        await stage.engine.set_listen_only(far_end.leg, on=False)
    return far_end


@pytest.mark.req("MON-2", "MON-7", "MON-8", "MON-9", "MON-10")
async def test_two_listen_one_whispers_and_one_barges_through_a_warm_transfer(stage: Stage) -> None:
    supervisors = {"first": Role.MONITOR, "second": Role.MONITOR, "whispers": Role.WHISPER, "barges": Role.BARGE}
    says = dict(zip(supervisors, (*UNHEARD, WHISPERS, BARGES), strict=True))
    legs = {"consumer": await a_talker(stage, CONSUMER), "agent": await a_talker(stage, AGENT)}
    for name, role in supervisors.items():
        legs[name] = await a_supervisor(stage, name, says[name], role)

    await play(stage, {"consumer": Role.CONSUMER, "agent": Role.AGENT, **supervisors}, legs)
    await comes_to_hear(legs["consumer"], AGENT, BARGES)
    await comes_to_hear(legs["agent"], CONSUMER, WHISPERS, BARGES)
    for name in ("first", "second", "whispers"):
        await comes_to_hear(legs[name], CONSUMER, AGENT, BARGES)
    await comes_to_hear(legs["barges"], CONSUMER, AGENT)

    # The agent asks a colleague; the consumer hears music meanwhile.
    legs["colleague"] = await stage.callee(LegId("leg_colleague"), COLLEAGUE, near=legs["consumer"].leg)
    await happens(stage, LegAnswered(legs["colleague"].leg))
    asked = {"consumer": Role.CONSUMER, "agent": Role.AGENT, "colleague": Role.THIRD_PARTY, **supervisors}
    await play(stage, asked, legs, on_hold="consumer")
    await stage.engine.play(MUSIC, legs["consumer"].leg, [Sound(stage.sound(MUSIC_IS), loop=True)])
    await comes_to_hear(legs["consumer"], MUSIC_IS)
    await comes_to_hear(legs["agent"], COLLEAGUE, WHISPERS, BARGES)
    await comes_to_hear(legs["colleague"], AGENT, BARGES)
    for name in ("first", "second", "whispers"):
        await comes_to_hear(legs[name], AGENT, COLLEAGUE, BARGES)

    # He leaves; the colleague is the agent, and what is whispered is for him from now on.
    await stage.engine.stop_playback(MUSIC)
    await play(stage, {"consumer": Role.CONSUMER, "colleague": Role.AGENT, **supervisors}, legs)
    await stage.engine.release(legs["agent"].leg)
    await comes_to_hear(legs["consumer"], COLLEAGUE, BARGES)
    await comes_to_hear(legs["colleague"], CONSUMER, WHISPERS, BARGES)
    for name in ("first", "second", "whispers"):
        await comes_to_hear(legs[name], CONSUMER, COLLEAGUE, BARGES)
    await comes_to_hear(legs["barges"], CONSUMER, COLLEAGUE)

    # Each does something else now, on the leg that he has.
    changed = {"first": Role.BARGE, "second": Role.WHISPER, "whispers": Role.MONITOR, "barges": Role.MONITOR}
    for name, role in changed.items():
        await stage.engine.set_listen_only(legs[name].leg, on=role is Role.MONITOR)
    await play(stage, {"consumer": Role.CONSUMER, "colleague": Role.AGENT, **changed}, legs)
    await comes_to_hear(legs["consumer"], COLLEAGUE, UNHEARD[0])
    await comes_to_hear(legs["colleague"], CONSUMER, *UNHEARD)
    await comes_to_hear(legs["barges"], CONSUMER, COLLEAGUE, UNHEARD[0])
    assert legs["consumer"].seams() == legs["colleague"].seams() == []
