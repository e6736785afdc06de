"""What a chat may be asked, and told. Offers come as `domain.routing.offers` has them, for calls and chats alike."""

from dataclasses import dataclass
from typing import TypeAlias

from madoguchi.domain.chats.lifecycle import Side, TimeOuts
from madoguchi.domain.chats.messages import Body
from madoguchi.domain.chats.texting import SmsLine, TextDelivered, TextFailed
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import AcceptOffer, DeclineOffer, Offer, PlaceOffers
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import InteractionId, UserId


class NotYourChatError(MadoguchiError):
    """This chat is with somebody else."""

    kind = Kind.FORBIDDEN
    code = "not_your_chat"


class ChatTooLongError(MadoguchiError):
    """This chat has too many lines."""

    kind = Kind.CONFLICT
    code = "chat_too_long"


@dataclass(frozen=True)
class StartChat:
    """Command: a consumer wants to chat. Who repeats it with the same chat id starts nothing."""

    chat: InteractionId
    consumer: Consumer
    queue: Queue
    language: str
    first: Body | None
    """What he has written already."""
    time_outs: TimeOuts
    sms: SmsLine | None = None
    """Where it goes on by text message."""


@dataclass(frozen=True)
class SendMessage:
    """Command: a line. The same `client_id` from the same side again is the same line, and gives the same number."""

    side: Side
    sender: str
    """The user's or consumer's id."""
    client_id: str
    body: Body


@dataclass(frozen=True)
class SetTyping:
    """Command: the sender types, or has stopped."""

    side: Side
    sender: str
    typing: bool


@dataclass(frozen=True)
class MarkDelivered:
    """Command: the sender's device has all lines up to this one."""

    side: Side
    sender: str
    seq: int


@dataclass(frozen=True)
class MarkRead:
    """Command: the sender has seen all lines up to this one."""

    side: Side
    sender: str
    seq: int


@dataclass(frozen=True)
class HandOver:
    """Command: the agent hands the consumer over to a queue, where others may take him."""

    agent: UserId
    queue: Queue
    offer: Offer | None = None
    """A colleague's slot is reserved: ring him at once. If he does not take it, it waits in the queue."""


@dataclass(frozen=True)
class EndChat:
    """Command: the agent or the consumer ends it."""

    side: Side
    sender: str


@dataclass(frozen=True)
class StopChat:
    """Command: a supervisor ends it, whatever its state."""

    user: UserId
    name: str = ""


@dataclass(frozen=True)
class Whisper:
    """Command: a supervisor writes a line that only the agent sees. The same `client_id` again is the same line."""

    user: UserId
    name: str
    client_id: str
    text: str


@dataclass(frozen=True)
class JoinChat:
    """Command: a supervisor writes in it from now on, and both sides are told. Who has joined joins once."""

    user: UserId
    name: str


@dataclass(frozen=True)
class LeaveChat:
    """Command: he does not any more. Who has not joined leaves nothing."""

    user: UserId


@dataclass(frozen=True)
class TakeOverChat:
    """Command: a supervisor, whose slot is reserved under `offer`, is its agent from now on."""

    offer: Offer


@dataclass(frozen=True)
class PositionIs:
    """Fact: its place in the queue; 1 is the next."""

    position: int
    wait_min: int | None = None
    """How long he will probably wait, in minutes; None where nobody can tell."""


@dataclass(frozen=True)
class ChatDue:
    """A deadline of the chat has come."""


@dataclass(frozen=True)
class ChatRecovered:
    """Fact: the server was away. Nobody saw the offers that stood, and silence meanwhile is nobody's fault."""


@dataclass(frozen=True)
class EffectFailed:
    """Fact: an agent's owner could not be told. Agents' slots free themselves, so that nothing follows from it."""

    effect: str
    code: str


ChatMessage: TypeAlias = (
    StartChat
    | PlaceOffers
    | AcceptOffer
    | DeclineOffer
    | SendMessage
    | SetTyping
    | MarkDelivered
    | MarkRead
    | HandOver
    | EndChat
    | StopChat
    | Whisper
    | JoinChat
    | LeaveChat
    | TakeOverChat
    | ChatDue
    | ChatRecovered
    | PositionIs
    | TextDelivered
    | TextFailed
    | EffectFailed
)
