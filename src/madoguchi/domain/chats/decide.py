"""What a chat's owner decides: who may write, who gets the consumer, when silence has lasted too long."""

from datetime import timedelta
from typing import Final, TypeAlias

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.chats import messages
from madoguchi.domain.chats.chat import Chat, ChatEvent, Deadline, PositionMoved, Resumed, evolve
from madoguchi.domain.chats.commands import (
    ChatDue,
    ChatMessage,
    ChatRecovered,
    ChatTooLongError,
    EffectFailed,
    EndChat,
    HandOver,
    JoinChat,
    LeaveChat,
    MarkDelivered,
    MarkRead,
    NotYourChatError,
    PositionIs,
    SendMessage,
    SetTyping,
    StartChat,
    StopChat,
    TakeOverChat,
    Whisper,
)
from madoguchi.domain.chats.lifecycle import (
    ANSWERED,
    WAITING,
    Abandoned,
    BackInQueue,
    ChatStarted,
    ChatState,
    Dismissed,
    EndReason,
    Expired,
    Finished,
    OfferAccepted,
    OffersPlaced,
    Requeued,
    Side,
    Slept,
    Woke,
)
from madoguchi.domain.chats.messages import Body, Delivered, MessageSent, Read, TypingChanged
from madoguchi.domain.chats.supervising import GuestJoined, GuestLeft, Whispered
from madoguchi.domain.chats.texting import SendText, TextDelivered, TextFailed
from madoguchi.domain.routing.offers import (
    AcceptOffer,
    Channel,
    DeclineOffer,
    Offer,
    OfferDeclined,
    OfferGoneError,
    OfferMissed,
    OfferWithdrawn,
    PlaceOffers,
)
from madoguchi.domain.routing.record import Rule, Why
from madoguchi.kernel.decision import Decision, Moment
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import HandlingId, OfferId, UserId
from madoguchi.kernel.time import Instant

ChatEffect: TypeAlias = FreeSlot | OpenHandling | EndHandling | SendText
ChatDecision: TypeAlias = Decision[ChatEvent, ChatEffect]

LINES: Final = 10_000
"""How many lines a chat may have."""
NOTHING: Final[ChatDecision] = Decision()


def decide(chat: Chat | None, message: ChatMessage, at: Moment) -> ChatDecision:  # noqa: C901, PLR0911, PLR0912 - one case per message
    """Return what follows from `message`.

    Raises:
        NotFoundError: there is no such chat.
        NotYourChatError: the sender is neither its agent nor its consumer.
        OfferGoneError: the offer no longer stands.
        ConflictError: it cannot be done in the present state.
    """
    if chat is None:
        if not isinstance(message, StartChat):
            raise NotFoundError("there is no such chat")
        return _start(message, at.now)
    match message:
        case StartChat():
            return NOTHING
        case PlaceOffers(offers, why):
            return _place(chat, offers, why)
        case AcceptOffer():
            return _accept(chat, message, at)
        case DeclineOffer(offer_id, agent):
            return _decline(chat, offer_id, agent, at.now)
        case SendMessage():
            return _send(chat, message, at.now)
        case SetTyping(side, sender, typing):
            _belongs(chat, side, sender)
            return _type(chat, side, at.now, typing=typing)
        case MarkDelivered(side, sender, seq):
            _belongs(chat, side, sender)
            seq = min(seq, chat.last_seq)
            risen = seq > chat.delivered.of(side)
            return Decision((Delivered(side, seq),), lasting=False) if risen else NOTHING
        case MarkRead(side, sender, seq):
            _belongs(chat, side, sender)
            seq = min(seq, chat.last_seq)
            return Decision((Read(side, seq),)) if seq > chat.read.of(side) else NOTHING
        case HandOver():
            return _hand_over(chat, message, at.now)
        case EndChat(side, sender):
            _belongs(chat, side, sender)
            reason = EndReason.CONSUMER_ENDED if side is Side.CONSUMER else EndReason.AGENT_ENDED
            return _end(chat, reason, at.now)
        case StopChat():
            return _end(chat, EndReason.SUPERVISOR_ENDED, at.now, message)
        case Whisper() | JoinChat() | LeaveChat() | TakeOverChat():
            return _supervise(chat, message, at)
        case ChatDue():
            return _due(chat, at.now)
        case ChatRecovered():
            return _recovered(chat, at.now)
        case PositionIs(position, wait_min):
            moved = chat.state in WAITING and (position, wait_min) != (chat.position, chat.wait_min)
            return Decision((PositionMoved(position, wait_min),), lasting=False) if moved else NOTHING
        case TextDelivered() | TextFailed():
            return _receipt(chat, message, at.now)
        case EffectFailed():
            return NOTHING


