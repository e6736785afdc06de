"""Bridges: legs that hear each other, and the mix of all of them in every tick."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.ids import BridgeId, LegId
from madoguchi.media.legs import Leg, LegTable
from madoguchi.media.mix import MixPlan, Room, plan
from madoguchi.media.protocol import MediaRefusedError, Refusal
from madoguchi.media.resample import Narrower, Widener


@dataclass(frozen=True)
class Bridge:
    """Legs that hear each other: row = listener, column = speaker."""

    legs: tuple[LegId, ...]
    gains: Sequence[Sequence[float]]


class Bridges:
    """All bridges of a worker.

    Args:
        table: the legs.
        plays_to: whether a leg hears a sound in place of its bridge.
    """

    def __init__(self, table: LegTable, plays_to: Callable[[Leg], bool]) -> None:
        self._table = table
        self._plays_to = plays_to
        self._known: dict[BridgeId, Bridge] = {}
        self._widener = Widener(table.capacity)
        self._narrower = Narrower(table.capacity)
        self._plan: MixPlan = plan((), table.is_wide)
        self._planned_change = 0
        self._unmixed: NDArray[np.intp] = np.zeros(0, np.intp)
        """Legs that hear nothing but what is played to them."""

    def __len__(self) -> int:
        return len(self._known)

    def open(self, bridge: BridgeId) -> None:
        """Make a bridge without legs; a known one stays as it is."""
        self._known.setdefault(bridge, Bridge((), ()))

    def set_gains(self, bridge: BridgeId, legs: Sequence[LegId], gains: Sequence[Sequence[float]]) -> None:
        """Set a bridge's legs and gains; the legs leave the bridges that they were in.

        Raises:
            MediaRefusedError: `gains` is not square over `legs`.
        """
        if len(gains) != len(legs) or any(len(row) != len(legs) for row in gains):
            raise MediaRefusedError(Refusal("unavailable", f"{len(gains)} rows of gains for {len(legs)} legs"))
        absent = {leg for leg in legs if leg not in self._table.by_id}
        self._known[bridge] = _without(Bridge(tuple(legs), gains), absent)
        for other, known in self._known.items():
            if other != bridge and not set(legs).isdisjoint(known.legs):
                self._known[other] = _without(known, set(legs))
        self._table.changed += 1

    def close(self, bridge: BridgeId) -> None:
        """Forget a bridge; an unknown one is no error."""
        if self._known.pop(bridge, None) is not None:
            self._table.changed += 1

    def mix(self) -> None:
        """Fill the rows of `heard` and `heard_wide`, from those of `said` and `said_wide`."""
        table = self._table
        if self._planned_change != table.changed:
            self._work_out()
        made = self._plan
        if len(made.to_narrow):
            table.said[made.to_narrow] = self._narrower.run(made.to_narrow, table.said_wide[made.to_narrow])
        if len(made.to_widen):
            table.said_wide[made.to_widen] = self._widener.run(made.to_widen, table.said[made.to_widen])
        table.heard[self._unmixed] = 0
        table.heard_wide[self._unmixed] = 0
        for batch in made.narrow:
            batch.run(table.said, table.heard)
        for batch in made.wide:
            batch.run(table.said_wide, table.heard_wide)

    def _work_out(self) -> None:
        """Plan the mix anew, and leave out whoever is not there (any more)."""
        table = self._table
        rooms = []
        for bridge, known in self._known.items():
            departed = {leg for leg in known.legs if leg not in table.by_id}
            if departed:
                self._known[bridge] = _without(known, departed)
            present = _without(known, {leg for leg in known.legs if leg in departed or not table.by_id[leg].connected})
            rooms.append(Room(tuple(table.by_id[leg].slot for leg in present.legs), present.gains))
        former, self._plan = self._plan, plan(rooms, table.is_wide)
        for resampler, slots, before in (
            (self._widener, self._plan.to_widen, former.to_widen),
            (self._narrower, self._plan.to_narrow, former.to_narrow),
        ):
            for slot in np.setdiff1d(slots, before).tolist():
                resampler.forget(slot)
        listeners = [batch.listeners.ravel() for batch in (*self._plan.narrow, *self._plan.wide)]
        everybody = np.array([leg.slot for leg in table], np.intp)
        self._unmixed = np.setdiff1d(everybody, np.concatenate(listeners)) if listeners else everybody
        coders = [(leg, leg.coder) for leg in table if leg.coder is not None]
        loud: list[bool] = np.any(table.heard_wide[[leg.slot for leg, _ in coders]], axis=1).tolist()
        for (leg, coder), was_loud in zip(coders, loud, strict=True):
            narrow = not (self._plan.rich[leg.slot] or self._plays_to(leg))
            coder.limit(narrow=narrow, was_silent=not was_loud)
        self._planned_change = table.changed


def _without(bridge: Bridge, leaving: set[LegId]) -> Bridge:
    """Return `bridge` without some legs."""
    if leaving.isdisjoint(bridge.legs):
        return bridge
    stay = [index for index, leg in enumerate(bridge.legs) if leg not in leaving]
    legs = tuple(bridge.legs[index] for index in stay)
    return Bridge(legs, tuple(np.array(bridge.gains)[np.ix_(stay, stay)].tolist()) if stay else ())
