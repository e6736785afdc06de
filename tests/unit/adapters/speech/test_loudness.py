"""All voices come at one level, without silence around them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from madoguchi.adapters.speech.loudness import PEAK_DBFS, SPEECH_DBFS, levelled

RATE = 16000


def voice(level: float, span_s: float = 1.0) -> NDArray[np.float64]:
    """Return something like speech: a swelling tone."""
    times = np.arange(int(span_s * RATE)) / RATE
    return level * np.sin(2 * np.pi * 220 * times) * (1.2 + np.sin(2 * np.pi * 4 * times))


def dbfs(samples: NDArray[np.int16]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2)) / 32768))


@pytest.mark.parametrize("level", [0.001, 1.0, 300.0, 60_000.0])
def test_every_voice_comes_at_the_same_level(level: float) -> None:
    assert dbfs(levelled(voice(level), RATE)) == pytest.approx(SPEECH_DBFS, abs=1.5)


def test_a_voice_with_sharp_peaks_is_quieter_but_never_clipped() -> None:
    samples = voice(100.0)
    samples[8000] = 30_000.0

    result = levelled(samples, RATE)

    assert np.max(np.abs(result)) == pytest.approx(32768 * 10 ** (PEAK_DBFS / 20), abs=1)


def test_pauses_within_stay_and_silence_around_goes() -> None:
    silence = np.zeros(RATE)
    speech = np.concatenate([silence, voice(1000.0), silence, voice(1000.0), silence, silence])

    result = levelled(speech, RATE)

    assert len(result) / RATE == pytest.approx(3.2, abs=0.1)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(5), np.zeros(RATE)])
def test_silence_is_nothing(samples: NDArray[np.float64]) -> None:
    assert len(levelled(samples, RATE)) == 0


def test_a_single_click_is_kept() -> None:
    assert len(levelled(np.array([1.0]), RATE)) == 1
