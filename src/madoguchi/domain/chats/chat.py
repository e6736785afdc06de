"""A chat's present state, and what events make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum
from typing import Final, TypeAlias

from madoguchi.domain.chats.lifecycle import (
    ANSWERED,
    CHAT,
    WAITING,
    Abandoned,
    BackInQueue,
    ChatStarted,
    ChatState,
    Dismissed,
    EndReason,
    Expired,
    Finished,
    LifecycleEvent,
    OfferAccepted,
    OffersPlaced,
    Requeued,
    Side,
    Slept,
    TimeOuts,
    Woke,
)
from madoguchi.domain.chats.messages import (
    NO_MARKS,
    Delivered,
    LastMessage,
    Line,
    Marks,
    MessageSent,
    Read,
    TypingChanged,
    preview,
)
from madoguchi.domain.chats.supervising import REMEMBERED as WHISPERS
from madoguchi.domain.chats.supervising import Guest, GuestJoined, GuestLeft, Whispered
from madoguchi.domain.chats.texting import SmsLine
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Channel, Offer, OfferDeclined, OfferMissed, OfferWithdrawn
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import HandlingId, InteractionId, OfferId, UserId
from madoguchi.kernel.time import Instant

REMEMBERED: Final = 64
"""How many lines back a repeated `client_id` is known, and unread ones are counted."""


@dataclass(frozen=True)
class Resumed:
    """The server is back; time-outs count from now."""

    at: Instant


@dataclass(frozen=True)
class PositionMoved:
    """Its place in the queue; 1 is the next."""

    position: int
    wait_min: int | None = None


ChatEvent: TypeAlias = (
    ChatStarted
    | LifecycleEvent
    | MessageSent
    | TypingChanged
    | Delivered
    | Read
    | Resumed
    | PositionMoved
    | Whispered
    | GuestJoined
    | GuestLeft
)


class Deadline(Enum):
    """What can become due."""

    OFFERS = "offers"
    UNANSWERED = "unanswered"
    AGENT_SILENT = "agent_silent"
    DORMANT = "dormant"
    DISMISS = "dismiss"
    CONSUMER_TYPING = "consumer_typing"
    AGENT_TYPING = "agent_typing"


@dataclass(frozen=True)
class Agent:
    """Who has the chat."""

    id: UserId
    name: str
    handling: HandlingId
    offer: OfferId
    """The one that he accepted."""
    since: Instant


@dataclass(frozen=True)
class Transfer:
    """One time that the chat was handed over."""

    at: Instant
    from_id: UserId
    from_name: str
    to_queue: Queue
    to_agent: UserId | None
    to_name: str


@dataclass(frozen=True)
class Chat:
    """One chat."""

    id: InteractionId
    consumer: Consumer
    queue: Queue
    language: str
    started_at: Instant
    queued_at: Instant
    """Since when he waits, or waited before the last answer; kept when the chat was taken from a silent agent."""
    turn_since: Instant
    """From when the time-outs count: since then the side whose turn it is has been silent."""
    time_outs: TimeOuts
    state: ChatState = ChatState.QUEUED
    offers: tuple[Offer, ...] = ()
    """Those that stand."""
    attempts: int = 0
    """How many times it was offered since it came into the queue."""
    tried: tuple[UserId, ...] = ()
    """Who declined or missed it since then."""
    pauses: Mapping[UserId, Instant] = field(default_factory=dict)
    """Until when those who declined are left alone."""
    front: bool = False
    """It has been with an agent already and goes before others."""
    position: int | None = None
    wait_min: int | None = None
    """How long he will probably wait, in minutes."""
    agent: Agent | None = None
    agents: tuple[UserId, ...] = ()
    """All who have had it, in order, each once."""
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    end_reason: EndReason | None = None
    last_seq: int = 0
    recent: tuple[Line, ...] = ()
    last_message: LastMessage | None = None
    waiting_since: Instant | None = None
    """The time of the consumer's oldest line that no agent has answered."""
    consumer_typing: Instant | None = None
    """Until when he counts as typing."""
    agent_typing: Instant | None = None
    delivered: Marks = NO_MARKS
    read: Marks = NO_MARKS
    transfers: tuple[Transfer, ...] = ()
    guests: tuple[Guest, ...] = ()
    """Supervisors who have joined."""
    whispers: tuple[Whispered, ...] = ()
    """The last lines that supervisors wrote to the agent alone."""
    sms: SmsLine | None = None
    """Where it goes on by text message."""

    @property
    def medium(self) -> str:
        """By what the consumer takes part: `web` or `sms`."""
        return "web" if self.sms is None else "sms"

    @property
    def live(self) -> bool:
        """Whether it goes on."""
        return self.state not in CHAT.terminal

    def offer(self, offer: OfferId, agent: UserId) -> Offer | None:
        """Return a standing offer to `agent`."""
        return next((one for one in self.offers if one.id == offer and one.agent == agent), None)

    def guest(self, user: str) -> Guest | None:
        """Return the supervisor who has joined, if that is `user`."""
        return next((one for one in self.guests if one.user == user), None)

    def line(self, side: Side, client_id: str) -> Line | None:
        """Return the recent line to which the sender gave `client_id`."""
        return next((one for one in self.recent if one.side is side and one.client_id == client_id), None)

    def unread(self, side: Side) -> int:
        """Return how many of the other side's recent lines `side` has not seen."""
        seen, other, count = self.read.of(side), side.other, 0
        for one in reversed(self.recent):
            if one.seq <= seen:
                break
            count += one.side is other
        return count

    def waiting(self) -> Waiting | None:
        """Return what routing needs to know while the chat waits for an agent."""
        if self.state not in WAITING:
            return None
        return Waiting(
            interaction=self.id,
            channel=Channel.CHAT,
            queue=self.queue.id,
            language=self.language,
            queued_at=self.queued_at,
            attempts=self.attempts,
            tried=frozenset(self.tried),
            pauses=self.pauses,
            standing=frozenset(one.agent for one in self.offers),
            to_all=bool(self.offers) and all(one.to_all for one in self.offers),
            front=self.front,
        )

    def deadlines(self) -> Mapping[Deadline, Instant]:
        """Return what becomes due when, if nothing happens before."""
        limits, due = self.time_outs, {}
        if self.state in WAITING:
            due[Deadline.UNANSWERED] = self.turn_since + timedelta(seconds=limits.unanswered_s)
        elif self.state is ChatState.CHATTING and self.waiting_since is not None:
            due[Deadline.AGENT_SILENT] = self.turn_since + timedelta(seconds=limits.agent_silent_s)
        elif self.state is ChatState.CHATTING:
            due[Deadline.DORMANT] = self.turn_since + timedelta(seconds=limits.dormant_s)
        elif self.state is ChatState.DORMANT:
            due[Deadline.DISMISS] = self.turn_since + timedelta(seconds=limits.dismiss_s)
        if self.offers:
            due[Deadline.OFFERS] = min(one.expires_at for one in self.offers)
        if self.live and self.consumer_typing is not None:
            due[Deadline.CONSUMER_TYPING] = self.consumer_typing
        if self.live and self.agent_typing is not None:
            due[Deadline.AGENT_TYPING] = self.agent_typing
        return due

    def next_deadline(self) -> Instant | None:
        """Return when the next thing becomes due."""
        return min(self.deadlines().values(), default=None)


