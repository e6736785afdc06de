"""Dispositions: how an agent classifies what he did. A tree of at most two levels; what has children is a heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from madoguchi.kernel.errors import ConflictError, InvalidInputError
from madoguchi.kernel.ids import DispositionId, QueueId

NONE: Final = "none"
"""What is recorded where the time was up before anything was chosen."""
LANGUAGES: Final = ("en", "ja")
NAME_LENGTH: Final = 100


@dataclass(frozen=True)
class Disposition:
    """One entry."""

    id: DispositionId
    names: Mapping[str, str]
    """Language to name; `en` and `ja` always."""
    parent: DispositionId | None = None
    queues: tuple[QueueId, ...] = ()
    """Where it can be chosen; empty: everywhere."""
    notes_required: bool = False
    position: int = 0
    version: int = field(default=0, compare=False)
    """Counts its changes from 1 on; 0 for one that is not stored. It is no part of what the record says."""

    def fits(self, queue: QueueId | None) -> bool:
        """Whether it can be chosen for work of `queue`."""
        return not self.queues or queue in self.queues


def choosable(all_of_them: Sequence[Disposition], queue: QueueId | None) -> Sequence[Disposition]:
    """Return what can be chosen for work of `queue`: what fits, under a heading that fits, headings themselves not."""
    headings = {one.parent for one in all_of_them if one.parent is not None}
    fitting = {one.id for one in all_of_them if one.fits(queue)}
    return [
        one
        for one in all_of_them
        if one.id not in headings and one.id in fitting and (one.parent is None or one.parent in fitting)
    ]


def check_entry(one: Disposition, others: Sequence[Disposition]) -> None:
    """Refuse what makes no tree of two levels.

    Raises:
        InvalidInputError: a name is missing or too long, or the heading is none.
        ConflictError: it has entries below it and cannot go below another.
    """
    for language in LANGUAGES:
        name = one.names.get(language, "").strip()
        if not name or len(name) > NAME_LENGTH:
            raise InvalidInputError(f"1 to {NAME_LENGTH} characters", field=f"names.{language}", reason="length")
    if one.parent is None:
        return
    heading = next((other for other in others if other.id == one.parent), None)
    if heading is None or heading.id == one.id:
        raise InvalidInputError("there is no such heading", field="parent", reason="no_heading")
    if heading.parent is not None:
        raise InvalidInputError("there are two levels at most", field="parent", reason="two_levels")
    if any(other.parent == one.id for other in others):
        raise ConflictError("it has entries below it", field="parent", reason="has_entries")


def ordered(all_of_them: Sequence[Disposition], wanted: Sequence[DispositionId]) -> Sequence[Disposition]:
    """Return those whose position becomes another when they stand in the order of `wanted`, the first at 1.

    Raises:
        ConflictError: `wanted` is not each of them once: somebody added or removed one meanwhile.
    """
    known = {one.id: one for one in all_of_them}
    if len(wanted) != len(known) or set(wanted) != set(known):
        raise ConflictError("name each disposition once", field="dispositions", reason="others_now")
    placed = [replace(known[key], position=place) for place, key in enumerate(wanted, 1)]
    return [one for one in placed if one.position != known[one.id].position]


def check_choice(
    chosen: str, notes: str, queue: QueueId | None, all_of_them: Sequence[Disposition], *, required: bool
) -> None:
    """Refuse what cannot end a wrap-up. Where no dispositions are set up, whatever the agent writes is taken.

    Raises:
        InvalidInputError: nothing was chosen where something must be, it cannot be chosen here, or it wants notes.
    """
    choices = choosable(all_of_them, queue)
    if not chosen:
        if required and choices:
            raise InvalidInputError("choose a result", field="disposition", reason="required")
        return
    if not all_of_them:
        return
    found = next((one for one in choices if one.id == chosen), None)
    if found is None:
        raise InvalidInputError("this result cannot be chosen here", field="disposition", reason="unknown")
    if found.notes_required and not notes.strip():
        raise InvalidInputError("this result wants notes", field="notes", reason="notes_required")
