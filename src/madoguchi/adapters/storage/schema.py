"""The one schema. A change here needs a migration in `migrations/versions`; a test compares the two."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import Ticks, instant, json_text, metadata, number, text, version

snapshots = sa.Table(
    "snapshots",
    metadata,
    text("id", key=True),
    text("kind"),
    number("version"),
    text("state"),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("consumer", sa.Text),
    instant("born_at"),
    instant("at"),
    json_text("data"),
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
    text("interaction", key=True),
    number("seq", key=True),
    instant("at"),
    text("kind"),
    number("v"),
    json_text("data"),
    sqlite_with_rowid=False,
)

outbox = sa.Table(
    "outbox",
    metadata,
    text("id", key=True),
    text("interaction"),
    text("kind"),
    json_text("data"),
    instant("due_at"),
    number("attempts"),
    sa.Column("held_until", Ticks),
    sa.Index("ix_outbox_due_at", "due_at", "id"),
)

messages = sa.Table(
    "messages",
    metadata,
    text("chat", key=True),
    number("seq", key=True),
    instant("at"),
    text("sender"),
    text("sender_id"),
    text("sender_name"),
    text("client_id"),
    json_text("body"),
    sqlite_with_rowid=False,
)

users = sa.Table(
    "users",
    metadata,
    text("id", key=True),
    text("name"),
    text("email"),
    sa.Column("email_key", sa.Text, nullable=False, unique=True),
    json_text("roles"),
    json_text("languages"),
    number("chat_limit"),
    sa.Column("active", sa.Boolean, nullable=False),
    text("password_hash"),
    text("first_name"),
    text("last_name"),
    sa.Column("phone", sa.Text),
    sa.Column("agent_number", sa.Text),
    text("location"),
    text("avatar"),
    text("search_key"),
    text("sort_key"),
    sa.Index("uq_users_agent_number", "agent_number", unique=True),
    json_text("skills"),
    json_text("direct_numbers"),
    version(),
)

direct_numbers = sa.Table(
    "direct_numbers",
    metadata,
    text("number", key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id"), nullable=False),
    sa.Index("ix_direct_numbers_user_id", "user_id"),
)
"""Whose a number is: the key lets no two have the same. What else is said of it is with its user."""

sessions = sa.Table(
    "sessions",
    metadata,
    text("token_hash", key=True),
    text("id"),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id"), nullable=False),
    instant("created_at"),
    instant("expires_at"),
    sa.Index("ix_sessions_expires_at", "expires_at"),
)

consumers = sa.Table(
    "consumers",
    metadata,
    text("id", key=True),
    text("name"),
    sa.Column("phone", sa.Text),
    instant("created_at"),
    sa.Column("anonymous", sa.Boolean, nullable=False),
    sa.Index("ix_consumers_phone", "phone", "created_at"),
)

consumer_sessions = sa.Table(
    "consumer_sessions",
    metadata,
    text("token_hash", key=True),
    text("id"),
    sa.Column("consumer_id", sa.Text, sa.ForeignKey("consumers.id"), nullable=False),
    instant("created_at"),
    instant("expires_at"),
    sa.Index("ix_consumer_sessions_expires_at", "expires_at"),
)

recordings = sa.Table(
    "recordings",
    metadata,
    text("id", key=True),
    text("interaction"),
    text("state"),
    instant("started_at"),
    text("wav"),
    text("blob_key"),
    sa.Column("span_s", sa.Double, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    text("detail"),
    sa.Index("ix_recordings_interaction", "interaction", "started_at"),
    sa.Index("ix_recordings_state", "state", "started_at"),
)

attachments = sa.Table(
    "attachments",
    metadata,
    text("id", key=True),
    text("interaction"),
    text("name"),
    text("media_type"),
    sa.Column("size", sa.BigInteger, nullable=False),
    number("width"),
    number("height"),
    text("blob_key"),
    instant("at"),
    sa.Index("ix_attachments_interaction", "interaction"),
)

settings = sa.Table("settings", metadata, text("scope", key=True), json_text("data"))

probe = sa.Table("probe", metadata, number("id", key=True), sa.Column("checks", sa.BigInteger, nullable=False))
"""One row that the health check counts up: only a write proves that a write is possible."""
