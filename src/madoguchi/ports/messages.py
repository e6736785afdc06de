"""What is kept of languages and messages, and how uploaded sound is brought into the form in which it is played."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from madoguchi.domain.messages.languages import LanguageSettings
from madoguchi.domain.messages.own import OwnMessage, Refusal
from madoguchi.kernel.errors import Kind, MadoguchiError


class MessageStore(Protocol):
    """Language settings and own messages. Every write is on disk on return."""

    async def languages(self) -> LanguageSettings | None:
        """Return the language settings; None where nobody has changed them yet."""

    async def save_languages(self, settings: LanguageSettings) -> None:
        """Replace the language settings.

        Raises:
            StaleVersionError: the stored version is not `settings.version - 1`; nothing was stored.
        """

    async def own_messages(self) -> Sequence[OwnMessage]:
        """Return all messages that were ever changed, by message and language."""

    async def own_message(self, message: str, language: str) -> OwnMessage | None:
        """Return a message; None where nobody has changed it yet."""

    async def save_own_message(self, own: OwnMessage) -> None:
        """Store or replace a message.

        Raises:
            StaleVersionError: the stored version is not `own.version - 1`; nothing was stored.
        """


class BadSoundError(MadoguchiError):
    """This sound file cannot be used."""

    kind = Kind.INVALID
    code = "bad_sound"

    def __init__(self, detail: str, reason: Refusal) -> None:
        super().__init__(detail, field="file", reason=reason.value)


@dataclass(frozen=True)
class SoundRule:
    """What is made of an uploaded file."""

    longest_s: float
    trim: bool
    """Whether silence around the sound is cut off: from speech, not from music that is played round and round."""


class SoundImport(Protocol):
    """Reads uploaded sound to its last sample, in a process that can do no harm, and writes it anew."""

    async def bring_in(self, source: Path, ending: str, target: Path, rule: SoundRule) -> float:
        """Write what is in `source` to `target` as a mono 16-bit WAV file of 16 kHz at the common loudness.

        Args:
            source: the upload, `.wav` or `.mp3` by its `ending`.
            ending: what the file is said to be; what is in it must agree.
            target: the file that is written.
            rule: how long it may be, and whether it is trimmed.

        Returns:
            The length in seconds.

        Raises:
            BadSoundError: it is damaged, too long, silent, or not what it is said to be.
            UnavailableError: it could not be read just now.
        """
