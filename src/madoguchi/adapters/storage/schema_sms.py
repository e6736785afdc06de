"""The tables of text messages."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import Ticks, instant, json_text, metadata, number, text, version

sms_connections = sa.Table(
    "sms_connections",
    metadata,
    text("id", key=True),
    text("name"),
    text("carrier"),
    sa.Column("enabled", sa.Boolean, nullable=False),
    text("host"),
    number("port"),
    text("system_id"),
    text("system_type"),
    text("base_url"),
    text("account"),
    text("secret"),
    version(),
)

sms_numbers = sa.Table(
    "sms_numbers",
    metadata,
    text("id", key=True),
    text("number"),
    text("connection"),
    sa.Column("place", sa.Text),
    text("language"),
    json_text("keywords"),
    text("help_text"),
    version(),
    sa.UniqueConstraint("number"),
)

sms_received = sa.Table(
    "sms_received",
    metadata,
    text("id", key=True),
    text("connection"),
    text("number"),
    text("peer"),
    text("text"),
    instant("at"),
    text("outcome"),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Index("ix_sms_received_outcome", "outcome", "place"),
    sa.Index("ix_sms_received_place", "place"),
    sa.Index("ix_sms_received_at", "at"),
)
"""`place` counts in the order of arrival."""

sms_parts = sa.Table(
    "sms_parts",
    metadata,
    text("connection", key=True),
    text("peer", key=True),
    text("number", key=True),
    number("reference", key=True),
    number("total", key=True),
    number("part", key=True),
    text("text"),
    instant("at"),
    sa.Column("joined", sa.Boolean, nullable=False),
    sa.Index("ix_sms_parts_joined", "joined", "at"),
)

sms_sent = sa.Table(
    "sms_sent",
    metadata,
    text("id", key=True),
    text("connection"),
    text("number"),
    text("peer"),
    text("text"),
    instant("at"),
    sa.Column("chat", sa.Text),
    number("seq"),
    text("state"),
    text("reason"),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Index("ix_sms_sent_state", "state", "place"),
    sa.Index("ix_sms_sent_place", "place"),
    sa.Index("ix_sms_sent_at", "at"),
)
"""`state` is `unsent`, `sent`, `delivered` or `failed`."""

sms_references = sa.Table(
    "sms_references",
    metadata,
    text("connection", key=True),
    text("reference", key=True),
    sa.Column("sent", sa.Text),
    text("delivery"),
    text("reason"),
    instant("at"),
    sa.Index("ix_sms_references_sent", "sent"),
    sa.Index("ix_sms_references_at", "at"),
)
"""What carriers call the texts that they took. Without `sent`: the receipt was faster than the answer."""

sms_peers = sa.Table(
    "sms_peers",
    metadata,
    text("number", key=True),
    text("peer", key=True),
    sa.Column("opted_out_at", Ticks),
    sa.Column("level", sa.Text),
    sa.Column("asked_at", Ticks),
    number("asks"),
    sa.Column("told_closed_at", Ticks),
)
