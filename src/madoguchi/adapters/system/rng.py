"""Chance that is no secret: who is offered a call first, how long to back off."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class SystemRng:
    """Chance from the operating system's seed, or the same sequence every time from `seed`."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - nothing secret is made of it

    def choice(self, options: Sequence[T]) -> T:
        """Return one of `options`, which must not be empty."""
        return self._random.choice(options)

    def uniform(self, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        return self._random.uniform(low, high)