def evolve(chat: Chat | None, event: ChatEvent) -> Chat:  # noqa: PLR0911 - one case per event
    """Return the chat after `event`. Knows no rules."""
    match event:
        case ChatStarted(chat_id, consumer, queue, language, at, time_outs, sms):
            return Chat(
                chat_id, consumer, queue, language, at, queued_at=at, turn_since=at, time_outs=time_outs, sms=sms
            )
        case _:
            assert chat is not None  # noqa: S101 - the first event of every chat is `ChatStarted`
    match event:
        case MessageSent():
            return _written(chat, event)
        case TypingChanged(Side.CONSUMER, until):
            return replace(chat, consumer_typing=until)
        case TypingChanged(_, until):
            return replace(chat, agent_typing=until)
        case Delivered(side, seq):
            return replace(chat, delivered=chat.delivered.raised(side, seq))
        case Read(side, seq):
            return replace(chat, read=chat.read.raised(side, seq), delivered=chat.delivered.raised(side, seq))
        case Resumed(at):
            return replace(chat, turn_since=at, consumer_typing=None, agent_typing=None)
        case PositionMoved(position, wait_min):
            return replace(chat, position=position, wait_min=wait_min)
        case Whispered() | GuestJoined() | GuestLeft():
            return _supervised(chat, event)
        case _:
            return _advanced(replace(chat, state=CHAT.advance(chat.state, event)), event)


