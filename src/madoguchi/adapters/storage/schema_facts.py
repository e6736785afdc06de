"""The tables of facts. They lie in the order of time, as every sum asks for a stretch of it."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import instant, json_text, metadata, number, span, text

fact_interactions = sa.Table(
    "fact_interactions",
    metadata,
    text("id", key=True),
    text("channel"),
    text("medium"),
    text("language"),
    text("consumer"),
    text("state"),
    text("reason"),
    sa.Column("queue", sa.Text),
    instant("started_at"),
    instant("ended_at"),
    number("stays"),
    number("handlings"),
    number("transfers"),
    sa.Index("ix_fact_interactions_started_at", "started_at", "id"),
)

fact_stays = sa.Table(
    "fact_stays",
    metadata,
    instant("queued_at", key=True),
    text("interaction", key=True),
    number("number", key=True),
    text("channel"),
    text("queue"),
    text("came"),
    span("wait_ms"),
    text("outcome"),
    sa.Column("agent", sa.Text),
    number("offers"),
    number("declined"),
    number("missed"),
    sqlite_with_rowid=False,
)

fact_handlings = sa.Table(
    "fact_handlings",
    metadata,
    instant("started_at", key=True),
    text("id", key=True),
    text("interaction"),
    text("channel"),
    sa.Column("queue", sa.Text),
    text("agent"),
    span("talk_ms"),
    span("hold_ms"),
    span("wrap_up_ms"),
    sa.Column("transferred", sa.Boolean, nullable=False),
    text("disposition"),
    text("notes"),
    sa.Index("ix_fact_handlings_interaction", "interaction"),
    sqlite_with_rowid=False,
)

fact_statuses = sa.Table(
    "fact_statuses",
    metadata,
    instant("started_at", key=True),
    text("agent", key=True),
    instant("ended_at"),
    text("status"),
    sa.Column("busy", sa.Boolean, nullable=False),
    sqlite_with_rowid=False,
)

fact_courses = sa.Table(
    "fact_courses",
    metadata,
    text("agent", key=True),
    number("seq"),
    json_text("data"),
)
"""How far each agent's journal was read."""
