"""The table of the ledger of listening. Nothing refers to other tables: people and calls go, what was heard stays."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import instant, metadata, text

listening = sa.Table(
    "listening",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    instant("at"),
    text("session"),
    text("what"),
    text("mode"),
    text("user_id"),
    text("user_name"),
    text("interaction"),
    text("channel"),
    text("agent"),
    text("agent_name"),
    text("queue"),
    text("seal"),
    sa.Index("ix_listening_session", "session"),
    sa.Index("ix_listening_at", "at"),
)
"""The key lets two processes that add at once not both be the next."""
