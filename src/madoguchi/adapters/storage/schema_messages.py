"""The tables of languages and own messages."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import Ticks, json_text, metadata, number, text

language_settings = sa.Table(
    "language_settings",
    metadata,
    text("id", key=True),
    number("version"),
    text("default_language"),
    json_text("live"),
    sa.Column("changed_by", sa.Text),
    sa.Column("changed_at", Ticks),
)

own_messages = sa.Table(
    "own_messages",
    metadata,
    text("message", key=True),
    text("language", key=True),
    number("version"),
    text("text"),
    json_text("audio"),
    sa.Column("changed_by", sa.Text),
    sa.Column("changed_at", Ticks),
)
