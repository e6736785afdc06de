"""Notes of closed handlings, which a consumer's history shows."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column, and fill it from the journals of the agents whose handlings are known."""
    op.add_column("fact_handlings", sa.Column("notes", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    closed = connection.execute(
        sa.text(
            "SELECT journal.data FROM journal JOIN fact_courses ON fact_courses.agent = journal.interaction "
            "WHERE journal.kind = 'HandlingClosed'"
        )
    )
    told = [json.loads(row.data) for row in closed]
    written = [
        {"id": one["handling"], "interaction": one["interaction"], "notes": one["notes"]}
        for one in told
        if one.get("notes")
    ]
    if written:
        connection.execute(
            sa.text("UPDATE fact_handlings SET notes = :notes WHERE interaction = :interaction AND id = :id"), written
        )
