"""Time, ids and chance: the three things that make a run unlike the last one."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from madoguchi.kernel.time import Instant, Span

T = TypeVar("T")


class Clock(Protocol):
    """The only source of the present time."""

    def now(self) -> Instant:
        """Return the present time; never earlier than a value returned before."""

    async def sleep(self, span: Span) -> None:
        """Wait for `span`."""


class IdSource(Protocol):
    """The only source of new ids."""

    def new(self, prefix: str) -> str:
        """Return an id that was never used: `<prefix>_<26 characters>`, later ids sort after earlier ones."""

    def secret(self) -> str:
        """Return an unguessable URL-safe text of at least 256 bits."""


class Rng(Protocol):
    """The only source of chance that is no secret."""

    def choice(self, options: Sequence[T]) -> T:
        """Return one of `options`, which must not be empty."""

    def uniform(self, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
