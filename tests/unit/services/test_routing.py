"""Why a call went to her, why nobody gets one that waits, and how long that will take."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from madoguchi.domain.routing.settings import AgentGroup, OfferPolicy, RoutingSettings, SkillNeed, Spread
from madoguchi.domain.transfers import ToAgent
from madoguchi.kernel.errors import NotAllowedError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId
from madoguchi.services import views
from madoguchi.services.calls import CallService
from madoguchi.services.wait_times import Durations
from madoguchi.testing.builders import ANA, BEN, CHIE, SUE, a_principal, a_queue
from madoguchi.testing.environment import NOON, settle
from madoguchi.testing.queues import plant
from tests.unit.services.floor import PAGE, Floor, a_visitor

pytestmark = pytest.mark.req("BASE-9")

CALLER, SECOND = LegId("leg_caller"), LegId("leg_second")
SALES = a_queue("sales", ANA, BEN, CHIE)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, CHIE, queues=[SALES])
    async with made:
        yield made


async def told(floor: Floor, call: InteractionId) -> dict[str, Any]:
    return dict(await floor.core.routing.of_call(floor.manager(SUE), call))


def reasons(decision: dict[str, Any]) -> dict[str, list[str]]:
    return {one["reason"]: [agent["name"] for agent in one["agents"]] for one in decision["passed"]}


async def test_the_journal_tells_who_was_rung_why_and_what_came_of_it(floor: Floor) -> None:
    await floor.available(ANA, BEN)
    call = await floor.waits(CALLER)
    await floor.core.offers.decline(a_principal(ANA), floor.offer_to(ANA))
    await settle()
    await floor.accepts(BEN)
    await floor.connects(BEN, call)

    answer = await told(floor, call)
    first, second = answer["decisions"]
    assert answer["now"] is None
    assert (first["rule"], first["attempt"]) == ("longest_since_call", 1)
    assert [(one["name"], one["idle_s"], one["outcome"]) for one in first["rung"]] == [("Ana", None, "declined")]
    assert reasons(first) == {"signed_out": ["Chie"], "turn": ["Ben"]}
    assert [(one["name"], one["outcome"]) for one in second["rung"]] == [("Ben", "accepted")]
    assert reasons(second) == {"signed_out": ["Chie"], "pause": ["Ana"]}


async def reroute(floor: Floor, settings: RoutingSettings) -> None:
    """Let the queue find its agents otherwise."""
    await plant(floor.storage.queues, replace(SALES, routing=settings))
    await floor.core.queues.load()


async def test_who_waits_is_looked_at_as_he_waits_now(floor: Floor) -> None:
    call = await floor.waits(CALLER)
    answer = await told(floor, call)
    assert answer["decisions"] == []
    assert (answer["now"]["rule"], reasons(answer["now"])) == ("nobody", {"signed_out": ["Ana", "Ben", "Chie"]})
    await floor.available(ANA)
    answer = await told(floor, call)
    assert [one["outcome"] for one in answer["decisions"][0]["rung"]] == ["standing"]
    assert reasons(answer["now"]) == {"signed_out": ["Ben", "Chie"], "ringing": ["Ana"]}


async def test_a_transfer_to_a_colleague_is_told_as_one(floor: Floor) -> None:
    await floor.available(ANA, BEN)
    call = await floor.waits(CALLER)
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    await floor.core.calls.transfer(a_principal(ANA), call, ToAgent(BEN))
    await settle()
    last = (await told(floor, call))["decisions"][-1]
    assert (last["rule"], [one["name"] for one in last["rung"]]) == ("asked_for", ["Ben"])


async def test_what_is_over_is_still_told_and_what_never_was_is_not(floor: Floor) -> None:
    await floor.available(ANA)
    call = await floor.waits(CALLER)
    floor.voice.far_end_hangs_up(CALLER)
    await settle()
    (decision,) = (await told(floor, call))["decisions"]
    assert decision["rung"][0]["outcome"] == "withdrawn"
    with pytest.raises(NotFoundError):
        await told(floor, InteractionId("call_none"))
    with pytest.raises(NotFoundError):
        await floor.core.routing.of_chat(floor.manager(SUE), call)
    with pytest.raises(NotAllowedError):
        await floor.core.routing.of_call(a_principal(ANA), call)


async def test_new_settings_count_for_those_who_wait_already(floor: Floor) -> None:
    await floor.available(ANA, BEN)
    strict = RoutingSettings(skills=(SkillNeed("billing"),), policy=OfferPolicy.MULTICAST)
    await reroute(floor, strict)
    call = await floor.waits(CALLER)
    assert reasons((await told(floor, call))["now"]) == {"signed_out": ["Chie"], "skill": ["Ana", "Ben"]}
    await reroute(floor, replace(strict, skills=()))
    await settle()
    assert (len(floor.desk(ANA, "offer")), len(floor.desk(BEN, "offer"))) == (1, 1)


async def test_the_next_group_is_rung_when_its_time_has_come(floor: Floor) -> None:
    groups = (AgentGroup("first", (ANA,), wait_s=30.0), AgentGroup("second", (BEN,)))
    cascade = RoutingSettings(policy=OfferPolicy.MULTICAST, offer_s=10.0, spread=Spread.CASCADE, groups=groups)
    await reroute(floor, cascade)
    await floor.available(BEN)
    await floor.waits(CALLER)
    await floor.clock.advance(29)
    assert floor.desk(BEN, "offer") == []
    await floor.clock.advance(2)
    assert len(floor.desk(BEN, "offer")) == 1


async def test_the_desk_is_told_to_answer_by_itself_where_the_queue_says_so(floor: Floor) -> None:
    await reroute(floor, RoutingSettings(auto_answer=True, attempts=1))
    await floor.available(ANA)
    await floor.waits(CALLER)
    (offer,) = floor.desk(ANA, "offer")
    assert offer["auto_answer"] is True
    await floor.core.offers.decline(a_principal(ANA), floor.offer_to(ANA))
    await floor.clock.advance(5)
    (offer,) = floor.desk(ANA, "offer")
    assert offer["auto_answer"] is False, "what rings at all is nobody's yet"


async def test_the_threshold_of_the_queue_decides_who_has_missed_too_many(floor: Floor) -> None:
    settings = RoutingSettings(missed_calls=2, attempts=9, unresponsive_after=0)
    await reroute(floor, settings)
    await floor.available(ANA)
    await floor.waits(CALLER)
    await floor.clock.advance(20)
    assert floor.status(ANA) == "available"
    await floor.clock.advance(20)
    assert floor.status(ANA) == "missed_call"


async def test_who_waits_learns_his_place_and_how_long_it_takes(floor: Floor) -> None:
    await floor.available(ANA)
    first = await floor.waits(CALLER)
    await floor.accepts(ANA)
    await floor.connects(ANA, first)
    second = await _web_call(floor.core.calls, floor, 1)
    third = await _web_call(floor.core.calls, floor, 2)
    # Nothing was finished within the hour: five minutes are assumed. One agent, who counts half here because he serves
    # the phone's queue as well; two queued: 2 × 2 × 300 + 10 s.
    assert [(call.position, call.wait_min) for call in map(floor.call, (second, third))] == [(1, 11), (2, 21)]
    (row,) = floor.rows(views.consumer(a_visitor(2).consumer.id))
    assert (row["position"], row["wait_min"]) == (2, 21)

    await floor.clock.advance(50)
    await floor.core.calls.hang_up(a_principal(ANA), first)
    await floor.clock.advance(60)
    await floor.accepts(ANA)
    await settle()
    # The first call took 50 s of talk and 60 s of wrap-up: 110 + 10 s.
    assert (floor.call(third).position, floor.call(third).wait_min) == (1, 4)


async def _web_call(calls: CallService, floor: Floor, number: int) -> InteractionId:
    call, leg, _ = await calls.start(a_visitor(number), SALES.id, "en", PAGE)
    floor.voice.far_end_says(leg, [])
    await settle()
    await floor.hear_out(leg)
    return call


def test_work_counts_for_an_hour() -> None:
    durations = Durations(timedelta(minutes=5))
    assert durations.average(NOON) == timedelta(minutes=5)
    durations.add(NOON, timedelta(seconds=60))
    durations.add(NOON + timedelta(minutes=30), timedelta(seconds=120))
    assert durations.average(NOON + timedelta(minutes=59)) == timedelta(seconds=90)
    assert durations.average(NOON + timedelta(minutes=61)) == timedelta(seconds=120)
    assert durations.average(NOON + timedelta(minutes=91)) == timedelta(minutes=5)
