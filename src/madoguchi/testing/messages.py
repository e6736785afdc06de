"""Languages and messages in memory, and uploads that are brought in at once."""

import wave
from collections.abc import Sequence
from pathlib import Path

from madoguchi.domain.messages.languages import LanguageSettings
from madoguchi.domain.messages.own import OwnMessage, Refusal
from madoguchi.ports.messages import BadSoundError, SoundRule
from madoguchi.ports.storage import StaleVersionError
from madoguchi.testing.audit import MemoryAudit


class MemoryMessages:
    """Keeps the promises of `madoguchi.ports.messages.MessageStore`, durability apart."""

    def __init__(self, audit: MemoryAudit | None = None) -> None:
        self._audit = audit or MemoryAudit()
        self._languages: LanguageSettings | None = None
        self._own: dict[tuple[str, str], OwnMessage] = {}

    async def languages(self) -> LanguageSettings | None:
        """Return the language settings; None where nobody has changed them yet."""
        return self._languages

    async def save_languages(self, settings: LanguageSettings) -> None:
        """Replace the language settings.

        Raises:
            StaleVersionError: the stored version is not `settings.version - 1`.
        """
        if (self._languages.version if self._languages else 0) != settings.version - 1:
            raise StaleVersionError("somebody else has changed this meanwhile")
        self._audit.note(self._languages, settings)
        self._languages = settings

    async def own_messages(self) -> Sequence[OwnMessage]:
        """Return all messages that were ever changed, by message and language."""
        return [self._own[key] for key in sorted(self._own)]

    async def own_message(self, message: str, language: str) -> OwnMessage | None:
        """Return a message; None where nobody has changed it yet."""
        return self._own.get((message, language))

    async def save_own_message(self, own: OwnMessage) -> None:
        """Store or replace a message.

        Raises:
            StaleVersionError: the stored version is not `own.version - 1`.
        """
        key = (own.message, own.language)
        if (self._own[key].version if key in self._own else 0) != own.version - 1:
            raise StaleVersionError("somebody else has changed this meanwhile")
        self._audit.note(self._own.get(key), own)
        self._own[key] = own


class InstantImport:
    """Takes WAV files as they are, at once and in the same task; `rules` lists what was asked for."""

    def __init__(self) -> None:
        self.rules: list[SoundRule] = []

    async def bring_in(self, source: Path, ending: str, target: Path, rule: SoundRule) -> float:
        """Copy `source`.

        Raises:
            BadSoundError: it is no WAV file, or too long.
        """
        del ending
        self.rules.append(rule)
        try:
            with wave.open(str(source), "rb") as file:
                span_s = file.getnframes() / file.getframerate()
        except (EOFError, wave.Error):
            raise BadSoundError("the file is damaged", Refusal.DAMAGED) from None
        if span_s > rule.longest_s:
            raise BadSoundError(f"the sound is longer than {rule.longest_s:g} s", Refusal.TOO_LONG)
        target.write_bytes(source.read_bytes())  # noqa: ASYNC240 - it is to be done at once
        return span_s
