"""The tables of hours and holidays: one row a record, and one a change."""

import sqlalchemy as sa

from madoguchi.adapters.storage.schema import JsonText, Ticks, metadata

hours = sa.Table(
    "hours",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
    sa.Column("data", JsonText, nullable=False),
    sa.Column("saved_at", Ticks, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("saved_by_name", sa.Text, nullable=False),
)

hours_changes = sa.Table(
    "hours_changes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("version", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("saved_at", Ticks, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("saved_by_name", sa.Text, nullable=False),
    sa.Column("before", JsonText, nullable=False),
    sa.Column("after", JsonText, nullable=False),
    sa.Index("ix_hours_changes_saved_at", "saved_at"),
)
"""`before` and `after` are JSON's null where there is nothing. Nothing refers to `hours`: records go, changes stay."""
