"""The tables of facts. They lie in the order of time, as every sum asks for a stretch of it."""

from datetime import datetime

import sqlalchemy as sa

from madoguchi.adapters.storage.schema import JsonText, Ticks, metadata

_SPAN = sa.BigInteger


def _text(name: str, *, key: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _span(name: str) -> "sa.Column[int]":
    return sa.Column(name, _SPAN, nullable=False)


def _count(name: str, *, key: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=key, nullable=False, autoincrement=False)


def _when(name: str, *, key: bool = False) -> "sa.Column[datetime]":
    return sa.Column(name, Ticks, primary_key=key, nullable=False)


fact_interactions = sa.Table(
    "fact_interactions",
    metadata,
    _text("id", key=True),
    _text("channel"),
    _text("medium"),
    _text("language"),
    _text("consumer"),
    _text("state"),
    _text("reason"),
    sa.Column("queue", sa.Text),
    _when("started_at"),
    _when("ended_at"),
    _count("stays"),
    _count("handlings"),
    _count("transfers"),
    sa.Index("ix_fact_interactions_started_at", "started_at", "id"),
)

fact_stays = sa.Table(
    "fact_stays",
    metadata,
    _when("queued_at", key=True),
    _text("interaction", key=True),
    _count("number", key=True),
    _text("channel"),
    _text("queue"),
    _text("came"),
    _span("wait_ms"),
    _text("outcome"),
    sa.Column("agent", sa.Text),
    _count("offers"),
    _count("declined"),
    _count("missed"),
    sqlite_with_rowid=False,
)

fact_handlings = sa.Table(
    "fact_handlings",
    metadata,
    _when("started_at", key=True),
    _text("id", key=True),
    _text("interaction"),
    _text("channel"),
    sa.Column("queue", sa.Text),
    _text("agent"),
    _span("talk_ms"),
    _span("hold_ms"),
    _span("wrap_up_ms"),
    sa.Column("transferred", sa.Boolean, nullable=False),
    _text("disposition"),
    sa.Index("ix_fact_handlings_interaction", "interaction"),
    sqlite_with_rowid=False,
)

fact_statuses = sa.Table(
    "fact_statuses",
    metadata,
    _when("started_at", key=True),
    _text("agent", key=True),
    _when("ended_at"),
    _text("status"),
    sa.Column("busy", sa.Boolean, nullable=False),
    sqlite_with_rowid=False,
)

fact_courses = sa.Table(
    "fact_courses",
    metadata,
    _text("agent", key=True),
    _count("seq"),
    sa.Column("data", JsonText, nullable=False),
)
"""How far each agent's journal was read."""
