"""Records that the storage contract stores; each builder says only what a test is about."""

from datetime import timedelta
from typing import Any

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.users import Session, User
from madoguchi.domain.consumers.consumer import Consumer, ConsumerSession
from madoguchi.domain.recording import Recording, RecordingState
from madoguchi.kernel.ids import ConsumerId, InteractionId, RecordingId, SessionId, UserId
from madoguchi.kernel.time import Instant, instant
from madoguchi.ports.storage import Commit, JournalRow, MessageRow, OutboxRow, Snapshot

NOON = instant("2026-11-23T12:00:00.123456+00:00")
CHAT = InteractionId("chat_01")
ANA = User(UserId("user_ana"), "Ana", "Ana@Example.com", frozenset({Role.AGENT, Role.MANAGER}), ("ja",), chat_limit=2)
BEN = User(UserId("user_ben"), "Ben", "ben@example.com", frozenset({Role.AGENT}), active=False)


def later(seconds: float) -> Instant:
    """Return the instant `seconds` after noon."""
    return NOON + timedelta(seconds=seconds)


def snapshot(
    owner: str = "call_01",
    version: int = 1,
    *,
    kind: str = "call",
    state: str = "queued",
    live: bool = True,
    data: dict[str, Any] | None = None,
    at: Instant = NOON,
) -> Snapshot:
    """Return a snapshot."""
    return Snapshot(owner, kind, version, state, live, {} if data is None else data, at)


def event(interaction: str, seq: int, **data: Any) -> JournalRow:
    """Return a journal row."""
    return JournalRow(interaction, seq, later(seq), "Queued", 1, data)


def effect(interaction: str, version: int, n: int, due_at: Instant = NOON) -> OutboxRow:
    """Return an outbox row."""
    return OutboxRow(f"{interaction}/{version}/{n}", interaction, "Dial", {"to": "窓口"}, due_at)


def line(seq: int, client_id: str = "", text: str = "hello", chat: InteractionId = CHAT) -> MessageRow:
    """Return a chat line."""
    return MessageRow(chat, seq, later(seq), "consumer", "cons_1", "Web User", client_id, {"text": text})


def commit(snapshot: Snapshot, *rows: JournalRow | OutboxRow | MessageRow) -> Commit:
    """Return a commit of `snapshot` and `rows` of whatever kind."""
    return Commit(
        snapshot,
        [row for row in rows if isinstance(row, JournalRow)],
        [row for row in rows if isinstance(row, OutboxRow)],
        [row for row in rows if isinstance(row, MessageRow)],
    )


def session(token_hash: str, expires_at: Instant, user: User = ANA) -> Session:
    """Return a session of `user`."""
    return Session(SessionId(f"sess_{token_hash}"), token_hash, user.id, NOON, expires_at)


def consumer(number: int, phone: str | None = None, created_at: Instant = NOON) -> Consumer:
    """Return a consumer."""
    return Consumer(ConsumerId(f"cons_{number}"), f"Web User {number}", phone, created_at)


def consumer_session(token_hash: str, of: Consumer, expires_at: Instant) -> ConsumerSession:
    """Return a consumer's browser session."""
    return ConsumerSession(SessionId(f"csess_{token_hash}"), token_hash, of.id, NOON, expires_at)


def recording(number: int, state: RecordingState = RecordingState.LIVE, started_at: Instant = NOON) -> Recording:
    """Return what is known of a recording."""
    return Recording(
        RecordingId(f"rec_{number}"), InteractionId("call_01"), state, started_at, f"recordings/{number}.wav"
    )
