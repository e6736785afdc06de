"""Routing settings of queues, skills of users, and the organisation's own statuses."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0001"


def upgrade() -> None:
    """Put what a queue knew of routing into one column, and add what is new."""
    _skills()
    _queues()
    _statuses()


def _skills() -> None:
    op.add_column("users", sa.Column("skills", sa.Text(), nullable=False, server_default="{}"))


def _queues() -> None:
    op.add_column("queues", sa.Column("routing", sa.Text(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT id, offer_policy, offer_s, attempts FROM queues")).all()
    for queue, policy, offer_s, attempts in found:
        routing = json.dumps({"policy": policy, "offer_s": offer_s, "attempts": attempts})
        connection.execute(
            sa.text("UPDATE queues SET routing = :routing WHERE id = :queue"), {"routing": routing, "queue": queue}
        )
    for column in ("offer_policy", "offer_s", "attempts"):
        op.drop_column("queues", column)


def _statuses() -> None:
    op.create_table(
        "agent_statuses",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_statuses")),
    )
