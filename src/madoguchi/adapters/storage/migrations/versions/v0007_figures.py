"""Facts of what is over, from which figures are made."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables of facts. What has happened before is told from the journal at the next start."""
    _interactions()
    _stays()
    _handlings()
    _statuses()


def _interactions() -> None:
    op.create_table(
        "fact_interactions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("stays", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("handlings", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transfers", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_interactions")),
    )
    op.create_index("ix_fact_interactions_started_at", "fact_interactions", ["started_at", "id"], unique=False)


def _stays() -> None:
    op.create_table(
        "fact_stays",
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("came", sa.Text(), nullable=False),
        sa.Column("wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("offers", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("declined", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("missed", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("queued_at", "interaction", "number", name=op.f("pk_fact_stays")),
        sqlite_with_rowid=False,
    )


def _handlings() -> None:
    op.create_table(
        "fact_handlings",
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=False),
        sa.Column("transferred", sa.Boolean(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("started_at", "id", name=op.f("pk_fact_handlings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_handlings_interaction", "fact_handlings", ["interaction"], unique=False)


def _statuses() -> None:
    op.create_table(
        "fact_statuses",
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("busy", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("started_at", "agent", name=op.f("pk_fact_statuses")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_courses",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_fact_courses")),
    )
