"""Inserts that can meet what is there, in the words of the database at hand."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an insert into `table` that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    made = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return made(table)


def upsert(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> None:
    """Store a row, replacing what `values` name of the one with the same key."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    connection.execute(insert(connection, table).values(values).on_conflict_do_update(index_elements=keys, set_=rest))
