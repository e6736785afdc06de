"""Speech and transcoding without engines, for tests that are not about sound."""

import asyncio
import hashlib
import struct
import unicodedata
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from madoguchi.ports.speech import BadAudioError, SpeechError

_RATE: Final = 8000
_LETTER_S: Final = 0.06
_LEVEL: Final = 5000


def tone_hz(text: str, language: str) -> float:
    """Return the pitch in which `FakeSpeech` speaks `text`: 300 to 3,000 Hz in steps of 10."""
    digest = hashlib.sha256(f"{language}:{text}".encode()).digest()
    return 300.0 + 10.0 * (int.from_bytes(digest[:4], "big") % 271)


class FakeSpeech:
    """Speaks every text as a tone of its own; `spoken` lists the texts in the order of their first asking."""

    def __init__(self, folder: Path, languages: Sequence[str] = ("en", "ja")) -> None:
        self._folder = folder
        self._languages = tuple(languages)
        self.spoken: list[tuple[str, str]] = []

    @property
    def languages(self) -> Sequence[str]:
        """The languages it pretends to speak."""
        return self._languages

    async def speak(self, text: str, language: str, *, speed: float = 1.0) -> Path:
        """Return a WAV file with a tone as long as the text would take.

        Raises:
            SpeechError: it does not pretend to speak `language`, or there is nothing to say.
        """
        primary = language.partition("-")[0].lower()
        words = " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())
        if primary not in self._languages:
            raise SpeechError(f"no voice speaks {language!r}")
        if not words:
            raise SpeechError("there is nothing to say")
        key = hashlib.sha256(f"{primary}:{speed}:{words}".encode()).hexdigest()
        path = self._folder / f"{key}.wav"
        if (primary, words) not in self.spoken:
            self.spoken.append((primary, words))
        await asyncio.to_thread(_write_tone, path, tone_hz(words, primary), len(words) * _LETTER_S / speed)
        return path


class FakeTranscoder:
    """Takes WAV files as they are: an "MP3" is a copy of the WAV. Files in `broken` cannot be read."""

    def __init__(self) -> None:
        self.broken: set[Path] = set()

    async def recover(self, wav: Path) -> float:
        """Return the length of what is in the file.

        Raises:
            BadAudioError: it is said to be broken, or is no WAV file.
        """
        span_s: float = await asyncio.to_thread(self._length, wav)
        return span_s

    async def to_mp3(self, wav: Path, mp3: Path) -> float:
        """Copy `wav` to `mp3`.

        Raises:
            BadAudioError: it is said to be broken, or is no WAV file.
        """
        span_s = await asyncio.to_thread(self._length, wav)
        await asyncio.to_thread(lambda: mp3.write_bytes(wav.read_bytes()))
        return span_s

    def _length(self, wav: Path) -> float:
        if wav in self.broken:
            raise BadAudioError(f"{wav.name} is said to be broken")
        try:
            with wave.open(str(wav)) as file:
                return float(file.getnframes() / file.getframerate())
        except (OSError, EOFError, wave.Error, struct.error) as error:
            raise BadAudioError(f"{wav.name} is no WAV file: {error}") from error


def _write_tone(path: Path, pitch_hz: float, span_s: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(max(1, int(span_s * _RATE))) / _RATE
    samples = np.rint(_LEVEL * np.sin(2 * np.pi * pitch_hz * times)).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples.tobytes())
