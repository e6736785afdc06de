"""What is kept: live interactions with their journal and outbox, messages, and the catalogues.

One commit is one transaction: snapshot, journal, outbox and messages are stored together or not at all. Commits of all
owners are grouped into few transactions by the adapter.

Whoever implements this proves it by `tests/contract/storage`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from madoguchi.domain.access.users import Credentials, Session, User
from madoguchi.domain.audit.entries import Seen
from madoguchi.domain.chats.attachments import Attachment
from madoguchi.domain.consumers.consumer import Consumer, ConsumerSession
from madoguchi.domain.recording import Recording
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import AttachmentId, ConsumerId, InteractionId, RecordingId, UserId
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

JsonObject = dict[str, Any]


class StaleVersionError(MadoguchiError):
    """Somebody else has changed this meanwhile."""

    kind = Kind.CONFLICT
    code = "stale_version"

    def __init__(self, detail: str = "", *, field: str | None = None, seen: Seen | None = None) -> None:
        super().__init__(detail, field=field)
        self.seen = seen
        """What the caller had before him; the edges tell by it what has changed since, and by whom."""


def require_present(version: int, seen: Seen) -> None:
    """Let pass who saw a thing as it is now, at `version`.

    Raises:
        StaleVersionError: somebody else has changed it meanwhile.
    """
    if seen.version != version:
        raise StaleVersionError(f"it is at version {version}, not {seen.version}", field="version", seen=seen)


class StorageUnavailableError(MadoguchiError):
    """The database cannot be reached; nothing was stored."""

    kind = Kind.UNAVAILABLE
    code = "storage_unavailable"


@dataclass(frozen=True)
class Snapshot:
    """The whole present state of one owner: a call, a chat or an agent."""

    id: str
    kind: str
    """`call`, `chat` or `agent`."""
    version: int
    """1 for the first; every commit adds one."""
    state: str
    live: bool
    """False once the lifecycle has reached a terminal state."""
    data: JsonObject
    """What the domain's codec wrote; JSON values only."""
    at: Instant


@dataclass(frozen=True)
class JournalRow:
    """One event of one interaction."""

    interaction: str
    seq: int
    """1, 2, 3 … per interaction, without gaps."""
    at: Instant
    kind: str
    v: int
    data: JsonObject


@dataclass(frozen=True)
class OutboxRow:
    """One effect that must happen at least once."""

    id: str
    """`<interaction>/<version>/<n>`: the idempotency key."""
    interaction: str
    kind: str
    data: JsonObject
    due_at: Instant
    attempts: int = 0


@dataclass(frozen=True)
class MessageRow:
    """One line of a chat."""

    chat: InteractionId
    seq: int
    """1, 2, 3 … per chat, without gaps."""
    at: Instant
    sender: str
    """`consumer`, `agent` or `system`."""
    sender_id: str
    sender_name: str
    client_id: str
    """The sender's own id of it. Which lines are repetitions is the chat's to decide, not the store's."""
    body: JsonObject


@dataclass(frozen=True)
class Commit:
    """What one decision changed."""

    snapshot: Snapshot
    journal: Sequence[JournalRow] = ()
    outbox: Sequence[OutboxRow] = ()
    messages: Sequence[MessageRow] = ()


class InteractionStore(Protocol):
    """Snapshots, journal, outbox and chat messages."""

    async def commit(self, commit: Commit) -> None:
        """Store all of `commit`. It is on disk when this returns.

        Raises:
            StaleVersionError: the stored version is not `snapshot.version - 1`; nothing was stored.
            StorageUnavailableError: nothing was stored.
        """

    async def load(self, owner: str) -> Snapshot | None:
        """Return the owner's newest snapshot."""

    async def live(self, kind: str) -> Sequence[Snapshot]:
        """Return every live snapshot of a kind, oldest first."""

    async def live_ids(self, kind: str) -> Sequence[str]:
        """Return the ids of every live snapshot of a kind; cheaper than `live`."""

    async def finished(
        self, kind: str, *, limit: int, before: Instant | None = None, before_id: str = ""
    ) -> Sequence[Snapshot]:
        """Return ended interactions, newest first, those before `before` only.

        Of those that ended at `before` itself, only those whose id is before `before_id`, so that a page can go on
        where several ended at the same time.
        """

    async def finished_of(
        self,
        consumer: ConsumerId,
        *,
        limit: int,
        kinds: Collection[str] | None = None,
        before: Instant | None = None,
        before_id: str = "",
    ) -> Sequence[Snapshot]:
        """Return a consumer's ended interactions, newest first (`data["consumer"]["id"]`); pages as in `finished`.

        Args:
            consumer: whose.
            limit: how many at most.
            kinds: `call`, `chat` or both; None for all.
            before: only those that ended before.
            before_id: the last one of the page before.
        """

    async def journal(self, interaction: str, *, after: int = 0) -> Sequence[JournalRow]:
        """Return an interaction's events after seq `after`, in order."""

    async def messages(self, chat: InteractionId, *, after: int = 0, limit: int = 1000) -> Sequence[MessageRow]:
        """Return a chat's lines after seq `after`, in order."""

    async def lease(self, *, now: Instant, until: Instant, limit: int) -> Sequence[OutboxRow]:
        """Take due effects that nobody holds, and hold them until `until`; each counts one attempt more."""

    async def done(self, outbox_ids: Sequence[str]) -> None:
        """Mark effects as performed. Grouped like commits."""

    async def put_off(self, outbox_id: str, due_at: Instant) -> None:
        """Give an effect back; it is due again at `due_at`."""


