"""The table of queues' deflections."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import json_text, metadata, text, version

queue_deflections = sa.Table(
    "queue_deflections",
    metadata,
    text("queue", key=True),
    sa.Column("enabled", sa.Boolean, nullable=False),
    json_text("plan"),
    version(),
)
