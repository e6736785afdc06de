"""The tables of hours and holidays: one row a record, and one a change."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import instant, json_text, metadata, number, text

hours = sa.Table(
    "hours",
    metadata,
    text("id", key=True),
    text("subject"),
    number("version"),
    json_text("data"),
    instant("saved_at"),
    text("saved_by"),
    text("saved_by_name"),
)

hours_changes = sa.Table(
    "hours_changes",
    metadata,
    text("id", key=True),
    number("version", key=True),
    text("subject"),
    instant("saved_at"),
    text("saved_by"),
    text("saved_by_name"),
    json_text("before"),
    json_text("after"),
    sa.Index("ix_hours_changes_saved_at", "saved_at"),
)
"""`before` and `after` are JSON's null where there is nothing. Nothing refers to `hours`: records go, changes stay."""
