"""The tables of the ledger. They refer to no others: what was listened to may go, the ledger stays."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import instant, metadata, number, text

listening = sa.Table(
    "listening",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    text("text"),
    text("previous"),
    text("hash"),
    instant("at"),
    text("listening"),
    number("number"),
    text("user"),
    text("interaction"),
    text("what"),
    text("node"),
    # No entry has two that follow it, and none is noted twice.
    sa.Index("ix_listening_previous", "previous", unique=True),
    sa.Index("ix_listening_listening", "listening", "number", unique=True),
    sa.Index("ix_listening_what", "what", "seq"),
    sa.Index("ix_listening_user", "user", "seq"),
    sa.Index("ix_listening_at", "at"),
)

listening_signs = sa.Table("listening_signs", metadata, text("node", key=True), instant("at"))
