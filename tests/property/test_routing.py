"""Routing under random days: nobody is rung beyond capacity, nobody starves, and shares are kept."""

import itertools
from collections import Counter
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from madoguchi.domain.routing.candidate import Attendance
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.settings import AgentGroup, OfferPolicy, RoutingSettings, Spread
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.testing.builders import a_queue
from tests.property.virtual_floor import VirtualFloor, Visit, an_agent

pytestmark = pytest.mark.req("BASE-9")

AGENTS = tuple(UserId(f"user_{name}") for name in ("ana", "ben", "chie", "dan"))
SALES, SUPPORT = a_queue("sales", *AGENTS[:3]), a_queue("support", *AGENTS[1:])


def visits(*queues: QueueId, channels: tuple[Channel, ...] = tuple(Channel)) -> st.SearchStrategy[list[Visit]]:
    one = st.builds(
        Visit,
        at_s=st.integers(0, 600).map(float),
        lasts_s=st.integers(1, 120).map(float),
        queue=st.sampled_from(queues),
        channel=st.sampled_from(channels),
        language=st.sampled_from(["ja", "en", "fr"]),
    )
    return st.lists(one, min_size=1, max_size=40)


@given(
    visits(SALES.id, SUPPORT.id),
    st.sampled_from(OfferPolicy),
    st.sampled_from([None, 0, 1, 2]),
    st.integers(1, 3),
)
@settings(deadline=None)
def test_capacity_is_never_exceeded_and_everybody_is_served(
    everybody: list[Visit], policy: OfferPolicy, weight: int | None, limit: int
) -> None:
    routing = RoutingSettings(policy=policy, call_weight=weight)
    queues = [replace(SALES, routing=routing), replace(SUPPORT, routing=routing)]
    figures = VirtualFloor(queues, [an_agent(one, chat_limit=limit) for one in AGENTS]).play(everybody)

    assert sorted(figures.served) == list(range(len(everybody)))
    for calls, chats, both in figures.most.values():
        assert calls <= 1
        assert chats <= limit
        assert weight is not None or not both


@given(visits(SALES.id, channels=(Channel.CALL,)), st.integers(1, 3), st.sampled_from(OfferPolicy))
@settings(deadline=None)
def test_within_a_priority_nobody_overtakes(calls: list[Visit], agents: int, policy: OfferPolicy) -> None:
    queue = replace(SALES, agents=AGENTS[:agents], routing=RoutingSettings(policy=policy))
    alike = [replace(one, language="ja", at_s=index * 5.0) for index, one in enumerate(calls)]
    figures = VirtualFloor([queue], [an_agent(one) for one in AGENTS]).play(alike)
    assert figures.served == list(range(len(alike)))


@given(
    visits(SALES.id, channels=(Channel.CALL,)), st.lists(st.tuples(st.integers(0, 900), st.sampled_from(AGENTS[:3])))
)
@settings(deadline=None)
def test_whoever_comes_back_to_work_takes_who_waits(calls: list[Visit], breaks: list[tuple[int, UserId]]) -> None:
    floor = VirtualFloor([SALES], [an_agent(one) for one in AGENTS])
    for number, (at_s, agent) in enumerate(breaks):
        away = Attendance.AWAY if number % 2 else Attendance.ABSENT
        floor.change(float(at_s), **{agent: {"attendance": away}})
    floor.change(2_000.0, **{one: {"attendance": Attendance.READY} for one in AGENTS})
    assert len(floor.play(calls).served) == len(calls)


@given(
    st.lists(st.integers(1, 98), min_size=1, max_size=3),
    st.lists(st.integers(1, 60), min_size=1, max_size=80),
    st.sampled_from(OfferPolicy),
)
@settings(deadline=None)
def test_at_every_moment_groups_have_their_percentages(cuts: list[int], gaps: list[int], policy: OfferPolicy) -> None:
    edges = [0, *sorted(set(cuts)), 100]
    percents = [after - before for before, after in itertools.pairwise(edges)]
    groups = tuple(
        AgentGroup(f"group {index}", (AGENTS[index],), wait_s=100_000.0, percent=percent)
        for index, percent in enumerate(percents)
    )
    routing = RoutingSettings(policy=policy, spread=Spread.PERCENT, groups=groups)
    queue = replace(SALES, agents=AGENTS[: len(groups)], routing=routing)
    floor = VirtualFloor([queue], [an_agent(one) for one in AGENTS])
    at_s, calls = 0.0, []
    for gap in gaps:
        at_s += gap
        calls.append(Visit(at_s, 5.0, queue.id))
    figures = floor.play(calls)

    assert len(figures.served) == len(calls)
    got: Counter[int] = Counter()
    for number, (index, group) in enumerate(sorted(floor.allotted.items()), start=1):
        got[group] += 1
        assert figures.agent[index] == AGENTS[group], "nobody else took it"
        for each, percent in enumerate(percents):
            assert abs(got[each] - number * percent / 100) < 1


@given(st.lists(st.integers(1, 30), min_size=20, max_size=60))
@settings(deadline=None)
def test_deltacast_spreads_calls_evenly_over_agents_who_are_alike(gaps: list[int]) -> None:
    queue = replace(SALES, agents=AGENTS)
    at_s, calls = 0.0, []
    for gap in gaps:
        at_s += gap
        calls.append(Visit(at_s, 20.0, queue.id))
    figures = VirtualFloor([queue], [an_agent(one) for one in AGENTS]).play(calls)
    taken = Counter(figures.agent.values())
    assert max(taken.values()) - min(taken[one] for one in AGENTS) <= 1
