"""Who waits and who is free, over all queues: the order of service, and what need not be looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.candidate import Attendance, Candidate
from madoguchi.domain.routing.floor import Floor
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.pairing import Pairing
from madoguchi.domain.routing.settings import AgentGroup, RoutingSettings, SkillNeed, Spread
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import InteractionId, QueueId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.testing.builders import ANA, BEN, CHIE, a_queue
from madoguchi.testing.environment import NOON

pytestmark = pytest.mark.req("BASE-9")

SALES, SUPPORT = a_queue("sales", ANA, BEN), a_queue("support", BEN, CHIE)


def after(seconds: float) -> Instant:
    return NOON + timedelta(seconds=seconds)


def call(number: int, queue: Queue = SALES, *, at_s: float | None = None, language: str = "ja") -> Waiting:
    queued_at = after(number if at_s is None else at_s)
    return Waiting(InteractionId(f"call_{number}"), Channel.CALL, queue.id, language, queued_at)


def an_agent(agent: UserId, *, ready: bool = True, skills: tuple[str, ...] = ()) -> Candidate:
    attendance = Attendance.READY if ready else Attendance.AWAY
    return Candidate(agent, agent, ("ja", "en"), dict.fromkeys(skills, 1), attendance, chat_limit=3)


class Room:
    """A floor with agents, and calls that wait."""

    def __init__(self, *queues: Queue, ready: tuple[UserId, ...] = (ANA, BEN, CHIE)) -> None:
        self.floor = Floor()
        self.floor.assign(queues)
        self.pairing = Pairing(self.floor, Channel.CALL)
        for agent in (ANA, BEN, CHIE):
            self.floor.agent_is(an_agent(agent, ready=agent in ready))

    def paired(self, at_s: float = 100.0) -> list[tuple[str, list[UserId]]]:
        """Ring whom there is to ring; return who was rung for whom."""
        rung: list[tuple[str, list[UserId]]] = []
        for pair in self.pairing.pairs(after(at_s)):
            self.pairing.hold(pair.waiting.interaction)
            for one in pair.choice.agents:
                self.floor.hold(one.agent)
            rung.append((pair.waiting.interaction, [one.agent for one in pair.choice.agents]))
        return rung

    def is_ready(self, agent: UserId) -> None:
        """Let an agent be free, and look where he is needed."""
        for queue in self.floor.agent_is(an_agent(agent)):
            self.pairing.look_at(queue)


def test_who_came_first_is_served_first_whatever_he_speaks() -> None:
    room = Room(SALES, ready=())
    room.pairing.put(call(2, language="en"))
    room.pairing.put(call(1, language="ja"))
    room.pairing.put(call(3, language="ja"))
    assert [one.interaction for one in room.pairing.line(SALES.id)] == ["call_1", "call_2", "call_3"]
    room.is_ready(ANA)
    room.is_ready(BEN)
    assert room.paired() == [("call_1", [ANA]), ("call_2", [BEN])]


def test_who_asks_for_another_language_stands_where_he_stood_and_is_found_in_it() -> None:
    room = Room(SALES, ready=())
    room.pairing.put(call(1, language="ja"))
    room.pairing.put(call(2, language="ja"))
    room.pairing.put(call(1, language="ko"))
    assert [one.interaction for one in room.pairing.line(SALES.id)] == ["call_1", "call_2"]
    room.pairing.drop(call(1).interaction)
    room.pairing.drop(call(2).interaction)
    room.is_ready(ANA)
    assert room.pairing.line(SALES.id) == []
    assert room.paired() == []


def test_who_asks_for_another_language_while_others_are_paired_is_paired_in_his_turn() -> None:
    room = Room(SALES, ready=(ANA, BEN))
    for number in (1, 2, 3):
        room.pairing.put(call(number, language="ja"))
    pairs = room.pairing.pairs(after(100.0))
    first = next(pairs)
    room.pairing.hold(first.waiting.interaction)
    room.floor.hold(first.choice.agents[0].agent)
    room.pairing.put(call(2, language="en"))
    second = next(pairs)
    assert [one.waiting.interaction for one in (first, second)] == ["call_1", "call_2"]
    assert second.waiting.language == "en"


def test_whom_nobody_free_fits_keeps_nobody_of_another_language_waiting() -> None:
    sales = replace(SALES, spoken={ANA: ("en",), BEN: ("ja",)})
    room = Room(sales, ready=(ANA,))
    for number in range(1, 6):
        room.pairing.put(call(number, sales, language="ja"))
    room.pairing.put(call(6, sales, language="en"))
    # Ben is at work and speaks it, so that it is not given up.
    room.floor.agent_is(replace(an_agent(BEN), calls=1))
    assert room.paired() == [("call_6", [ANA])]


def test_over_all_queues_who_came_first_is_served_first() -> None:
    room = Room(SALES, SUPPORT, ready=(BEN,))
    room.pairing.put(call(2, SALES))
    room.pairing.put(call(1, SUPPORT))
    assert room.paired() == [("call_1", [BEN])]
    room.is_ready(ANA)
    assert room.paired() == [("call_2", [ANA])]


@pytest.mark.req("BASE-4")
def test_who_is_assigned_for_certain_languages_is_asked_for_those_alone() -> None:
    japanese = replace(SALES, spoken={ANA: ("ja",), BEN: ("fr",)})
    room = Room(japanese)
    room.pairing.put(call(1, japanese, language="ja"))
    room.pairing.put(call(2, japanese, language="fr"))
    assert room.paired() == [("call_1", [ANA]), ("call_2", [BEN])]
    room.is_ready(ANA)
    room.is_ready(BEN)
    room.pairing.put(call(3, japanese, language="de"))
    assert room.paired() == [("call_3", [ANA])], "a foreign word beats none at all"


def test_a_queues_priority_decides_for_the_agents_that_it_shares() -> None:
    urgent = replace(SUPPORT, routing=RoutingSettings(priority=1))
    room = Room(SALES, urgent, ready=(BEN,))
    room.pairing.put(call(1, SALES))
    room.pairing.put(call(2, urgent))
    assert room.paired() == [("call_2", [BEN])]


def test_with_ageing_a_patient_consumer_overtakes_an_urgent_queue() -> None:
    low = replace(SALES, routing=RoutingSettings(priority=8, ageing_s=60.0))
    high = replace(SUPPORT, routing=RoutingSettings(priority=2))
    room = Room(low, high, ready=(BEN,))
    room.pairing.put(call(1, low, at_s=0))
    room.pairing.put(call(2, high, at_s=500))
    assert room.paired(at_s=500) == [("call_1", [BEN])], "he has waited eight minutes and is as urgent as can be"


def test_who_is_about_to_be_rung_is_rung_for_nobody_else() -> None:
    room = Room(SALES, ready=(ANA, BEN))
    for number in (1, 2, 3):
        room.pairing.put(call(number))
    assert room.paired() == [("call_1", [ANA]), ("call_2", [BEN])]
    room.is_ready(ANA)
    assert room.paired() == [("call_3", [ANA])], "the others are being offered"
    room.pairing.release(InteractionId("call_1"))
    room.is_ready(BEN)
    assert room.paired() == [("call_1", [BEN])]


def test_nothing_is_looked_at_that_has_not_changed() -> None:
    room = Room(SALES, SUPPORT, ready=())
    room.pairing.put(call(1, SALES))
    assert room.paired() == []
    room.floor.agent_is(an_agent(ANA))
    assert room.paired() == [], "nobody said that the queue is to be looked at"
    assert room.pairing.look_at(SALES.id)
    assert room.paired() == [("call_1", [ANA])]
    assert not room.pairing.look_at(SUPPORT.id), "nobody waits there"


def test_an_agent_who_becomes_free_matters_to_his_queues_only() -> None:
    room = Room(SALES, SUPPORT, ready=())
    assert room.floor.agent_is(an_agent(BEN)) == [SALES.id, SUPPORT.id]
    assert room.floor.agent_is(an_agent(BEN)) == ()
    busy = replace(an_agent(BEN), calls=1)
    assert room.floor.agent_is(busy) == [], "an agent who is busy helps nobody"


def test_a_queue_that_needs_time_says_when() -> None:
    groups = (AgentGroup("first", (ANA,), wait_s=30.0), AgentGroup("second", (BEN,)))
    queue = replace(SALES, routing=RoutingSettings(spread=Spread.CASCADE, groups=groups))
    room = Room(queue, ready=(BEN,))
    room.pairing.put(call(1, queue, at_s=0))
    assert room.paired(at_s=0) == []
    assert room.pairing.again == {queue.id: after(30)}
    room.pairing.look_at(queue.id)
    assert room.paired(at_s=30) == [("call_1", [BEN])]


def test_an_allotment_stays_with_the_interaction() -> None:
    groups = (AgentGroup("house", (ANA,), percent=50), AgentGroup("partner", (BEN,), percent=50))
    queue = replace(SALES, routing=RoutingSettings(spread=Spread.PERCENT, groups=groups))
    room = Room(queue, ready=(ANA,))
    room.floor.agent_is(replace(an_agent(BEN), calls=1))
    for number in range(4):
        room.pairing.put(call(number, queue, at_s=99))
    assert room.paired() == [("call_0", [ANA])]
    room.is_ready(BEN)
    assert room.paired() == [("call_1", [BEN])]
    waiting = room.pairing.waiting(InteractionId("call_1"))
    assert waiting is not None
    assert waiting.group == 1


def test_the_hopeless_do_not_hide_those_for_whom_there_is_somebody() -> None:
    queue = replace(SALES, routing=RoutingSettings(skills=(SkillNeed("billing"),)))
    room = Room(queue, ready=())
    room.floor.agent_is(replace(an_agent(ANA, skills=("billing",)), languages=("en",)))
    room.floor.agent_is(replace(an_agent(BEN, skills=("billing",)), calls=1))
    for number in range(1, 9):
        room.pairing.put(call(number, queue))
    room.pairing.put(call(9, queue, language="en"))
    assert room.paired() == [("call_9", [ANA])], "the others wait for the one who speaks Japanese"


def test_lines_that_have_moved_are_told_once() -> None:
    room = Room(SALES, SUPPORT, ready=())
    for number in (2, 1):
        room.pairing.put(call(number))
    assert {queue: [one.interaction for one in line] for queue, line in room.pairing.moved().items()} == {
        SALES.id: ["call_1", "call_2"]
    }
    assert room.pairing.moved() == {}
    room.pairing.put(replace(call(1), attempts=1))
    assert room.pairing.moved() == {}, "it stands where it stood"
    room.pairing.put(replace(call(2), front=True))
    assert [one.interaction for one in room.pairing.line(SALES.id)] == ["call_2", "call_1"]
    room.pairing.drop(InteractionId("call_2"))
    room.pairing.drop(InteractionId("call_2"))
    room.pairing.drop(InteractionId("call_1"))
    assert room.pairing.moved() == {SALES.id: []}


def test_changed_settings_form_the_lines_anew() -> None:
    room = Room(SALES, ready=())
    room.pairing.put(replace(call(2), front=True))
    room.pairing.put(call(1))
    in_turn = replace(SALES, routing=RoutingSettings(transfers_first=False))
    room.floor.assign([in_turn])
    room.pairing.settings_changed()
    assert [one.interaction for one in room.pairing.line(SALES.id)] == ["call_1", "call_2"]
    room.pairing.drop(InteractionId("call_1"))
    assert [one.interaction for one in room.pairing.line(SALES.id)] == ["call_2"]


def test_a_queue_that_is_gone_rings_nobody() -> None:
    room = Room(SALES)
    room.pairing.put(call(1))
    room.floor.assign([])
    assert room.paired() == []
    assert room.floor.post(QueueId("queue_none")) is None
