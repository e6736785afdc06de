"""Texts to WAV files, each made once."""

import asyncio
import hashlib
import unicodedata
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

import msgspec

from madoguchi.adapters.speech.voices_folder import FLITE
from madoguchi.ports.speech import SpeechError

ENGINES: Final = {"en": "flite", "ja": "openjtalk"}
_MADE_BY: Final = {"flite": "flite 0.1.1 rms 1", "openjtalk": "openjtalk mei 1"}
"""Part of every file's key: change it where an engine, its voice or the levelling changes."""
_LONGEST_TEXT: Final = 3000
_SLOWEST: Final = 0.5
_FASTEST: Final = 2.0


class Speaker(Protocol):
    """What makes one file."""

    async def speak(self, engine: str, text: str, speed: float, path: Path) -> None:
        """Write `text` as a WAV file at `path`."""

    async def close(self) -> None:
        """End."""


class CachingSpeech:
    """Speaks with the engines that are installed, and keeps what was spoken.

    Who asks for a text that is just being spoken waits for the same file. A waiter that is cancelled leaves the others
    theirs.

    Args:
        folder: where the files are kept; safe to empty while nothing runs.
        speaker: what makes them.
        flite: the file of the English voices.
    """

    def __init__(self, folder: Path, speaker: Speaker, *, flite: Path = FLITE) -> None:
        self._folder = folder
        self._speaker = speaker
        self._flite = flite
        self._making: dict[Path, asyncio.Task[None]] = {}

    @property
    def languages(self) -> Sequence[str]:
        """The languages it speaks, as primary BCP 47 subtags."""
        return [language for language in ENGINES if not self.missing(language)]

    def missing(self, language: str) -> str:
        """Return what has to be done before `language` can be spoken; empty where nothing."""
        match ENGINES.get(primary(language)):
            case "flite":
                return (
                    "" if self._flite.is_file() else f"the English voices are not in {self._flite}: run `make voices`"
                )
            case "openjtalk":
                return "" if find_spec("pyopenjtalk") else "the Japanese voice needs the package pyopenjtalk-plus"
            case _:
                return f"no voice speaks {language!r}; there are {', '.join(ENGINES)}"

    async def speak(self, text: str, language: str, *, speed: float = 1.0) -> Path:
        """Return a mono 16-bit WAV file in which `text` is spoken. The same text gives the same file, made once.

        Args:
            text: plain text; what the voice cannot read is left out.
            language: a BCP 47 tag; only its primary subtag counts.
            speed: 1.0 is the voice's own; from 0.5 to 2.0, beyond which it makes no difference.

        Raises:
            SpeechError: no engine speaks `language`, nothing in `text` can be spoken, or the engine failed.
        """
        if lack := self.missing(language):
            raise SpeechError(lack)
        engine = ENGINES[primary(language)]
        words = _tidy(text)
        if not words:
            raise SpeechError("there is nothing to say")
        if len(words) > _LONGEST_TEXT:
            raise SpeechError(f"a text of {len(words)} characters is too long; {_LONGEST_TEXT} are spoken at most")
        pace = round(min(_FASTEST, max(_SLOWEST, speed)), 2)
        path = self._path(engine, words, pace)
        making = self._make(engine, words, pace, path)
        # A wait for the task, not the task itself: a waiter that is cancelled must not cancel it.
        await asyncio.wait([making])
        if making.cancelled():
            raise SpeechError("speech is shutting down")
        making.result()
        return path

    async def close(self) -> None:
        """Give up what is being spoken, and end the engines."""
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)
        await self._speaker.close()

    def _path(self, engine: str, text: str, speed: float) -> Path:
        key = hashlib.sha256(msgspec.json.encode([_MADE_BY[engine], text, speed])).hexdigest()
        return self._folder / key[:2] / f"{key}.wav"

    def _make(self, engine: str, text: str, speed: float, path: Path) -> "asyncio.Task[None]":
        """Return the task after which the file is there: the one that runs already, or a new one."""
        if path not in self._making:

            async def make() -> None:
                try:
                    if await asyncio.to_thread(path.is_file):
                        return
                    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
                    await self._speaker.speak(engine, text, speed, path)
                except OSError as error:
                    raise SpeechError(f"{path.parent} cannot be written: {error.strerror}") from error
                finally:
                    del self._making[path]

            # Not its first asker's: he may be cancelled while others wait for the file. `close` ends it.
            task = asyncio.get_running_loop().create_task(make(), name="speech")
            task.add_done_callback(_look_at)
            self._making[path] = task
        return self._making[path]


class NullSpeech:
    """Speaks no language, for a site that plays recorded prompts only."""

    languages: Sequence[str] = ()

    async def speak(self, text: str, language: str, *, speed: float = 1.0) -> Path:  # noqa: ARG002 - the port's
        """Refuse.

        Raises:
            SpeechError: always.
        """
        raise SpeechError("text-to-speech is switched off")


def primary(language: str) -> str:
    """Return the primary subtag of a language tag: `en` for `en-US`."""
    return language.replace("_", "-").partition("-")[0].lower()


def _tidy(text: str) -> str:
    """Make texts equal that sound equal: one form of each character, single spaces, no control characters."""
    normal = unicodedata.normalize("NFKC", text)
    return " ".join("".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in normal).split())


def _look_at(task: "asyncio.Task[None]") -> None:
    """Fetch the outcome, so that a failure nobody waits for any more is no complaint at the loop's end."""
    if not task.cancelled():
        task.exception()
