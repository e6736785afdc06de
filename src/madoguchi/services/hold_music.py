"""The music that belongs to the program: slow broken chords, made by calculation, so that nobody holds rights in it."""

import wave
from pathlib import Path
from typing import Final

import numpy as np

RATE: Final = 16_000
BEAT_S: Final = 0.375
TAIL_S: Final = 1.5
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
    mix = np.zeros(beat * len(notes))
    seconds = np.arange(int(TAIL_S * RATE)) / RATE
    shape = np.minimum(1.0, seconds / 0.02) * np.exp(-2.2 * seconds) * (1 - seconds / TAIL_S)
    for index, note in enumerate(notes):
        phase = 2 * np.pi * 440.0 * 2 ** ((note - 69) / 12) * seconds
        sound = shape * (np.sin(phase) + 0.25 * np.sin(2 * phase))
        # A note that begins at the end rings on at the beginning: the loop has no seam.
        places = (index * beat + np.arange(len(sound))) % len(mix)
        mix[places] += sound
    samples = np.clip(np.rint(32767 * LEVEL * mix), -32767, 32767).astype("<i2")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with wave.open(str(draft), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    draft.replace(path)
