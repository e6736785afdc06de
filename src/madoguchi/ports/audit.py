"""The audit log: who changed what, from, to. Entries are added and read, never changed or removed.

Whoever implements storage proves by `tests/contract/storage/test_audit.py` that each change of a catalogue brings its
entry with it, in the same transaction. Who acts is not handed through every service and store: the edge that lets
somebody in says so once, by `acting`, and it holds for whatever is awaited from there on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Protocol

from madoguchi.domain.audit.entries import SYSTEM, Act, AuditRecord, Entry, Subject
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant

_ACT: Final[ContextVar[Act]] = ContextVar("act", default=SYSTEM)


def present_act() -> Act:
    """Return who acts now; the system where nobody was let in."""
    return _ACT.get()


def name_actor(act: Act) -> None:
    """Say who acts from now on, until the surrounding `acting` ends."""
    _ACT.set(act)


@contextmanager
def acting(act: Act) -> Iterator[None]:
    """Let `act` be who acts, as long as the context lasts."""
    token = _ACT.set(act)
    try:
        yield
    finally:
        _ACT.reset(token)


@dataclass(frozen=True)
class AuditQuery:
    """Which entries are wanted, the newest first."""

    since: Instant | None = None
    until: Instant | None = None
    """Before this."""
    by: UserId | None = None
    subject: Subject | None = None
    thing: str | None = None
    text: str = ""
    """Words that are all contained in the names of the thing and the person; without case and width."""
    before: int | None = None
    """Only those with lower numbers."""
    limit: int = 50


class AuditLog(Protocol):
    """What has been done."""

    async def add(self, entry: Entry) -> None:
        """Note what changed nothing, such as a refused sign-in."""

    async def find(self, query: AuditQuery) -> Sequence[AuditRecord]:
        """Return a page of what is wanted."""

    async def since(self, subject: Subject, thing: str, version: int) -> Sequence[AuditRecord]:
        """Return what was done to a thing after it was at `version`, the newest first; fifty at most."""

    async def names(self, things: Sequence[str]) -> dict[str, str]:
        """Return what things were called last, as far as they have a name in the log."""
