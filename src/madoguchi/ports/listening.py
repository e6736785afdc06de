"""The ledger of listening: entries are added and read, never changed or removed.

Whoever implements it proves by `tests/contract/storage/test_listening.py` that its chain never forks, however many
processes add to it at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from madoguchi.domain.listening.entries import LedgerEntry, Note
from madoguchi.kernel.ids import ListeningId, UserId
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class ListeningQuery:
    """Which listenings are wanted, those that were noted last first."""

    since: Instant | None = None
    """That began then or later."""
    until: Instant | None = None
    """That began before this."""
    user: UserId | None = None
    before: int | None = None
    """Only those whose first entry has a lower number."""
    limit: int = 50


class ListeningLedger(Protocol):
    """Who listened to what. All methods raise `StorageUnavailableError` when the database cannot be reached."""

    async def append(self, notes: Sequence[Note]) -> LedgerEntry | None:
        """Add notes in their order, all or none; what is noted already (`listening` and `number`) is left out.

        Returns:
            The last entry of the ledger; None for an empty one. It is on disk.
        """

    async def entries(self, *, after: int = 0, limit: int = 1000) -> Sequence[LedgerEntry]:
        """Return the entries after number `after`, in order."""

    async def stretch(self, since: Instant | None, until: Instant | None) -> tuple[int, int] | None:
        """Return the numbers of the first and the last entry of what happened from `since` and before `until`."""

    async def begun(self, query: ListeningQuery) -> Sequence[LedgerEntry]:
        """Return the first entries of the listenings that are wanted."""

    async def of(self, listenings: Collection[ListeningId]) -> Sequence[LedgerEntry]:
        """Return all entries of some listenings, in order."""

    async def unfinished(self, node: str) -> Sequence[LedgerEntry]:
        """Return the last entry of each listening that a server noted and that has no end."""

    async def listeners(self) -> Sequence[LedgerEntry]:
        """Return the last entry of each user who has ever listened."""

    async def sign(self, node: str, at: Instant) -> None:
        """Note that a server lives."""

    async def last_sign(self, node: str) -> Instant | None:
        """Return when a server noted that it lives."""
