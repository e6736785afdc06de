"""Canned replies: texts that agents put into chats by a shortcut."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import QueueId, ReplyId, UserId

SHORTCUT: Final = re.compile(r"[^\s/]{1,30}")
TEXT_LENGTH: Final = 2000


class ReplyScope(Enum):
    """Who has it."""

    GLOBAL = "global"
    QUEUE = "queue"
    """The agents of one queue, in its chats."""
    OWN = "own"
    """Its author alone."""


@dataclass(frozen=True)
class CannedReply:
    """One text in one or more languages. `{consumer}` and `{agent}` in it stand for the names."""

    id: ReplyId
    shortcut: str
    """Typed after `/`."""
    texts: Mapping[str, str]
    """Language to text; `en`, `ja` or both."""
    scope: ReplyScope = ReplyScope.GLOBAL
    queue: QueueId | None = None
    owner: UserId | None = None
    version: int = field(default=0, compare=False)
    """Counts its changes from 1 on; 0 for one that is not stored. It is no part of what the record says."""


def check_reply(one: CannedReply) -> None:
    """Refuse what cannot be used.

    Raises:
        InvalidInputError: the shortcut is none, there is no text, or one is too long.
    """
    if not SHORTCUT.fullmatch(one.shortcut):
        raise InvalidInputError("1 to 30 characters without spaces and slashes", field="shortcut", reason="shortcut")
    if not any(text.strip() for text in one.texts.values()):
        raise InvalidInputError("write a text", field="texts", reason="missing")
    for language, text in one.texts.items():
        if len(text) > TEXT_LENGTH:
            raise InvalidInputError(f"at most {TEXT_LENGTH} characters", field=f"texts.{language}", reason="too_long")
