"""Which media worker each leg is with: legs of one call share a worker, calls are spread over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from madoguchi.kernel.ids import LegId


@dataclass
class _Group:
    """Legs that are to hear each other."""

    worker: int
    living: set[LegId] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    """All legs that have ever been in it, and what else it was called: a new leg may name one that has gone."""


class Places:
    """The workers of legs. A group of legs keeps its worker for as long as one of them lives.

    Args:
        workers: how many there are.
    """

    def __init__(self, workers: int) -> None:
        self._load = [0] * workers
        self._groups: dict[str, _Group] = {}
        """By every name."""

    def place(self, leg: LegId, near: str | None, usable: Sequence[int]) -> int:
        """Return the worker of `leg`, which is placed if it is new.

        Args:
            leg: the leg.
            near: a leg of the same call, living or not, or a name of the call; None: nothing is known of others.
            usable: the workers that run; where none does, the leg is placed all the same.
        """
        group = self._groups.get(leg)
        if group is None:
            group = self._groups.get(near) if near is not None else None
        if group is None:
            choice = usable or range(len(self._load))
            group = _Group(min(choice, key=self._load.__getitem__))
        for name in (leg, near):
            if name is not None and name not in self._groups:
                group.names.add(name)
                self._groups[name] = group
        if leg not in group.living:
            group.living.add(leg)
            self._load[group.worker] += 1
        return group.worker

    def find(self, leg: LegId) -> int | None:
        """Return the worker of a leg that lives."""
        group = self._groups.get(leg)
        return group.worker if group is not None and leg in group.living else None

    def at(self, worker: int) -> tuple[LegId, ...]:
        """Return the legs that live with a worker."""
        groups = {id(group): group for group in self._groups.values() if group.worker == worker}
        return tuple(leg for group in groups.values() for leg in sorted(group.living))

    def forget(self, leg: LegId) -> None:
        """A leg is gone. Unknown ones are no error."""
        group = self._groups.get(leg)
        if group is None or leg not in group.living:
            return
        group.living.remove(leg)
        self._load[group.worker] -= 1
        if not group.living:
            for name in group.names:
                del self._groups[name]
