"""What the two databases have in common, as seen by the stores that are written once for both."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import sqlalchemy as sa

from madoguchi.adapters.storage.plan import CommitRows

T = TypeVar("T")


class Database(Protocol):
    """Runs statements.

    A piece of work gets a connection within a transaction and must not keep it. What it raises undoes the work alone.
    Work runs in the context (`contextvars`) of who asked for it, in whatever thread it does.
    All methods raise `StorageUnavailableError` when the database cannot be reached.
    """

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what `work` reads."""

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what `work` answers, once what it wrote is on disk."""

    async def commit(self, rows: CommitRows) -> None:
        """Store a commit, grouped with those of others.

        Raises:
            StaleVersionError: it does not fit on the stored version.
        """

    async def done(self, outbox_ids: Sequence[str]) -> None:
        """Delete outbox rows, grouped with commits."""