def _start(message: StartChat, now: Instant) -> ChatDecision:
    it = message
    events: list[ChatEvent] = [ChatStarted(it.chat, it.consumer, it.queue, it.language, now, it.time_outs, it.sms)]
    if it.first is not None:
        events.append(MessageSent(1, Side.CONSUMER, it.consumer.id, it.consumer.name, "", it.first, now))
    return Decision(tuple(events))


def _place(chat: Chat, offers: tuple[Offer, ...], why: Why | None) -> ChatDecision:
    if chat.state not in WAITING:
        raise ConflictError("it does not wait any more")
    ringing = {one.agent for one in chat.offers}
    if any(one.agent in ringing for one in offers):
        raise ConflictError("it rings there already")
    return Decision((OffersPlaced(offers, why),)) if offers else NOTHING


def _accept(chat: Chat, message: AcceptOffer, at: Moment) -> ChatDecision:
    """The first answer wins. Whoever has it already and asks again gets the same answer again."""
    if chat.agent is not None and (chat.agent.id, chat.agent.offer) == (message.agent, message.offer):
        return Decision(answer=chat.agent.handling)
    offer = chat.offer(message.offer, message.agent)
    if offer is None or at.now >= offer.expires_at:
        raise OfferGoneError("a colleague was faster, or it lapsed")
    others = [one for one in chat.offers if one is not offer]
    handling = HandlingId(at.new_id("handling"))
    events: tuple[ChatEvent, ...] = (
        *(OfferWithdrawn(one.id, one.agent) for one in others),
        OfferAccepted(offer.id, offer.agent, offer.name, handling, at.now),
        _told(chat, messages.event("agent_joined", offer.name), at.now),
    )
    opened = OpenHandling(offer.agent, handling, offer.id, chat.id, Channel.CHAT, chat.consumer, chat.queue)
    freed = (FreeSlot(one.agent, one.id, missed=False) for one in others)
    return Decision(events, (opened, *freed), answer=handling)


def _decline(chat: Chat, offer_id: OfferId, agent: UserId, now: Instant) -> ChatDecision:
    offer = chat.offer(offer_id, agent)
    if offer is None:
        return NOTHING
    until = now + timedelta(seconds=chat.queue.routing.decline_pause_s)
    declined = OfferDeclined(offer_id, agent, until)
    return _let_go(chat, [offer], [declined], [FreeSlot(agent, offer_id, missed=False)])


def _let_go(
    chat: Chat, offers: list[Offer], events: list[OfferDeclined | OfferMissed | OfferWithdrawn], freed: list[FreeSlot]
) -> ChatDecision:
    """End `offers`; without any left the chat waits for the next ones."""
    ended: list[ChatEvent] = list(events)
    if len(offers) == len(chat.offers):
        ended.append(BackInQueue())
    return Decision(tuple(ended), tuple(freed))


def _send(chat: Chat, message: SendMessage, now: Instant) -> ChatDecision:
    name = _belongs(chat, message.side, message.sender, message)
    known = chat.line(message.side, message.client_id)
    if known is not None:
        return Decision(answer=known.seq)
    if chat.last_seq >= LINES:
        raise ChatTooLongError(f"at most {LINES} lines")
    seq = chat.last_seq + 1
    sent = MessageSent(seq, message.side, message.sender, name, message.client_id, message.body, now)
    if message.side is Side.CONSUMER and chat.state is ChatState.DORMANT:
        return Decision((Woke(now), sent), answer=seq)
    if chat.sms is None or message.side is Side.CONSUMER:
        return Decision((sent,), answer=seq)
    text = message.body.get("text")
    if not isinstance(text, str):
        raise ConflictError("text messages carry no files", reason="sms")
    return Decision((sent,), (SendText(chat.sms, chat.id, seq, text),), answer=seq)


def _receipt(chat: Chat, fact: TextDelivered | TextFailed, now: Instant) -> ChatDecision:
    """Show the agent what has become of his line."""
    match fact:
        case TextDelivered(seq):
            return Decision((Delivered(Side.CONSUMER, seq),)) if seq > chat.delivered.of(Side.CONSUMER) else NOTHING
        case TextFailed(seq, reason):
            return Decision((_told(chat, messages.not_delivered(seq, reason), now),))