class Catalogue(Protocol):
    """Users, consumers, sessions, recordings, attachments and settings. Every write is on disk on return."""

    async def add_user(self, user: User, credentials: Credentials) -> None:
        """Store a new user, at version 1.

        Raises:
            ConflictError: the e-mail address or a direct number is taken.
        """

    async def save_user(self, user: User) -> None:
        """Replace a user; his version counts one more.

        Raises:
            NotFoundError: there is none with this id.
            StaleVersionError: the stored version is not the record's; one of version 0 replaces any.
        """

    async def user(self, user: UserId) -> User | None:
        """Return a user."""

    async def user_by_number(self, numbers: Collection[str]) -> User | None:
        """Return the user who has one of these direct numbers, in E.164."""

    async def users(self) -> Sequence[User]:
        """Return all users, by name."""

    async def credentials(self, email: str) -> tuple[User, Credentials] | None:
        """Return whom an e-mail address belongs to (compared without case), and how he proves it."""

    async def set_credentials(self, user: UserId, credentials: Credentials) -> None:
        """Replace a user's password."""

    async def add_session(self, session: Session) -> None:
        """Store a signed-in session."""

    async def session(self, token_hash: str) -> Session | None:
        """Return the session whose token has this SHA-256, in hex."""

    async def end_session(self, token_hash: str) -> None:
        """Forget a session."""

    async def end_sessions_before(self, now: Instant) -> int:
        """Forget sessions, users' and consumers', that expired before `now`; return how many."""

    async def save_consumer(self, consumer: Consumer) -> None:
        """Store or replace a consumer."""

    async def consumer(self, consumer: ConsumerId) -> Consumer | None:
        """Return a consumer."""

    async def consumer_by_phone(self, phone: str) -> Consumer | None:
        """Return the consumer with this E.164 number."""

    async def add_consumer_session(self, session: ConsumerSession) -> None:
        """Store a consumer's browser session."""

    async def consumer_session(self, token_hash: str) -> ConsumerSession | None:
        """Return the consumer session whose token has this SHA-256, in hex."""

    async def save_recording(self, recording: Recording) -> None:
        """Store or replace what is known of a recording."""

    async def recording(self, recording: RecordingId) -> Recording | None:
        """Return a recording."""

    async def recordings(self, interaction: InteractionId) -> Sequence[Recording]:
        """Return an interaction's recordings in order of their start."""

    async def recordings_in(self, state: str) -> Sequence[Recording]:
        """Return all recordings in a state (`live`, `captured`, `ready`, `failed`)."""

    async def save_attachment(self, attachment: Attachment) -> None:
        """Store what is known of an attachment."""

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """Return an attachment."""

    async def forget_attachment(self, attachment: AttachmentId) -> None:
        """Forget an attachment; one that is not there is no error."""

    async def settings(self, scope: str) -> Mapping[str, Any]:
        """Return the tenant settings of a scope (`calls`, `chats`, `branding` …); empty where none were saved."""

    async def save_settings(
        self, scope: str, values: Mapping[str, Any], *, seen: Mapping[str, Any] | None = None
    ) -> None:
        """Replace the tenant settings of a scope.

        Args:
            scope: which.
            values: all of them.
            seen: what they must still be; without, whatever they are is replaced.

        Raises:
            StaleVersionError: they are something else by now; nothing was stored.
        """


@dataclass(frozen=True)
class StorageHealth:
    """How the database does."""

    ready: bool
    detail: str = ""
    pending: int = 0
    """Commits that wait to be written."""


class Storage(Protocol):
    """One database."""

    @property
    def interactions(self) -> InteractionStore:
        """What is live, and what became of it."""

    @property
    def catalogue(self) -> Catalogue:
        """Plain records."""

    @property
    def people(self) -> People:
        """Roles, teams, and what belongs to users beside their records."""

    @property
    def queues(self) -> QueueMenus:
        """The menu trees."""

    @property
    def statuses(self) -> StatusCatalogue:
        """The organisation's own statuses."""

    @property
    def messages(self) -> MessageStore:
        """Languages and own messages."""

    @property
    def hours(self) -> HoursRecords:
        """Details of the support centre, hours and holidays."""

    @property
    def facts(self) -> FactStore:
        """What figures are made of."""

    @property
    def listening(self) -> ListeningLedger:
        """Who listened to what."""

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""

    @property
    def desk(self) -> DeskRecords:
        """What is kept for agents' desks."""

    @property
    def sms(self) -> SmsRecords:
        """What is kept of text messages."""

    @property
    def deflections(self) -> QueueDeflections:
        """What single queues offer after hours."""

    async def open(self) -> None:
        """Connect, and bring the schema up to date.

        Raises:
            StorageUnavailableError: it cannot be reached, or its schema is newer than this program.
        """

    async def close(self) -> None:
        """Write what waits, and disconnect."""

    async def health(self) -> StorageHealth:
        """Tell whether a write would succeed now."""
