from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.chats.chat import Agent, Chat, ChatEvent, evolve
from madoguchi.domain.chats.commands import ChatMessage, SendMessage
from madoguchi.domain.chats.decide import ChatDecision, decide
from madoguchi.domain.chats.lifecycle import ChatState, Side
from madoguchi.domain.chats.messages import Delivered, MessageSent
from madoguchi.domain.chats.texting import SendText, SmsLine, TextDelivered, TextFailed
from madoguchi.domain.queues.settings import checked
from madoguchi.kernel.decision import Moment
from madoguchi.kernel.errors import ConflictError, InvalidInputError
from madoguchi.kernel.ids import HandlingId, OfferId
from madoguchi.testing.builders import ANA
from madoguchi.testing.chats import CHAT_ID, LIMITS, MEI, SALES
from madoguchi.testing.environment import NOON

pytestmark = pytest.mark.req("CH-4")

LINE = SmsLine("+815012345678", "+819011112222")
TALK = Chat(
    CHAT_ID,
    MEI,
    SALES,
    "ja",
    NOON,
    NOON,
    NOON,
    LIMITS,
    state=ChatState.CHATTING,
    agent=Agent(ANA, "Ana", HandlingId("handling_1"), OfferId("offer_1"), NOON),
    sms=LINE,
)


def said(chat: Chat, message: ChatMessage) -> ChatDecision:
    return decide(chat, message, Moment(NOON + timedelta(seconds=5), str))


def after(chat: Chat, events: tuple[ChatEvent, ...]) -> Chat:
    for event in events:
        chat = evolve(chat, event)
    return chat


def a_line(side: Side = Side.AGENT, client_id: str = "c1") -> SendMessage:
    sender = ANA if side is Side.AGENT else MEI.id
    return SendMessage(side, sender, client_id, {"type": "text", "text": "Hello"})


def test_a_line_of_the_agent_is_sent_once() -> None:
    first = said(TALK, a_line())
    assert first.effects == (SendText(LINE, CHAT_ID, 1, "Hello"),)
    again = said(after(TALK, first.events), a_line())
    assert (again.events, again.effects, again.answer) == ((), (), 1)


def test_a_line_of_the_consumer_and_lines_of_chats_on_pages_are_not_sent() -> None:
    assert said(TALK, a_line(Side.CONSUMER)).effects == ()
    assert said(replace(TALK, sms=None), a_line()).effects == ()


def test_a_file_is_refused() -> None:
    file = SendMessage(Side.AGENT, ANA, "c1", {"type": "attachment", "attachment": "a", "name": "a.png"})
    with pytest.raises(ConflictError) as refused:
        said(TALK, file)
    assert refused.value.reason == "sms"


def test_a_receipt_raises_the_mark_and_an_older_one_does_not_lower_it() -> None:
    raised = said(TALK, TextDelivered(3))
    assert raised.events == (Delivered(Side.CONSUMER, 3),)
    assert said(after(TALK, raised.events), TextDelivered(2)).events == ()


def test_a_failure_is_told_in_the_conversation_and_nobody_is_late_by_it() -> None:
    (told,) = said(TALK, TextFailed(1, "UNDELIV 27")).events
    assert isinstance(told, MessageSent)
    assert told.side is Side.SYSTEM
    assert told.body == {"type": "event", "event": "not_delivered", "name": None, "line": 1, "reason": "UNDELIV 27"}
    assert after(TALK, (told,)).turn_since == TALK.turn_since


@pytest.mark.req("DEF-5")
def test_a_text_for_after_hours_has_an_end() -> None:
    assert checked({"sms": {"after_hour_text": "x" * 600}})
    with pytest.raises(InvalidInputError) as refused:
        checked({"sms": {"after_hour_text": "x" * 601}})
    assert (refused.value.field, refused.value.reason) == ("settings.sms.after_hour_text", "length")