def _type(chat: Chat, side: Side, now: Instant, *, typing: bool) -> ChatDecision:
    before = chat.consumer_typing if side is Side.CONSUMER else chat.agent_typing
    until = now + messages.TYPING if typing else None
    return Decision((TypingChanged(side, until),), lasting=False) if until != before else NOTHING


def _hand_over(chat: Chat, message: HandOver, now: Instant) -> ChatDecision:
    name = _belongs(chat, Side.AGENT, message.agent)
    assert chat.agent is not None  # noqa: S101 - it belongs to him
    offer = message.offer
    if offer is not None and offer.agent == message.agent:
        raise ConflictError("you have it already")
    to = offer.name if offer is not None else message.queue.name(chat.language)
    requeued = Requeued(
        now,
        message.queue,
        message.agent,
        name,
        handed_over=True,
        to_agent=offer.agent if offer is not None else None,
        to_name=offer.name if offer is not None else "",
    )
    rung = (OffersPlaced((offer,), Why(Rule.ASKED_FOR)),) if offer is not None else ()
    events = (_told(chat, messages.event("transferred", to), now), requeued, *rung)
    return Decision(events, (_wrapped_up(chat, chat.agent.handling),))


def _supervise(  # noqa: PLR0911 - one case per command
    chat: Chat, message: Whisper | JoinChat | LeaveChat | TakeOverChat, at: Moment
) -> ChatDecision:
    match message:
        case Whisper(user, name, client_id, content):
            if chat.agent is None or chat.state not in ANSWERED:
                raise ConflictError("nobody is there to whisper to", reason="no_agent")
            if any((one.user, one.client_id) == (user, client_id) for one in chat.whispers):
                return NOTHING
            number = chat.whispers[-1].number + 1 if chat.whispers else 1
            return Decision((Whispered(number, user, name, client_id, content, at.now),))
        case JoinChat(user, name):
            if chat.agent is not None and chat.agent.id == user:
                raise ConflictError("you have it already", reason="yours")
            if chat.guest(user) is not None:
                return NOTHING
            joined = GuestJoined(user, name, at.now)
            return Decision((joined, _told(chat, messages.event("agent_joined", name), at.now)))
        case LeaveChat(user):
            guest = chat.guest(user)
            if guest is None:
                return NOTHING
            left = GuestLeft(user, at.now)
            return Decision((left, _told(chat, messages.event("agent_left", guest.name), at.now)))
        case TakeOverChat(offer):
            return _take_over(chat, offer, at)


def _take_over(chat: Chat, offer: Offer, at: Moment) -> ChatDecision:
    """Let the supervisor be its agent without a moment in which the consumer waits."""
    if chat.agent is None or chat.state not in ANSWERED:
        raise ConflictError("nobody has it", reason="no_agent")
    if chat.agent.id == offer.agent:
        raise ConflictError("you have it already", reason="yours")
    now, was = at.now, chat.agent
    handling = HandlingId(at.new_id("handling"))
    left = _told(chat, messages.event("agent_left", was.name), now)
    # Who had joined is there already: nobody is told that he comes.
    guest = chat.guest(offer.agent)
    joined = _told(evolve(chat, left), messages.event("agent_joined", offer.name), now)
    events: tuple[ChatEvent, ...] = (
        left,
        Requeued(now, chat.queue, was.id, was.name, handed_over=True, to_agent=offer.agent, to_name=offer.name),
        OffersPlaced((offer,), Why(Rule.TAKEN_OVER)),
        OfferAccepted(offer.id, offer.agent, offer.name, handling, now),
        joined if guest is None else GuestLeft(offer.agent, now),
    )
    opened = OpenHandling(offer.agent, handling, offer.id, chat.id, Channel.CHAT, chat.consumer, chat.queue)
    return Decision(events, (_wrapped_up(chat, was.handling), opened), answer=handling)


