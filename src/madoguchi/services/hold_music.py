"""The music that belongs to the program: slow broken chords, made by calculation, so that nobody holds rights in it."""

import array
import math
import wave
from pathlib import Path
from typing import Final

RATE: Final = 16_000
BEAT_S: Final = 0.375
LEVEL: Final = 0.11
CHORDS: Final = (
    (60, 64, 67, 71, 72, 71, 67, 64),
    (57, 60, 64, 67, 69, 67, 64, 60),
    (53, 57, 60, 64, 65, 64, 60, 57),
    (55, 59, 62, 65, 67, 65, 62, 59),
    (60, 64, 67, 71, 72, 71, 67, 64),
    (52, 55, 59, 62, 64, 62, 59, 55),
    (53, 57, 60, 64, 65, 64, 60, 57),
    (55, 59, 62, 65, 67, 65, 62, 59),
)
"""Each bar's notes as MIDI numbers, one per beat."""


def write(path: Path) -> None:
    """Write the music as a WAV file that can be played round and round; replaces `path` in one step."""
    notes = [note for bar in CHORDS for note in bar]
    beat = int(BEAT_S * RATE)
    total = beat * len(notes)
    mix = array.array("f", bytes(4 * total))
    tail = int(1.5 * RATE)
    for index, note in enumerate(notes):
        pitch = 440.0 * 2 ** ((note - 69) / 12)
        for offset in range(tail):
            seconds = offset / RATE
            attack = min(1.0, seconds / 0.02)
            fade = math.exp(-2.2 * seconds) * (1 - offset / tail)
            tone = math.sin(2 * math.pi * pitch * seconds) + 0.25 * math.sin(4 * math.pi * pitch * seconds)
            # A note that begins at the end rings on at the beginning: the loop has no seam.
            mix[(index * beat + offset) % total] += attack * fade * tone
    samples = array.array("h", (max(-32767, min(32767, int(32767 * LEVEL * value))) for value in mix))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with wave.open(str(draft), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    draft.replace(path)
