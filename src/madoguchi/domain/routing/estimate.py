"""How long somebody will probably wait, as he is told it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from madoguchi.kernel.time import Span

CAP: Final = Span(minutes=300)
"""Nobody is told more than this."""
NOTHING: Final = Span()
ALWAYS: Final = Span(seconds=10)
"""What it takes even where somebody is free."""


@dataclass(frozen=True)
class Load:
    """What a queue has to do with, for one channel."""

    average: Span
    """How long interactions of the channel took an agent during the last hour."""
    serves: Sequence[int]
    """For each active agent of the queue, how many queues he serves. Who is signed out or away is not active."""
    available: int = 0
    """How many of them are free."""
    concurrency: float = 1.0
    """How many interactions of the channel an agent has at once; more than 1 with chats only."""


def estimate(load: Load, ahead: int, *, later: Span = NOTHING) -> Span | None:
    """Return the probable wait; None where nobody is there who could end it.

        (average / active agents) × (agents in common / what the queue has of them) × (waiting − available) + 10 s

    The agents in common are those who serve other queues as well as this one, and whoever serves n queues is 1/n of an
    agent to each. Everybody active in the queue is counted among them, so the factor is 1 where nobody serves
    anything else.

    Args:
        load: the queue's.
        ahead: how many are served before him, in the queue and out of it.
        later: what callbacks that come due meanwhile add.
    """
    active = len(load.serves)
    if not active:
        return None
    share = sum((Fraction(1, max(queues, 1)) for queues in load.serves), Fraction(0))
    pace = load.average / (active * max(load.concurrency, 1.0))
    waits = max(ahead + 1 - load.available, 0)
    return min(pace * float(Fraction(active) / share) * waits + later + ALWAYS, CAP)


def minutes(wait: Span) -> int:
    """Return a wait as it is said: whole minutes, rounded up."""
    return max(-(-wait // Span(minutes=1)), 1)
