"""Who hears whom: talk, hold, monitor, whisper, barge, prompts."""

import asyncio

import pytest

from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId
from madoguchi.ports.voice import LegAnswered, LegGoneError, LegReleased, PlaybackEnded, ReleaseCause, Sound
from tests.contract.voice.stages import Stage, a_talker, comes_to_hear, happens

BRIDGE, OTHER = BridgeId("bridge_1"), BridgeId("bridge_2")
PLAYBACK = PlaybackId("play_1")
SUPERVISOR = LegId("leg_supervisor")
TALK = ((0.0, 1.0), (1.0, 0.0))
MONITOR = ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 0.0))
WHISPER = ((0.0, 1.0, 0.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0))
BARGE = ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0))


async def test_two_legs_hear_each_other_and_not_themselves(stage: Stage) -> None:
    consumer, agent = await a_talker(stage, 440), await a_talker(stage, 700)
    await stage.engine.open_bridge(BRIDGE)

    await stage.engine.set_gains(BRIDGE, [consumer.leg, agent.leg], TALK)

    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)


async def test_legs_in_no_bridge_hear_silence_and_a_leg_is_in_one_bridge_at_most(stage: Stage) -> None:
    one, two, three = [await a_talker(stage, tone) for tone in (440, 700, 1000)]
    await stage.engine.set_gains(BRIDGE, [one.leg, two.leg], TALK)
    await comes_to_hear(one, 700)

    await stage.engine.set_gains(OTHER, [three.leg, two.leg], TALK)

    await comes_to_hear(three, 700)
    await comes_to_hear(two, 1000)
    await comes_to_hear(one)
    await stage.engine.close_bridge(OTHER)
    await comes_to_hear(three)


async def test_mute_is_a_gain_of_nought(stage: Stage) -> None:
    consumer, agent = await a_talker(stage, 440), await a_talker(stage, 700)

    await stage.engine.set_gains(BRIDGE, [consumer.leg, agent.leg], ((0.0, 0.0), (1.0, 0.0)))

    await comes_to_hear(agent, 440)
    await comes_to_hear(consumer)


async def test_on_hold_one_hears_music_and_the_other_nothing(stage: Stage) -> None:
    consumer, agent = await a_talker(stage, 440), await a_talker(stage, 700)
    await stage.engine.set_gains(BRIDGE, [consumer.leg, agent.leg], TALK)
    await comes_to_hear(consumer, 700)

    await stage.engine.set_gains(BRIDGE, [consumer.leg, agent.leg], ((0.0, 0.0), (0.0, 0.0)))
    await stage.engine.play(PLAYBACK, consumer.leg, [Sound(stage.sound(1500), loop=True)])

    await comes_to_hear(consumer, 1500)
    await comes_to_hear(agent)
    await stage.engine.stop_playback(PLAYBACK)
    await happens(stage, PlaybackEnded(PLAYBACK, completed=False))
    await stage.engine.set_gains(BRIDGE, [consumer.leg, agent.leg], TALK)
    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)


@pytest.mark.req("MON-1")
async def test_a_monitor_hears_both_and_nobody_notices_when_he_comes_goes_or_dies(stage: Stage) -> None:
    consumer, agent = await a_talker(stage, 440), await a_talker(stage, 700)
    talkers = [consumer.leg, agent.leg]
    await stage.engine.set_gains(BRIDGE, talkers, TALK)
    await comes_to_hear(consumer, 700)
    before = len(stage.events)

    supervisor = await stage.browser(SUPERVISOR, 1200)
    await stage.engine.set_gains(BRIDGE, [*talkers, SUPERVISOR], MONITOR)
    await comes_to_hear(supervisor, 440, 700)
    await stage.engine.release(SUPERVISOR)
    await happens(stage, LegReleased(SUPERVISOR, ReleaseCause.NORMAL))
    phone = await a_talker(stage, 1000)
    await stage.engine.set_gains(BRIDGE, [*talkers, phone.leg], MONITOR)
    await comes_to_hear(phone, 440, 700)
    phone.vanish()
    await asyncio.sleep(0.3)

    assert consumer.hears() == {700}
    assert agent.hears() == {440}
    assert consumer.seams() == agent.seams() == []
    told = [event for event in stage.events[before:] if getattr(event, "leg", None) in talkers]
    assert told == []


@pytest.mark.req("MON-9")
async def test_what_a_listen_only_browser_says_is_heard_by_nobody_even_at_full_gain(stage: Stage) -> None:
    consumer = await a_talker(stage, 440)
    supervisor = await stage.browser(SUPERVISOR, 1200, listen_only=True)
    await happens(stage, LegAnswered(SUPERVISOR))

    await stage.engine.set_gains(BRIDGE, [consumer.leg, SUPERVISOR], TALK)

    await comes_to_hear(supervisor, 440)
    assert consumer.hears() == frozenset()


