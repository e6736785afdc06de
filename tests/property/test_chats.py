"""Chats: whatever people do and whenever the server dies, no acknowledged line is lost or doubled."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from madoguchi.domain.chats import messages
from madoguchi.domain.chats.chat import Chat, evolve, holder
from madoguchi.domain.chats.commands import (
    ChatDue,
    ChatMessage,
    ChatRecovered,
    EndChat,
    HandOver,
    JoinChat,
    LeaveChat,
    MarkDelivered,
    MarkRead,
    SendMessage,
    SetTyping,
    StartChat,
    StopChat,
    TakeOverChat,
    Whisper,
)
from madoguchi.domain.chats.decide import decide
from madoguchi.domain.chats.lifecycle import ANSWERED, CHAT, ChatState, Side
from madoguchi.domain.chats.messages import MessageSent
from madoguchi.domain.routing.offers import AcceptOffer, DeclineOffer, Offer, PlaceOffers
from madoguchi.kernel.decision import Moment
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import OfferId, UserId
from madoguchi.kernel.machine import IllegalTransitionError
from madoguchi.services.codec import Codec
from madoguchi.testing.chats import ANA, BEN, CHAT_ID, LIMITS, MEI, RETURNS, SALES
from madoguchi.testing.environment import NOON

CODEC = Codec(Chat)
SUE = UserId("user_sue")
agents = st.sampled_from([ANA, BEN, SUE])
sides = st.sampled_from([Side.CONSUMER, Side.AGENT])
client_ids = st.sampled_from([f"c{n}" for n in range(12)])


class Chatting(RuleBasedStateMachine):
    """Everybody does anything at any time; the server forgets everything that was not committed."""

    @initialize(first=st.sampled_from([None, "Hello?"]))
    def begin(self, first: str | None) -> None:
        self.now = NOON
        self.made = 0
        self.chat: Chat | None = None
        self.on_disk: Chat | None = None
        self.stored: list[MessageSent] = []
        self.acknowledged: dict[tuple[Side, str], int] = {}
        body = messages.text(first) if first else None
        self.decide(StartChat(CHAT_ID, MEI, SALES, "en", body, LIMITS))

    def new_id(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made}"

    def decide(self, message: ChatMessage) -> object:
        """Do what an owner does: decide, evolve, commit; return the answer, or the refusal."""
        self.now += timedelta(seconds=1)
        before = self.chat
        if before is not None and not before.live:
            return None
        try:
            decision = decide(before, message, Moment(self.now, self.new_id))
        except MadoguchiError as refusal:
            assert self.chat is before
            return refusal
        for event in decision.events:
            self.chat = evolve(self.chat, event)
        assert self.chat is not None
        if decision.lasting and decision.events:
            self.on_disk = CODEC.state(json.loads(json.dumps(CODEC.dump(self.chat))))
            self.stored += [event for event in decision.events if isinstance(event, MessageSent)]
            assert self.on_disk == self.chat
        else:
            assert not any(isinstance(event, MessageSent) for event in decision.events)
            assert not decision.effects
        return decision.answer

    def sender(self, side: Side, agent: UserId) -> str:
        return MEI.id if side is Side.CONSUMER else agent

    @rule(side=sides, agent=agents, client_id=client_ids)
    def send(self, side: Side, agent: UserId, client_id: str) -> None:
        seq = self.decide(SendMessage(side, self.sender(side, agent), client_id, messages.text(client_id)))
        if isinstance(seq, int):
            assert self.acknowledged.setdefault((side, client_id), seq) == seq

    @rule(agent=agents, to_all=st.booleans())
    def place(self, agent: UserId, *, to_all: bool) -> None:
        offer = Offer(OfferId(self.new_id("offer")), agent, "A", self.now, self.now + timedelta(seconds=20), to_all)
        self.decide(PlaceOffers((offer,)))

    @precondition(lambda self: self.chat.offers)
    @rule(data=st.data(), take=st.booleans())
    def respond(self, data: st.DataObject, *, take: bool) -> None:
        assert self.chat is not None
        offer = data.draw(st.sampled_from(self.chat.offers))
        self.decide((AcceptOffer if take else DeclineOffer)(offer.id, offer.agent))

    @rule(side=sides, agent=agents, typing=st.booleans())
    def type(self, side: Side, agent: UserId, *, typing: bool) -> None:
        self.decide(SetTyping(side, self.sender(side, agent), typing=typing))

    @rule(side=sides, agent=agents, seq=st.integers(0, 30), read=st.booleans())
    def mark(self, side: Side, agent: UserId, seq: int, *, read: bool) -> None:
        before = self.chat
        assert before is not None
        self.decide((MarkRead if read else MarkDelivered)(side, self.sender(side, agent), seq))
        assert self.chat is not None
        for side_ in (Side.CONSUMER, Side.AGENT):
            assert before.read.of(side_) <= self.chat.read.of(side_) <= self.chat.delivered.of(side_)
            assert before.delivered.of(side_) <= self.chat.delivered.of(side_) <= self.chat.last_seq

    @rule(agent=agents, queue=st.sampled_from([SALES, RETURNS]))
    def hand_over(self, agent: UserId, queue: object) -> None:
        self.decide(HandOver(agent, SALES if queue is SALES else RETURNS))

    @rule(what=st.sampled_from(["whisper", "join", "leave", "take over"]), client_id=client_ids)
    def supervise(self, what: str, client_id: str) -> None:
        assert self.chat is not None
        lines, marks = self.chat.last_seq, (self.chat.read, self.chat.delivered)
        offer = Offer(OfferId(self.new_id("offer")), SUE, "Sue", self.now, self.now + timedelta(seconds=20))
        commands: dict[str, ChatMessage] = {
            "whisper": Whisper(SUE, "Sue", client_id, "?"),
            "join": JoinChat(SUE, "Sue"),
            "leave": LeaveChat(SUE),
            "take over": TakeOverChat(offer),
        }
        self.decide(commands[what])
        assert (self.chat.read, self.chat.delivered) == marks
        assert what != "whisper" or self.chat.last_seq == lines

    @rule(seconds=st.sampled_from([1, 7, 30, 400, 1_000]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def what_is_due_is_done(self) -> None:
        for _ in range(20):
            assert self.chat is not None
            due = self.chat.next_deadline()
            if due is None or due > self.now:
                return
            self.decide(ChatDue())
        raise AssertionError("deadlines without end")

    @rule()
    def kill(self) -> None:
        self.chat = self.on_disk
        self.decide(ChatRecovered())

    @rule(
        how=st.sampled_from([EndChat(Side.CONSUMER, MEI.id), EndChat(Side.AGENT, ANA), StopChat(BEN)]),
        sure=st.integers(0, 9),
    )
    def end(self, how: ChatMessage, sure: int) -> None:
        if sure == 0:
            self.decide(how)

    @invariant()
    def lines_are_numbered_without_gaps(self) -> None:
        assert [line.seq for line in self.stored] == list(range(1, len(self.stored) + 1))
        assert self.chat is not None
        assert self.chat.last_seq == len(self.stored)

    @invariant()
    def acknowledged_lines_are_stored_once(self) -> None:
        for (side, client_id), seq in self.acknowledged.items():
            assert [line.seq for line in self.stored if (line.side, line.client_id) == (side, client_id)] == [seq]

    @invariant()
    def state_and_contents_agree(self) -> None:
        chat = self.chat
        assert chat is not None
        assert bool(chat.offers) == (chat.state is ChatState.OFFERED)
        assert (holder(chat) is not None) == (chat.state in ANSWERED)
        assert (chat.ended_at is not None) == (chat.end_reason is not None) == (not chat.live)
        assert (chat.next_deadline() is not None) == chat.live
        assert len({offer.agent for offer in chat.offers}) == len(chat.offers)


TestChatting = pytest.mark.req("BASE-13")(Chatting.TestCase)
TestChatting.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)

EVENTS = sorted({event for _, event in CHAT.table}, key=lambda event: event.__name__)


def test_every_state_of_a_chat_can_be_reached_and_terminal_ones_have_no_way_out() -> None:
    reached = {CHAT.initial}
    for _ in CHAT.table:
        reached |= {after for (before, _), after in CHAT.table.items() if before in reached}
    assert reached == set(ChatState) == CHAT.states
    assert not {state for state, _ in CHAT.table} & CHAT.terminal
    assert {state for state in ChatState if not any(CHAT.accepts(state, event) for event in EVENTS)} == CHAT.terminal


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_a_chat_advances_only_along_its_arrows(events: list[type]) -> None:
    state = CHAT.initial
    for kind in events:
        event: object = object.__new__(kind)
        if CHAT.accepts(state, kind):
            state = CHAT.advance(state, event)
        else:
            with pytest.raises(IllegalTransitionError):
                CHAT.advance(state, event)
