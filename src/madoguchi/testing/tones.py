"""Tones: how tests make sounds and prove who heard which."""

import wave
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
PEAK = 8000
"""Loud enough to measure through G.711, quiet enough that four tones at once do not clip."""
AUDIBLE = 400.0
"""From which amplitude on a tone counts as heard: about 26 dB below `PEAK`."""


def tone(frequencies: Iterable[int], seconds: float, rate: int = 8000, *, start: int = 0) -> Samples:
    """Return the sum of sine tones, each `PEAK` high, mono; `start` is the first sample's number for seamless parts."""
    at = (np.arange(round(seconds * rate)) + start) / rate
    total = np.zeros(at.shape)
    for frequency in frequencies:
        total += PEAK * np.sin(2 * np.pi * frequency * at)
    return np.clip(np.rint(total), -32768, 32767).astype(np.int16)


def amplitude(samples: Samples, frequency: int, rate: int = 8000) -> float:
    """Return how strong `frequency` is in `samples`: the peak value of its sine."""
    if not len(samples):
        return 0.0
    window = np.hanning(len(samples))
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / rate)
    return float(2 * abs(np.dot(samples * window, turn)) / window.sum())


def tones_in(samples: Samples, candidates: Collection[int], rate: int = 8000) -> frozenset[int]:
    """Return which of the `candidates` can be heard in `samples`."""
    return frozenset(f for f in candidates if amplitude(samples, f, rate) > AUDIBLE)


def likeness(samples: Samples, whole: Samples) -> float:
    """Return how much `samples` are a part of `whole`, of the same rate: 1.0 where they are, near 0.0 where not.

    The part may begin anywhere, be louder or quieter, and go round from the end of `whole` to its beginning.
    """
    energy = float(np.linalg.norm(samples))
    if not energy or not len(samples):
        return 0.0
    size = len(whole) + len(samples)
    round_about = np.concatenate([whole, whole])[:size].astype(float)
    length = 1 << (2 * size - 1).bit_length()
    spectrum = np.fft.rfft(round_about, length) * np.conj(np.fft.rfft(samples.astype(float), length))
    matches = np.abs(np.fft.irfft(spectrum, length)[: len(whole)])
    sums = np.concatenate([[0.0], np.cumsum(round_about**2)])
    energies = np.sqrt(sums[len(samples) :] - sums[: -len(samples)])[: len(whole)]
    loud = energies > 0.1 * energies.max(initial=0.0)
    return float((matches[loud] / energies[loud]).max(initial=0.0) / energy)


def write_wav(path: Path, channels: Collection[Samples], rate: int = 8000) -> Path:
    """Write 16-bit `channels` of equal length as a WAV file; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(list(channels), axis=1).astype("<i2").tobytes())
    return path


def write_tone(path: Path, frequencies: Iterable[int], seconds: float, rate: int = 8000) -> Path:
    """Write a mono WAV file with tones; return its path."""
    return write_wav(path, [tone(frequencies, seconds, rate)], rate)


def read_wav(path: Path) -> tuple[list[Samples], int]:
    """Return a 16-bit WAV file's channels and its rate."""
    with wave.open(str(path), "rb") as file:
        count, rate = file.getnchannels(), file.getframerate()
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
    return [data[channel::count] for channel in range(count)], rate


def tones_recorded(path: Path, candidates: Collection[int]) -> list[frozenset[int]]:
    """Return the tones of each channel of a WAV file, heard in any 200 ms of it."""
    channels, rate = read_wav(path)
    step = rate // 5
    found = []
    for samples in channels:
        parts = [samples[at : at + step] for at in range(0, max(1, len(samples) - step // 2), step)]
        found.append(frozenset[int]().union(*(tones_in(part, candidates, rate) for part in parts)))
    return found
