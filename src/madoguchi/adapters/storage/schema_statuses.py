"""The table of the organisation's own statuses."""

import sqlalchemy as sa

from madoguchi.adapters.storage.schema import JsonText, metadata

agent_statuses = sa.Table(
    "agent_statuses",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("names", JsonText, nullable=False),
    sa.Column("colour", sa.Text, nullable=False),
    sa.Column("away", sa.Boolean, nullable=False),
)
