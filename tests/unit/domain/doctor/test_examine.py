"""What the doctor finds wrong, and what he leaves alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.agents.agent import Agent
from madoguchi.domain.agents.handling import Handling, HandlingState
from madoguchi.domain.agents.messages import Reservation
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import LegDown, LegOnHold, Monitor, NobodyHeard
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.chats.chat import Agent as ChatAgent
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.chats.lifecycle import ChatState
from madoguchi.domain.chats.texting import SmsLine
from madoguchi.domain.doctor.anomalies import GRACE, Anomaly, Code, Kind, Remedy, remembered
from madoguchi.domain.doctor.examine import Present, examine
from madoguchi.domain.doctor.hearing import Hearing, closing, missing, silence
from madoguchi.domain.doctor.settings import DoctorSettings, checked
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.fields import InvalidFieldsError
from madoguchi.kernel.ids import HandlingId, InteractionId, LegId, MonitoringId, OfferId
from madoguchi.kernel.time import Instant
from madoguchi.testing.builders import (
    ANA,
    CALL_ID,
    CONSUMER_LEG,
    SUE,
    CallScript,
    a_call_in_menu,
    a_ringing_call,
    a_talking_call,
    a_waiting_call,
    leg_of,
)
from madoguchi.testing.chats import CHAT_ID, LIMITS, MEI, SALES
from madoguchi.testing.environment import NOON

pytestmark = pytest.mark.req("END-3")

LIMIT = timedelta(seconds=120)
BOTH = frozenset({CONSUMER_LEG, leg_of(ANA)})


def later(seconds: float) -> Instant:
    return NOON + timedelta(seconds=seconds)


def present(*calls: Call, now: Instant = NOON, **rest: object) -> Present:
    usual = {"hearing": Hearing(known=BOTH), "at_desk": frozenset({ANA})}
    return Present(now=now, calls=calls, **{**usual, **rest})  # type: ignore[arg-type]


def codes(found: Iterator[Anomaly]) -> list[Code]:
    return [one.code for one in found]


def an_agent(*handlings: Handling, reservations: tuple[Reservation, ...] = ()) -> Agent:
    agent = Agent(ANA, "Ana", "ana@example.org", ("en",), 3, NOON)
    return replace(agent, handlings=handlings, reservations=reservations)


def a_handling(**given: object) -> Handling:
    usual = Handling(HandlingId("handling_1"), CALL_ID, Channel.CALL, MEI, None, NOON, OfferId("offer_1"))
    return replace(usual, **given)  # type: ignore[arg-type]


def a_chat(state: ChatState = ChatState.CHATTING) -> Chat:
    chat = Chat(CHAT_ID, MEI, SALES, "en", NOON, NOON, NOON, LIMITS, state=state)
    if state in {ChatState.CHATTING, ChatState.DORMANT}:
        return replace(chat, agent=ChatAgent(ANA, "Ana", HandlingId("handling_c"), OfferId("offer_c"), NOON))
    return chat


@pytest.mark.parametrize("make", [a_call_in_menu, a_waiting_call, lambda: a_ringing_call(ANA), a_talking_call])
def test_nothing_is_wrong_with_a_call_that_goes_as_it_should(make: type[CallScript]) -> None:
    call = make().call
    handlings = [a_handling(id=one.handling) for one in call.parties if one.handling is not None]
    kept = tuple(Reservation(one.id, call.id, Channel.CALL, later(30)) for one in call.offers)
    agent = an_agent(*handlings, reservations=kept)
    assert codes(examine(present(call, agents=[agent]))) == []


@pytest.mark.parametrize(("seconds", "found"), [(5 * 3600 - 1, []), (5 * 3600, [Code.STUCK])])
def test_an_interaction_is_stuck_from_the_threshold_on(seconds: float, found: list[Code]) -> None:
    now = later(seconds)
    call = a_talking_call().call
    assert codes(examine(present(call, now=now))) == found
    chat = examine(present(now=now, chats=[a_chat()]))
    assert codes(chat) == found


def test_a_stuck_one_says_since_when_whose_it_is_and_what_helps() -> None:
    settings = DoctorSettings(stuck_min=10)
    (found,) = examine(present(a_talking_call().call, now=later(3600), settings=settings))
    assert (found.since, found.remedy, found.kind) == (later(600), Remedy.END_CALL, Kind.CALL)
    assert (found.belonging.users, found.agent, found.heals_at) == (frozenset({ANA}), "Ana", None)
    assert found.id == f"stuck:{CALL_ID}"


def test_a_leg_that_the_engine_does_not_know_is_gone() -> None:
    call = a_talking_call().call
    hearing = Hearing(known={CONSUMER_LEG}, missing={leg_of(ANA): later(3)})
    (found,) = examine(present(call, hearing=hearing))
    assert (found.code, found.since, found.remedy) == (Code.LEG_GONE, later(3), Remedy.END_CALL)


def test_an_agent_without_a_page_is_gone_but_not_while_he_is_heard() -> None:
    script = a_talking_call()
    assert codes(examine(present(script.call, at_desk=frozenset()))) == []
    script.tell(LegDown(leg_of(ANA)))
    (found,) = examine(present(script.call, at_desk=frozenset()))
    assert (found.code, found.heals_at) == (Code.AGENT_GONE, script.now + timedelta(seconds=20))
    assert codes(examine(present(script.call))) == []


@pytest.mark.parametrize("state", [ChatState.CHATTING, ChatState.DORMANT])
def test_the_agent_of_a_chat_without_a_page_is_gone(state: ChatState) -> None:
    (found,) = examine(present(chats=[a_chat(state)], at_desk=frozenset()))
    assert (found.code, found.remedy, found.kind) == (Code.AGENT_GONE, Remedy.END_CHAT, Kind.CHAT)


def test_what_is_stored_as_live_without_an_owner_can_be_ended() -> None:
    call, chat = a_waiting_call().call, a_chat(ChatState.QUEUED)
    found = list(examine(present(unowned=[call, chat])))
    assert [(one.code, one.remedy) for one in found] == [
        (Code.NO_OWNER, Remedy.END_CALL),
        (Code.NO_OWNER, Remedy.END_CHAT),
    ]
    assert found[1].belonging.queue == SALES.id


def test_a_slot_that_is_kept_for_no_offer_frees_itself_or_is_freed() -> None:
    agent = an_agent(reservations=(Reservation(OfferId("offer_x"), CALL_ID, Channel.CALL, later(30)),))
    (early,) = examine(present(agents=[agent]))
    assert (early.code, early.remedy, early.heals_at) == (
        Code.RESERVATION_WITHOUT_OFFER,
        Remedy.NOTHING,
        later(30),
    )
    (late,) = examine(present(agents=[agent], now=later(31)))
    assert (late.remedy, late.heals_at, late.part) == (Remedy.FREE_AGENT, None, "offer_x")


def test_who_works_on_what_does_not_have_him_is_freed() -> None:
    agent = an_agent(a_handling(), a_handling(id=HandlingId("handling_c"), channel=Channel.CHAT))
    (found,) = examine(present(agents=[agent], chats=[a_chat()]))
    assert (found.code, found.remedy, found.part) == (
        Code.HANDLING_WITHOUT_INTERACTION,
        Remedy.FREE_AGENT,
        "handling_1",
    )


def test_a_wrap_up_is_overdue_when_its_time_was_up_or_when_it_is_extended_for_ever() -> None:
    wrap_up = a_handling(state=HandlingState.WRAP_UP, wrap_up_at=NOON, ends_at=later(60))
    assert codes(examine(present(agents=[an_agent(wrap_up)], now=later(59)))) == []
    (found,) = examine(present(agents=[an_agent(wrap_up)], now=later(60)))
    assert (found.code, found.since) == (Code.WRAP_UP_OVERDUE, later(60))
    extended = replace(wrap_up, ends_at=later(90_000))
    (found,) = examine(present(agents=[an_agent(extended)], now=later(5 * 3600)))
    assert found.since == later(5 * 3600)
    endless = replace(wrap_up, ends_at=None)
    assert codes(examine(present(agents=[an_agent(endless)], now=later(60)))) == []


def test_a_recording_that_runs_without_talk_is_told() -> None:
    call = a_waiting_call().call
    from madoguchi.domain.calls.call import ActiveRecording  # noqa: PLC0415 - for this one test
    from madoguchi.kernel.ids import RecordingId  # noqa: PLC0415 - as above

    odd = replace(call, recording=ActiveRecording(RecordingId("recording_1"), CONSUMER_LEG, 1))
    assert codes(examine(present(odd))) == [Code.RECORDING_WITHOUT_TALK]


# --- Who is heard ---


def test_one_who_is_heard_is_enough() -> None:
    call = a_talking_call().call
    for silent in ({CONSUMER_LEG: NOON}, {leg_of(ANA): NOON}, {}):
        assert silence(call, Hearing(BOTH, silent), later(999)) is None


def test_nobody_is_heard_from_when_the_last_one_fell_silent() -> None:
    call = a_talking_call().call
    found = silence(call, Hearing(BOTH, {CONSUMER_LEG: later(5), leg_of(ANA): later(9)}), later(10))
    assert found is not None
    assert (found.since, found.gone, found.closes_at(LIMIT)) == (later(9), False, later(129))


def test_a_supervisor_who_is_heard_keeps_no_call_going() -> None:
    script = a_talking_call()
    script.tell(Monitor(SUE, "Sue", MonitoringId("monitoring_1"), LegId("leg_sue")))
    hearing = Hearing({*BOTH, LegId("leg_sue")}, dict.fromkeys(BOTH, NOON))
    assert silence(script.call, hearing, later(1)) is not None


def test_a_call_on_hold_by_the_far_end_is_not_closed_while_its_leg_exists() -> None:
    script = a_waiting_call()
    script.tell(LegOnHold(CONSUMER_LEG, on=True))
    assert closing(script.call, Hearing(BOTH, {CONSUMER_LEG: NOON}), LIMIT, later(9_999)) is None
    (told,) = examine(present(script.call, hearing=Hearing(BOTH, {CONSUMER_LEG: NOON}), now=later(60)))
    assert (told.code, told.heals_at) == (Code.NO_MEDIA, None)
    gone = closing(script.call, Hearing(missing={CONSUMER_LEG: NOON}), LIMIT, later(120))
    assert gone == NobodyHeard(frozenset({CONSUMER_LEG}), gone=True)


def test_a_consumer_who_is_waited_for_is_left_to_the_patience_of_the_call() -> None:
    script = a_talking_call()
    script.tell(LegDown(leg_of(ANA)))
    hearing = Hearing(frozenset(), missing={CONSUMER_LEG: script.now})
    soon = script.now + timedelta(seconds=5)
    assert closing(script.call, hearing, timedelta(seconds=1), soon) is None
    late = script.now + timedelta(seconds=20)
    assert closing(script.call, hearing, timedelta(seconds=1), late) is not None


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (a_call_in_menu, CallState.ABANDONED),
        (a_waiting_call, CallState.ABANDONED),
        (lambda: a_ringing_call(ANA), CallState.ABANDONED),
        (a_talking_call, CallState.ENDED),
    ],
)
def test_a_call_that_nobody_is_heard_of_ends_with_its_own_reason(make: type[CallScript], state: CallState) -> None:
    script = make()
    script.tell(NobodyHeard(BOTH, gone=False), after_s=120)
    assert (script.call.state, script.call.end_reason) == (state, EndReason.NO_MEDIA)


def test_whoever_has_come_back_meanwhile_is_not_cut_off() -> None:
    script = a_talking_call()
    script.tell(NobodyHeard(frozenset({CONSUMER_LEG}), gone=False))
    assert script.call.state is CallState.TALKING
    script.tell(LegDown(leg_of(ANA)), NobodyHeard(frozenset({CONSUMER_LEG}), gone=False))
    assert script.call.state is CallState.TALKING, "Ana's browser has 20 s to come back"
    script.tell(LegOnHold(CONSUMER_LEG, on=True), after_s=19)
    script.tell(NobodyHeard(BOTH, gone=False))
    assert script.call.state is CallState.TALKING


def test_a_missing_leg_is_remembered_from_when_it_was_first_missed() -> None:
    call = a_talking_call().call
    first = missing([call], {CONSUMER_LEG}, {}, later(1))
    assert first == {leg_of(ANA): later(1)}
    assert missing([call], {CONSUMER_LEG}, first, later(9)) == first
    assert missing([call], BOTH, first, later(10)) == {}


# --- Memory and settings ---


def test_what_has_just_begun_is_not_told_and_keeps_its_beginning() -> None:
    one = Anomaly(Code.LEG_GONE, Kind.CALL, CALL_ID, Remedy.END_CALL, "Mei")
    shown, first = remembered([one], {}, NOON)
    assert (shown, first) == ([], {one.id: NOON})
    at = NOON + GRACE[Code.LEG_GONE]
    shown, again = remembered([one], first, at)
    assert ([each.since for each in shown], again) == ([NOON], first)
    assert remembered([], again, at) == ([], {})


def test_what_has_lasted_longest_comes_first() -> None:
    stuck = [
        Anomaly(Code.STUCK, Kind.CALL, InteractionId(f"call_{n}"), Remedy.END_CALL, "", since=later(-n))
        for n in (1, 3, 2)
    ]
    shown, _ = remembered(stuck, {}, NOON)
    assert [one.subject for one in shown] == ["call_3", "call_2", "call_1"]


@pytest.mark.parametrize(("stuck", "media"), [(5, 40), (10_080, 3_600), (300, 120)])
def test_settings_within_their_range_are_taken(stuck: int, media: int) -> None:
    assert checked(stuck, media, 2) == DoctorSettings(stuck, media, 2)


def test_each_setting_out_of_range_is_named() -> None:
    with pytest.raises(InvalidFieldsError) as caught:
        checked(4, 3_601, 1)
    assert [(one.field, one.reason, one.params) for one in caught.value.errors] == [
        ("stuck_min", "out_of_range", {"least": "5", "most": "10080"}),
        ("no_media_s", "out_of_range", {"least": "40", "most": "3600"}),
    ]


@pytest.mark.req("CH-4")
def test_a_conversation_by_text_message_may_take_days() -> None:
    chat = replace(a_chat(), sms=SmsLine("+815012345678", "+819011112222"))
    assert Code.STUCK not in {one.code for one in examine(present(now=NOON + timedelta(days=2), chats=[chat]))}
