"""What every store of facts promises: each fact once, and the domain's own sums."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.figures.facts import InteractionFact, StatusFact
from madoguchi.domain.figures.totals import Goals
from madoguchi.domain.figures.worktime import Course, OpenWork
from madoguchi.domain.routing.offers import Channel
from madoguchi.ports.facts import Selection
from madoguchi.ports.storage import Storage
from madoguchi.testing.fact_rows import FactMaker
from madoguchi.testing.facts import MemoryFacts
from tests.contract.storage.records import NOON, later

pytestmark = pytest.mark.req("BASE-15")

DAYS = timedelta(days=3)
MAKER = FactMaker(7, NOON - DAYS, NOON + DAYS, queues=4, agents=6)
STAYS = list(MAKER.stays(300))
HANDLINGS = list(MAKER.handlings(300))
STATUSES = list(MAKER.statuses(200))
ALL = Selection(NOON - DAYS, NOON + DAYS)
ONE_DAY = Selection(NOON - timedelta(hours=7), NOON + timedelta(hours=17))
SELECTIONS = [
    ALL,
    ONE_DAY,
    replace(ONE_DAY, channel=Channel.CHAT),
    replace(ALL, queue="queue_001"),
    replace(ALL, channel=Channel.CALL, queue="queue_003"),
    Selection(NOON + 9 * DAYS, NOON + 10 * DAYS),
]
GOALS = [Goals(), Goals(answer_s=7.5, short_abandon_s=0), Goals(answer_s=60, short_abandon_s=30)]


def an_interaction(number: int = 1) -> InteractionFact:
    return InteractionFact(
        id=f"call_{number}",
        channel=Channel.CALL,
        medium="phone",
        language="ja",
        consumer="consumer_1",
        state="ended",
        reason="agent_hung_up",
        queue=None,
        started_at=NOON,
        ended_at=later(60),
        stays=1,
        handlings=1,
        transfers=0,
    )


async def filled(storage: Storage) -> None:
    await storage.facts.add([], STAYS)
    assert await storage.facts.advance(Course("user_000"), Course("user_000", seq=5), HANDLINGS, STATUSES)


async def expected() -> MemoryFacts:
    memory = MemoryFacts()
    await memory.add([], STAYS)
    await memory.advance(Course("user_000"), Course("user_000", seq=5), HANDLINGS, STATUSES)
    return memory


async def test_sums_are_those_that_the_domain_makes_of_the_same_facts(storage: Storage) -> None:
    await filled(storage)
    memory = await expected()
    for selection in SELECTIONS:
        for goals in GOALS:
            assert await storage.facts.by_queue(selection, goals) == await memory.by_queue(selection, goals)
            assert await storage.facts.by_agent(selection, goals) == await memory.by_agent(selection, goals)
            assert await storage.facts.by_quarter(selection, goals) == await memory.by_quarter(selection, goals)


async def test_time_is_cut_at_the_ends_of_the_period(storage: Storage) -> None:
    await filled(storage)
    memory = await expected()
    for selection in (ALL, ONE_DAY, Selection(later(1), later(1.5)), Selection(later(9), later(9))):
        found = await storage.facts.work_time(selection.since, selection.until)
        assert found == await memory.work_time(selection.since, selection.until)


async def test_a_fact_that_is_written_again_changes_nothing(storage: Storage) -> None:
    assert await storage.facts.add([an_interaction()], STAYS[:3]) == 4
    before = await storage.facts.by_queue(ALL, Goals())

    assert await storage.facts.add([an_interaction()], STAYS[:4]) == 1
    assert await storage.facts.add([], []) == 0

    after = await storage.facts.by_queue(ALL, Goals())
    assert sum(one.offered for one in after.values()) == sum(one.offered for one in before.values()) + 1


async def test_facts_that_are_there_are_known(storage: Storage) -> None:
    await storage.facts.add([an_interaction(1), an_interaction(2)], [])
    assert await storage.facts.known(["call_2", "call_3"]) == {"call_2"}
    assert await storage.facts.known([]) == set()


@pytest.mark.req("BASE-11")
async def test_the_handlings_of_several_interactions_come_in_order_with_their_notes(storage: Storage) -> None:
    await filled(storage)
    wanted = {HANDLINGS[7].interaction, HANDLINGS[3].interaction}
    noted = sorted((one for one in HANDLINGS if one.interaction in wanted), key=lambda one: (one.started_at, one.id))
    assert await storage.facts.handlings_of(wanted) == noted
    assert await storage.facts.handlings_of([]) == []
    assert {one.notes for one in HANDLINGS} > {""}


async def test_a_course_moves_on_only_from_where_it_was(storage: Storage) -> None:
    work = OpenWork("handling_1", "call_1", Channel.CALL, None, NOON, later(3))
    first = Course("user_ana", 4, "available", NOON, (work,))
    second = replace(first, seq=9, open=())
    handling = replace(HANDLINGS[0], interaction="call_1", transferred=True)
    status = StatusFact("user_ana", "available", busy=True, started_at=NOON, ended_at=later(4))
    assert await storage.facts.course("user_ana") == Course("user_ana")

    assert await storage.facts.advance(Course("user_ana"), first, [], [])
    assert not await storage.facts.advance(Course("user_ana"), second, [handling], [status])
    assert await storage.facts.course("user_ana") == first
    assert await storage.facts.handlings("call_1") == []

    assert await storage.facts.advance(first, second, [handling], [status])
    assert await storage.facts.courses() == [second]
    assert await storage.facts.handlings("call_1") == [handling]
