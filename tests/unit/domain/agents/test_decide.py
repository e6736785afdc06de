"""Agents: who may be rung, what a missed offer costs, when wrap-up ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.agents.agent import Agent, AgentAppeared, AgentEvent, evolve
from madoguchi.domain.agents.decide import decide
from madoguchi.domain.agents.messages import (
    AgentDue,
    AgentMessage,
    AgentNotFreeError,
    ChoosePresence,
    EndHandling,
    ExtendHandling,
    FinishHandling,
    FreeSlot,
    OpenHandling,
    ProfileIs,
    Reservation,
    Reserve,
    Terms,
)
from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.domain.routing.candidate import Attendance
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.kernel.decision import Moment
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from madoguchi.kernel.ids import HandlingId, InteractionId, OfferId, StatusId
from madoguchi.kernel.time import Instant
from madoguchi.services.reservations import terms as reservation_terms
from madoguchi.testing.builders import ANA, a_consumer, a_queue
from madoguchi.testing.environment import NOON, CountingIds

PROFILE = ProfileIs(ANA, "Ana", "ana@example.org", ("ja", "en"), 3)
TRAINING = CustomStatus(StatusId("status_1"), {"en": "Training", "ja": "研修"}, "violet")
SOCIAL_MEDIA = CustomStatus(StatusId("status_2"), {"en": "Social media", "ja": "SNS"}, "blue", away=False)


class Desk:
    """An agent who is told one thing after the other."""

    def __init__(self) -> None:
        self.now: Instant = NOON
        self.state: Agent | None = None

    @property
    def agent(self) -> Agent:
        assert self.state is not None
        return self.state

    def tell(self, message: AgentMessage, *, after_s: float = 0.0) -> tuple[AgentEvent, ...]:
        self.now += timedelta(seconds=after_s)
        decision = decide(self.state, message, Moment(self.now, CountingIds().new))
        for event in decision.events:
            self.state = evolve(self.state, event)
        return decision.events

    def reserve(self, channel: Channel = Channel.CALL, number: int = 1, terms: Terms | None = None) -> OfferId:
        offer = OfferId(f"offer_{number}")
        interaction = InteractionId(f"{channel.value}_{number}")
        until = self.now + timedelta(seconds=25)
        kept = terms or reservation_terms(RoutingSettings(), channel)
        self.tell(Reserve(Reservation(offer, interaction, channel, until, kept)))
        return offer

    def work(self, channel: Channel = Channel.CALL, number: int = 1) -> HandlingId:
        offer = self.reserve(channel, number)
        handling = HandlingId(f"handling_{number}")
        interaction = InteractionId(f"{channel.value}_{number}")
        self.tell(OpenHandling(ANA, handling, offer, interaction, channel, a_consumer(), a_queue()))
        return handling


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.tell(PROFILE)
    made.tell(ChoosePresence(Presence.AVAILABLE))
    return made


def test_only_a_profile_makes_an_agent() -> None:
    with pytest.raises(NotFoundError):
        Desk().tell(ChoosePresence(Presence.AVAILABLE))
    desk = Desk()
    desk.tell(PROFILE)
    assert desk.agent == Agent(ANA, "Ana", "ana@example.org", ("ja", "en"), 3, since=NOON)
    assert evolve(desk.agent, AgentAppeared(ANA, "Other", "", (), 1, NOON)) == desk.agent


def test_a_changed_profile_is_taken_in_and_the_same_one_is_nothing(desk: Desk) -> None:
    assert desk.tell(PROFILE) == ()
    desk.tell(replace(PROFILE, name="Ana B", chat_limit=1))
    assert (desk.agent.name, desk.agent.chat_limit) == ("Ana B", 1)


@pytest.mark.req("BASE-10")
@pytest.mark.parametrize(
    "status",
    [Presence.MISSED_CALL, Presence.MISSED_CHAT, Presence.UNRESPONSIVE, Presence.CUSTOM],
    ids=lambda s: s.value,
)
def test_nobody_chooses_a_status_that_follows_from_something_or_is_none(desk: Desk, status: Presence) -> None:
    with pytest.raises(InvalidInputError):
        desk.tell(ChoosePresence(status, by_supervisor=True))


@pytest.mark.req("BASE-10")
def test_only_a_supervisor_gives_a_special_task_and_the_agent_ends_it(desk: Desk) -> None:
    with pytest.raises(InvalidInputError):
        desk.tell(ChoosePresence(Presence.SPECIAL_TASK))
    desk.tell(ChoosePresence(Presence.SPECIAL_TASK, by_supervisor=True))
    assert (desk.agent.status, desk.agent.attendance) == (Presence.SPECIAL_TASK, Attendance.AWAY)
    desk.tell(ChoosePresence(Presence.AVAILABLE))
    assert desk.agent.free_for(Channel.CALL)


@pytest.mark.req("BASE-10")
def test_the_organisations_own_statuses_are_away_or_not(desk: Desk) -> None:
    desk.tell(ChoosePresence(Presence.CUSTOM, custom=TRAINING), after_s=5)
    assert (desk.agent.status, desk.agent.custom, desk.agent.attendance) == (
        Presence.CUSTOM,
        TRAINING,
        Attendance.AWAY,
    )
    assert desk.tell(ChoosePresence(Presence.CUSTOM, custom=TRAINING)) == ()
    desk.tell(ChoosePresence(Presence.CUSTOM, custom=SOCIAL_MEDIA), after_s=5)
    assert (desk.agent.since, desk.agent.attendance) == (NOON + timedelta(seconds=10), Attendance.READY)
    desk.tell(FreeSlot(ANA, desk.reserve(), missed=True))
    assert (desk.agent.status, desk.agent.custom) == (Presence.MISSED_CALL, None)


@pytest.mark.req("BASE-10")
def test_a_status_of_ones_own_can_come_after_the_work(desk: Desk) -> None:
    handling = desk.work()
    desk.tell(ChoosePresence(Presence.CUSTOM, after_work=True, custom=TRAINING))
    assert desk.agent.attendance is Attendance.LEAVING
    desk.tell(EndHandling(ANA, handling, 0.0))
    assert (desk.agent.custom, desk.agent.next_status, desk.agent.next_custom) == (TRAINING, None, None)


@pytest.mark.req("BASE-9")
def test_who_misses_again_and_again_is_unresponsive_however_often_he_comes_back(desk: Desk) -> None:
    terms = Terms(missed_limit=1, unresponsive_after=3)
    for number, channel, status in (
        (1, Channel.CALL, Presence.MISSED_CALL),
        (2, Channel.CHAT, Presence.MISSED_CHAT),
        (3, Channel.CALL, Presence.UNRESPONSIVE),
    ):
        desk.tell(ChoosePresence(Presence.AVAILABLE))
        desk.tell(FreeSlot(ANA, desk.reserve(channel, number, terms), missed=True))
        assert desk.agent.status is status
    assert desk.agent.attendance is Attendance.MISSED
    desk.tell(ChoosePresence(Presence.AVAILABLE))
    desk.work(Channel.CALL, 4)
    assert desk.agent.unanswered == 0, "he took one"


@pytest.mark.req("BASE-9")
def test_a_call_beside_chats_is_kept_a_slot_for_where_the_queue_says_what_it_weighs(desk: Desk) -> None:
    desk.work(Channel.CHAT, 1)
    desk.reserve(Channel.CALL, 2, Terms(call_weight=2))
    with pytest.raises(AgentNotFreeError):
        desk.reserve(Channel.CHAT, 3, Terms(call_weight=2))


@pytest.mark.req("BASE-9")
def test_skills_are_part_of_the_profile(desk: Desk) -> None:
    desk.tell(replace(PROFILE, skills={"billing": 3}))
    assert desk.agent.candidate().skills == {"billing": 3}


def test_an_agent_who_was_stored_as_having_missed_something_is_read() -> None:
    assert Presence("missed") is Presence.MISSED_CALL


def test_choosing_what_one_is_changes_nothing(desk: Desk) -> None:
    assert desk.tell(ChoosePresence(Presence.AVAILABLE)) == ()


def test_an_agent_on_break_cannot_be_rung(desk: Desk) -> None:
    desk.tell(ChoosePresence(Presence.BREAK), after_s=5)
    assert desk.agent.since == NOON + timedelta(seconds=5)
    with pytest.raises(AgentNotFreeError):
        desk.reserve()


def test_one_slot_is_kept_for_one_call_only(desk: Desk) -> None:
    offer = desk.reserve()
    reservation = desk.agent.reservation(offer)
    assert reservation is not None
    assert desk.tell(Reserve(reservation)) == (), "asking twice changes nothing"
    for channel in Channel:
        with pytest.raises(AgentNotFreeError):
            desk.reserve(channel, 2)


@pytest.mark.req("BASE-9")
def test_chats_fit_up_to_the_limit_and_leave_no_room_for_a_call(desk: Desk) -> None:
    desk.work(Channel.CHAT, 1)
    desk.reserve(Channel.CHAT, 2)
    desk.reserve(Channel.CHAT, 3)
    with pytest.raises(AgentNotFreeError):
        desk.reserve(Channel.CHAT, 4)
    with pytest.raises(AgentNotFreeError):
        desk.reserve(Channel.CALL, 5)
    assert desk.agent.candidate().chats == 3


def test_a_reservation_frees_itself(desk: Desk) -> None:
    desk.reserve()
    assert desk.agent.next_deadline() == NOON + timedelta(seconds=25)
    desk.tell(AgentDue(), after_s=25)
    assert desk.agent.reservations == ()
    assert desk.agent.next_deadline() is None


def test_a_missed_call_takes_the_agent_out(desk: Desk) -> None:
    offer = desk.reserve()
    desk.tell(FreeSlot(ANA, offer, missed=True))
    assert (desk.agent.status, desk.agent.reservations) == (Presence.MISSED_CALL, ())
    assert desk.tell(FreeSlot(ANA, offer, missed=True)) == ()
    desk.tell(ChoosePresence(Presence.AVAILABLE))
    assert desk.agent.free_for(Channel.CALL)


def test_only_the_second_missed_chat_in_a_row_takes_the_agent_out(desk: Desk) -> None:
    desk.tell(FreeSlot(ANA, desk.reserve(Channel.CHAT, 1), missed=True))
    assert desk.agent.status.value == "available"
    desk.tell(FreeSlot(ANA, desk.reserve(Channel.CHAT, 2), missed=True))
    assert desk.agent.status.value == "missed_chat"


def test_who_went_on_break_meanwhile_has_not_missed_anything(desk: Desk) -> None:
    offer = desk.reserve()
    desk.tell(ChoosePresence(Presence.BREAK))
    desk.tell(FreeSlot(ANA, offer, missed=True))
    assert desk.agent.status is Presence.BREAK


def test_a_withdrawn_offer_is_not_held_against_him(desk: Desk) -> None:
    desk.tell(FreeSlot(ANA, desk.reserve(), missed=False))
    assert (desk.agent.status, desk.agent.missed_calls) == (Presence.AVAILABLE, 0)


def test_a_call_from_acceptance_to_the_end_of_wrap_up(desk: Desk) -> None:
    handling = desk.work()
    assert desk.agent.reservations == ()
    assert desk.agent.calls_today == 1
    assert not desk.agent.free_for(Channel.CHAT)

    desk.tell(EndHandling(ANA, handling, 60.0), after_s=100)
    assert desk.agent.last_call_ended_at == NOON + timedelta(seconds=100)
    assert not desk.agent.free_for(Channel.CALL)
    desk.tell(ExtendHandling(handling))
    assert desk.agent.next_deadline() == NOON + timedelta(seconds=220)
    desk.tell(FinishHandling(handling, "sold", "two boxes"))

    assert desk.agent.handlings == ()
    assert desk.agent.free_for(Channel.CALL)


def test_what_comes_twice_changes_nothing_the_second_time(desk: Desk) -> None:
    handling = desk.work()
    again = OpenHandling(ANA, handling, OfferId("offer_1"), InteractionId("call_1"), Channel.CALL, a_consumer(), None)
    assert desk.tell(again) == ()
    desk.tell(EndHandling(ANA, handling, 60.0))
    assert desk.tell(EndHandling(ANA, handling, 60.0)) == ()
    desk.tell(AgentDue(), after_s=60)
    assert desk.tell(again) == (), "it was closed already"
    assert desk.tell(EndHandling(ANA, handling, 60.0)) == ()


def test_without_wrap_up_time_the_work_is_done_at_once(desk: Desk) -> None:
    desk.tell(EndHandling(ANA, desk.work(), 0.0), after_s=9)
    assert desk.agent.handlings == ()
    assert desk.agent.last_call_ended_at == NOON + timedelta(seconds=9)
    desk.tell(EndHandling(ANA, desk.work(Channel.CHAT, 2), 0.0), after_s=9)
    assert desk.agent.last_chat_at == NOON + timedelta(seconds=18)


def test_a_handling_opens_even_if_its_reservation_has_expired(desk: Desk) -> None:
    opened = OpenHandling(
        ANA, HandlingId("h"), OfferId("gone"), InteractionId("call_9"), Channel.CALL, a_consumer(), None
    )
    assert len(desk.tell(opened)) == 1
    assert desk.agent.handling(HandlingId("h")) is not None


def test_a_beginning_that_comes_after_the_end_opens_nothing(desk: Desk) -> None:
    late = OpenHandling(ANA, HandlingId("h"), OfferId("o"), InteractionId("call_9"), Channel.CALL, a_consumer(), None)
    desk.tell(EndHandling(ANA, HandlingId("h"), 60.0))
    assert desk.tell(late) == ()
    assert desk.tell(EndHandling(ANA, HandlingId("h"), 60.0)) == ()
    assert desk.agent.free_for(Channel.CALL)


def test_nobody_finishes_what_goes_on_or_is_not_his(desk: Desk) -> None:
    handling = desk.work()
    with pytest.raises(ConflictError):
        desk.tell(FinishHandling(handling))
    with pytest.raises(NotFoundError):
        desk.tell(ExtendHandling(HandlingId("handling_9")))


@pytest.mark.req("BASE-10")
def test_the_next_status_waits_for_the_end_of_the_work(desk: Desk) -> None:
    handling = desk.work()
    desk.tell(ChoosePresence(Presence.MEAL, after_work=True))
    assert desk.tell(ChoosePresence(Presence.MEAL, after_work=True)) == ()
    assert (desk.agent.status, desk.agent.next_status) == (Presence.AVAILABLE, Presence.MEAL)
    desk.tell(EndHandling(ANA, handling, 5.0))
    desk.tell(AgentDue(), after_s=5)
    assert (desk.agent.status, desk.agent.next_status) == (Presence.MEAL, None)


def test_a_next_status_is_taken_back_by_choosing_the_present_one(desk: Desk) -> None:
    desk.work()
    desk.tell(ChoosePresence(Presence.MEAL, after_work=True))
    desk.tell(ChoosePresence(Presence.AVAILABLE))
    assert desk.agent.next_status is None


def test_the_present_status_as_the_next_one_is_dropped_when_the_work_ends(desk: Desk) -> None:
    handling = desk.work()
    desk.tell(ChoosePresence(Presence.AVAILABLE, after_work=True))
    desk.tell(EndHandling(ANA, handling, 0.0))
    assert (desk.agent.status, desk.agent.next_status) == (Presence.AVAILABLE, None)


def test_without_work_the_next_status_is_the_present_one(desk: Desk) -> None:
    desk.tell(ChoosePresence(Presence.MEAL, after_work=True))
    assert desk.agent.status is Presence.MEAL


def test_the_day_s_figures_begin_anew_each_day(desk: Desk) -> None:
    desk.tell(EndHandling(ANA, desk.work(Channel.CALL, 1), 0.0))
    desk.tell(EndHandling(ANA, desk.work(Channel.CHAT, 2), 0.0))
    assert (desk.agent.calls_today, desk.agent.chats_today) == (1, 1)
    desk.tell(AgentDue(), after_s=86_400)
    desk.work(Channel.CHAT, 3)
    assert (desk.agent.calls_today, desk.agent.chats_today) == (0, 1)
