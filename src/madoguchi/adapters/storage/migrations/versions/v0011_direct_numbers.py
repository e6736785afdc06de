"""Telephone numbers that lead to one agent."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column and the table that keeps numbers apart; nobody has one yet."""
    op.add_column("users", sa.Column("direct_numbers", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "direct_numbers",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_direct_numbers"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_direct_numbers_user_id"),
    )
    op.create_index("ix_direct_numbers_user_id", "direct_numbers", ["user_id"])
