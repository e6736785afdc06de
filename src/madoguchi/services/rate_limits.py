"""How often somebody may do something."""

from collections import OrderedDict, deque
from dataclasses import dataclass

from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock


class TooFastError(MadoguchiError):
    """Too much at once; slow down."""

    kind = Kind.UNAVAILABLE
    code = "too_fast"


@dataclass(frozen=True)
class Rate:
    """So many times in so long."""

    times: int
    span: Span


class RateLimit:
    """Counts what each key did lately. What it remembers is bounded: keys that were quiet for long are forgotten."""

    def __init__(self, clock: Clock, rate: Rate, *, keys: int = 10_000) -> None:
        self._clock = clock
        self._rate = rate
        self._keys = keys
        self._done: OrderedDict[str, deque[Instant]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Whether `key` may do it once more now; if so, it counts as done."""
        now = self._clock.now()
        done = self._done.setdefault(key, deque())
        self._done.move_to_end(key)
        while done and done[0] <= now - self._rate.span:
            done.popleft()
        self._forget(now)
        if len(done) >= self._rate.times:
            return False
        done.append(now)
        return True

    def take_back(self, key: str) -> None:
        """Forget the last time that `key` did it."""
        if done := self._done.get(key):
            done.pop()

    def require(self, key: str) -> None:
        """Let `key` do it once more.

        Raises:
            TooFastError: it did so too often lately.
        """
        if not self.allows(key):
            raise TooFastError(f"at most {self._rate.times} times in {self._rate.span.total_seconds():g} s")

    def _forget(self, now: Instant) -> None:
        while len(self._done) > 1:
            key, done = next(iter(self._done.items()))
            if len(self._done) <= self._keys and done and done[-1] > now - self._rate.span:
                return
            del self._done[key]
