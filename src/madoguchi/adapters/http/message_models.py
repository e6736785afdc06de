"""What requests about languages and messages may say, and what answers contain."""

from typing import Annotated

from pydantic import Field

from madoguchi.adapters.http.models import In, Language, Out, Prose, Version

MessageName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", examples=["greeting"])]
MessageLanguage = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", examples=["ja"])]
"""A language, or `zxx` for music."""
"""As it was read: 0 for what nobody has changed yet."""


class LanguagesIn(In):
    """Which languages are to be live."""

    version: Version
    default: Language
    live: Annotated[list[Language], Field(min_length=1, max_length=40)]


class MissingOut(Out):
    """A message that cannot be said in a live language."""

    language: str
    message: str


class LanguageOut(Out):
    """A language that can be made live."""

    language: str
    live: bool
    built_in: bool
    """There are texts in it."""
    voice: bool
    """Texts can be spoken in it."""


class LanguagesOut(Out):
    """The languages."""

    version: int
    default: str
    languages: list[LanguageOut]
    missing: list[MissingOut]
    """What cannot be said in the live languages."""
    changed_by: str | None
    changed_at: str | None


class TextIn(In):
    """What is to be said."""

    version: Version
    text: Prose


class PreviewIn(In):
    """What is to be heard before it is saved."""

    message: MessageName
    language: MessageLanguage
    text: Prose | None = None
    """None: what holds now."""


class SoundOut(Out):
    """A recorded message."""

    name: str
    span_s: float
    size: int


class SaidOut(Out):
    """One message in one language."""

    message: str
    language: str
    version: int
    way: str
    """`built_in`, `text`, `audio` or `missing`."""
    text: str
    """The own text; empty where there is none."""
    built_in: str
    """The built-in text with its variables; empty where there is none."""
    sound: SoundOut | None
    changed_by: str | None
    changed_at: str | None


class MessageOut(Out):
    """What may be done with a message."""

    message: str
    group: str
    variables: list[str]
    required: list[str]
    text: bool
    audio: bool
    longest_s: int
    """How long a recording may be, in seconds."""


class MessagesOut(Out):
    """All messages in all languages."""

    messages: list[MessageOut]
    said: list[SaidOut]
    longest_text: int
    max_bytes: int


class ChangedOut(Out):
    """The message as it is now, and what is still missing."""

    said: SaidOut
    missing: list[MissingOut]
