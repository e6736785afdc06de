"""The catalogues in memory: users, consumers, sessions, recordings, attachments, settings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from madoguchi.domain.access.users import Credentials, Session, User
from madoguchi.domain.audit.entries import Action
from madoguchi.domain.audit.things import UNTOLD_SCOPES, ScopeSettings, about_sign_in, entry_of
from madoguchi.domain.chats.attachments import Attachment
from madoguchi.domain.consumers.consumer import Consumer, ConsumerSession
from madoguchi.domain.recording import Recording
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import AttachmentId, ConsumerId, InteractionId, RecordingId, SessionId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import StaleVersionError
from madoguchi.testing.audit import MemoryAudit, counted_up, next_version


class MemoryCatalogue:
    """Keeps the promises of `madoguchi.ports.storage.Catalogue`, durability apart."""

    def __init__(self, audit: MemoryAudit | None = None) -> None:
        self.audit = audit or MemoryAudit()
        self._users: dict[UserId, User] = {}
        self._by_address: dict[str, UserId] = {}
        self._credentials: dict[UserId, Credentials] = {}
        self._sessions: dict[str, Session] = {}
        self._consumers: dict[ConsumerId, Consumer] = {}
        self._consumer_sessions: dict[str, ConsumerSession] = {}
        self._recordings: dict[RecordingId, Recording] = {}
        self._attachments: dict[AttachmentId, Attachment] = {}
        self._settings: dict[str, bytes] = {}

    async def add_user(self, user: User, credentials: Credentials) -> None:
        """Store a new user.

        Raises:
            ConflictError: the e-mail address or the id is taken.
        """
        if user.id in self._users:
            raise ConflictError(f"there is a user {user.id} already")
        self._refuse_taken(user)
        self.put_users([replace(user, version=0)])
        self._credentials[user.id] = credentials

    async def save_user(self, user: User) -> None:
        """Replace a user.

        Raises:
            NotFoundError: there is none with this id.
            ConflictError: the e-mail address is taken.
        """
        if user.id not in self._users:
            raise NotFoundError(f"there is no user {user.id}")
        self._refuse_taken(user)
        self.put_users([user])

    def put_users(self, users: Sequence[User]) -> None:
        """Store or replace users whose addresses were found free; several may swap theirs.

        Raises:
            StaleVersionError: one has been changed meanwhile; none is replaced.
        """
        versions = {user.id: next_version(self._users.get(user.id), user) for user in users}
        self.audit.add_all(entry_of(self._users.get(user.id), user, version=versions[user.id]) for user in users)
        for user in users:
            if (before := self._users.get(user.id)) is not None:
                self._by_address.pop(before.email.casefold(), None)
        for user in users:
            self._users[user.id] = replace(user, version=versions[user.id])
            self._by_address[user.email.casefold()] = user.id

    def count_up(self, users: Iterable[UserId]) -> None:
        """Count a change of users who are in other teams than before."""
        self._users |= {one: counted_up(self._users[one]) for one in users if one in self._users}

    def note_sign_in(self, user: UserId, action: Action) -> None:
        """Note what a user did about signing in."""
        self.audit.add_all([about_sign_in(user, self._users[user].name if user in self._users else "", action)])

    def end_sessions_of(self, user: UserId, keep: SessionId | None) -> Sequence[SessionId]:
        """End a user's sessions but `keep`; return which."""
        gone = {key: one.id for key, one in self._sessions.items() if one.user == user and one.id != keep}
        self._sessions = {key: one for key, one in self._sessions.items() if key not in gone}
        return list(gone.values())

    async def user(self, user: UserId) -> User | None:
        """Return a user."""
        return self._users.get(user)

    async def user_by_number(self, numbers: Collection[str]) -> User | None:
        """Return the user who has one of these direct numbers."""
        return next((one for one in await self.users() if set(numbers) & one.direct_numbers.keys()), None)

    async def users(self) -> Sequence[User]:
        """Return all users, by name."""
        return sorted(self._users.values(), key=lambda one: (one.name, one.id))

    async def credentials(self, email: str) -> tuple[User, Credentials] | None:
        """Return whom an e-mail address belongs to (compared without case), and how he proves it."""
        user = self._by_address.get(email.casefold())
        return None if user is None else (self._users[user], self._credentials[user])

    async def set_credentials(self, user: UserId, credentials: Credentials) -> None:
        """Replace a user's password.

        Raises:
            NotFoundError: there is none with this id.
        """
        if user not in self._users:
            raise NotFoundError(f"there is no user {user}")
        self.put_credentials(user, credentials)
        self.note_sign_in(user, Action.PASSWORD_CHANGED)

    def put_credentials(self, user: UserId, credentials: Credentials) -> None:
        """Replace a user's password without a note."""
        self._credentials[user] = credentials

    async def add_session(self, session: Session) -> None:
        """Store a signed-in session.

        Raises:
            NotFoundError: there is no such user.
        """
        if session.user not in self._users:
            raise NotFoundError(f"there is no user {session.user}")
        self._sessions[session.token_hash] = session
        self.note_sign_in(session.user, Action.SIGNED_IN)

    async def session(self, token_hash: str) -> Session | None:
        """Return the session whose token has this SHA-256, in hex."""
        return self._sessions.get(token_hash)

    async def end_session(self, token_hash: str) -> None:
        """Forget a session."""
        gone = self._sessions.pop(token_hash, None)
        if gone is not None:
            self.note_sign_in(gone.user, Action.SIGNED_OUT)

    async def end_sessions_before(self, now: Instant) -> int:
        """Forget sessions that expired before `now`, consumers' too; return how many."""
        before = len(self._sessions) + len(self._consumer_sessions)
        self._sessions = {key: one for key, one in self._sessions.items() if one.expires_at >= now}
        self._consumer_sessions = {key: one for key, one in self._consumer_sessions.items() if one.expires_at >= now}
        return before - len(self._sessions) - len(self._consumer_sessions)

    async def save_consumer(self, consumer: Consumer) -> None:
        """Store or replace a consumer."""
        self._consumers[consumer.id] = consumer

    async def consumer(self, consumer: ConsumerId) -> Consumer | None:
        """Return a consumer."""
        return self._consumers.get(consumer)

    async def consumer_by_phone(self, phone: str) -> Consumer | None:
        """Return the consumer with this E.164 number; the first known where several share it."""
        found = [one for one in self._consumers.values() if one.phone == phone]
        return min(found, key=lambda one: (one.created_at, one.id), default=None)

    async def add_consumer_session(self, session: ConsumerSession) -> None:
        """Store a consumer's browser session.

        Raises:
            NotFoundError: there is no such consumer.
        """
        if session.consumer not in self._consumers:
            raise NotFoundError(f"there is no consumer {session.consumer}")
        self._consumer_sessions[session.token_hash] = session

    async def consumer_session(self, token_hash: str) -> ConsumerSession | None:
        """Return the consumer session whose token has this SHA-256, in hex."""
        return self._consumer_sessions.get(token_hash)

    async def save_recording(self, recording: Recording) -> None:
        """Store or replace what is known of a recording."""
        self._recordings[recording.id] = recording

    async def recording(self, recording: RecordingId) -> Recording | None:
        """Return a recording."""
        return self._recordings.get(recording)

    async def recordings(self, interaction: InteractionId) -> Sequence[Recording]:
        """Return an interaction's recordings in order of their start."""
        found = [one for one in self._recordings.values() if one.interaction == interaction]
        return sorted(found, key=lambda one: (one.started_at, one.id))

    async def recordings_in(self, state: str) -> Sequence[Recording]:
        """Return all recordings in a state (`live`, `captured`, `ready`, `failed`)."""
        found = [one for one in self._recordings.values() if one.state.value == state]
        return sorted(found, key=lambda one: (one.started_at, one.id))

    async def save_attachment(self, attachment: Attachment) -> None:
        """Store what is known of an attachment."""
        self._attachments[attachment.id] = attachment

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """Return an attachment."""
        return self._attachments.get(attachment)

    async def forget_attachment(self, attachment: AttachmentId) -> None:
        """Forget an attachment."""
        self._attachments.pop(attachment, None)

    async def settings(self, scope: str) -> Mapping[str, Any]:
        """Return the tenant settings of a scope; empty where none were saved."""
        found: dict[str, Any] = msgspec.json.decode(self._settings.get(scope, b"{}"))
        return found

    async def save_settings(
        self, scope: str, values: Mapping[str, Any], *, seen: Mapping[str, Any] | None = None
    ) -> None:
        """Replace the tenant settings of a scope.

        Raises:
            StaleVersionError: they are not what was `seen` any more.
        """
        before = await self.settings(scope)
        if seen is not None and before != seen:
            raise StaleVersionError("somebody else has changed these settings meanwhile")
        if scope not in UNTOLD_SCOPES:
            old = ScopeSettings(scope, before) if scope in self._settings else None
            self.audit.note(old, ScopeSettings(scope, values), version=values.get("version", 0))
        self._settings[scope] = msgspec.json.encode(values)

    def _refuse_taken(self, user: User) -> None:
        if self._by_address.get(user.email.casefold(), user.id) != user.id:
            raise ConflictError("the e-mail address is taken", field="email")
        # Few have any, and tests add users by the ten thousand.
        others = (one for one in self._users.values() if one.id != user.id) if user.direct_numbers else ()
        if any(user.direct_numbers.keys() & one.direct_numbers.keys() for one in others):
            raise ConflictError("the direct number is taken", field="direct_numbers", reason="taken")
