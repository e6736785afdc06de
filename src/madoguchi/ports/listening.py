"""The ledger of listening. Entries are added and read, never changed or removed.

Whoever implements it proves by `tests/contract/storage/test_listening.py` that entries which several processes add at
once stand one after the other, each sealed onto the one before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from madoguchi.domain.listening.ledger import Entry, Observation
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class SessionQuery:
    """Which sessions are wanted, those that began last first."""

    since: Instant | None = None
    """Begun then or later."""
    until: Instant | None = None
    """Begun before this."""
    user: str | None = None
    """The supervisor."""
    before: int | None = None
    """Only those whose first entry has a lower number."""
    limit: int = 50


class ListeningLedger(Protocol):
    """What supervisors heard."""

    async def add(self, observations: Sequence[Observation]) -> Sequence[Entry]:
        """Seal `observations` onto what there is, all or none; they are on disk on return."""

    async def entries(self, after: int = 0, limit: int = 1_000) -> Sequence[Entry]:
        """Return entries in their order, those with numbers above `after`."""

    async def last(self) -> Entry | None:
        """Return the newest entry."""

    async def begun(self, query: SessionQuery) -> Sequence[Entry]:
        """Return the first entries of sessions, the newest first."""

    async def of_sessions(self, sessions: Sequence[str]) -> Sequence[Entry]:
        """Return all entries of these sessions, in their order."""

    async def open_sessions(self) -> Sequence[Observation]:
        """Return the newest observation of each session that has not ended."""
