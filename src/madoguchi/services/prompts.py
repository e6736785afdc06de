"""From lines and music to sounds that the voice engine can play: own files and texts first, built-in ones else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from madoguchi.domain.messages.own import Audio
from madoguchi.domain.messages.registry import NO_LANGUAGE
from madoguchi.domain.messages.texts import Line, Message
from madoguchi.domain.messages.variables import filled
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.ports.speech import SpeechError, SpeechSynthesizer
from madoguchi.ports.voice import Sound
from madoguchi.services.messages import MessageService

MUSIC_GAIN: Final = 0.7

_log = structlog.get_logger(__name__)


class PromptService:
    """Speaks texts, finds recorded messages, and knows where the music is.

    `fallbacks` counts how often an own message could not be played and the built-in one was heard in its place.
    """

    def __init__(self, speech: SpeechSynthesizer, music: Path, messages: MessageService, ring_back: Path) -> None:
        self._speech = speech
        self._music = music
        self._messages = messages
        self._ring_back = ring_back
        self.fallbacks = 0

    async def warm_up(self, lines: Sequence[Line]) -> None:
        """Speak `lines` before anybody waits for them: the synthesizer keeps what it has spoken."""
        for line in lines:
            await self._heard(line)

    async def sounds(self, lines: Sequence[Line], *, music: bool, ringing: bool = False) -> Sequence[Sound]:
        """Return `lines` as sounds, then the music or the ring-back tone if so.

        A line that cannot be spoken is left out: a caller who misses a sentence is better off than one who hears
        nothing at all.
        """
        sounds = [Sound(path) for line in lines if (path := await self._heard(line)) is not None]
        if music:
            sounds.append(Sound(await self._music_file(), loop=True, gain=MUSIC_GAIN))
        if ringing:
            sounds.append(Sound(self._ring_back, loop=True))
        return sounds

    async def _heard(self, line: Line) -> Path | None:
        own = self._messages.own(line.message, line.wanted)
        if own is not None:
            path = await (self._recorded(own.audio) if own.audio is not None else self._own_text(line, own.text))
            if path is not None:
                return path
        return await self._spoken(line.text, line.language)

    async def _own_text(self, line: Line, text: str) -> Path | None:
        path = await self._spoken(filled(text, dict(line.values)), line.wanted)
        self.fallbacks += path is None
        return path

    async def _recorded(self, audio: Audio) -> Path | None:
        try:
            return await self._messages.file(audio)
        except MadoguchiError as error:
            self.fallbacks += 1
            _log.error("message_sound_missing", key=audio.blob_key, code=error.code)
            return None

    async def _music_file(self) -> Path:
        own = self._messages.own(Message.HOLD_MUSIC.value, NO_LANGUAGE)
        path = await self._recorded(own.audio) if own is not None and own.audio is not None else None
        return path or self._music

    async def _spoken(self, text: str, language: str) -> Path | None:
        try:
            return await self._speech.speak(text, language)
        except SpeechError as error:
            _log.warning("line_not_spoken", language=language, detail=error.detail)
            return None
