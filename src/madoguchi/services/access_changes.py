"""Tells the edges that somebody may do other things than before, or nothing more."""

from collections.abc import Callable, Collection, Sequence

from madoguchi.kernel.ids import SessionId, UserId


class AccessChanges:
    """Whom the edges ask to be told. They set the two functions; until then nobody is."""

    def __init__(self) -> None:
        self.changed: Callable[[Collection[UserId] | None], None] = lambda _users: None
        """Told of users whose permissions may have changed; None for all."""
        self.ended: Callable[[Sequence[SessionId]], None] = lambda _sessions: None
        """Told of sessions that are over."""
