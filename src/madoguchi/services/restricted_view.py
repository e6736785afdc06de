"""What of a view somebody gets who is restricted to teams: rows come and go as they enter and leave his sight."""

from collections.abc import Callable, Mapping
from typing import Final

from madoguchi.domain.belonging import Sight
from madoguchi.services.view_frames import DeltaFrame, Frame, Row, SnapshotFrame
from madoguchi.services.view_store import Subscription, Topic, ViewStore

MARK: Final = "seen:"
"""Begins the cursors of such readers. Nobody can read on after one: what he has depends on what he saw till then."""


class RestrictedSubscription(Subscription):
    """A reader who gets the rows that his sight covers.

    A frame costs as much as has changed; all rows are looked at only for a snapshot and when the sight has changed.
    A row of which nobody said whose it is, is covered by nobody's sight.
    """

    def __init__(self, store: ViewStore, topic: Topic, reader: str, sight: Callable[[], Sight]) -> None:
        super().__init__(store, topic, reader)
        self._sight_now = sight
        self._sight = sight()
        self._held: set[str] = set()

    def poll(self) -> Frame | None:
        """Return the next frame, if there is one now."""
        first = not self._begun
        before, self._sight = self._sight, self._sight_now()
        anew = self._sight is not before and self._sight != before
        if anew:
            self._store.settle(self._topic)
        frame = super().poll()
        if self._closed:
            return frame
        if first or isinstance(frame, SnapshotFrame):
            rows = self._covered()
            self._held = set(rows)
            return SnapshotFrame(MARK + self._topic.cursor(), tuple(rows.values()))
        if anew:
            return self._seen_anew(frame)
        return self._seen(frame) if frame is not None else None

    def _seen(self, frame: DeltaFrame) -> DeltaFrame | None:
        """Return what of a change concerns him."""
        put = {row["id"]: row for row in frame.put if self._covers(row["id"])}
        left = (row["id"] for row in frame.put if row["id"] not in put)
        gone = tuple(one for one in (*frame.gone, *left) if one in self._held)
        return self._told(put, gone)

    def _seen_anew(self, frame: DeltaFrame | None) -> DeltaFrame | None:
        """Return what has changed for him now that he sees other things than before."""
        rows = self._covered()
        changed = {row["id"] for row in frame.put} if frame is not None else set()
        put = {key: row for key, row in rows.items() if key in changed or key not in self._held}
        return self._told(put, tuple(self._held - rows.keys()))

    def _told(self, put: Mapping[str, Row], gone: tuple[str, ...]) -> DeltaFrame | None:
        if not put and not gone:
            return None
        self._held.difference_update(gone)
        self._held.update(put)
        return DeltaFrame(MARK + self._topic.cursor(), tuple(put.values()), gone)

    def _covered(self) -> Mapping[str, Row]:
        return {key: row for key, row in self._topic.rows.items() if self._covers(key)}

    def _covers(self, row_id: str) -> bool:
        belonging = self._topic.belongings.get(row_id)
        return belonging is not None and self._sight.covers(belonging)
