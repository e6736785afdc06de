"""Chats by text message: to whom the agents' lines go, and what becomes of them."""

from dataclasses import dataclass

from madoguchi.kernel.ids import InteractionId


@dataclass(frozen=True)
class SmsLine:
    """Between which numbers a chat goes on, in E.164 or as short codes."""

    number: str
    """Ours."""
    peer: str
    """The consumer's."""


@dataclass(frozen=True)
class SendText:
    """Effect: send a line of the chat."""

    line: SmsLine
    chat: InteractionId
    seq: int
    text: str


@dataclass(frozen=True)
class TextDelivered:
    """Fact: the consumer's phone has a line."""

    seq: int


@dataclass(frozen=True)
class TextFailed:
    """Fact: a line has not reached the consumer, and will not."""

    seq: int
    reason: str
    """The carrier's word or number for why."""
