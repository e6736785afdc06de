"""The tables of languages and own messages."""

import sqlalchemy as sa

from madoguchi.adapters.storage.schema import JsonText, Ticks, metadata

language_settings = sa.Table(
    "language_settings",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
    sa.Column("default_language", sa.Text, nullable=False),
    sa.Column("live", JsonText, nullable=False),
    sa.Column("changed_by", sa.Text),
    sa.Column("changed_at", Ticks),
)

own_messages = sa.Table(
    "own_messages",
    metadata,
    sa.Column("message", sa.Text, primary_key=True, nullable=False),
    sa.Column("language", sa.Text, primary_key=True, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("audio", JsonText, nullable=False),
    sa.Column("changed_by", sa.Text),
    sa.Column("changed_at", Ticks),
)
