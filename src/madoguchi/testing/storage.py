"""A store that forgets everything at the end of the process, for tests that are not about databases."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from madoguchi.adapters.storage.plan import consumer_of
from madoguchi.kernel.ids import ConsumerId, InteractionId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import (
    Commit,
    JournalRow,
    MessageRow,
    OutboxRow,
    Snapshot,
    StaleVersionError,
    StorageHealth,
    StorageUnavailableError,
)
from madoguchi.testing.audit import MemoryAudit
from madoguchi.testing.catalogue import MemoryCatalogue
from madoguchi.testing.deflection import MemoryDeflections
from madoguchi.testing.desk_records import MemoryDeskRecords
from madoguchi.testing.facts import MemoryFacts
from madoguchi.testing.hours import MemoryHours
from madoguchi.testing.listening import MemoryListening
from madoguchi.testing.messages import MemoryMessages
from madoguchi.testing.people import MemoryPeople
from madoguchi.testing.queues import MemoryQueueMenus
from madoguchi.testing.sms import MemorySms
from madoguchi.testing.statuses import MemoryStatuses

JsonObject = dict[str, Any]
Row = TypeVar("Row", Snapshot, JournalRow, OutboxRow)


class MemoryInteractions:
    """Snapshots, journal, outbox and messages in dictionaries; what goes in comes out as JSON would bring it back."""

    def __init__(self) -> None:
        self.available = True
        """Set to False, every call raises `StorageUnavailableError`, as a lost database does."""
        self._snapshots: dict[str, Snapshot] = {}
        self._born: dict[str, Instant] = {}
        self._journal: dict[str, list[JournalRow]] = {}
        self._messages: dict[str, list[MessageRow]] = {}
        self._outbox: dict[str, OutboxRow] = {}
        self._held_until: dict[str, Instant] = {}

    async def commit(self, commit: Commit) -> None:
        """Store all of `commit`.

        Raises:
            StaleVersionError: the stored version is not `snapshot.version - 1`, or a row is there already.
            StorageUnavailableError: it was told to be unavailable.
        """
        await self._turn()
        new = commit.snapshot
        old = self._snapshots.get(new.id)
        if (old.version if old else 0) != new.version - 1:
            raise StaleVersionError(f"{new.id} is at version {old.version if old else 0}, not {new.version - 1}")
        self._refuse_repeats(commit)
        self._snapshots[new.id] = _as_stored(new)
        self._born.setdefault(new.id, new.at)
        for event in commit.journal:
            self._journal.setdefault(event.interaction, []).append(_as_stored(event))
        for effect in commit.outbox:
            self._outbox[effect.id] = _as_stored(effect)
        for message in commit.messages:
            self._messages.setdefault(message.chat, []).append(replace(message, body=_json(message.body)))

    async def load(self, owner: str) -> Snapshot | None:
        """Return the owner's newest snapshot."""
        await self._turn()
        found = self._snapshots.get(owner)
        return None if found is None else _as_stored(found)

    async def live(self, kind: str) -> Sequence[Snapshot]:
        """Return every live snapshot of a kind, oldest first."""
        await self._turn()
        found = [_as_stored(one) for one in self._snapshots.values() if one.live and one.kind == kind]
        return sorted(found, key=lambda one: (self._born[one.id], one.id))

    async def live_ids(self, kind: str) -> Sequence[str]:
        """Return the ids of every live snapshot of a kind."""
        return [one.id for one in await self.live(kind)]

    async def finished(
        self, kind: str, *, limit: int, before: Instant | None = None, before_id: str = ""
    ) -> Sequence[Snapshot]:
        """Return ended interactions, newest first, those before `before` only.

        Of those that ended at `before` itself, only those whose id is before `before_id`, so that a page can go on
        where several ended at the same time.
        """
        await self._turn()
        found = [one for one in self._snapshots.values() if not one.live and one.kind == kind]
        return _newest([one for one in found if before is None or (one.at, one.id) < (before, before_id)], limit)

    async def finished_of(
        self,
        consumer: ConsumerId,
        *,
        limit: int,
        kinds: Collection[str] | None = None,
        before: Instant | None = None,
        before_id: str = "",
    ) -> Sequence[Snapshot]:
        """Return a consumer's ended interactions, newest first; pages as in `finished`."""
        await self._turn()
        found = [one for one in self._snapshots.values() if not one.live and consumer_of(one.data) == consumer]
        found = [one for one in found if kinds is None or one.kind in kinds]
        return _newest([one for one in found if before is None or (one.at, one.id) < (before, before_id)], limit)

    async def journal(self, interaction: str, *, after: int = 0) -> Sequence[JournalRow]:
        """Return an interaction's events after seq `after`, in order."""
        await self._turn()
        found = [_as_stored(row) for row in self._journal.get(interaction, ()) if row.seq > after]
        return sorted(found, key=lambda row: row.seq)

    async def messages(self, chat: InteractionId, *, after: int = 0, limit: int = 1000) -> Sequence[MessageRow]:
        """Return a chat's lines after seq `after`, in order."""
        await self._turn()
        found = [replace(row, body=_json(row.body)) for row in self._messages.get(chat, ()) if row.seq > after]
        return sorted(found, key=lambda row: row.seq)[:limit]

    async def lease(self, *, now: Instant, until: Instant, limit: int) -> Sequence[OutboxRow]:
        """Take due effects that nobody holds, and hold them until `until`; each counts one attempt more."""
        await self._turn()
        free = [row for row in self._outbox.values() if row.due_at <= now and self._free(row.id, now)]
        taken = sorted(free, key=lambda row: (row.due_at, row.id))[:limit]
        for row in taken:
            self._outbox[row.id] = replace(row, attempts=row.attempts + 1)
            self._held_until[row.id] = until
        return [_as_stored(self._outbox[row.id]) for row in taken]

    async def done(self, outbox_ids: Sequence[str]) -> None:
        """Mark effects as performed; unknown and performed ones are no error."""
        await self._turn()
        for one in outbox_ids:
            self._outbox.pop(one, None)
            self._held_until.pop(one, None)

    async def put_off(self, outbox_id: str, due_at: Instant) -> None:
        """Give an effect back; it is due again at `due_at`."""
        await self._turn()
        if row := self._outbox.get(outbox_id):
            self._outbox[outbox_id] = replace(row, due_at=due_at)
            self._held_until.pop(outbox_id, None)

    def _refuse_repeats(self, commit: Commit) -> None:
        for event in commit.journal:
            if any(row.seq == event.seq for row in self._journal.get(event.interaction, ())):
                raise StaleVersionError(f"{event.interaction} has an event {event.seq} already")
        for effect in commit.outbox:
            if effect.id in self._outbox:
                raise StaleVersionError(f"there is an effect {effect.id} already")
        for message in commit.messages:
            if any(row.seq == message.seq for row in self._messages.get(message.chat, ())):
                raise StaleVersionError(f"{message.chat} has a line {message.seq} already")

    def _free(self, outbox_id: str, now: Instant) -> bool:
        held_until = self._held_until.get(outbox_id)
        return held_until is None or held_until <= now

    async def _turn(self) -> None:
        """Let others run, as every database does."""
        await asyncio.sleep(0)
        if not self.available:
            raise StorageUnavailableError("the store was told to be unavailable")