def _end(chat: Chat, reason: EndReason, now: Instant, stopped: StopChat | None = None) -> ChatDecision:
    by, name = (stopped.user, stopped.name) if stopped is not None else (None, "")
    if chat.state in WAITING:
        freed = tuple(FreeSlot(one.agent, one.id, missed=False) for one in chat.offers)
        withdrawn = tuple(OfferWithdrawn(one.id, one.agent) for one in chat.offers)
        ended = _told(chat, messages.event("ended"), now)
        return Decision((*withdrawn, ended, Abandoned(reason, now, by, name)), freed)
    assert chat.agent is not None  # noqa: S101 - answered chats have an agent
    side = {EndReason.AGENT_ENDED: chat.agent.name, EndReason.CONSUMER_ENDED: chat.consumer.name}.get(reason)
    events = (_told(chat, messages.event("ended", side), now), Finished(reason, now, by, name))
    return Decision(events, (_wrapped_up(chat, chat.agent.handling, dismissed=stopped is not None),))


def _due(chat: Chat, now: Instant) -> ChatDecision:
    due = {which for which, at in chat.deadlines().items() if at <= now}
    if Deadline.UNANSWERED in due:
        return _expire(chat, now)
    if Deadline.OFFERS in due:
        missed = [one for one in chat.offers if one.expires_at <= now]
        events: list[OfferDeclined | OfferMissed | OfferWithdrawn] = [OfferMissed(one.id, one.agent) for one in missed]
        return _let_go(chat, missed, events, [FreeSlot(one.agent, one.id, missed=not one.to_all) for one in missed])
    for which, decided in ((Deadline.DISMISS, _dismiss), (Deadline.DORMANT, _sleep), (Deadline.AGENT_SILENT, _requeue)):
        if which in due:
            return decided(chat, now)
    quiet = {Deadline.CONSUMER_TYPING: Side.CONSUMER, Deadline.AGENT_TYPING: Side.AGENT}
    return Decision(tuple(TypingChanged(side, None) for which, side in quiet.items() if which in due), lasting=False)


def _expire(chat: Chat, now: Instant) -> ChatDecision:
    withdrawn = tuple(OfferWithdrawn(one.id, one.agent) for one in chat.offers)
    freed = tuple(FreeSlot(one.agent, one.id, missed=False) for one in chat.offers)
    return Decision((*withdrawn, _told(chat, messages.event("ended"), now), Expired(now)), freed)


def _sleep(_chat: Chat, now: Instant) -> ChatDecision:
    return Decision((Slept(now),))


def _dismiss(chat: Chat, now: Instant) -> ChatDecision:
    assert chat.agent is not None  # noqa: S101 - dormant chats have an agent
    events = (_told(chat, messages.event("ended"), now), Dismissed(now))
    return Decision(events, (_wrapped_up(chat, chat.agent.handling),))


def _requeue(chat: Chat, now: Instant) -> ChatDecision:
    assert chat.agent is not None  # noqa: S101 - answered chats have an agent
    left = _told(chat, messages.event("agent_left", chat.agent.name), now)
    requeued = Requeued(now, chat.queue, chat.agent.id, chat.agent.name, handed_over=False)
    return Decision((left, requeued), (_wrapped_up(chat, chat.agent.handling),))


def _recovered(chat: Chat, now: Instant) -> ChatDecision:
    resumed = Resumed(now)
    if not chat.offers:
        return Decision((resumed,))
    withdrawn = (OfferWithdrawn(one.id, one.agent) for one in chat.offers)
    freed = tuple(FreeSlot(one.agent, one.id, missed=False) for one in chat.offers)
    return Decision((*withdrawn, BackInQueue(), resumed), freed)


def _belongs(chat: Chat, side: Side, sender: str, message: ChatMessage | None = None) -> str:
    """Return the sender's name. A supervisor who has joined writes, and nothing more: the chat is not with him.

    Raises:
        NotYourChatError: he is not on this side of the chat.
    """
    if side is Side.CONSUMER and sender == chat.consumer.id:
        return chat.consumer.name
    if side is Side.AGENT and chat.agent is not None and chat.state in ANSWERED and sender == chat.agent.id:
        return chat.agent.name
    guest = chat.guest(sender) if side is Side.AGENT and isinstance(message, SendMessage) else None
    if guest is not None:
        return guest.name
    raise NotYourChatError("it is with somebody else")


def _told(chat: Chat, body: Body, now: Instant) -> MessageSent:
    seq = chat.last_seq + 1
    return MessageSent(seq, Side.SYSTEM, "", "", f"system-{seq}", body, now)


def _wrapped_up(chat: Chat, handling: HandlingId, *, dismissed: bool = False) -> EndHandling:
    assert chat.agent is not None  # noqa: S101 - only answered chats are wrapped up
    return EndHandling(chat.agent.id, handling, chat.queue.wrap_up_s, dismissed)
