"""What a decision is given and what it gives: the shape that all `decide` functions share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from madoguchi.kernel.time import Instant

EventT = TypeVar("EventT", covariant=True)  # noqa: PLC0105 - read as "event type"; covariance is for mypy alone
EffectT = TypeVar("EffectT", covariant=True)  # noqa: PLC0105 - as above


@dataclass(frozen=True)
class Moment:
    """The circumstances of one decision: when it is made, and where new ids come from."""

    now: Instant
    new_id: Callable[[str], str]
    """Prefix to new id, as `IdSource.new`."""


@dataclass(frozen=True)
class Decision(Generic[EventT, EffectT]):
    """What follows from one message. An empty decision changes nothing and stores nothing."""

    events: tuple[EventT, ...] = ()
    """What has happened, in order; `evolve` applies them, the journal keeps them."""
    effects: tuple[EffectT, ...] = ()
    """What must be done outside, in order."""
    answer: object = None
    """What the sender of a command learns beyond the new state."""
    lasting: bool = True
    """False for passing matters (somebody types, a place in the queue moves): the events change the state in memory
    and reach the screens, but are not journalled; the next lasting commit stores what they left behind."""
