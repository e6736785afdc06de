"""What an organisation says in place of the built-in texts, and what is missing in its languages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from madoguchi.domain.messages.registry import NO_LANGUAGE, REGISTRY
from madoguchi.domain.messages.texts import TEXTS, Message
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant


class Way(Enum):
    """How a message is said in a language."""

    BUILT_IN = "built_in"
    TEXT = "text"
    AUDIO = "audio"
    MISSING = "missing"
    """Nothing can be said: there is no text in the language, or no voice to speak it."""


class Refusal(Enum):
    """Why a sound file was refused; pages say each in the reader's language."""

    WRONG_TYPE = "wrong_type"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    DISGUISED = "disguised"
    """Its name says one thing, its contents another."""
    DAMAGED = "damaged"
    WRONG_FORMAT = "wrong_format"
    TOO_LONG = "too_long"
    SILENT = "silent"
    TOO_COMPLEX = "too_complex"
    NOT_RECORDABLE = "not_recordable"
    """No one file can say this message."""


@dataclass(frozen=True)
class Audio:
    """A recorded message, as it is played."""

    blob_key: str
    name: str
    """The uploaded file's."""
    span_s: float
    size: int
    """Bytes of what is played, not of what was uploaded."""


@dataclass(frozen=True)
class OwnMessage:
    """One message in one language as the organisation has it. A reset one stays, with neither text nor audio."""

    message: str
    language: str
    version: int
    text: str = ""
    audio: Audio | None = None
    changed_by: UserId | None = None
    changed_at: Instant | None = None


@dataclass(frozen=True)
class Missing:
    """A message that cannot be said in a language."""

    language: str
    message: Message


Owned = Mapping[tuple[str, str], OwnMessage]
"""Own messages by message and language."""


def way(message: Message, language: str, own: OwnMessage | None, voices: Collection[str]) -> Way:
    """Return how `message` is said in `language`, given the languages that can be spoken."""
    if own is not None and own.audio is not None:
        return Way.AUDIO
    if message is Message.HOLD_MUSIC:
        return Way.BUILT_IN
    if own is not None and own.text:
        return Way.TEXT if language in voices else Way.MISSING
    return Way.BUILT_IN if language in TEXTS and language in voices else Way.MISSING


def missing(live: Sequence[str], owned: Owned, voices: Collection[str]) -> tuple[Missing, ...]:
    """Return what cannot be said in the live languages, language by language."""
    return tuple(
        Missing(language, message)
        for language in live
        for message in REGISTRY
        if message is not Message.HOLD_MUSIC
        and way(message, language, owned.get((message.value, language)), voices) is Way.MISSING
    )


def languages_of(message: Message, known: Sequence[str]) -> Sequence[str]:
    """Return in which languages `message` exists."""
    return (NO_LANGUAGE,) if message is Message.HOLD_MUSIC else known
