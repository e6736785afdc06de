"""The table of the audit log. Nothing refers to other tables: things go, what was done to them stays."""

import sqlalchemy as sa

from madoguchi.adapters.storage.columns import instant, json_text, metadata, number, text

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    instant("at"),
    sa.Column("by", sa.Text),
    text("by_name"),
    text("address"),
    text("subject"),
    text("thing"),
    text("name"),
    text("action"),
    json_text("changes"),
    number("version"),
    text("search_key"),
    sa.Index("ix_audit_at", "at"),
    sa.Index("ix_audit_thing", "thing", "seq"),
)
