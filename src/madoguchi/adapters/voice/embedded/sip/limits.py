"""How much one source may ask of us: a rate of new calls, and a number of wrong passwords."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MAX_SOURCES: Final = 10_000


@dataclass
class _Source:
    tokens: float
    at: float
    failures: int = 0
    banned_until: float = 0.0


class SourceLimits:
    """One bucket of tokens a source address. The sources that were quiet longest are forgotten first."""

    def __init__(self, rate: float, burst: float, max_failures: int, ban_s: float, now: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._max_failures = max_failures
        self._ban_s = ban_s
        self._now = now
        self._sources: OrderedDict[str, _Source] = OrderedDict()

    def take(self, address: str) -> bool:
        """Use one token of `address`; False when it has none left."""
        source = self._source(address)
        now = self._now()
        source.tokens = min(self._burst, source.tokens + (now - source.at) * self._rate)
        source.at = now
        if source.tokens < 1:
            return False
        source.tokens -= 1
        return True

    def failed(self, address: str) -> None:
        """Count a wrong password; too many ban the source for a while."""
        source = self._source(address)
        source.failures += 1
        if source.failures >= self._max_failures:
            source.failures = 0
            source.banned_until = self._now() + self._ban_s

    def succeeded(self, address: str) -> None:
        """Forget wrong passwords."""
        self._source(address).failures = 0

    def banned(self, address: str) -> bool:
        """Whether `address` must wait after wrong passwords."""
        source = self._sources.get(address)
        return source is not None and self._now() < source.banned_until

    def _source(self, address: str) -> _Source:
        source = self._sources.get(address)
        if source is None:
            source = self._sources[address] = _Source(self._burst, self._now())
        self._sources.move_to_end(address)
        while len(self._sources) > MAX_SOURCES:
            self._sources.popitem(last=False)
        return source
