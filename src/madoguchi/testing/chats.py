"""Chats in every state, for tests that say only what matters to them."""

from datetime import timedelta
from itertools import count
from typing import Final

from madoguchi.domain.chats import messages
from madoguchi.domain.chats.chat import Chat, evolve
from madoguchi.domain.chats.commands import ChatMessage, SendMessage, StartChat
from madoguchi.domain.chats.decide import ChatDecision, decide
from madoguchi.domain.chats.lifecycle import Side, TimeOuts
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.domain.routing.offers import AcceptOffer, Offer, PlaceOffers
from madoguchi.kernel.decision import Moment
from madoguchi.kernel.ids import ConsumerId, InteractionId, OfferId, QueueId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.testing.environment import NOON

ANA: Final = UserId("user_ana")
BEN: Final = UserId("user_ben")
MEI: Final = Consumer(ConsumerId("consumer_mei"), "Web User 11/23 12:00", None, NOON)
SALES: Final = Queue(
    QueueId("queue_sales"), frozenset({MenuChannel.WEB}), {"en": "Sales", "ja": "営業"}, 1, (ANA, BEN), wrap_up_s=60.0
)
RETURNS: Final = Queue(
    QueueId("queue_returns"), frozenset({MenuChannel.WEB}), {"en": "Returns", "ja": "返品"}, 2, (BEN,)
)
CHAT_ID: Final = InteractionId("chat_1")
LIMITS: Final = TimeOuts()


class Story:
    """A chat to which one thing happens after the other, each `seconds` after the one before."""

    def __init__(self, *, now: Instant = NOON, time_outs: TimeOuts = LIMITS) -> None:
        self.now = now
        self.chat: Chat | None = None
        self.decision: ChatDecision | None = None
        self.time_outs = time_outs
        self._ids = count(1)
        self._lines = count(1)

    @property
    def present(self) -> Chat:
        """The chat as it is now."""
        assert self.chat is not None
        return self.chat

    def tell(self, message: ChatMessage, *, after: float = 1.0) -> ChatDecision:
        """Let `message` be decided `after` seconds.

        Raises:
            MadoguchiError: it was refused; nothing has changed.
        """
        self.now += timedelta(seconds=after)
        decision = decide(self.chat, message, Moment(self.now, lambda prefix: f"{prefix}_{next(self._ids)}"))
        chat = self.chat
        for event in decision.events:
            chat = evolve(chat, event)
        self.chat, self.decision = chat, decision
        return decision

    def begun(self, text: str | None = "Hello?") -> "Story":
        """Let Mei ask for sales."""
        first = messages.text(text) if text is not None else None
        self.tell(StartChat(CHAT_ID, MEI, SALES, "en", first, self.time_outs), after=0)
        return self

    def ringing(self, *agents: UserId, to_all: bool = False, ring_s: float = 20.0) -> "Story":
        """Let it ring at `agents`."""
        until = self.now + timedelta(seconds=1 + ring_s)
        self.tell(PlaceOffers(tuple(an_offer(agent, until, to_all=to_all) for agent in agents)))
        return self

    def answered(self, agent: UserId = ANA) -> "Story":
        """Let it ring at `agent`, who accepts."""
        self.ringing(agent)
        self.tell(AcceptOffer(self.present.offers[0].id, agent))
        return self

    def said(self, *sides: Side, after: float = 1.0) -> "Story":
        """Let each of `sides` write a line."""
        for side in sides:
            sender = MEI.id if side is Side.CONSUMER else self._agent()
            number = next(self._lines)
            self.tell(SendMessage(side, sender, f"line-{number}", messages.text(f"Line {number}")), after=after)
        return self

    def _agent(self) -> UserId:
        assert self.present.agent is not None
        return self.present.agent.id


def an_offer(agent: UserId, expires_at: Instant, *, to_all: bool = False) -> Offer:
    """Return an offer to `agent`."""
    return Offer(OfferId(f"offer_{agent}"), agent, agent.removeprefix("user_").title(), NOON, expires_at, to_all=to_all)
