"""The ledger of listening in memory."""

import asyncio
from collections.abc import Callable, Collection, Sequence

from madoguchi.domain.listening.entries import LedgerEntry, Note, What, chained
from madoguchi.kernel.ids import ListeningId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.listening import ListeningQuery
from madoguchi.ports.storage import StorageUnavailableError


class MemoryListening:
    """Keeps the promises of `madoguchi.ports.listening.ListeningLedger`, durability apart."""

    def __init__(self) -> None:
        self.available = True
        """Set to False, every call raises `StorageUnavailableError`, as a lost database does."""
        self._entries: list[LedgerEntry] = []
        self._signs: dict[str, Instant] = {}

    async def append(self, notes: Sequence[Note]) -> LedgerEntry | None:
        """Add notes in their order; what is noted already is left out."""
        await self._turn()
        for note in notes:
            key = (note.listening, note.number)
            if not any((one.filing.listening, one.filing.number) == key for one in self._entries):
                self._entries.append(chained(note, self._entries[-1] if self._entries else None))
        return self._entries[-1] if self._entries else None

    async def entries(self, *, after: int = 0, limit: int = 1000) -> Sequence[LedgerEntry]:
        """Return the entries after number `after`, in order."""
        return (await self._those(lambda one: one.seq > after))[:limit]

    async def stretch(self, since: Instant | None, until: Instant | None) -> tuple[int, int] | None:
        """Return the numbers of the first and the last entry of a period."""
        found = await self._those(lambda one: _within(one, since, until))
        return (found[0].seq, found[-1].seq) if found else None

    async def begun(self, query: ListeningQuery) -> Sequence[LedgerEntry]:
        """Return the first entries of the listenings that are wanted."""
        found = await self._those(
            lambda one: (
                one.filing.what is What.BEGAN
                and _within(one, query.since, query.until)
                and query.user in {None, one.filing.user}
                and (query.before is None or one.seq < query.before)
            )
        )
        return found[::-1][: query.limit]

    async def of(self, listenings: Collection[ListeningId]) -> Sequence[LedgerEntry]:
        """Return all entries of some listenings, in order."""
        return await self._those(lambda one: one.filing.listening in listenings)

    async def unfinished(self, node: str) -> Sequence[LedgerEntry]:
        """Return the last entry of each listening that a server noted and that has no end."""
        last = {one.filing.listening: one for one in await self._those(lambda one: one.filing.node == node)}
        return sorted((one for one in last.values() if one.filing.what is not What.ENDED), key=lambda one: one.seq)

    async def listeners(self) -> Sequence[LedgerEntry]:
        """Return the last entry of each user who has ever listened."""
        last: dict[UserId, LedgerEntry] = {one.filing.user: one for one in await self._those(lambda _: True)}
        return sorted(last.values(), key=lambda one: one.seq)

    async def sign(self, node: str, at: Instant) -> None:
        """Note that a server lives."""
        await self._turn()
        self._signs[node] = at

    async def last_sign(self, node: str) -> Instant | None:
        """Return when a server noted that it lives."""
        await self._turn()
        return self._signs.get(node)

    async def _those(self, wanted: Callable[[LedgerEntry], bool]) -> list[LedgerEntry]:
        await self._turn()
        return [one for one in self._entries if wanted(one)]

    async def _turn(self) -> None:
        await asyncio.sleep(0)
        if not self.available:
            raise StorageUnavailableError("the ledger was told to be unavailable")


def _within(one: LedgerEntry, since: Instant | None, until: Instant | None) -> bool:
    return (since is None or one.filing.at >= since) and (until is None or one.filing.at < until)
