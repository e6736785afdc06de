"""The catalogues in SQL: plain records, one table each."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from madoguchi.adapters.storage import direct_numbers, records, schema
from madoguchi.adapters.storage.audit import Trail, require_version
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.upsert import upsert
from madoguchi.domain.access.users import Credentials, Session, User
from madoguchi.domain.audit.entries import Action
from madoguchi.domain.audit.things import UNTOLD_SCOPES, ScopeSettings, about_sign_in, version_after
from madoguchi.domain.chats.attachments import Attachment
from madoguchi.domain.consumers.consumer import Consumer, ConsumerSession
from madoguchi.domain.recording import Recording
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import AttachmentId, ConsumerId, InteractionId, RecordingId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import StaleVersionError

T = TypeVar("T")


class SqlCatalogue:
    """`Catalogue` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail

    async def add_user(self, user: User, credentials: Credentials) -> None:
        """Store a new user.

        Raises:
            ConflictError: the e-mail address, a direct number or the id is taken.
        """
        values = records.user_values(user) | {"password_hash": credentials.password_hash, "version": 1}

        def add(connection: sa.Connection) -> None:
            connection.execute(sa.insert(schema.users).values(values))
            direct_numbers.take(connection, [user])
            self._trail.note(connection, None, user, version=1)

        await self._database.write(_refusing(add, ConflictError("the e-mail address is taken", field="email")))

    async def save_user(self, user: User) -> None:
        """Replace a user.

        Raises:
            NotFoundError: there is none with this id.
            StaleVersionError: the stored version is not the record's.
            ConflictError: the e-mail address or a direct number is taken.
        """
        table = schema.users

        def save(connection: sa.Connection) -> None:
            row = connection.execute(sa.select(table).where(table.c.id == user.id).with_for_update()).first()
            if row is None:
                raise NotFoundError(f"there is no user {user.id}")
            before = records.to_user(row)
            require_version(before, user)
            version = version_after(before, user)
            values = records.user_values(user) | {"version": version}
            connection.execute(sa.update(table).where(table.c.id == user.id).values(values))
            direct_numbers.take(connection, [user], [before])
            self._trail.note(connection, before, user, version=version)

        await self._database.write(_refusing(save, ConflictError("the e-mail address is taken", field="email")))

    async def user(self, user: UserId) -> User | None:
        """Return a user."""
        return await self._one(schema.users, schema.users.c.id == user, records.to_user)

    async def user_by_number(self, numbers: Collection[str]) -> User | None:
        """Return the user who has one of these direct numbers."""
        found = await self._all(direct_numbers.whose(numbers), records.to_user)
        return found[0] if found else None

    async def users(self) -> Sequence[User]:
        """Return all users, by name."""
        # Sorted here: databases sort text by rules of their own.
        found = await self._all(sa.select(schema.users), records.to_user)
        return sorted(found, key=lambda user: (user.name, user.id))

    async def credentials(self, email: str) -> tuple[User, Credentials] | None:
        """Return whom an e-mail address belongs to (compared without case), and how he proves it."""

        def read(row: records.Row) -> tuple[User, Credentials]:
            return records.to_user(row), Credentials(row.password_hash)

        return await self._one(schema.users, schema.users.c.email_key == email.casefold(), read)

    async def set_credentials(self, user: UserId, credentials: Credentials) -> None:
        """Replace a user's password.

        Raises:
            NotFoundError: there is none with this id.
        """
        change = sa.update(schema.users).where(schema.users.c.id == user)

        def replace(connection: sa.Connection) -> None:
            name = connection.execute(
                change.values(password_hash=credentials.password_hash).returning(schema.users.c.name)
            ).scalar()
            if name is None:
                raise NotFoundError(f"there is no user {user}")
            self._trail.add(connection, [about_sign_in(user, name, Action.PASSWORD_CHANGED)])

        await self._database.write(replace)

    async def add_session(self, session: Session) -> None:
        """Store a signed-in session.

        Raises:
            NotFoundError: there is no such user.
        """
        refusal = NotFoundError(f"there is no user {session.user}")
        who = sa.select(schema.users.c.name).where(schema.users.c.id == session.user)

        def begin(connection: sa.Connection) -> None:
            upsert(connection, schema.sessions, records.session_values(session))
            name = connection.execute(who).scalar() or ""
            self._trail.add(connection, [about_sign_in(session.user, name, Action.SIGNED_IN)])

        await self._database.write(_refusing(begin, refusal))

    async def session(self, token_hash: str) -> Session | None:
        """Return the session whose token has this SHA-256, in hex."""
        return await self._one(schema.sessions, schema.sessions.c.token_hash == token_hash, records.to_session)

    async def end_session(self, token_hash: str) -> None:
        """Forget a session."""
        table, people = schema.sessions, schema.users
        over = sa.delete(table).where(table.c.token_hash == token_hash).returning(table.c.user_id)

        def end(connection: sa.Connection) -> None:
            user = connection.execute(over).scalar()
            if user is not None:
                name = connection.execute(sa.select(people.c.name).where(people.c.id == user)).scalar() or ""
                self._trail.add(connection, [about_sign_in(user, name, Action.SIGNED_OUT)])

        await self._database.write(end)

    async def end_sessions_before(self, now: Instant) -> int:
        """Forget sessions, users' and consumers', that expired before `now`; return how many."""

        def forget(connection: sa.Connection) -> int:
            tables = (schema.sessions, schema.consumer_sessions)
            return sum(connection.execute(sa.delete(t).where(t.c.expires_at < now)).rowcount for t in tables)

        return await self._database.write(forget)

    async def save_consumer(self, consumer: Consumer) -> None:
        """Store or replace a consumer."""
        await self._put(schema.consumers, records.consumer_values(consumer))

    async def consumer(self, consumer: ConsumerId) -> Consumer | None:
        """Return a consumer."""
        return await self._one(schema.consumers, schema.consumers.c.id == consumer, records.to_consumer)

    async def consumer_by_phone(self, phone: str) -> Consumer | None:
        """Return the consumer with this E.164 number; the first known where several share it."""
        table = schema.consumers
        statement = sa.select(table).where(table.c.phone == phone).order_by(table.c.created_at, table.c.id).limit(1)
        found = await self._all(statement, records.to_consumer)
        return found[0] if found else None

    async def add_consumer_session(self, session: ConsumerSession) -> None:
        """Store a consumer's browser session.

        Raises:
            NotFoundError: there is no such consumer.
        """
        refusal = NotFoundError(f"there is no consumer {session.consumer}")
        await self._put(schema.consumer_sessions, records.consumer_session_values(session), refusal)

    async def consumer_session(self, token_hash: str) -> ConsumerSession | None:
        """Return the consumer session whose token has this SHA-256, in hex."""
        return await self._one(
            schema.consumer_sessions, schema.consumer_sessions.c.token_hash == token_hash, records.to_consumer_session
        )

    async def save_recording(self, recording: Recording) -> None:
        """Store or replace what is known of a recording."""
        await self._put(schema.recordings, records.recording_values(recording))

    async def recording(self, recording: RecordingId) -> Recording | None:
        """Return a recording."""
        return await self._one(schema.recordings, schema.recordings.c.id == recording, records.to_recording)

    async def recordings(self, interaction: InteractionId) -> Sequence[Recording]:
        """Return an interaction's recordings in order of their start."""
        return await self._recordings(schema.recordings.c.interaction == interaction)

    async def recordings_in(self, state: str) -> Sequence[Recording]:
        """Return all recordings in a state (`live`, `captured`, `ready`, `failed`)."""
        return await self._recordings(schema.recordings.c.state == state)

    async def save_attachment(self, attachment: Attachment) -> None:
        """Store what is known of an attachment."""
        await self._put(schema.attachments, records.attachment_values(attachment))

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """Return an attachment."""
        return await self._one(schema.attachments, schema.attachments.c.id == attachment, records.to_attachment)

    async def forget_attachment(self, attachment: AttachmentId) -> None:
        """Forget an attachment; one that is not there is no error."""
        await self._change(sa.delete(schema.attachments).where(schema.attachments.c.id == attachment))

    async def settings(self, scope: str) -> Mapping[str, Any]:
        """Return the tenant settings of a scope; empty where none were saved."""
        found: dict[str, Any] | None = await self._one(
            schema.settings, schema.settings.c.scope == scope, lambda row: row.data
        )
        return found or {}

    async def save_settings(
        self, scope: str, values: Mapping[str, Any], *, seen: Mapping[str, Any] | None = None
    ) -> None:
        """Replace the tenant settings of a scope.

        Raises:
            StaleVersionError: they are not what was `seen` any more.
        """
        table = schema.settings

        def save(connection: sa.Connection) -> None:
            data = sa.select(table.c.data).where(table.c.scope == scope).with_for_update()
            before: dict[str, Any] | None = connection.execute(data).scalar()
            if seen is not None and (before or {}) != seen:
                raise StaleVersionError("somebody else has changed these settings meanwhile")
            upsert(connection, table, {"scope": scope, "data": values})
            if scope not in UNTOLD_SCOPES:
                old = ScopeSettings(scope, before) if before is not None else None
                self._trail.note(connection, old, ScopeSettings(scope, values), version=values.get("version", 0))

        await self._database.write(save)

    async def _recordings(self, wanted: sa.ColumnElement[bool]) -> list[Recording]:
        table = schema.recordings
        statement = sa.select(table).where(wanted).order_by(table.c.started_at, table.c.id)
        return await self._all(statement, records.to_recording)

    async def _one(self, table: sa.Table, wanted: sa.ColumnElement[bool], read: Callable[[records.Row], T]) -> T | None:
        found = await self._all(sa.select(table).where(wanted), read)
        return found[0] if found else None

    async def _all(self, statement: sa.Select[Any], read: Callable[[records.Row], T]) -> list[T]:
        return [read(row) for row in await self._database.read(lambda connection: connection.execute(statement).all())]

    async def _put(self, table: sa.Table, values: records.Values, refusal: Exception | None = None) -> None:
        """Store a row, replacing the one with the same key."""
        await self._database.write(_refusing(lambda connection: upsert(connection, table, values), refusal))

    async def _change(self, statement: sa.Insert | sa.Update | sa.Delete, refusal: Exception | None = None) -> int:
        """Return how many rows `statement` changed."""
        return await self._database.write(_refusing(lambda connection: connection.execute(statement).rowcount, refusal))


def _refusing(work: Callable[[sa.Connection], T], refusal: Exception | None) -> Callable[[sa.Connection], T]:
    """Answer with `refusal` where the schema's constraints forbid what `work` does."""

    def checked(connection: sa.Connection) -> T:
        try:
            return work(connection)
        except sa.exc.IntegrityError as error:
            if refusal is None:
                raise
            raise refusal from error

    return checked
