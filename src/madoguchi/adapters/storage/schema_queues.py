"""The tables of the menu trees."""

import sqlalchemy as sa

from madoguchi.adapters.storage.schema import JsonText, metadata

queue_nodes = sa.Table(
    "queue_nodes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("names", JsonText, nullable=False),
    sa.Column("assignments", JsonText, nullable=False),
    sa.Column("settings", JsonText, nullable=False),
    sa.Column("hidden", sa.Boolean, nullable=False),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

queue_menus = sa.Table(
    "queue_menus",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("common", JsonText, nullable=False),
    sa.Column("common_version", sa.Integer, nullable=False),
)
"""One row: what all trees have in common."""
