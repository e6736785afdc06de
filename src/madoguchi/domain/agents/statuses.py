"""The statuses that an organisation makes itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import StatusId

NAME_LENGTH: Final = 30
STATUSES: Final = 50
"""How many there may be."""
COLOURS: Final = ("green", "blue", "violet", "amber", "red", "grey")
"""What the portal can show in light and dark."""
_LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


@dataclass(frozen=True)
class CustomStatus:
    """A status beside the built-in ones."""

    id: StatusId
    names: Mapping[str, str]
    """Language to name; `en` and `ja` always."""
    colour: str = "grey"
    away: bool = True
    """Nothing is offered in it. Otherwise it takes offers as Available does."""
    version: int = field(default=0, compare=False)
    """Counts its changes from 1 on; 0 for one that is not stored. It is no part of what the record says."""


def checked(status: CustomStatus) -> CustomStatus:
    """Return `status` with its names trimmed.

    Raises:
        InvalidInputError: a name is missing or too long, or there is no such colour.
    """
    names = {language: " ".join(name.split()) for language, name in status.names.items()}
    for language in ("ja", "en"):
        if not names.get(language):
            raise InvalidInputError("a name is needed", field=f"names.{language}", reason="name_missing")
    for language, name in names.items():
        if not _LANGUAGE.fullmatch(language):
            raise InvalidInputError("there is no such language", field="names")
        if len(name) > NAME_LENGTH:
            raise InvalidInputError(
                f"at most {NAME_LENGTH} characters", field=f"names.{language}", reason="name_too_long"
            )
    if status.colour not in COLOURS:
        raise InvalidInputError(f"one of {', '.join(COLOURS)}", field="colour")
    return replace(status, names=names)
