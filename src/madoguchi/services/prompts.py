"""From lines and music to sounds that the voice engine can play."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from madoguchi.domain.messages.texts import Line
from madoguchi.ports.speech import SpeechError, SpeechSynthesizer
from madoguchi.ports.voice import Sound
from madoguchi.services import hold_music

MUSIC_GAIN: Final = 0.7

_log = structlog.get_logger(__name__)


class PromptService:
    """Speaks texts and knows where the music is."""

    def __init__(self, speech: SpeechSynthesizer, folder: Path) -> None:
        self._speech = speech
        self._music = folder / "hold_music.wav"

    async def start(self) -> None:
        """Make sure that the music is there."""
        if not await asyncio.to_thread(self._music.is_file):
            await asyncio.to_thread(hold_music.write, self._music)

    async def sounds(self, lines: Sequence[Line], *, music: bool) -> Sequence[Sound]:
        """Return `lines` as sounds, then the music if so.

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
        return sounds
