"""The rules of routing in virtual time, against what queueing theory says of them.

Seeds are fixed, so the figures are the same in every run. Each is the mean of two runs with mirrored chance, of a seed
whose sample is near its law; that no rule of routing moves it from there is what the ideal line tests, call by call.
"""

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean

import pytest

from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.settings import OfferPolicy, RoutingSettings
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.testing.builders import a_queue
from tests.property.virtual_floor import Figures, VirtualFloor, Visit, an_agent

pytestmark = pytest.mark.req("BASE-9")

HANDLE_S = 180.0
WITHIN = 0.03
SEED = 3


@dataclass(frozen=True)
class Erlang:
    """M/M/n: calls come at random, last an exponential time, and wait without end for one of n agents.

    Source: A. K. Erlang's delay formula, as in Gross and Harris, "Fundamentals of Queueing Theory", section 2.3.
    """

    agents: int
    load: float
    """How busy each agent is, below 1."""

    @property
    def offered(self) -> float:
        """Erlangs."""
        return self.agents * self.load

    @property
    def waits(self) -> float:
        """The part of callers who wait at all."""
        last = self.offered**self.agents / math.factorial(self.agents) / (1 - self.load)
        return last / (last + sum(self.offered**k / math.factorial(k) for k in range(self.agents)))

    @property
    def mean_s(self) -> float:
        """How long they wait, those who do not wait at all among them."""
        return self.waits * HANDLE_S / (self.agents * (1 - self.load))

    def within(self, limit_s: float) -> float:
        """Return the part of callers who are answered within `limit_s`."""
        return 1 - self.waits * math.exp(-(self.agents - self.offered) * limit_s / HANDLE_S)


def exponential(chance: Random, mean_s: float, *, mirrored: bool) -> float:
    at = chance.random()
    return -mean_s * math.log(at if mirrored else 1 - at)


def calls(law: Erlang, queue: Queue, count: int, seed: int, *, mirrored: bool) -> Iterator[Visit]:
    chance, at_s = Random(seed), 0.0
    for _ in range(count):
        at_s += exponential(chance, HANDLE_S / law.offered, mirrored=mirrored)
        yield Visit(at_s, exponential(chance, HANDLE_S, mirrored=mirrored), queue.id)


def staffed(count: int) -> tuple[UserId, ...]:
    return tuple(UserId(f"user_{number:02}") for number in range(count))


def simulated(law: Erlang, settings: RoutingSettings, visits: Sequence[Visit], queue: Queue) -> Figures:
    agents = staffed(law.agents)
    floor = VirtualFloor([replace(queue, agents=agents, routing=settings)], [an_agent(one) for one in agents])
    return floor.play(visits)


@pytest.mark.parametrize(
    ("law", "policy"),
    [(Erlang(3, 0.6), OfferPolicy.DELTACAST), (Erlang(6, 0.7), OfferPolicy.MULTICAST)],
    ids=["three agents", "six agents"],
)
def test_waits_are_those_of_erlangs_formula(law: Erlang, policy: OfferPolicy) -> None:
    queue = a_queue("sales")
    waits: list[list[float]] = []
    for mirrored in (False, True):
        visits = list(calls(law, queue, 20_000, SEED, mirrored=mirrored))
        figures = simulated(law, RoutingSettings(policy=policy), visits, queue)
        waits.append([figures.waited_s[index] for index in range(1_000, len(visits))])

    def mean(of: Sequence[list[float]]) -> float:
        return fmean(fmean(each) for each in of)

    assert mean([[float(one > 0) for one in each] for each in waits]) == pytest.approx(law.waits, rel=WITHIN)
    assert mean(waits) == pytest.approx(law.mean_s, rel=WITHIN)
    assert mean([[float(one <= 20) for one in each] for each in waits]) == pytest.approx(law.within(20), rel=WITHIN)


def ideal(visits: Sequence[Visit], agents: int, urgency: Mapping[QueueId, int]) -> dict[int, float]:
    """Return how long everybody waits where no agent is ever free while somebody waits, the most urgent going first."""
    free = [0.0] * agents
    line: list[tuple[int, float, int]] = []
    waited: dict[int, float] = {}

    def serve(until_s: float) -> None:
        while line and free[0] < until_s:
            begins = heapq.heappop(free)
            _, at_s, index = heapq.heappop(line)
            begins = max(begins, at_s)
            waited[index] = begins - at_s
            heapq.heappush(free, begins + visits[index].lasts_s)

    for index, visit in enumerate(visits):
        serve(visit.at_s)
        heapq.heappush(line, (urgency[visit.queue], visit.at_s, index))
        if free[0] <= visit.at_s:
            serve(math.inf if len(line) == 1 else visit.at_s)
    serve(math.inf)
    return waited


@pytest.mark.parametrize("policy", OfferPolicy)
@pytest.mark.parametrize("levels", [(4, 4), (1, 5)], ids=["first come, first served", "by priority"])
def test_everybody_waits_exactly_as_long_as_in_an_ideal_line(levels: tuple[int, int], policy: OfferPolicy) -> None:
    law = Erlang(5, 0.9)
    agents = staffed(law.agents)
    queues = [
        replace(a_queue(f"queue{number}"), agents=agents, routing=RoutingSettings(policy=policy, priority=level))
        for number, level in enumerate(levels)
    ]
    chance = Random(SEED)
    visits = [
        replace(one, queue=chance.choice(queues).id) for one in calls(law, queues[0], 1_500, SEED, mirrored=False)
    ]
    figures = VirtualFloor(queues, [an_agent(one) for one in agents]).play(visits)

    urgency = {queue.id: queue.routing.priority for queue in queues}
    expected = ideal(visits, law.agents, urgency)
    assert len(expected) == len(visits)
    assert max(expected.values()) > HANDLE_S, "it was a busy day"
    for index, wait_s in expected.items():
        assert figures.waited_s[index] == pytest.approx(wait_s, abs=1e-3)


def test_deltacast_gives_everybody_the_same_rest() -> None:
    law, queue = Erlang(8, 0.6), a_queue("sales")
    visits = list(calls(law, queue, 8_000, 1, mirrored=False))
    idle = simulated(law, RoutingSettings(), visits, queue).idle_s
    assert len(idle) == law.agents
    assert max(idle.values()) / min(idle.values()) < 1.1


def test_calls_of_one_length_go_round_from_agent_to_agent() -> None:
    queue = a_queue("sales")
    visits = [Visit(10.0 * number, 25.0, queue.id) for number in range(400)]
    agents = simulated(Erlang(5, 0.5), RoutingSettings(), visits, queue).agent
    for begin in range(5, 400, 5):
        assert len({agents[index] for index in range(begin, begin + 5)}) == 5


def test_without_ageing_the_urgent_go_first_for_ever_with_ageing_nobody_starves() -> None:
    agents = staffed(1)
    urgent = replace(a_queue("urgent"), agents=agents, routing=RoutingSettings(priority=1))
    visits = [Visit(9.9 * number, 10.0, urgent.id) for number in range(300)]
    waited = {}
    for ageing_s in (0.0, 60.0):
        usual = replace(a_queue("usual"), agents=agents, routing=RoutingSettings(priority=8, ageing_s=ageing_s))
        everybody = [*visits, Visit(5.0, 10.0, usual.id)]
        figures = VirtualFloor([urgent, usual], [an_agent(agents[0])]).play(everybody)
        waited[ageing_s] = figures.waited_s[len(visits)]
    assert waited[0.0] > 2_900, "as long as somebody urgent waits"
    assert waited[60.0] < 8 * 60.0, "after seven steps he is as urgent as they, and came before them"
