"""A lifecycle as a table: which event leads from which state to which."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from madoguchi.kernel.errors import Kind, MadoguchiError

S = TypeVar("S", bound=Enum)


class IllegalTransitionError(MadoguchiError):
    """This cannot happen in the present state."""

    kind = Kind.CONFLICT
    code = "illegal_transition"


@dataclass(frozen=True)
class Machine(Generic[S]):
    """One lifecycle. `table` has every arrow; `late` lists harmless facts that may arrive after their time."""

    name: str
    initial: S
    table: Mapping[tuple[S, type], S]
    terminal: frozenset[S]
    late: frozenset[tuple[S, type]] = field(default_factory=frozenset)

    def advance(self, state: S, event: object) -> S:
        """Return the state after `event`.

        Raises:
            IllegalTransitionError: the table has no such arrow; nothing has changed.
        """
        try:
            return self.table[state, type(event)]
        except KeyError:
            raise IllegalTransitionError(f"{self.name}: no {type(event).__name__} in {state.value}") from None

    def accepts(self, state: S, event_type: type) -> bool:
        """Whether an arrow for `event_type` leaves `state`."""
        return (state, event_type) in self.table

    @property
    def states(self) -> frozenset[S]:
        """Every state that the table mentions."""
        return frozenset({self.initial, *self.terminal, *(s for s, _ in self.table), *self.table.values()})
