"""The tables of the menu trees."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import json_text, metadata, number, text

queue_nodes = sa.Table(
    "queue_nodes",
    metadata,
    text("id", key=True),
    text("channel"),
    sa.Column("parent", sa.Text),
    number("position"),
    json_text("names"),
    json_text("assignments"),
    json_text("settings"),
    sa.Column("hidden", sa.Boolean, nullable=False),
    sa.Column("deleted", sa.Boolean, nullable=False),
    number("version"),
)

queue_menus = sa.Table(
    "queue_menus",
    metadata,
    number("id", key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    json_text("common"),
    number("common_version"),
)
"""One row: what all trees have in common."""
