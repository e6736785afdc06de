"""How tests recognise music and speech again."""

import numpy as np

from madoguchi.testing.tones import Samples, likeness, tone


def noise(seed: int, count: int = 16_000) -> Samples:
    return np.random.default_rng(seed).normal(0, 4_000, count).astype(np.int16)


def test_a_quieter_part_is_recognised() -> None:
    assert likeness((noise(1)[5_000:9_000] * 0.3).astype(np.int16), noise(1)) > 0.99


def test_a_part_may_go_round() -> None:
    assert likeness(np.concatenate([noise(1)[-1_000:], noise(1)[:1_000]]), noise(1)) > 0.99


def test_something_else_is_not_recognised() -> None:
    assert likeness(noise(2, 4_000), noise(1)) < 0.2
    assert likeness(tone([440], 0.5), noise(1)) < 0.2


def test_silence_is_like_nothing() -> None:
    assert likeness(np.zeros(4_000, np.int16), noise(1)) == 0.0
    assert likeness(np.zeros(0, np.int16), noise(1)) == 0.0
