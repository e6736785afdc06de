"""What a chat decides, message by message."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.chats import messages
from madoguchi.domain.chats.chat import Chat, PositionMoved, Resumed, holder
from madoguchi.domain.chats.commands import (
    ChatDue,
    ChatMessage,
    ChatRecovered,
    ChatTooLongError,
    EffectFailed,
    EndChat,
    HandOver,
    MarkDelivered,
    MarkRead,
    NotYourChatError,
    PositionIs,
    SendMessage,
    SetTyping,
    StartChat,
    StopChat,
)
from madoguchi.domain.chats.decide import LINES
from madoguchi.domain.chats.lifecycle import (
    Abandoned,
    BackInQueue,
    ChatState,
    Dismissed,
    EndReason,
    Expired,
    Finished,
    OfferAccepted,
    Requeued,
    Side,
    Slept,
    Woke,
)
from madoguchi.domain.chats.messages import Delivered, Line, Marks, MessageSent, Read, TypingChanged
from madoguchi.domain.routing.offers import (
    AcceptOffer,
    Channel,
    DeclineOffer,
    OfferDeclined,
    OfferGoneError,
    OfferMissed,
    OfferWithdrawn,
    PlaceOffers,
)
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import HandlingId, OfferId
from madoguchi.testing.chats import ANA, BEN, CHAT_ID, LIMITS, MEI, RETURNS, SALES, Story, an_offer
from madoguchi.testing.environment import NOON

OFFER_ANA, OFFER_BEN = OfferId("offer_user_ana"), OfferId("offer_user_ben")
H1 = HandlingId("handling_1")


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.req("BASE-13")
def test_a_chat_begins_in_the_queue_with_the_consumers_first_line() -> None:
    chat = Story().begun("Where is my order?").present

    assert chat.state is ChatState.QUEUED
    assert (chat.last_seq, chat.waiting_since, chat.queued_at) == (1, NOON, NOON)
    assert chat.last_message == messages.LastMessage(NOON, Side.CONSUMER, "Where is my order?")
    assert chat.unread(Side.AGENT) == 1
    assert chat.unread(Side.CONSUMER) == 0


def test_starting_twice_starts_once() -> None:
    story = Story().begun()
    before = story.chat
    story.tell(StartChat(CHAT_ID, MEI, SALES, "en", None, LIMITS))
    assert story.chat == before


@pytest.mark.parametrize("message", [ChatDue(), StopChat(ANA), EndChat(Side.CONSUMER, MEI.id)])
def test_what_never_began_is_not_found(message: ChatMessage) -> None:
    with pytest.raises(NotFoundError):
        Story().tell(message)


@pytest.mark.req("BASE-13")
def test_the_first_answer_wins_and_the_others_stop_ringing() -> None:
    story = Story().begun().ringing(ANA, BEN, to_all=True)

    decision = story.tell(AcceptOffer(OFFER_BEN, BEN))

    assert decision.events == (
        OfferWithdrawn(OFFER_ANA, ANA),
        OfferAccepted(OFFER_BEN, BEN, "Ben", H1, story.now),
        MessageSent(2, Side.SYSTEM, "", "", "system-2", messages.event("agent_joined", "Ben"), story.now),
    )
    assert decision.effects == (
        OpenHandling(BEN, H1, OFFER_BEN, CHAT_ID, Channel.CHAT, MEI, SALES),
        FreeSlot(ANA, OFFER_ANA, missed=False),
    )
    assert decision.answer == H1
    assert holder(story.present) == BEN
    with pytest.raises(OfferGoneError):
        story.tell(AcceptOffer(OFFER_ANA, ANA))


def test_accepting_again_gives_the_same_handling_and_changes_nothing() -> None:
    story = Story().begun().answered()
    before = story.chat

    again = story.tell(AcceptOffer(OFFER_ANA, ANA))

    assert again.answer == H1
    assert not again.events
    assert story.chat == before


@pytest.mark.parametrize("late", [20.0, 3_600.0])
def test_an_expired_offer_cannot_be_accepted(late: float) -> None:
    story = Story().begun().ringing(ANA, ring_s=20)
    with pytest.raises(OfferGoneError):
        story.tell(AcceptOffer(OFFER_ANA, ANA), after=late)


def test_somebody_elses_offer_cannot_be_accepted() -> None:
    with pytest.raises(OfferGoneError):
        Story().begun().ringing(ANA).tell(AcceptOffer(OFFER_ANA, BEN))


def test_a_declined_offer_sends_the_chat_back_to_the_queue_when_it_was_the_last() -> None:
    story = Story().begun().ringing(ANA, BEN)

    first = story.tell(DeclineOffer(OFFER_ANA, ANA))
    assert first.events == (OfferDeclined(OFFER_ANA, ANA, story.now + timedelta(seconds=5)),)
    assert story.present.pauses == {ANA: story.now + timedelta(seconds=5)}
    assert first.effects == (FreeSlot(ANA, OFFER_ANA, missed=False),)
    assert story.present.offers

    second = story.tell(DeclineOffer(OFFER_BEN, BEN))
    assert second.events == (OfferDeclined(OFFER_BEN, BEN, story.now + timedelta(seconds=5)), BackInQueue())
    assert story.present.state is ChatState.QUEUED
    assert story.present.tried == (ANA, BEN)
    assert not story.tell(DeclineOffer(OFFER_BEN, BEN)).events


@pytest.mark.parametrize("to_all", [True, False])
def test_a_missed_offer_is_held_against_the_agent_unless_it_rang_at_all(*, to_all: bool) -> None:
    story = Story().begun().ringing(ANA, to_all=to_all, ring_s=20)

    decision = story.tell(ChatDue(), after=20)

    assert decision.events == (OfferMissed(OFFER_ANA, ANA), BackInQueue())
    assert decision.effects == (FreeSlot(ANA, OFFER_ANA, missed=not to_all),)
    waiting = story.present.waiting()
    assert waiting is not None
    assert (waiting.attempts, waiting.tried, waiting.standing) == (1, frozenset({ANA}), frozenset())


def test_offers_are_placed_only_while_it_waits_and_once_at_each_agent() -> None:
    story = Story().begun()
    assert not story.tell(PlaceOffers(())).events
    story.ringing(ANA)
    offer = an_offer(ANA, NOON + after(60))
    with pytest.raises(ConflictError):
        story.tell(PlaceOffers((offer,)))
    story.tell(AcceptOffer(OFFER_ANA, ANA))
    assert story.present.waiting() is None
    with pytest.raises(ConflictError):
        story.tell(PlaceOffers((offer,)))


@pytest.mark.req("BASE-13")
def test_lines_are_numbered_without_gaps_and_a_repeated_one_is_the_same_line() -> None:
    story = Story().begun().answered()
    line = SendMessage(Side.CONSUMER, MEI.id, "c1", messages.text("Hi"))

    first, again = story.tell(line), story.tell(line)
    other_side = story.tell(SendMessage(Side.AGENT, ANA, "c1", messages.text("Hello")))

    assert first.events == (
        MessageSent(3, Side.CONSUMER, MEI.id, MEI.name, "c1", messages.text("Hi"), story.now - after(2)),
    )
    assert (first.answer, again.answer, other_side.answer) == (3, 3, 4)
    assert not again.events


@pytest.mark.parametrize(
    ("side", "sender"),
    [(Side.AGENT, BEN), (Side.CONSUMER, "consumer_ken"), (Side.CONSUMER, ANA), (Side.SYSTEM, ""), (Side.AGENT, MEI.id)],
)
def test_only_its_agent_and_its_consumer_may_do_anything(side: Side, sender: str) -> None:
    story = Story().begun().answered().said(Side.CONSUMER)
    before = story.chat
    for message in (
        SendMessage(side, sender, "line-1", messages.text("Hi")),
        SetTyping(side, sender, typing=True),
        MarkDelivered(side, sender, 1),
        MarkRead(side, sender, 1),
        EndChat(side, sender),
    ):
        with pytest.raises(NotYourChatError):
            story.tell(message)
    assert story.chat == before


def test_an_agent_without_the_chat_cannot_hand_it_over() -> None:
    with pytest.raises(NotYourChatError):
        Story().begun().answered().tell(HandOver(BEN, RETURNS))
    with pytest.raises(NotYourChatError):
        Story().begun().tell(HandOver(ANA, RETURNS))


def test_a_chat_holds_so_many_lines_and_no_more() -> None:
    story = Story().begun()
    story.chat = replace(story.present, last_seq=LINES)
    with pytest.raises(ChatTooLongError):
        story.said(Side.CONSUMER)


@pytest.mark.req("BASE-13")
def test_the_consumers_oldest_unanswered_line_counts_until_the_agent_answers() -> None:
    story = Story().begun(None).answered()
    assert story.present.waiting_since is None
    story.said(Side.CONSUMER)
    asked = story.now
    story.said(Side.CONSUMER)
    assert story.present.waiting_since == asked
    story.said(Side.AGENT)
    assert story.present.waiting_since is None


@pytest.mark.req("BASE-13")
def test_marks_rise_to_the_last_line_at_most_and_never_fall() -> None:
    story = Story().begun().answered().said(Side.AGENT, Side.AGENT)

    passing = story.tell(MarkDelivered(Side.CONSUMER, MEI.id, 3))
    assert passing.events == (Delivered(Side.CONSUMER, 3),)
    assert not passing.lasting
    assert not story.tell(MarkDelivered(Side.CONSUMER, MEI.id, 2)).events
    assert story.tell(MarkRead(Side.CONSUMER, MEI.id, 99)).events == (Read(Side.CONSUMER, 4),)
    assert not story.tell(MarkRead(Side.CONSUMER, MEI.id, 3)).events
    assert story.tell(MarkRead(Side.AGENT, ANA, 1)).events == (Read(Side.AGENT, 1),)
    assert story.present.read == story.present.delivered == Marks(consumer=4, agent=1)
    assert story.present.unread(Side.CONSUMER) == story.present.unread(Side.AGENT) == 0


@pytest.mark.req("BASE-13")
def test_typing_ends_with_the_line_or_after_six_seconds() -> None:
    story = Story().begun().answered()

    begun = story.tell(SetTyping(Side.CONSUMER, MEI.id, typing=True))
    assert begun.events == (TypingChanged(Side.CONSUMER, story.now + after(6)),)
    assert not begun.lasting
    story.tell(SetTyping(Side.AGENT, ANA, typing=True))
    story.said(Side.CONSUMER, Side.AGENT)
    assert (story.present.consumer_typing, story.present.agent_typing) == (None, None)

    story.tell(SetTyping(Side.AGENT, ANA, typing=True))
    assert story.present.next_deadline() == story.now + after(6)
    assert story.tell(ChatDue(), after=6).events == (TypingChanged(Side.AGENT, None),)
    assert not story.tell(SetTyping(Side.AGENT, ANA, typing=False)).events


@pytest.mark.req("BASE-13")
def test_a_silent_consumer_sleeps_then_is_dismissed() -> None:
    story = Story().begun().answered().said(Side.AGENT)

    assert story.tell(ChatDue(), after=LIMITS.dormant_s).events == (Slept(story.now),)
    assert story.present.state is ChatState.DORMANT
    assert story.present.next_deadline() == story.now + after(LIMITS.dismiss_s)
    decision = story.tell(ChatDue(), after=LIMITS.dismiss_s)

    assert decision.events[-1] == Dismissed(story.now)
    assert decision.effects == (EndHandling(ANA, H1, 60.0),)
    assert (story.present.state, story.present.end_reason) == (ChatState.DISMISSED, EndReason.CONSUMER_SILENT)
    assert story.present.next_deadline() is None


@pytest.mark.req("BASE-13")
def test_the_consumers_line_wakes_a_dormant_chat() -> None:
    story = Story().begun().answered().said(Side.AGENT)
    story.tell(ChatDue(), after=LIMITS.dormant_s)

    decision = story.tell(SendMessage(Side.CONSUMER, MEI.id, "c9", messages.text("Still here")))

    assert decision.events[0] == Woke(story.now)
    assert story.present.state is ChatState.CHATTING
    assert story.present.waiting_since == story.now


def test_an_agents_line_keeps_a_dormant_chat_longer() -> None:
    story = Story().begun().answered().said(Side.AGENT)
    story.tell(ChatDue(), after=LIMITS.dormant_s)
    story.said(Side.AGENT, after=100)
    assert story.present.next_deadline() == story.now + after(LIMITS.dismiss_s)


@pytest.mark.req("BASE-13")
def test_a_chat_is_taken_from_an_agent_who_does_not_answer_and_goes_to_the_front() -> None:
    story = Story().begun().answered().said(Side.CONSUMER)

    decision = story.tell(ChatDue(), after=LIMITS.agent_silent_s)

    assert decision.events[-1] == Requeued(story.now, SALES, ANA, "Ana", handed_over=False)
    assert decision.effects == (EndHandling(ANA, H1, 60.0),)
    waiting = story.present.waiting()
    assert waiting is not None
    assert waiting.front
    assert waiting.queued_at == NOON
    assert waiting.tried == frozenset({ANA})
    assert holder(story.present) is None
    assert story.present.transfers == ()


@pytest.mark.req("BASE-13")
def test_a_chat_that_nobody_takes_fails_and_stops_ringing() -> None:
    story = Story().begun().ringing(ANA, ring_s=LIMITS.unanswered_s + 60)

    decision = story.tell(ChatDue(), after=LIMITS.unanswered_s)

    assert decision.events[0] == OfferWithdrawn(OFFER_ANA, ANA)
    assert decision.events[-1] == Expired(story.now)
    assert decision.effects == (FreeSlot(ANA, OFFER_ANA, missed=False),)
    assert story.present.end_reason is EndReason.UNANSWERED
    assert story.present.unread(Side.AGENT) == 1


@pytest.mark.req("BASE-11")
def test_a_transfer_to_a_queue_puts_the_consumer_at_its_front() -> None:
    story = Story().begun().answered()

    decision = story.tell(HandOver(ANA, RETURNS))

    assert decision.events[1:] == (Requeued(story.now, RETURNS, ANA, "Ana", handed_over=True),)
    assert decision.effects == (EndHandling(ANA, H1, 60.0),)
    chat = story.present
    assert (chat.state, chat.queue, chat.queued_at, chat.front) == (ChatState.QUEUED, RETURNS, story.now, True)
    (moved,) = chat.transfers
    assert (moved.from_id, moved.from_name, moved.to_queue, moved.to_agent) == (ANA, "Ana", RETURNS, None)


@pytest.mark.req("BASE-11")
def test_a_transfer_to_an_agent_rings_him_at_once_and_the_queue_when_he_does_not_answer() -> None:
    story = Story().begun().answered()
    offer = an_offer(BEN, story.now + after(21))

    story.tell(HandOver(ANA, SALES, offer))
    assert (story.present.state, story.present.offers) == (ChatState.OFFERED, (offer,))
    assert (story.present.transfers[0].to_agent, story.present.transfers[0].to_name) == (BEN, "Ben")
    story.tell(ChatDue(), after=20)
    assert story.present.state is ChatState.QUEUED

    story.answered(BEN)
    assert story.present.agents == (ANA, BEN)
    with pytest.raises(NotYourChatError):
        story.tell(SendMessage(Side.AGENT, ANA, "late", messages.text("I was not finished")))


def test_nobody_hands_a_chat_over_to_himself() -> None:
    story = Story().begun().answered()
    with pytest.raises(ConflictError):
        story.tell(HandOver(ANA, SALES, an_offer(ANA, NOON)))


@pytest.mark.req("BASE-13")
@pytest.mark.parametrize(
    ("message", "reason", "by"),
    [
        (EndChat(Side.CONSUMER, MEI.id), EndReason.CONSUMER_ENDED, MEI.name),
        (EndChat(Side.AGENT, ANA), EndReason.AGENT_ENDED, "Ana"),
        (StopChat(BEN, "Ben"), EndReason.SUPERVISOR_ENDED, None),
    ],
)
def test_either_side_or_a_supervisor_ends_it(message: ChatMessage, reason: EndReason, by: str | None) -> None:
    story = Story().begun().answered()

    decision = story.tell(message)

    assert decision.events == (
        MessageSent(3, Side.SYSTEM, "", "", "system-3", messages.event("ended", by), story.now),
        Finished(reason, story.now, message.user, message.name)
        if isinstance(message, StopChat)
        else Finished(reason, story.now),
    )
    assert decision.effects == (EndHandling(ANA, H1, 60.0, isinstance(message, StopChat)),)
    assert not story.present.live
    assert (story.present.ended_at, story.present.end_reason) == (story.now, reason)


@pytest.mark.req("BASE-13")
@pytest.mark.parametrize("message", [EndChat(Side.CONSUMER, MEI.id), StopChat(BEN)])
def test_who_leaves_the_queue_has_abandoned_it_and_it_stops_ringing(message: ChatMessage) -> None:
    story = Story().begun().ringing(ANA, BEN)

    decision = story.tell(message)

    assert isinstance(decision.events[-1], Abandoned)
    assert decision.effects == (FreeSlot(ANA, OFFER_ANA, missed=False), FreeSlot(BEN, OFFER_BEN, missed=False))
    assert story.present.state is ChatState.ABANDONED


@pytest.mark.req("BASE-13")
def test_after_a_restart_offers_that_stood_are_withdrawn_and_time_outs_begin_anew() -> None:
    story = Story().begun().ringing(ANA)

    decision = story.tell(ChatRecovered(), after=3_600)

    assert decision.events == (OfferWithdrawn(OFFER_ANA, ANA), BackInQueue(), Resumed(story.now))
    assert decision.effects == (FreeSlot(ANA, OFFER_ANA, missed=False),)
    assert story.present.tried == ()
    assert story.present.next_deadline() == story.now + after(LIMITS.unanswered_s)


@pytest.mark.req("BASE-13")
def test_after_a_restart_a_chat_goes_on_where_it_was() -> None:
    story = Story().begun().answered().said(Side.AGENT)
    story.tell(SetTyping(Side.AGENT, ANA, typing=True))

    story.tell(ChatRecovered(), after=3_600)

    assert story.present.state is ChatState.CHATTING
    assert story.present.agent_typing is None
    assert story.present.next_deadline() == story.now + after(LIMITS.dormant_s)
    story.said(Side.AGENT, Side.CONSUMER)
    assert story.present.last_seq == 5


def test_the_place_in_the_queue_is_known_only_while_it_waits() -> None:
    story = Story().begun()
    moved = story.tell(PositionIs(3))
    assert moved.events == (PositionMoved(3),)
    assert not moved.lasting
    assert not story.tell(PositionIs(3)).events
    story.answered()
    assert story.present.position is None
    assert not story.tell(PositionIs(1)).events


def test_an_effect_that_fails_changes_nothing() -> None:
    story = Story().begun()
    assert not story.tell(EffectFailed("FreeSlot", "unavailable")).events


def test_only_so_many_lines_are_remembered() -> None:
    story = Story().begun().said(*[Side.CONSUMER] * 100)
    chat: Chat = story.present
    assert chat.last_seq == 101
    assert len(chat.recent) == 64
    assert chat.recent[-1] == Line(101, Side.CONSUMER, "line-100")
