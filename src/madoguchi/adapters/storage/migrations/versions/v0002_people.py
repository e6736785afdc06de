"""People: profiles, roles, teams, links, second factors."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables, and what users have besides."""
    _users()
    _roles_and_teams()
    _proofs()


def _users() -> None:
    for name in ("first_name", "last_name", "location", "avatar", "search_key", "sort_key"):
        op.add_column("users", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("phone", "agent_number"):
        op.add_column("users", sa.Column(name, sa.Text(), nullable=True))
    op.create_index("uq_users_agent_number", "users", ["agent_number"], unique=True)
    users = sa.table(
        "users", *(sa.column(name) for name in ("id", "name", "email", "last_name", "search_key", "sort_key"))
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(users.c.id, users.c.name, users.c.email)).all():
        folded = unicodedata.normalize("NFKC", f"{row.name} {row.email}").casefold()
        sort_key = unicodedata.normalize("NFKC", row.name).casefold()
        change = sa.update(users).where(users.c.id == row.id)
        connection.execute(change.values(last_name=row.name, search_key=folded, sort_key=sort_key))


def _roles_and_teams() -> None:
    op.create_table(
        "roles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("grants", sa.Text(), nullable=False),
        sa.Column("assignable", sa.Text(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_table(
        "team_people",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("manager", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_people_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_people_user_id")),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_team_people")),
    )
    op.create_index("ix_team_people_user_id", "team_people", ["user_id"], unique=False)


def _proofs() -> None:
    op.create_table(
        "links",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_links_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_links")),
    )
    op.create_index("ix_links_user_id", "links", ["user_id"], unique=False)
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery_hashes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