def _supervised(chat: Chat, event: Whispered | GuestJoined | GuestLeft) -> Chat:
    match event:
        case Whispered():
            return replace(chat, whispers=(*chat.whispers, event)[-WHISPERS:])
        case GuestJoined(user, name, at):
            return replace(chat, guests=(*chat.guests, Guest(user, name, at)))
        case GuestLeft(user):
            return replace(chat, guests=tuple(one for one in chat.guests if one.user != user))


def _written(chat: Chat, event: MessageSent) -> Chat:
    line = Line(event.seq, event.side, event.client_id)
    chat = replace(chat, last_seq=event.seq, recent=(*chat.recent, line)[-REMEMBERED:])
    if event.side is Side.SYSTEM:
        return chat
    chat = replace(chat, last_message=LastMessage(event.at, event.side, preview(event.body)))
    if event.side is Side.AGENT:
        return replace(chat, waiting_since=None, turn_since=event.at, agent_typing=None)
    if chat.waiting_since is None:
        chat = replace(chat, waiting_since=event.at, turn_since=event.at)
    return replace(chat, consumer_typing=None)


def _advanced(chat: Chat, event: LifecycleEvent) -> Chat:  # noqa: C901, PLR0911 - one case per event
    match event:
        case OffersPlaced(offers):
            return replace(chat, offers=(*chat.offers, *offers), attempts=chat.attempts + 1)
        case OfferDeclined(offer, agent) | OfferMissed(offer, agent):
            chat = _without(chat, offer)
            if isinstance(event, OfferDeclined) and event.until is not None:
                chat = replace(chat, pauses={**chat.pauses, agent: event.until})
            return chat if agent in chat.tried else replace(chat, tried=(*chat.tried, agent))
        case OfferWithdrawn(offer, _):
            return _without(chat, offer)
        case BackInQueue():
            return chat
        case OfferAccepted(offer, agent, name, handling, at):
            agents = chat.agents if agent in chat.agents else (*chat.agents, agent)
            return replace(
                _out_of_queue(chat),
                agent=Agent(agent, name, handling, offer, at),
                agents=agents,
                answered_at=chat.answered_at or at,
                turn_since=at,
            )
        case Slept(at) | Woke(at):
            return replace(chat, turn_since=at)
        case Requeued():
            return _requeued(chat, event)
        case Finished(reason=reason, at=at) | Abandoned(reason=reason, at=at):
            return _ended(chat, reason, at)
        case Dismissed(at):
            return _ended(chat, EndReason.CONSUMER_SILENT, at)
        case Expired(at):
            return _ended(chat, EndReason.UNANSWERED, at)


def _without(chat: Chat, offer: OfferId) -> Chat:
    return replace(chat, offers=tuple(one for one in chat.offers if one.id != offer))


def _out_of_queue(chat: Chat) -> Chat:
    return replace(chat, offers=(), attempts=0, tried=(), pauses={}, front=False, position=None, wait_min=None)


def _requeued(chat: Chat, event: Requeued) -> Chat:
    at = event.at
    chat = replace(
        _out_of_queue(chat),
        queue=event.queue,
        queued_at=at if event.handed_over else chat.queued_at,
        turn_since=at,
        front=True,
        tried=(event.agent,),
        agent=None,
        agent_typing=None,
    )
    if not event.handed_over:
        return chat
    moved = Transfer(at, event.agent, event.name, event.queue, event.to_agent, event.to_name)
    return replace(chat, transfers=(*chat.transfers, moved))


def _ended(chat: Chat, reason: EndReason, at: Instant) -> Chat:
    return replace(
        chat,
        offers=(),
        guests=(),
        position=None,
        wait_min=None,
        ended_at=at,
        end_reason=reason,
        consumer_typing=None,
        agent_typing=None,
    )


def holder(chat: Chat) -> UserId | None:
    """Return who has the chat now."""
    return chat.agent.id if chat.agent is not None and chat.state in ANSWERED else None
