"""The one schema, for SQLite and PostgreSQL alike.

Instants are whole microseconds since 1970 and JSON is text: both databases compare, index and give them back exactly,
and PostgreSQL's own JSON types refuse texts that people can type (a NUL character, for one).

A change here needs a migration in `migrations/versions`; a test compares the two.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from madoguchi.kernel.time import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def to_ticks(value: Instant) -> int:
    """Return the microseconds from 1970 to `value`."""
    return (value - _EPOCH) // _TICK


def from_ticks(ticks: int) -> Instant:
    """Return the instant `ticks` microseconds after 1970."""
    return _EPOCH + ticks * _TICK


def to_json(value: object) -> str:
    """Write `value` as JSON text."""
    return msgspec.json.encode(value).decode()


def from_json(text: str) -> Any:
    """Read JSON text."""
    return msgspec.json.decode(text)


class Ticks(sa.types.TypeDecorator[datetime]):
    """An instant as microseconds since 1970."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - its base's
        """Encode."""
        return None if value is None else to_ticks(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its base's
        """Decode."""
        return None if value is None else from_ticks(value)


class JsonText(sa.types.TypeDecorator[Any]):
    """JSON as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:  # noqa: ARG002 - its base's
        """Encode."""
        return to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - its base's
        """Decode."""
        return None if value is None else from_json(value)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, key: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _instant(name: str) -> "sa.Column[datetime]":
    return sa.Column(name, Ticks, nullable=False)


def _json(name: str) -> "sa.Column[Any]":
    return sa.Column(name, JsonText, nullable=False)


def _number(name: str, *, key: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=key, nullable=False, autoincrement=False)


snapshots = sa.Table(
    "snapshots",
    metadata,
    _text("id", key=True),
    _text("kind"),
    _number("version"),
    _text("state"),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("consumer", sa.Text),
    _instant("born_at"),
    _instant("at"),
    _json("data"),
)
_live, _over = snapshots.c.live.is_(sa.true()), snapshots.c.live.is_(sa.false())
_named = sa.and_(_over, snapshots.c.consumer.is_not(None))
_c = snapshots.c
sa.Index("ix_snapshots_live", _c.kind, _c.born_at, _c.id, sqlite_where=_live, postgresql_where=_live)
sa.Index("ix_snapshots_finished", _c.kind, _c.at, _c.id, sqlite_where=_over, postgresql_where=_over)
sa.Index("ix_snapshots_consumer", _c.consumer, _c.at, _c.id, sqlite_where=_named, postgresql_where=_named)

journal = sa.Table(
    "journal",
    metadata,
    _text("interaction", key=True),
    _number("seq", key=True),
    _instant("at"),
    _text("kind"),
    _number("v"),
    _json("data"),
    sqlite_with_rowid=False,
)

outbox = sa.Table(
    "outbox",
    metadata,
    _text("id", key=True),
    _text("interaction"),
    _text("kind"),
    _json("data"),
    _instant("due_at"),
    _number("attempts"),
    sa.Column("held_until", Ticks),
    sa.Index("ix_outbox_due_at", "due_at", "id"),
)

messages = sa.Table(
    "messages",
    metadata,
    _text("chat", key=True),
    _number("seq", key=True),
    _instant("at"),
    _text("sender"),
    _text("sender_id"),
    _text("sender_name"),
    _text("client_id"),
    _json("body"),
    sqlite_with_rowid=False,
)

users = sa.Table(
    "users",
    metadata,
    _text("id", key=True),
    _text("name"),
    _text("email"),
    sa.Column("email_key", sa.Text, nullable=False, unique=True),
    _json("roles"),
    _json("languages"),
    _number("chat_limit"),
    sa.Column("active", sa.Boolean, nullable=False),
    _text("password_hash"),
    _text("first_name"),
    _text("last_name"),
    sa.Column("phone", sa.Text),
    sa.Column("agent_number", sa.Text),
    _text("location"),
    _text("avatar"),
    _text("search_key"),
    _text("sort_key"),
    sa.Index("uq_users_agent_number", "agent_number", unique=True),
    _json("skills"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    _text("token_hash", key=True),
    _text("id"),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id"), nullable=False),
    _instant("created_at"),
    _instant("expires_at"),
    sa.Index("ix_sessions_expires_at", "expires_at"),
)

consumers = sa.Table(
    "consumers",
    metadata,
    _text("id", key=True),
    _text("name"),
    sa.Column("phone", sa.Text),
    _instant("created_at"),
    sa.Column("anonymous", sa.Boolean, nullable=False),
    sa.Index("ix_consumers_phone", "phone", "created_at"),
)

consumer_sessions = sa.Table(
    "consumer_sessions",
    metadata,
    _text("token_hash", key=True),
    _text("id"),
    sa.Column("consumer_id", sa.Text, sa.ForeignKey("consumers.id"), nullable=False),
    _instant("created_at"),
    _instant("expires_at"),
    sa.Index("ix_consumer_sessions_expires_at", "expires_at"),
)

recordings = sa.Table(
    "recordings",
    metadata,
    _text("id", key=True),
    _text("interaction"),
    _text("state"),
    _instant("started_at"),
    _text("wav"),
    _text("blob_key"),
    sa.Column("span_s", sa.Double, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    _text("detail"),
    sa.Index("ix_recordings_interaction", "interaction", "started_at"),
    sa.Index("ix_recordings_state", "state", "started_at"),
)

attachments = sa.Table(
    "attachments",
    metadata,
    _text("id", key=True),
    _text("interaction"),
    _text("name"),
    _text("media_type"),
    sa.Column("size", sa.BigInteger, nullable=False),
    _number("width"),
    _number("height"),
    _text("blob_key"),
    _instant("at"),
    sa.Index("ix_attachments_interaction", "interaction"),
)

settings = sa.Table("settings", metadata, _text("scope", key=True), _json("data"))

probe = sa.Table("probe", metadata, _number("id", key=True), sa.Column("checks", sa.BigInteger, nullable=False))
"""One row that the health check counts up: only a write proves that a write is possible."""
