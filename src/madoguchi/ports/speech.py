"""Text to speech, and reading and writing audio files away from the live path."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from madoguchi.kernel.errors import Kind, MadoguchiError


class SpeechError(MadoguchiError):
    """The text could not be spoken."""

    kind = Kind.UNAVAILABLE
    code = "speech_failed"


class SpeechSynthesizer(Protocol):
    """Turns text into a WAV file."""

    @property
    def languages(self) -> Sequence[str]:
        """The languages it speaks, as primary BCP 47 subtags: `en`, `ja`."""

    async def speak(self, text: str, language: str, *, speed: float = 1.0) -> Path:
        """Return a mono 16-bit WAV file in which `text` is spoken. The same text gives the same file, made once.

        Raises:
            SpeechError: no engine speaks `language`, or it failed.
        """


class BadAudioError(MadoguchiError):
    """The file is not audio that can be read."""

    kind = Kind.INVALID
    code = "bad_audio"


class AudioTranscoder(Protocol):
    """Makes what is kept out of what was recorded. Runs in a process of its own and never disturbs live media."""

    async def recover(self, wav: Path) -> float:
        """Make a WAV file that was cut off by a crash readable in place; return its length in seconds.

        Raises:
            BadAudioError: not even its head can be read.
        """

    async def to_mp3(self, wav: Path, mp3: Path) -> float:
        """Encode `wav` as MP3, replacing `mp3` in one step; return its length in seconds.

        Raises:
            BadAudioError: the file cannot be read.
        """
