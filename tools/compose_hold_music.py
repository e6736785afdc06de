"""Composes the hold music: `python tools/compose_hold_music.py [preview.wav]`.

Twelve quiet bars that go round for ever. Everything is calculated here, so nobody else holds rights in it. All sound is
written onto a circle: what rings on past the last bar rings into the first, and so does the room; the loop has no seam.
The register is that of a telephone, 300 to 3,400 Hz; there is no bass that a receiver would only rattle with.
"""

import sys
import wave
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from madoguchi.adapters.speech.assets import HOLD_MUSIC

Wave = NDArray[np.float64]

RATE = 48_000
TEMPO = 72
BEAT = RATE * 60 // TEMPO
BARS = 12
LENGTH = BARS * 4 * BEAT
LEVEL_DBFS = -23.0
BITRATE = 40_000
SEED = 20

# One chord a bar, as MIDI numbers: F major with its relatives, gentle sevenths and ninths.
CHORDS = [
    (65, 69, 72, 76, 79),  # Fmaj9
    (62, 65, 69, 72, 76),  # Dm9
    (58, 65, 69, 72, 74),  # B♭maj9
    (60, 65, 67, 70, 74),  # C9sus
    (57, 64, 67, 72, 76),  # Am7
    (62, 65, 69, 72, 77),  # Dm7
    (55, 65, 70, 74, 77),  # Gm9
    (60, 64, 70, 74, 76),  # C9
    (65, 69, 72, 76, 79),  # Fmaj9
    (58, 65, 70, 74, 77),  # B♭maj7
    (55, 62, 65, 70, 74),  # Gm7
    (60, 65, 67, 70, 72),  # C7sus
]
# Which chord note each eighth of a bar takes; two patterns in turn.
ARPEGGIOS = [(0, 2, 3, 4, 3, 2, 3, 2), (0, 2, 4, 3, 2, 3, 4, 2)]
# The tune: (bar, beat, length in beats, MIDI number).
TUNE = [
    (0, 0.0, 3.0, 84), (0, 3.0, 1.0, 81), (1, 0.0, 3.0, 79), (1, 3.0, 1.0, 77), (2, 0.0, 2.5, 81), (2, 2.5, 1.5, 77),
    (3, 0.0, 3.5, 79), (4, 0.0, 2.0, 76), (4, 2.0, 2.0, 79), (5, 0.0, 3.0, 81), (5, 3.0, 1.0, 84), (6, 0.0, 2.5, 82),
    (6, 2.5, 1.5, 77), (7, 0.0, 3.5, 79), (8, 1.0, 2.0, 81), (8, 3.0, 1.0, 84), (9, 0.0, 3.0, 86), (9, 3.0, 1.0, 82),
    (10, 0.0, 2.0, 81), (10, 2.0, 2.0, 77), (11, 0.0, 3.5, 79),
]  # fmt: skip


def hertz(note: float) -> float:
    """Return the pitch of a MIDI number."""
    return float(440.0 * 2 ** ((note - 69) / 12))


def add(circle: Wave, start: int, sound: Wave) -> None:
    """Write `sound` onto the circle from `start` on."""
    np.add.at(circle, (start + np.arange(len(sound))) % len(circle), sound)


def pluck(note: int, span: int) -> Wave:
    """Return a soft string: partials that die the sooner the higher they are."""
    times = np.arange(span) / RATE
    partials = [(n, 0.9**n / n) for n in range(1, 9)]
    sound = sum(
        level
        * np.exp(-times * (1.6 + 0.9 * n))
        * np.sin(2 * np.pi * hertz(note) * n * np.sqrt(1 + 4e-4 * n * n) * times)
        for n, level in partials
    )
    return np.asarray(sound) * np.minimum(1.0, times / 0.006) * np.minimum(1.0, (span / RATE - times) / 0.1)


def pad(note: int, span: int) -> Wave:
    """Return a choir of three voices a little apart, swelling and fading."""
    times = np.arange(span) / RATE
    shape = np.sin(np.pi * np.minimum(1.0, times / (span / RATE))) ** 1.2
    voices = [
        level * np.sin(2 * np.pi * hertz(note + cents / 100) * n * times + phase)
        for cents, phase in ((-6, 0.0), (0, 2.1), (7, 4.2))
        for n, level in ((1, 1.0), (2, 0.32), (3, 0.12), (4, 0.05))
    ]
    return np.asarray(np.sum(voices, axis=0) * shape / 3)


