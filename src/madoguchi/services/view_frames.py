"""What a reader of a view gets: all rows once, then changes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]
"""A JSON object with a unique `id`. Nobody changes it after it was published."""


@dataclass(frozen=True)
class SnapshotFrame:
    """All rows of a view; replaces whatever the reader had."""

    cursor: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class DeltaFrame:
    """What changed since the frame before: whole new or changed rows, and ids of rows that are gone.

    No id is in both. The reader may apply them in either order.
    """

    cursor: str
    put: tuple[Row, ...]
    gone: tuple[str, ...]


Frame: TypeAlias = SnapshotFrame | DeltaFrame


def merged(deltas: Iterable[DeltaFrame]) -> DeltaFrame:
    """Return one frame that does what `deltas` do one after the other."""
    put: dict[str, Row] = {}
    gone: dict[str, None] = {}
    cursor = ""
    for delta in deltas:
        cursor = delta.cursor
        for row_id in delta.gone:
            put.pop(row_id, None)
            gone[row_id] = None
        for row in delta.put:
            gone.pop(row["id"], None)
            put[row["id"]] = row
    return DeltaFrame(cursor, tuple(put.values()), tuple(gone))
