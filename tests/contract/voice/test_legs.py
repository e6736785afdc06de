"""Legs come, answer, press keys and go; each end is reported once."""

import asyncio

import pytest

from madoguchi.kernel.ids import BridgeId, LegId
from madoguchi.ports.voice import (
    BadBrowserOfferError,
    BrowserOffer,
    DigitsHeard,
    LegAnswered,
    LegArrived,
    LegGoneError,
    LegRang,
    LegReleased,
    ReleaseCause,
)
from tests.contract.voice.stages import Stage, a_talker, comes_to_hear, happens
from tests.integration.media.plane import until

LEG = LegId("leg_dialled")
TALK = ((0.0, 1.0), (1.0, 0.0))


def releases(stage: Stage, leg: LegId) -> list[LegReleased]:
    return [event for event in stage.events if isinstance(event, LegReleased) and event.leg == leg]


async def test_a_call_that_comes_in_says_who_calls_and_whom(stage: Stage) -> None:
    far_end = await stage.caller(caller="0399998888", called="555")

    arrived = next(event for event in stage.events if isinstance(event, LegArrived))

    assert (arrived.leg, arrived.caller, arrived.called) == (far_end.leg, "0399998888", "555")
    await stage.engine.ring(far_end.leg)
    await stage.engine.answer(far_end.leg)
    await happens(stage, LegAnswered(far_end.leg))
    await stage.engine.answer(far_end.leg)
    assert stage.events.count(LegAnswered(far_end.leg)) == 1


async def test_a_leg_is_known_from_its_coming_to_its_end(stage: Stage) -> None:
    far_end = await stage.caller()
    assert list(stage.engine.known_legs()) == [far_end.leg]
    await stage.engine.answer(far_end.leg)
    await happens(stage, LegAnswered(far_end.leg))
    assert list(stage.engine.known_legs()) == [far_end.leg]
    await stage.engine.release(far_end.leg)
    await until(lambda: bool(releases(stage, far_end.leg)))
    assert list(stage.engine.known_legs()) == []


async def test_a_dialled_phone_rings_answers_and_talks(stage: Stage) -> None:
    consumer = await a_talker(stage, 440)

    agent = await stage.callee(LEG, 700)
    await happens(stage, LegAnswered(LEG))
    await stage.engine.set_gains(BridgeId("bridge_1"), [consumer.leg, LEG], TALK)

    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)
    assert stage.events.index(LegRang(LEG)) < stage.events.index(LegAnswered(LEG))


async def test_a_dialled_phone_that_nobody_answers_is_released(stage: Stage) -> None:
    await stage.callee(LEG, answers=False, ring_s=0.5)

    await happens(stage, LegReleased(LEG, ReleaseCause.NO_ANSWER))

    assert LegRang(LEG) in stage.events
    assert len(releases(stage, LEG)) == 1


async def test_a_phone_that_rings_is_released_by_us(stage: Stage) -> None:
    await stage.callee(LEG, answers=False)
    await happens(stage, LegRang(LEG))

    await stage.engine.release(LEG)

    await until(lambda: bool(releases(stage, LEG)))
    assert len(releases(stage, LEG)) == 1
    assert LegAnswered(LEG) not in stage.events


async def test_a_far_end_that_hangs_up_is_reported_once_also_when_we_do_so_too(stage: Stage) -> None:
    far_end = await a_talker(stage, 440)

    far_end.hang_up()
    await happens(stage, LegReleased(far_end.leg, ReleaseCause.NORMAL))
    await stage.engine.release(far_end.leg)
    await stage.engine.release(LegId("leg_nobody"))
    await asyncio.sleep(0.1)

    assert len(releases(stage, far_end.leg)) == 1
    with pytest.raises(LegGoneError):
        await stage.engine.answer(far_end.leg)
    with pytest.raises(LegGoneError):
        await stage.engine.send_digits(far_end.leg, "1")


async def test_a_leg_that_goes_leaves_the_others_talking(stage: Stage) -> None:
    one, two, three = [await a_talker(stage, tone) for tone in (440, 700, 1000)]
    everybody = ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0))
    await stage.engine.set_gains(BridgeId("bridge_1"), [one.leg, two.leg, three.leg], everybody)
    await comes_to_hear(one, 700, 1000)

    three.hang_up()

    await comes_to_hear(one, 700)
    await comes_to_hear(two, 440)
    await stage.engine.set_gains(BridgeId("bridge_1"), [one.leg, two.leg, three.leg], everybody)
    await comes_to_hear(one, 700)


async def test_keys_come_in_order_and_go_out_in_order(stage: Stage) -> None:
    far_end = await a_talker(stage, 440)

    far_end.press("13*")
    await until(lambda: sum(isinstance(event, DigitsHeard) for event in stage.events) >= 3)
    await stage.engine.send_digits(far_end.leg, "90#")
    await until(lambda: far_end.digits() == "90#")

    heard = [event for event in stage.events if isinstance(event, DigitsHeard)]
    assert "".join(event.digits for event in heard) == "13*"
    assert {event.leg for event in heard} == {far_end.leg}


async def test_a_browser_connects_and_talks_with_a_phone(stage: Stage) -> None:
    consumer = await a_talker(stage, 440)

    agent = await stage.browser(LEG, 700)

    await happens(stage, LegAnswered(LEG))
    await stage.engine.set_gains(BridgeId("bridge_1"), [consumer.leg, LEG], TALK)
    await comes_to_hear(consumer, 700)
    await comes_to_hear(agent, 440)
    assert stage.events.count(LegAnswered(LEG)) == 1


async def test_what_is_no_browser_offer_is_refused(stage: Stage) -> None:
    with pytest.raises(BadBrowserOfferError):
        await stage.engine.open_browser_leg(LEG, BrowserOffer("hello"), listen_only=False)

    await stage.engine.release(LEG)
    assert releases(stage, LEG) == []


async def test_closing_ends_every_leg(stage: Stage) -> None:
    one, two = await a_talker(stage, 440), await stage.browser(LEG, 700)
    await happens(stage, LegAnswered(LEG))

    await stage.engine.close()
    await asyncio.sleep(0)

    assert len(releases(stage, one.leg)) == len(releases(stage, two.leg)) == 1
