"""The ledger of listening."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables; the ledger begins empty."""
    op.create_table(
        "listening",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("listening", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_listening"),
    )
    op.create_index("ix_listening_previous", "listening", ["previous"], unique=True)
    op.create_index("ix_listening_listening", "listening", ["listening", "number"], unique=True)
    op.create_index("ix_listening_what", "listening", ["what", "seq"], unique=False)
    op.create_index("ix_listening_user", "listening", ["user", "seq"], unique=False)
    op.create_index("ix_listening_at", "listening", ["at"], unique=False)
    op.create_table(
        "listening_signs",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_listening_signs"),
    )
