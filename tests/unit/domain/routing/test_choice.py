"""Routing: whom to ring next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.queues.queue import OfferPolicy
from madoguchi.domain.routing.choice import Candidate, Choice, Waiting, choose, in_order
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import InteractionId, QueueId, UserId
from madoguchi.testing.builders import ANA, BEN, CHIE
from madoguchi.testing.environment import NOON

DELTACAST, MULTICAST = OfferPolicy.DELTACAST, OfferPolicy.MULTICAST
CALL = Waiting(InteractionId("call_1"), Channel.CALL, QueueId("queue_sales"), "ja", NOON)
CHAT = replace(CALL, interaction=InteractionId("chat_1"), channel=Channel.CHAT)


def one(
    agent: UserId,
    *,
    ago_s: float | None = None,
    free: bool = True,
    languages: tuple[str, ...] = ("ja", "en"),
    chats: int = 0,
) -> Candidate:
    at = NOON - timedelta(seconds=ago_s) if ago_s is not None else None
    return Candidate(agent, agent, languages, free, last_call_ended_at=at, last_chat_at=at, chats=chats)


def rung(choice: Choice) -> list[UserId]:
    return [each.agent for each in choice.agents]


@pytest.mark.req("BASE-9")
def test_deltacast_rings_who_has_waited_longest_since_his_last_call() -> None:
    agents = [one(ANA, ago_s=10), one(BEN, ago_s=300), one(CHIE, ago_s=60)]
    choice = choose(CALL, DELTACAST, 3, agents)
    assert (rung(choice), choice.to_all) == ([BEN], False)


def test_who_has_never_had_a_call_comes_first() -> None:
    assert rung(choose(CALL, DELTACAST, 3, [one(ANA, ago_s=999), one(BEN)])) == [BEN]


@pytest.mark.req("BASE-9")
def test_for_chats_the_fewest_decide_between_equals() -> None:
    agents = [one(ANA, ago_s=60, chats=2), one(BEN, ago_s=60, chats=1), one(CHIE, ago_s=10)]
    assert rung(choose(CHAT, DELTACAST, 3, agents)) == [BEN]


def test_who_let_it_lapse_is_rung_again_only_when_all_have() -> None:
    agents = [one(ANA, ago_s=300), one(BEN, ago_s=10)]
    assert rung(choose(replace(CALL, tried=frozenset({ANA})), DELTACAST, 9, agents)) == [BEN]
    assert rung(choose(replace(CALL, tried=frozenset({ANA, BEN})), DELTACAST, 9, agents)) == [ANA]


@pytest.mark.req("BASE-9")
def test_after_enough_attempts_deltacast_rings_all() -> None:
    agents = [one(ANA), one(BEN), one(CHIE, free=False)]
    choice = choose(replace(CALL, attempts=3, tried=frozenset({ANA})), DELTACAST, 3, agents)
    assert (rung(choice), choice.to_all) == ([ANA, BEN], True)


@pytest.mark.req("BASE-9")
def test_multicast_rings_all_who_are_free() -> None:
    choice = choose(CALL, MULTICAST, 3, [one(ANA), one(BEN, free=False), one(CHIE)])
    assert (rung(choice), choice.to_all) == ([ANA, CHIE], True)


def test_while_it_rings_at_one_nobody_else_is_rung() -> None:
    ringing = replace(CALL, standing=frozenset({ANA}))
    assert choose(ringing, DELTACAST, 3, [one(BEN)]) == Choice()
    assert choose(ringing, MULTICAST, 3, [one(BEN)]) == Choice()


def test_while_it_rings_at_all_whoever_becomes_free_is_rung_as_well() -> None:
    ringing = replace(CALL, standing=frozenset({ANA}), to_all=True)
    assert rung(choose(ringing, MULTICAST, 3, [one(ANA), one(BEN)])) == [BEN]


def test_nobody_free_means_nobody_rung() -> None:
    assert choose(CALL, MULTICAST, 3, [one(ANA, free=False)]) == Choice()
    assert choose(CALL, DELTACAST, 3, []) == Choice()


@pytest.mark.req("BASE-9")
def test_languages_are_honoured() -> None:
    agents = [one(ANA, ago_s=300, languages=("en",)), one(BEN, ago_s=10)]
    assert rung(choose(CALL, DELTACAST, 3, agents)) == [BEN]
    busy = [one(ANA, languages=("en",)), one(BEN, free=False)]
    assert choose(CALL, DELTACAST, 3, busy) == Choice(), "the one who speaks it will be free some time"


def test_where_nobody_speaks_the_language_anybody_is_rung() -> None:
    assert rung(choose(replace(CALL, language="fr"), DELTACAST, 3, [one(ANA)])) == [ANA]


def test_the_front_goes_first_then_priority_then_who_came_first() -> None:
    later = replace(CALL, interaction=InteractionId("call_2"), queued_at=NOON + timedelta(seconds=1))
    urgent = replace(later, interaction=InteractionId("call_3"), priority=1)
    back = replace(later, interaction=InteractionId("call_4"), front=True)
    assert in_order([later, CALL, urgent, back]) == [back, urgent, CALL, later]
