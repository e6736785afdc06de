"""Verifies the ledger of listening without a server, or beside one."""

from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import opened
from madoguchi.domain.listening.entries import Fault
from madoguchi.services.ledger_check import Verdict, verified

FAULTS = {
    Fault.PLACE: "its number does not follow on the one before: entries are missing, or there is one too many",
    Fault.CHAIN: "it does not name the hash of the entry before it",
    Fault.HASH: "its text is not what its hash was made of",
    Fault.FILING: "it is filed under something else than what its text says",
}


async def check_ledger(settings: Settings, contains: str) -> Verdict:
    """Verify the whole ledger, and look for the entry with a hash.

    Raises:
        StartError: the data folder cannot be used.
        StorageUnavailableError: the database cannot be read.
    """
    async with opened(settings) as storage:
        return await verified(storage.listening, contains=contains)


def told(verdict: Verdict, contains: str) -> tuple[bool, str]:
    """Return whether all is well, and what to say."""
    head, broken = verdict.head, verdict.broken
    if broken is not None:
        return False, f"Entry {broken.seq} is broken: {FAULTS[broken.fault]}. Verified up to entry {head.seq}."
    if contains and verdict.found is None:
        return False, f"The chain holds, but no entry has the hash {contains}: what led to it is gone or was rewritten."
    if not head.seq:
        return True, "The ledger is empty."
    where = f" The hash you named is that of entry {verdict.found}." if contains else ""
    return True, f"Verified up to entry {head.seq}, whose hash is {head.hash}.{where}"
