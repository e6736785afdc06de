"""Tables for agents' desks: dispositions and canned replies."""

import sqlalchemy as sa

from madoguchi.adapters.storage.schema import JsonText, metadata

dispositions = sa.Table(
    "dispositions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("names", JsonText, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("queues", JsonText, nullable=False),
    sa.Column("notes_required", sa.Boolean, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
)

canned_replies = sa.Table(
    "canned_replies",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("shortcut", sa.Text, nullable=False),
    sa.Column("texts", JsonText, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("queue", sa.Text),
    sa.Column("owner", sa.Text),
)
