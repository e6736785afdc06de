"""From lines and music to sounds that the voice engine can play."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from madoguchi.domain.messages.texts import Line
from madoguchi.ports.speech import SpeechError, SpeechSynthesizer
from madoguchi.ports.voice import Sound

MUSIC_GAIN: Final = 0.7

_log = structlog.get_logger(__name__)


class PromptService:
    """Speaks texts and knows where the music is."""

    def __init__(self, speech: SpeechSynthesizer, music: Path, ring_back: Path) -> None:
        self._speech = speech
        self._music = music
        self._ring_back = ring_back

    async def warm_up(self, lines: Sequence[Line]) -> None:
        """Speak `lines` before anybody waits for them: the synthesizer keeps what it has spoken."""
        for line in lines:
            try:
                await self._speech.speak(line.text, line.language)
            except SpeechError as error:
                _log.warning("line_not_spoken", language=line.language, detail=error.detail)

    async def sounds(self, lines: Sequence[Line], *, music: bool, ringing: bool = False) -> Sequence[Sound]:
        """Return `lines` as sounds, then the music or the ring-back tone if so.

        A line that cannot be spoken is left out: a caller who misses a sentence is better off than one who hears
        nothing at all.
        """
        sounds = []
        for line in lines:
            try:
                sounds.append(Sound(await self._speech.speak(line.text, line.language)))
            except SpeechError as error:
                _log.warning("line_not_spoken", language=line.language, detail=error.detail)
        if music:
            sounds.append(Sound(self._music, loop=True, gain=MUSIC_GAIN))
        if ringing:
            sounds.append(Sound(self._ring_back, loop=True))
        return sounds
