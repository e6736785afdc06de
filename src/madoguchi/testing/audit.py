"""The audit log in memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from madoguchi.domain.access.profile import folded
from madoguchi.domain.audit.entries import PROVES, Act, AuditRecord, Entry, Seen, Subject
from madoguchi.domain.audit.things import THINGS, entry_of, version_after, worth_telling
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.audit import AuditQuery, present_act
from madoguchi.ports.storage import require_present


def _now() -> Instant:
    return datetime.now(UTC)


class MemoryAudit:
    """Keeps the promises of `madoguchi.ports.audit.AuditLog`, durability apart."""

    def __init__(self, now: Callable[[], Instant] = _now) -> None:
        self._now = now
        self._records: list[AuditRecord] = []

    async def add(self, entry: Entry) -> None:
        """Note what changed nothing."""
        self.add_all([entry])

    async def find(self, query: AuditQuery) -> Sequence[AuditRecord]:
        """Return a page of what is wanted."""
        return [one for one in reversed(self._records) if _wanted(one, query)][: query.limit]

    async def since(self, subject: Subject, thing: str, version: int) -> Sequence[AuditRecord]:
        """Return what was done to a thing after it was at `version`."""
        found = await self.find(AuditQuery(subject=subject, thing=thing, limit=len(self._records)))
        return [one for one in found if one.entry.version > version][:50]

    async def names(self, things: Sequence[str]) -> dict[str, str]:
        """Return what things were called last."""
        return {
            one.entry.thing: one.entry.name for one in self._records if one.entry.thing in things and one.entry.name
        }

    def note(self, before: Any, after: Any, *, version: int = 0) -> None:
        """Note that a record has taken the place of another, where anything about it has changed."""
        self.add_all([entry_of(before, after, version=version)])

    def add_all(self, entries: Iterable[Entry | None]) -> None:
        """Note what was done together."""
        for entry in worth_telling(entries):
            act = present_act()
            if act.by is None and act.address and entry.action in PROVES:
                act = Act(UserId(entry.thing), entry.name, act.address)
            self._records.append(AuditRecord(len(self._records) + 1, self._now(), act, entry))


def next_version(stored: Any, record: Any) -> int:
    """Return which version a record makes that replaces `stored`.

    Raises:
        StaleVersionError: it follows on another one.
    """
    present: int = stored.version if stored is not None else 0
    if record.version:
        thing = THINGS[type(record)]
        require_present(present, Seen(thing.subject(record), thing.id(record), record.version))
    return version_after(stored, record)


def counted_up(record: Any) -> Any:
    """Return a record with one version more."""
    return replace(record, version=record.version + 1)


def _wanted(one: AuditRecord, query: AuditQuery) -> bool:
    key = folded(f"{one.entry.name} {one.act.name} {one.entry.thing}")
    return (
        (query.since is None or one.at >= query.since)
        and (query.until is None or one.at < query.until)
        and query.by in {None, one.act.by}
        and query.subject in {None, one.entry.subject}
        and query.thing in {None, one.entry.thing}
        and (query.before is None or one.seq < query.before)
        and all(word in key for word in folded(query.text).split())
    )
