"""The table of the organisation's own statuses."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import json_text, metadata, text, version

agent_statuses = sa.Table(
    "agent_statuses",
    metadata,
    text("id", key=True),
    json_text("names"),
    text("colour"),
    sa.Column("away", sa.Boolean, nullable=False),
    version(),
)
