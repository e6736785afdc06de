"""Routing: whom to ring next, and why not the others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.routing.candidate import Attendance, Candidate, Staff
from madoguchi.domain.routing.choice import Choice, choose, explain, rank
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.record import Reason, Rule, Why
from madoguchi.domain.routing.settings import AgentGroup, OfferPolicy, RoutingSettings, SkillNeed, Spread
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import InteractionId, QueueId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.testing.builders import ANA, BEN, CHIE
from madoguchi.testing.environment import NOON

DELTACAST = RoutingSettings()
MULTICAST = RoutingSettings(policy=OfferPolicy.MULTICAST)
CALL = Waiting(InteractionId("call_1"), Channel.CALL, QueueId("queue_sales"), "ja", NOON)
CHAT = replace(CALL, interaction=InteractionId("chat_1"), channel=Channel.CHAT)
PATIENT = RoutingSettings(attempts=9)


def one(
    agent: UserId,
    *,
    ago_s: float | None = None,
    free: bool = True,
    languages: tuple[str, ...] = ("ja", "en"),
    skills: Mapping[str, int] | None = None,
    chats: int = 0,
    attendance: Attendance = Attendance.READY,
) -> Candidate:
    at = NOON - timedelta(seconds=ago_s) if ago_s is not None else None
    return Candidate(
        agent,
        agent,
        languages,
        skills or {},
        attendance,
        calls=0 if free else 1,
        chats=chats,
        chat_limit=3,
        last_call_ended_at=at,
        last_chat_at=at,
    )


def after(seconds: float) -> Instant:
    return NOON + timedelta(seconds=seconds)


def chosen(waiting: Waiting, settings: RoutingSettings, agents: list[Candidate], *, at: Instant = NOON) -> Choice:
    return choose(waiting, settings, Staff(agents, call_weight=settings.call_weight), at)


def rung(waiting: Waiting, settings: RoutingSettings, agents: list[Candidate], *, at: Instant = NOON) -> list[UserId]:
    return [each.agent for each in chosen(waiting, settings, agents, at=at).agents]


def why(waiting: Waiting, settings: RoutingSettings, agents: list[Candidate], *, at: Instant = NOON) -> Why:
    staff = Staff(agents, call_weight=settings.call_weight)
    return explain(waiting, settings, staff, at, choose(waiting, settings, staff, at))


def reasons(told: Why) -> dict[Reason, list[UserId]]:
    return {passed.reason: [each.agent for each in passed.agents] for passed in told.passed}


@pytest.mark.req("BASE-9")
def test_deltacast_rings_who_has_waited_longest_since_his_last_call() -> None:
    choice = chosen(CALL, DELTACAST, [one(ANA, ago_s=10), one(BEN, ago_s=300), one(CHIE, ago_s=60)])
    assert [each.agent for each in choice.agents] == [BEN]
    assert (choice.to_all, choice.rule) == (False, Rule.LONGEST_SINCE_CALL)


def test_who_has_never_had_a_call_comes_first() -> None:
    assert rung(CALL, DELTACAST, [one(ANA, ago_s=999), one(BEN)]) == [BEN]


@pytest.mark.req("BASE-9")
def test_for_chats_the_longest_without_any_is_rung() -> None:
    agents = [one(ANA, ago_s=60), one(BEN, ago_s=90, chats=1), one(CHIE, ago_s=10)]
    choice = chosen(CHAT, DELTACAST, agents)
    assert ([each.agent for each in choice.agents], choice.rule) == ([ANA], Rule.LONGEST_SINCE_CHAT)


@pytest.mark.req("BASE-9")
def test_where_all_have_chats_the_fewest_decide_and_between_equals_the_longest_since_the_last() -> None:
    agents = [one(ANA, ago_s=60, chats=2), one(BEN, ago_s=60, chats=1), one(CHIE, ago_s=90, chats=1)]
    choice = chosen(CHAT, DELTACAST, agents)
    assert ([each.agent for each in choice.agents], choice.rule) == ([CHIE], Rule.FEWEST_CHATS)


def test_who_let_it_lapse_is_rung_again_only_when_all_have() -> None:
    agents = [one(ANA, ago_s=300), one(BEN, ago_s=10)]
    assert rung(replace(CALL, tried=frozenset({ANA})), PATIENT, agents) == [BEN]
    assert rung(replace(CALL, tried=frozenset({ANA, BEN})), PATIENT, agents) == [ANA]


@pytest.mark.req("BASE-9")
def test_after_enough_attempts_deltacast_rings_all() -> None:
    tried = replace(CALL, attempts=3, tried=frozenset({ANA}))
    choice = chosen(tried, DELTACAST, [one(ANA), one(BEN), one(CHIE, free=False)])
    assert [each.agent for each in choice.agents] == [ANA, BEN]
    assert (choice.to_all, choice.rule) == (True, Rule.FELL_BACK)


@pytest.mark.req("BASE-9")
def test_without_the_fall_back_deltacast_goes_on_one_by_one() -> None:
    tried = replace(CALL, attempts=30, tried=frozenset({ANA, BEN}))
    choice = chosen(tried, replace(DELTACAST, fall_back=False), [one(ANA, ago_s=9), one(BEN, ago_s=5)])
    assert ([each.agent for each in choice.agents], choice.to_all) == ([ANA], False)


@pytest.mark.req("BASE-9")
def test_multicast_rings_all_who_are_free() -> None:
    choice = chosen(CALL, MULTICAST, [one(ANA), one(BEN, free=False), one(CHIE)])
    assert [each.agent for each in choice.agents] == [ANA, CHIE]
    assert (choice.to_all, choice.rule) == (True, Rule.ALL_AT_ONCE)


def test_while_it_rings_at_one_nobody_else_is_rung() -> None:
    ringing = replace(CALL, standing=frozenset({ANA}))
    assert rung(ringing, DELTACAST, [one(BEN)]) == []
    assert rung(ringing, MULTICAST, [one(BEN)]) == []


def test_while_it_rings_at_all_whoever_becomes_free_is_rung_as_well_but_not_who_declined() -> None:
    ringing = replace(CALL, standing=frozenset({ANA}), to_all=True, tried=frozenset({CHIE}))
    assert rung(ringing, MULTICAST, [one(ANA), one(BEN), one(CHIE)]) == [BEN]


def test_nobody_free_means_nobody_rung() -> None:
    assert rung(CALL, MULTICAST, [one(ANA, free=False)]) == []
    assert rung(CALL, DELTACAST, [one(ANA, attendance=Attendance.AWAY)]) == []
    assert rung(CALL, DELTACAST, []) == []


@pytest.mark.req("BASE-9")
def test_who_declined_is_left_alone_for_the_pause_even_where_he_is_the_only_one() -> None:
    declined = replace(CALL, attempts=1, tried=frozenset({ANA}), pauses={ANA: after(5)})
    for settings in (DELTACAST, MULTICAST):
        choice = chosen(declined, settings, [one(ANA)])
        assert (choice.agents, choice.again_at) == ((), after(5)), "and it is known when to look again"
        assert rung(declined, settings, [one(ANA)], at=after(5)) == [ANA]
        assert rung(declined, settings, [one(ANA), one(BEN)]) == [BEN]


@pytest.mark.req("BASE-9")
def test_languages_are_honoured() -> None:
    agents = [one(ANA, ago_s=300, languages=("en",)), one(BEN, ago_s=10)]
    assert rung(CALL, DELTACAST, agents) == [BEN]
    busy = [one(ANA, languages=("en",)), one(BEN, free=False)]
    assert rung(CALL, DELTACAST, busy) == [], "the one who speaks it will be free some time"


@pytest.mark.req("BASE-9")
def test_nobody_waits_for_speakers_who_are_not_at_work() -> None:
    agents = [one(ANA, languages=("en",)), one(BEN, attendance=Attendance.ABSENT)]
    assert rung(CALL, DELTACAST, agents) == [ANA]
    assert rung(replace(CALL, language="fr"), DELTACAST, [one(ANA)]) == [ANA]


@pytest.mark.req("BASE-9")
def test_after_a_while_a_foreign_word_beats_none_at_all() -> None:
    settings = replace(DELTACAST, relax_languages_s=30.0)
    agents = [one(ANA, languages=("en",)), one(BEN, free=False)]
    assert chosen(CALL, settings, agents).again_at == after(30)
    assert rung(CALL, settings, agents, at=after(30)) == [ANA]


@pytest.mark.req("BASE-9")
def test_required_skills_are_asked_for_at_their_level_until_they_are_relaxed() -> None:
    settings = replace(DELTACAST, skills=(SkillNeed("billing", 3),), relax_skills_s=20.0)
    agents = [one(ANA, ago_s=99, skills={"billing": 2}), one(BEN, ago_s=9, skills={"billing": 3})]
    assert rung(CALL, settings, agents) == [BEN]
    choice = chosen(CALL, settings, agents[:1])
    assert (choice.agents, choice.again_at) == ((), after(20))
    assert rung(CALL, settings, agents, at=after(20)) == [ANA]
    assert why(CALL, settings, agents, at=after(20)).skills_given_up


@pytest.mark.req("BASE-9")
@pytest.mark.parametrize(
    ("weight", "calls", "chats", "chat", "call"),
    [
        (None, 0, 1, True, False),
        (None, 1, 0, False, False),
        (1, 0, 2, True, True),
        (1, 0, 3, False, False),
        (1, 1, 1, True, False),
        (2, 1, 1, False, False),
        (2, 0, 1, True, True),
        (2, 0, 2, True, False),
        (0, 1, 2, True, False),
    ],
)
def test_a_call_counts_as_so_many_chats(weight: int | None, calls: int, chats: int, *, chat: bool, call: bool) -> None:
    busy = replace(one(ANA), calls=calls, chats=chats)
    assert busy.free(Channel.CHAT, weight) is chat
    assert busy.free(Channel.CALL, weight) is call


CASCADE = RoutingSettings(
    spread=Spread.CASCADE,
    groups=(
        AgentGroup("first", (ANA,), wait_s=30.0),
        AgentGroup("experts", skills=(SkillNeed("billing"),), wait_s=60.0),
        AgentGroup("last", (CHIE,), replaces=True),
    ),
)
EXPERT = one(BEN, skills={"billing": 1})


@pytest.mark.req("BASE-9")
@pytest.mark.parametrize(
    ("seconds", "who", "next_s"), [(0, [ANA], 30), (30, [ANA, BEN], 90), (89, [ANA, BEN], 90), (90, [CHIE], None)]
)
def test_groups_join_or_replace_each_other_in_turn(seconds: float, who: list[UserId], next_s: float | None) -> None:
    settings = replace(CASCADE, policy=OfferPolicy.MULTICAST)
    choice = chosen(CALL, settings, [one(ANA), EXPERT, one(CHIE)], at=after(seconds))
    assert [each.agent for each in choice.agents] == who
    assert choice.again_at == (after(next_s) if next_s is not None else None)


@pytest.mark.req("BASE-9")
def test_a_group_of_which_nobody_is_at_work_holds_up_the_next_one_only_if_it_shall() -> None:
    agents = [one(ANA, attendance=Attendance.AWAY), EXPERT, one(CHIE)]
    assert rung(CALL, CASCADE, agents) == []
    assert rung(CALL, replace(CASCADE, skip_absent_groups=True), agents) == [BEN]


@pytest.mark.req("BASE-9")
def test_a_cascade_does_not_wait_for_speakers_whom_it_never_asks() -> None:
    agents = [one(ANA, languages=("en",)), one(BEN, languages=("ja",))]
    assert rung(CALL, CASCADE, agents) == [ANA], "the one who speaks it is in no group"


SHARED = RoutingSettings(
    spread=Spread.PERCENT,
    groups=(AgentGroup("house", (ANA,), percent=70), AgentGroup("partner", (BEN,), percent=30)),
)


@pytest.mark.req("BASE-9")
def test_what_is_allotted_to_a_group_is_offered_to_it_alone_then_to_all() -> None:
    allotted = replace(CALL, group=1)
    agents = [one(ANA), one(BEN, free=False), one(CHIE)]
    assert rung(allotted, SHARED, agents) == []
    assert rung(allotted, SHARED, agents, at=after(30)) == [ANA]
    gone = [one(ANA), one(BEN, attendance=Attendance.ABSENT)]
    assert rung(allotted, SHARED, gone) == [ANA], "a group that is not there is not waited for"


def test_the_front_goes_first_then_priority_then_who_came_first() -> None:
    later = replace(CALL, interaction=InteractionId("call_2"), queued_at=after(1))
    urgent = replace(later, interaction=InteractionId("call_3"))
    back = replace(later, interaction=InteractionId("call_4"), front=True)
    ranks = {
        "back": rank(back, DELTACAST, NOON),
        "urgent": rank(urgent, replace(DELTACAST, priority=1), NOON),
        "call": rank(CALL, DELTACAST, NOON),
        "later": rank(later, DELTACAST, NOON),
    }
    assert sorted(ranks, key=lambda name: ranks[name]) == ["back", "urgent", "call", "later"]
    in_turn = replace(DELTACAST, transfers_first=False)
    assert rank(back, in_turn, NOON) > rank(CALL, in_turn, NOON)


@pytest.mark.req("BASE-9")
def test_with_ageing_who_waits_becomes_more_urgent_step_by_step() -> None:
    settings = replace(DELTACAST, priority=5, ageing_s=60.0)
    assert [rank(CALL, settings, after(s))[1] for s in (0, 59, 60, 150, 9_999)] == [5, 5, 4, 3, 1]


@pytest.mark.req("BASE-9")
def test_a_decision_tells_of_everybody_why_he_was_rung_or_not() -> None:
    agents = [
        one(ANA, ago_s=300),
        one(BEN, ago_s=30),
        one(CHIE, free=False),
        *(
            one(UserId(f"user_{name}"), attendance=attendance)
            for name, attendance in (
                ("out", Attendance.ABSENT),
                ("break", Attendance.AWAY),
                ("missed", Attendance.MISSED),
                ("leaving", Attendance.LEAVING),
            )
        ),
        one(UserId("user_foreign"), languages=("en",)),
        one(UserId("user_new"), languages=("ja",), ago_s=999),
        one(UserId("user_declined"), ago_s=900, skills={"billing": 1}),
        one(UserId("user_paused"), ago_s=900, skills={"billing": 1}),
    ]
    skilled = [replace(each, skills={"billing": 1}) if each.agent in {ANA, BEN, CHIE} else each for each in agents]
    declined = UserId("user_declined")
    paused = UserId("user_paused")
    waiting = replace(CALL, attempts=1, tried=frozenset({declined, paused}), pauses={paused: after(5)})
    told = why(waiting, replace(DELTACAST, skills=(SkillNeed("billing"),)), skilled)

    assert (told.rule, [(each.agent, each.idle_s) for each in told.rung]) == (Rule.LONGEST_SINCE_CALL, [(ANA, 300)])
    assert (told.attempt, told.language, told.skills) == (2, "ja", ("billing",))
    assert reasons(told) == {
        Reason.SIGNED_OUT: ["user_out"],
        Reason.AWAY: ["user_break"],
        Reason.MISSED: ["user_missed"],
        Reason.LEAVING: ["user_leaving"],
        Reason.BUSY: [CHIE],
        Reason.LANGUAGE: ["user_foreign"],
        Reason.SKILL: ["user_new"],
        Reason.PAUSE: ["user_paused"],
        Reason.TRIED: ["user_declined"],
        Reason.TURN: [BEN],
    }


def test_a_decision_names_a_few_and_counts_the_rest() -> None:
    many = [one(UserId(f"user_{number:03}"), ago_s=number) for number in range(200)]
    (others,) = why(CALL, DELTACAST, many).passed
    assert (others.reason, others.count, len(others.agents)) == (Reason.TURN, 199, 10)
    assert others.agents[0].agent == "user_198", "those whose turn is next"


def test_who_waits_is_told_why_nobody_gets_it() -> None:
    told = why(CALL, CASCADE, [one(ANA, attendance=Attendance.ABSENT), one(CHIE)])
    assert (told.rule, told.rung, told.groups) == (Rule.NOBODY, (), ("first",))
    assert reasons(told) == {Reason.SIGNED_OUT: [ANA], Reason.GROUP: [CHIE]}
    ringing = why(replace(CALL, standing=frozenset({ANA})), DELTACAST, [one(ANA), one(BEN)])
    assert reasons(ringing) == {Reason.RINGING: [ANA], Reason.TURN: [BEN]}