@pytest.mark.req("MON-8", "MON-9")
async def test_who_listened_speaks_and_listens_again_on_the_same_leg_without_a_seam_for_anybody(stage: Stage) -> None:
    consumer, agent = await a_talker(stage, 440), await a_talker(stage, 700)
    supervisor = await stage.browser(SUPERVISOR, 1000, listen_only=True)
    await happens(stage, LegAnswered(SUPERVISOR))
    legs = [consumer.leg, agent.leg, SUPERVISOR]
    await stage.engine.set_gains(BRIDGE, legs, BARGE)
    await comes_to_hear(supervisor, 440, 700)
    await comes_to_hear(consumer, 700)

    await stage.engine.set_listen_only(SUPERVISOR, on=False)
    await comes_to_hear(consumer, 700, 1000)
    await comes_to_hear(agent, 440, 1000)
    await stage.engine.set_listen_only(SUPERVISOR, on=True)
    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)
    assert consumer.seams() == agent.seams() == []
    await stage.engine.release(SUPERVISOR)
    await happens(stage, LegReleased(SUPERVISOR, ReleaseCause.NORMAL))
    with pytest.raises(LegGoneError):
        await stage.engine.set_listen_only(SUPERVISOR, on=False)


async def test_whisper_reaches_the_agent_alone_and_barge_everybody(stage: Stage) -> None:
    consumer, agent = await a_talker(stage, 440), await a_talker(stage, 700)
    supervisor = await stage.browser(SUPERVISOR, 1000)
    await happens(stage, LegAnswered(SUPERVISOR))
    legs = [consumer.leg, agent.leg, SUPERVISOR]

    await stage.engine.set_gains(BRIDGE, legs, WHISPER)

    await comes_to_hear(agent, 440, 1000)
    await comes_to_hear(supervisor, 440, 700)
    await comes_to_hear(consumer, 700)
    await stage.engine.set_gains(BRIDGE, legs, BARGE)
    await comes_to_hear(consumer, 700, 1000)
    await comes_to_hear(agent, 440, 1000)
    await stage.engine.set_gains(BRIDGE, legs, MONITOR)
    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)
    assert consumer.seams() == agent.seams() == []


async def test_a_prompt_is_heard_by_its_leg_alone_and_ends_by_itself(stage: Stage) -> None:
    consumer, agent = await a_talker(stage, 440), await a_talker(stage, 700)
    await stage.engine.set_gains(BRIDGE, [consumer.leg, agent.leg], TALK)
    await comes_to_hear(consumer, 700)

    await stage.engine.play(PLAYBACK, agent.leg, [Sound(stage.sound(1500, seconds=0.7))])

    await comes_to_hear(agent, 1500)
    assert consumer.hears() == {700}
    await happens(stage, PlaybackEnded(PLAYBACK, completed=True))
    await comes_to_hear(agent, 440)


async def test_an_unreadable_sound_is_skipped_and_the_playback_ends_all_the_same(stage: Stage) -> None:
    consumer = await a_talker(stage, 440)
    garbage = stage.sound(330).with_name("garbage.wav")
    garbage.write_bytes(b"not a sound at all" * 50)

    await stage.engine.play(PLAYBACK, consumer.leg, [Sound(garbage), Sound(garbage.with_name("absent.mp3"))])
    await happens(stage, PlaybackEnded(PLAYBACK, completed=True))
    again = PlaybackId("play_2")
    await stage.engine.play(again, consumer.leg, [Sound(garbage), Sound(stage.sound(1200), loop=True)])

    await comes_to_hear(consumer, 1200)


async def test_a_new_playback_replaces_the_former_and_both_are_reported_once(stage: Stage) -> None:
    consumer = await a_talker(stage, 440)
    await stage.engine.play(PLAYBACK, consumer.leg, [Sound(stage.sound(1000), loop=True)])
    await comes_to_hear(consumer, 1000)

    second = PlaybackId("play_2")
    await stage.engine.play(second, consumer.leg, [Sound(stage.sound(1500), loop=True)])
    await comes_to_hear(consumer, 1500)
    await stage.engine.release(consumer.leg)

    await happens(stage, PlaybackEnded(second, completed=False))
    ended = [event for event in stage.events if isinstance(event, PlaybackEnded)]
    assert ended == [PlaybackEnded(PLAYBACK, completed=False), PlaybackEnded(second, completed=False)]


async def test_a_playback_to_a_leg_that_is_gone_ends_at_once(stage: Stage) -> None:
    await stage.engine.play(PLAYBACK, LegId("leg_nobody"), [Sound(stage.sound(1000), loop=True)])

    await happens(stage, PlaybackEnded(PLAYBACK, completed=False))
