"""Tables of people: roles, teams, links, second factors. Users themselves are in `schema`."""

import sqlalchemy as sa

from madoguchi.adapters.storage.schema import JsonText, Ticks, metadata

roles = sa.Table(
    "roles",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("colour", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("grants", JsonText, nullable=False),
    sa.Column("assignable", JsonText, nullable=False),
    sa.Column("second_factor", sa.Boolean, nullable=False),
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("position", sa.Integer, nullable=False),
)

team_people = sa.Table(
    "team_people",
    metadata,
    sa.Column("team_id", sa.Text, sa.ForeignKey("teams.id"), primary_key=True, nullable=False),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id"), primary_key=True, nullable=False),
    sa.Column("manager", sa.Boolean, nullable=False),
    sa.Index("ix_team_people_user_id", "user_id"),
)
"""Who is in which team: the key lets nobody be member and manager of the same one."""

links = sa.Table(
    "links",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True, nullable=False),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("created_at", Ticks, nullable=False),
    sa.Column("expires_at", Ticks, nullable=False),
    sa.Index("ix_links_user_id", "user_id"),
)

second_factors = sa.Table(
    "second_factors",
    metadata,
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id"), primary_key=True, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),
    sa.Column("recovery_hashes", JsonText, nullable=False),
)
