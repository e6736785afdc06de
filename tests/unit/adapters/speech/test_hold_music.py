"""The hold music is pleasant to a telephone: even, without a seam, within its band."""

import av
import numpy as np
import pytest

from madoguchi.adapters.speech.assets import HOLD_MUSIC

RATE = 48_000


@pytest.fixture(scope="module")
def music() -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    with av.open(str(HOLD_MUSIC)) as file:
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)]).astype(np.float64)


def test_it_lasts_forty_seconds_to_the_sample(music: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    assert len(music) == 40 * RATE


def test_going_round_makes_no_click(music: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    steps = np.abs(np.diff(music))

    assert abs(music[0] - music[-1]) < np.percentile(steps, 99)


def test_it_is_even_and_never_loud(music: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    level = 20 * np.log10(np.sqrt(np.mean(music.reshape(-1, RATE) ** 2, axis=1)))

    assert np.max(level) - np.min(level) < 8
    assert np.mean(level) == pytest.approx(-23, abs=1)
    assert np.max(np.abs(music)) < 0.6


def test_a_telephone_can_carry_it(music: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    power = np.abs(np.fft.rfft(music)) ** 2
    pitch = np.fft.rfftfreq(len(music), 1 / RATE)

    assert power[(pitch > 300) & (pitch < 3400)].sum() > 0.9 * power.sum()
