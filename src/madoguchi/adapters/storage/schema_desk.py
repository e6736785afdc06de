"""Tables for agents' desks: dispositions and canned replies."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import json_text, metadata, number, text, version

dispositions = sa.Table(
    "dispositions",
    metadata,
    text("id", key=True),
    json_text("names"),
    sa.Column("parent", sa.Text),
    json_text("queues"),
    sa.Column("notes_required", sa.Boolean, nullable=False),
    number("position"),
    version(),
)

canned_replies = sa.Table(
    "canned_replies",
    metadata,
    text("id", key=True),
    text("shortcut"),
    json_text("texts"),
    text("scope"),
    sa.Column("queue", sa.Text),
    sa.Column("owner", sa.Text),
    version(),
)
