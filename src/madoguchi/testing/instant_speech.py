"""Speech and encoding that are done at once and in the same task, so that tests with a fake clock need not wait."""

import wave
from collections.abc import Sequence
from pathlib import Path

from madoguchi.ports.speech import BadAudioError, SpeechError

RATE = 8000


class InstantSpeech:
    """Gives one and the same short silence for every text; `said` lists language and text in order."""

    def __init__(self, folder: Path, languages: Sequence[str] = ("en", "ja")) -> None:
        self._languages = tuple(languages)
        self._path = folder / "silence.wav"
        self.said: list[tuple[str, str]] = []
        folder.mkdir(parents=True, exist_ok=True)
        with wave.open(str(self._path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(bytes(RATE // 5))

    @property
    def languages(self) -> Sequence[str]:
        """The languages it was made with."""
        return self._languages

    async def speak(self, text: str, language: str, *, speed: float = 1.0) -> Path:
        """Return the silence.

        Raises:
            SpeechError: nobody speaks `language`.
        """
        del speed
        if language not in self._languages:
            raise SpeechError(f"nobody speaks {language}")
        self.said.append((language, text))
        return self._path


class InstantTranscoder:
    """Calls the WAV an MP3. Files named in `broken` cannot be read."""

    def __init__(self) -> None:
        self.recovered: list[str] = []
        self.broken: set[str] = set()

    async def recover(self, wav: Path) -> float:
        """Note the file and return its length.

        Raises:
            BadAudioError: it is said to be broken, or is no WAV file.
        """
        self.recovered.append(wav.name)
        return self._length(wav)

    async def to_mp3(self, wav: Path, mp3: Path) -> float:
        """Copy the file and return its length.

        Raises:
            BadAudioError: it is said to be broken, or is no WAV file.
        """
        span_s = self._length(wav)
        mp3.write_bytes(wav.read_bytes())  # noqa: ASYNC240 - it is to be done at once
        return span_s

    def _length(self, wav: Path) -> float:
        if wav.name in self.broken:
            raise BadAudioError(f"{wav.name} is said to be broken")
        try:
            with wave.open(str(wav), "rb") as file:
                return file.getnframes() / file.getframerate()
        except (OSError, EOFError, wave.Error) as error:
            raise BadAudioError(f"{wav.name} is no WAV file") from error
