"""Verifies the ledger of listening, piece by piece, so that nothing else has to wait."""

import asyncio
from dataclasses import dataclass
from typing import Final

from madoguchi.domain.listening.entries import START, Broken, Head, verify
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock
from madoguchi.ports.listening import ListeningLedger

PIECE: Final = 1_000
ANEW: Final = Span(minutes=10)
"""After this a check begins at the first entry again: what was verified may have been changed since."""


@dataclass(frozen=True)
class Verdict:
    """How far the ledger can be believed."""

    head: Head
    """The last entry that was verified."""
    broken: Broken | None
    """The first that cannot be believed; nothing after it was looked at."""
    found: int | None = None
    """The number of the entry with the hash that was looked for."""


async def verified(ledger: ListeningLedger, after: Head = START, *, contains: str = "") -> Verdict:
    """Verify what follows on `after`.

    Args:
        ledger: which.
        after: what was verified already.
        contains: a hash that must be one of an entry's.

    Raises:
        StorageUnavailableError: it cannot be read.
    """
    found: int | None = None
    while True:
        piece = await ledger.entries(after=after.seq, limit=PIECE)
        for entry in piece:
            broken = verify([entry], after)
            if broken is not None:
                return Verdict(after, broken, found)
            after = Head(entry.seq, entry.hash)
            if entry.hash == contains:
                found = entry.seq
        if len(piece) < PIECE:
            return Verdict(after, None, found)


class LedgerCheck:
    """Knows how far the ledger can be believed, and verifies again what came since."""

    def __init__(self, ledger: ListeningLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._verdict: Verdict | None = None
        self._begun: Instant | None = None
        self._checking = asyncio.Lock()

    async def verdict(self) -> Verdict:
        """Return how far it can be believed now.

        Raises:
            StorageUnavailableError: it cannot be read.
        """
        async with self._checking:
            now = self._clock.now()
            known = self._verdict
            if known is None or known.broken is not None or self._begun is None or now - self._begun >= ANEW:
                known, self._begun = Verdict(START, None), now
            self._verdict = await verified(self._ledger, known.head)
            return self._verdict