def bell(note: int, span: int) -> Wave:
    """Return a round bell with a slow tremble."""
    times = np.arange(span) / RATE
    tremble = 1 + 0.12 * np.sin(2 * np.pi * 5.2 * times) * np.minimum(1.0, times / 0.6)
    partials = ((1.0, 1.0, 1.5), (2.0, 0.28, 2.6), (3.01, 0.10, 4.5), (4.98, 0.05, 8.0))
    sound = sum(
        level * np.exp(-fall * times) * np.sin(2 * np.pi * hertz(note) * n * times) for n, level, fall in partials
    )
    return np.asarray(sound) * tremble * np.minimum(1.0, times / 0.012) * np.minimum(1.0, (span / RATE - times) / 0.2)


def room(circle: Wave) -> Wave:
    """Return the circle as it sounds in a hall of two seconds, convolved around the seam."""
    chance = np.random.default_rng(SEED)
    times = np.arange(2 * RATE) / RATE
    echo = np.zeros(len(circle))
    echo[: len(times)] = chance.standard_normal(len(times)) * np.exp(-3.2 * times) * np.minimum(1.0, times / 0.03)
    wet = np.fft.irfft(np.fft.rfft(circle) * np.fft.rfft(echo), len(circle))
    return np.asarray(circle + 0.32 * wet * np.std(circle) / np.std(wet))


def for_telephones(circle: Wave) -> Wave:
    """Fade out what a telephone cannot carry, around the seam, and set the level."""
    spectrum = np.fft.rfft(circle)
    pitch = np.fft.rfftfreq(len(circle), 1 / RATE)
    low = 1 / (1 + (180 / np.maximum(pitch, 1e-9)) ** 6)
    high = 1 / (1 + (pitch / 5500) ** 6)
    sound = np.fft.irfft(spectrum * np.sqrt(low * high), len(circle))
    return np.asarray(sound / np.sqrt(np.mean(sound**2)) * 10 ** (LEVEL_DBFS / 20))


def compose() -> Wave:
    """Return one round of the music, from -1 to 1."""
    circle = np.zeros(LENGTH)
    for bar, chord in enumerate(CHORDS):
        start = bar * 4 * BEAT
        for note in chord[1:]:
            # Each chord swells in before its bar and fades into the next.
            add(circle, start - BEAT, 0.16 * pad(note, 6 * BEAT))
        for eighth, place in enumerate(ARPEGGIOS[bar % 2]):
            accent = 1.0 if eighth % 4 == 0 else 0.72
            add(circle, start + eighth * BEAT // 2, 0.30 * accent * pluck(chord[place], 3 * BEAT))
    for bar, beat, span, note in TUNE:
        add(circle, int((bar * 4 + beat) * BEAT), 0.34 * bell(note, int((span + 1.5) * BEAT)))
    return for_telephones(room(circle))


def write_opus(samples: NDArray[np.int16], path: Path) -> None:
    """Write an Ogg file with Opus, which keeps the exact length."""
    with av.open(str(path), "w", format="ogg") as target:
        encoder = target.add_stream("libopus", rate=RATE, layout="mono", options={"application": "audio"})
        encoder.bit_rate = BITRATE
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        fifo = av.AudioFifo()
        fifo.write(frame)
        while piece := fifo.read(960, partial=True):
            target.mux(encoder.encode(piece))
        target.mux(encoder.encode(None))


def main() -> None:
    """Write the asset, and a WAV file to listen to where one is named."""
    samples = np.rint(np.clip(compose(), -1, 1) * 32767).astype(np.int16)
    write_opus(samples, HOLD_MUSIC)
    print(f"{HOLD_MUSIC}: {len(samples) / RATE:.1f} s, {HOLD_MUSIC.stat().st_size} bytes, peak {np.abs(samples).max()}")
    for preview in sys.argv[1:]:
        with wave.open(preview, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
