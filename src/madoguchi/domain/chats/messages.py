"""Lines of a chat, how far each side has received and seen them, and who is typing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from madoguchi.domain.chats.attachments import Attachment
from madoguchi.domain.chats.lifecycle import Side
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.time import Instant, Span

Body: TypeAlias = Mapping[str, str | int | None]
"""What a line says: `type` is `text`, `attachment` or `event`."""

TEXT_LIMIT: Final = 4_000
CLIENT_ID_LIMIT: Final = 100
PREVIEW: Final = 120
TYPING: Final = Span(seconds=6)
"""After this somebody who says nothing more types no longer."""


@dataclass(frozen=True)
class MessageSent:
    """A line was written. What it says is personal data."""

    seq: int
    side: Side
    sender_id: str
    sender_name: str
    client_id: str
    body: Body
    at: Instant


@dataclass(frozen=True)
class TypingChanged:
    """Somebody began to type, goes on, or stopped."""

    side: Side
    until: Instant | None


@dataclass(frozen=True)
class Delivered:
    """A side has received the other's lines up to this one."""

    side: Side
    seq: int


@dataclass(frozen=True)
class Read:
    """A side has seen the other's lines up to this one."""

    side: Side
    seq: int


@dataclass(frozen=True)
class Marks:
    """One line number for each side. It never falls."""

    consumer: int = 0
    agent: int = 0

    def of(self, side: Side) -> int:
        """Return the mark of `side`."""
        return self.consumer if side is Side.CONSUMER else self.agent

    def raised(self, side: Side, seq: int) -> "Marks":
        """Return the marks with that of `side` at `seq` at least."""
        if side is Side.CONSUMER:
            return Marks(max(self.consumer, seq), self.agent)
        return Marks(self.consumer, max(self.agent, seq))


NO_MARKS: Final = Marks()


@dataclass(frozen=True)
class Line:
    """What is remembered of a recent line: enough to know a repetition, and what is unread."""

    seq: int
    side: Side
    client_id: str


@dataclass(frozen=True)
class LastMessage:
    """The newest line that a person wrote, shortened."""

    at: Instant
    side: Side
    text: str


def text(content: str) -> Body:
    """Return the body of a written line.

    Raises:
        InvalidInputError: it is empty or too long.
    """
    if not content.strip():
        raise InvalidInputError("write something", field="text")
    if len(content) > TEXT_LIMIT:
        raise InvalidInputError(f"at most {TEXT_LIMIT} characters", field="text")
    return {"type": "text", "text": content}


def attachment(file: Attachment) -> Body:
    """Return the body of a line that is a file."""
    return {
        "type": "attachment",
        "attachment": file.id,
        "name": file.name,
        "media_type": file.media_type.value,
        "size": file.size,
        "width": file.width,
        "height": file.height,
    }


def event(what: str, name: str | None = None) -> Body:
    """Return the body of a line that tells what happened: `agent_joined`, `agent_left`, `transferred`, `ended`."""
    return {"type": "event", "event": what, "name": name}


def not_delivered(line: int, reason: str) -> Body:
    """Return the body of a line that tells the agent that one of his has not reached the consumer's phone."""
    return {"type": "event", "event": "not_delivered", "name": None, "line": line, "reason": reason}


def preview(body: Body) -> str:
    """Return a line's beginning for lists."""
    shown = body.get("text") or body.get("name") or ""
    return " ".join(str(shown).split())[:PREVIEW]
