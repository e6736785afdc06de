"""Deflections of single queues and levels."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table; no queue has a deflection of its own."""
    op.create_table(
        "queue_deflections",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name="pk_queue_deflections"),
    )
