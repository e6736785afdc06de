"""One database as the services see it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from madoguchi.adapters.storage.audit import SqlAudit, Trail
from madoguchi.adapters.storage.catalogue import SqlCatalogue
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.deflection import SqlDeflections
from madoguchi.adapters.storage.desk import SqlDeskRecords
from madoguchi.adapters.storage.facts import SqlFacts
from madoguchi.adapters.storage.hours import SqlHours
from madoguchi.adapters.storage.interactions import SqlInteractions
from madoguchi.adapters.storage.listening import SqlListening
from madoguchi.adapters.storage.messages import SqlMessages
from madoguchi.adapters.storage.people import SqlPeople
from madoguchi.adapters.storage.postgres import PostgresDatabase
from madoguchi.adapters.storage.queues import SqlQueueMenus
from madoguchi.adapters.storage.sms import SqlSms
from madoguchi.adapters.storage.sqlite import SqliteDatabase
from madoguchi.adapters.storage.statuses import SqlStatuses
from madoguchi.kernel.time import Instant
from madoguchi.ports.audit import AuditLog
from madoguchi.ports.deflection import QueueDeflections
from madoguchi.ports.desk import DeskRecords
from madoguchi.ports.facts import FactStore
from madoguchi.ports.hours import HoursRecords
from madoguchi.ports.listening import ListeningLedger
from madoguchi.ports.messages import MessageStore
from madoguchi.ports.people import People
from madoguchi.ports.queues import QueueMenus
from madoguchi.ports.sms import SmsRecords
from madoguchi.ports.statuses import StatusCatalogue
from madoguchi.ports.storage import Catalogue, InteractionStore, StorageHealth


def _now() -> Instant:
    return datetime.now(UTC)  # noqa: TID251 - the time of an entry where nobody brings another clock


class OpenableDatabase(Database, Protocol):
    """A database with a life of its own."""

    async def open(self) -> None:
        """Connect, and bring the schema up to date."""

    async def close(self) -> None:
        """Write what waits, and disconnect."""

    async def health(self) -> StorageHealth:
        """Tell whether a write would succeed now."""


class SqlStorage:
    """`Storage` over a database; the functions below choose which."""

    def __init__(self, database: OpenableDatabase, now: Callable[[], Instant] = _now) -> None:
        self._database = database
        trail = Trail(now)
        self._audit = SqlAudit(database, trail)
        self._interactions = SqlInteractions(database)
        self._catalogue = SqlCatalogue(database, trail)
        self._people = SqlPeople(database, trail)
        self._queues = SqlQueueMenus(database, trail)
        self._statuses = SqlStatuses(database, trail)
        self._messages = SqlMessages(database, trail)
        self._hours = SqlHours(database, trail)
        self._facts = SqlFacts(database)
        self._listening = SqlListening(database)
        self._desk = SqlDeskRecords(database, trail)
        self._sms = SqlSms(database, trail)
        self._deflections = SqlDeflections(database, trail)

    @property
    def interactions(self) -> InteractionStore:
        """What is live, and what became of it."""
        return self._interactions

    @property
    def catalogue(self) -> Catalogue:
        """Plain records."""
        return self._catalogue

    @property
    def people(self) -> People:
        """Roles, teams, and what belongs to users beside their records."""
        return self._people

    @property
    def queues(self) -> QueueMenus:
        """The menu trees."""
        return self._queues

    @property
    def statuses(self) -> StatusCatalogue:
        """The organisation's own statuses."""
        return self._statuses

    @property
    def messages(self) -> MessageStore:
        """Languages and own messages."""
        return self._messages

    @property
    def hours(self) -> HoursRecords:
        """Details of the support centre, hours and holidays."""
        return self._hours

    @property
    def facts(self) -> FactStore:
        """What figures are made of."""
        return self._facts

    @property
    def listening(self) -> ListeningLedger:
        """Who listened to what."""
        return self._listening

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        return self._audit

    @property
    def desk(self) -> DeskRecords:
        """What is kept for agents' desks."""
        return self._desk

    @property
    def sms(self) -> SmsRecords:
        """What is kept of text messages."""
        return self._sms

    @property
    def deflections(self) -> QueueDeflections:
        """What single queues offer after hours."""
        return self._deflections

    async def open(self) -> None:
        """Connect, and bring the schema up to date.

        Raises:
            StorageUnavailableError: it cannot be reached, or its schema is newer than this program.
        """
        await self._database.open()

    async def close(self) -> None:
        """Write what waits, and disconnect."""
        await self._database.close()

    async def health(self) -> StorageHealth:
        """Tell whether a write would succeed now."""
        return await self._database.health()


def sqlite_storage(path: Path, *, busy_s: float = 5.0) -> SqlStorage:
    """Return a store in the SQLite file `path`, which is made where it is missing.

    Args:
        path: the file; SQLite keeps `-wal` and `-shm` files beside it.
        busy_s: how long another program's lock is waited for.
    """
    return SqlStorage(SqliteDatabase(path, busy_s=busy_s))


def postgres_storage(url: str, *, connections: int = 5) -> SqlStorage:
    """Return a store in a PostgreSQL database, `postgresql://user:password@host:5432/name`, which must exist.

    Args:
        url: how to reach it, as libpq takes it.
        connections: how many connections reads and catalogue writes may use; the writer of commits has its own.
    """
    return SqlStorage(PostgresDatabase(url, connections=connections))