class MemoryStorage:
    """A store in memory that keeps the promises of `madoguchi.ports.storage`, durability apart."""

    def __init__(self) -> None:
        self.interactions = MemoryInteractions()
        self.audit = MemoryAudit()
        self.catalogue = MemoryCatalogue(self.audit)
        self.people = MemoryPeople(self.catalogue)
        self.queues = MemoryQueueMenus(self.audit)
        self.statuses = MemoryStatuses(self.audit)
        self.messages = MemoryMessages(self.audit)
        self.hours = MemoryHours(self.audit)
        self.facts = MemoryFacts()
        self.listening = MemoryListening()
        self.desk = MemoryDeskRecords(self.audit)
        self.sms = MemorySms(self.audit)
        self.deflections = MemoryDeflections(self.audit)

    async def open(self) -> None:
        """Do nothing: it is always open."""

    async def close(self) -> None:
        """Do nothing: a test may look at what was stored."""

    async def health(self) -> StorageHealth:
        """Tell whether a write would succeed now."""
        ready = self.interactions.available
        return StorageHealth(ready, "" if ready else "the store was told to be unavailable")


def _as_stored(row: Row) -> Row:
    return replace(row, data=_json(row.data))


def _json(data: Mapping[str, Any]) -> JsonObject:
    value: JsonObject = msgspec.json.decode(msgspec.json.encode(data))
    return value


def _newest(found: Sequence[Snapshot], limit: int) -> list[Snapshot]:
    ordered = sorted(found, key=lambda one: (one.at, one.id), reverse=True)
    return [_as_stored(one) for one in ordered[:limit]]
