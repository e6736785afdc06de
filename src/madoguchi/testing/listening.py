"""A ledger of listening in a list."""

from collections.abc import Sequence

from madoguchi.domain.listening.ledger import ENDS, FIRST, Entry, Observation, What, sealed
from madoguchi.ports.listening import SessionQuery
from madoguchi.ports.storage import StorageUnavailableError


class MemoryListeningLedger:
    """`ListeningLedger` without a database. With `available` False every call fails, as with a lost database."""

    def __init__(self) -> None:
        self.available = True
        self._entries: list[Entry] = []

    async def add(self, observations: Sequence[Observation]) -> Sequence[Entry]:
        """Seal `observations` onto what there is.

        Raises:
            StorageUnavailableError: it was told to be unavailable.
        """
        if not self.available:
            raise StorageUnavailableError("the ledger is away")
        made = []
        for observation in observations:
            before = self._entries[-1].seal if self._entries else FIRST
            made.append(sealed(len(self._entries) + 1, observation, before))
            self._entries.append(made[-1])
        return made

    async def entries(self, after: int = 0, limit: int = 1_000) -> Sequence[Entry]:
        """Return entries in their order."""
        return self._entries[after : after + limit]

    async def last(self) -> Entry | None:
        """Return the newest entry."""
        return self._entries[-1] if self._entries else None

    async def begun(self, query: SessionQuery) -> Sequence[Entry]:
        """Return the first entries of sessions, the newest first."""
        return [one for one in reversed(self._entries) if _wanted(one, query)][: query.limit]

    async def of_sessions(self, sessions: Sequence[str]) -> Sequence[Entry]:
        """Return all entries of these sessions, in their order."""
        return [one for one in self._entries if one.observation.session in sessions]

    async def open_sessions(self) -> Sequence[Observation]:
        """Return the newest observation of each session that has not ended."""
        newest = {one.observation.session: one for one in self._entries}
        left = sorted((one for one in newest.values() if one.observation.what not in ENDS), key=lambda one: one.number)
        return [one.observation for one in left]


def _wanted(entry: Entry, query: SessionQuery) -> bool:
    seen = entry.observation
    return (
        seen.what is What.BEGAN
        and (query.since is None or seen.at >= query.since)
        and (query.until is None or seen.at < query.until)
        and (query.user is None or seen.user == query.user)
        and (query.before is None or entry.number < query.before)
    )
