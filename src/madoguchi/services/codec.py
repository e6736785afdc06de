"""Domain values as JSON and back. The domain's dataclasses need no help for it and know nothing of it."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec

S = TypeVar("S")
JsonObject = dict[str, Any]

UnreadableError = msgspec.ValidationError
"""What is stored does not fit: a newer version has written it, or it is damaged."""


class Codec(Generic[S]):
    """Writes and reads one kind of state, its events and its effects.

    Field types may be whatever msgspec handles: dataclasses, enums, tuples, mappings, datetimes, timedeltas, but no
    unions of dataclasses. Unknown fields are ignored and missing ones get their defaults, so that a field can be added
    without touching what is stored. An event or effect is named by its class.
    """

    def __init__(self, state: type[S], *, effects: Iterable[type] = ()) -> None:
        self._state = state
        self._effects = {effect.__name__: effect for effect in effects}

    def dump(self, value: object) -> JsonObject:
        """Return a dataclass instance as a JSON object."""
        data: JsonObject = msgspec.to_builtins(value)
        return data

    def state(self, data: JsonObject) -> S:
        """Read a state that `dump` wrote.

        Raises:
            UnreadableError: nothing of this version wrote that.
        """
        return msgspec.convert(data, self._state)

    def effect(self, name: str, data: JsonObject) -> Any:
        """Read the effect of class `name`.

        Raises:
            KeyError: there is no such effect; the program is older than what is stored.
        """
        return msgspec.convert(data, self._effects[name])


def kind_of(value: object) -> str:
    """Return the name under which an event or effect is stored: its class's."""
    return type(value).__name__
