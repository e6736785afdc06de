"""Facts for tests and for measuring: any number of them, spread over time, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from madoguchi.domain.figures.facts import HandlingFact, StatusFact, StayFact
from madoguchi.domain.figures.story import Came, Outcome
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Instant

_OUTCOMES: Final = (*(Outcome.ANSWERED,) * 8, Outcome.ABANDONED, Outcome.ENDED, Outcome.FAILED)
_STATUSES: Final = ("available", "available", "break", "meal", "unavailable", "signed_out")


class FactMaker:
    """Makes facts. `seed` decides all of them."""

    def __init__(self, seed: int, since: Instant, until: Instant, *, queues: int = 50, agents: int = 500) -> None:
        self._rng = random.Random(seed)
        self._since = since
        self._seconds = (until - since).total_seconds()
        self._queues = [f"queue_{n:03}" for n in range(queues)]
        self._agents = [f"user_{n:03}" for n in range(agents)]

    def stays(self, count: int) -> Iterator[StayFact]:
        """Yield stays in the order of time."""
        for n, at in enumerate(self._times(count)):
            rng = self._rng
            outcome = rng.choice(_OUTCOMES)
            yield StayFact(
                interaction=f"call_{n:026}",
                number=1,
                channel=rng.choice((Channel.CALL, Channel.CALL, Channel.CHAT)),
                queue=rng.choice(self._queues),
                came=rng.choice(tuple(Came)),
                queued_at=at,
                wait_ms=int(rng.expovariate(1 / 15_000)),
                outcome=outcome,
                agent=rng.choice(self._agents) if outcome is Outcome.ANSWERED else None,
                offers=rng.randrange(1, 4),
                declined=rng.randrange(2),
                missed=rng.randrange(2),
            )

    def handlings(self, count: int) -> Iterator[HandlingFact]:
        """Yield handlings in the order of time."""
        for n, at in enumerate(self._times(count)):
            rng = self._rng
            yield HandlingFact(
                id=f"handling_{n:026}",
                interaction=f"call_{n:026}",
                channel=rng.choice((Channel.CALL, Channel.CALL, Channel.CHAT)),
                queue=rng.choice(self._queues),
                agent=rng.choice(self._agents),
                started_at=at,
                talk_ms=int(rng.expovariate(1 / 240_000)),
                hold_ms=int(rng.expovariate(1 / 20_000)) if rng.random() < 0.2 else 0,  # noqa: PLR2004 - a fifth
                wrap_up_ms=int(rng.expovariate(1 / 40_000)),
                transferred=rng.random() < 0.08,  # noqa: PLR2004 - a few
                disposition=rng.choice(("", "resolved", "call_back")),
                notes=rng.choice(("", "返金済み", "called twice")),
            )

    def statuses(self, count: int) -> Iterator[StatusFact]:
        """Yield statuses, of which none is longer than a day."""
        for n, at in enumerate(self._times(count)):
            rng = self._rng
            status, busy = rng.choice(_STATUSES), rng.random() < 0.4  # noqa: PLR2004 - two of five
            ended = at + timedelta(seconds=rng.choice((30, 600, 7_200, 86_400)), microseconds=rng.randrange(1_000_000))
            ended = min(ended, at + timedelta(days=1))
            yield StatusFact(self._agents[n % len(self._agents)], status, busy or status == "signed_out", at, ended)

    def _times(self, count: int) -> list[Instant]:
        places = sorted(self._rng.random() * self._seconds for _ in range(count))
        return [self._since + timedelta(seconds=place, microseconds=n % 7) for n, place in enumerate(places)]
