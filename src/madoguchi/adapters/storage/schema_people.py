"""Tables of people: roles, teams, links, second factors. Users themselves are in `schema`."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import instant, json_text, metadata, number, text, version

roles = sa.Table(
    "roles",
    metadata,
    text("id", key=True),
    text("name"),
    text("label"),
    text("colour"),
    number("position"),
    json_text("grants"),
    json_text("assignable"),
    sa.Column("second_factor", sa.Boolean, nullable=False),
    version(),
)

teams = sa.Table(
    "teams",
    metadata,
    text("id", key=True),
    text("name"),
    sa.Column("parent", sa.Text),
    number("position"),
    version(),
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
    text("token_hash", key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id"), nullable=False),
    text("kind"),
    instant("created_at"),
    instant("expires_at"),
    sa.Index("ix_links_user_id", "user_id"),
)

second_factors = sa.Table(
    "second_factors",
    metadata,
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.id"), primary_key=True, nullable=False),
    text("secret"),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),
    json_text("recovery_hashes"),
)
