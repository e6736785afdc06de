"""What the schema's columns are made of, for SQLite and PostgreSQL alike.

Instants are whole microseconds since 1970 and JSON is text: both databases compare, index and give them back exactly,
and PostgreSQL's own JSON types refuse texts that people can type (a NUL character, for one).
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from madoguchi.kernel.time import Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def to_ticks(value: Instant) -> int:
    """Return the microseconds from 1970 to `value`."""
    return (value - _EPOCH) // _TICK


def from_ticks(ticks: int) -> Instant:
    """Return the instant `ticks` microseconds after 1970."""
    return _EPOCH + ticks * _TICK


def to_json(value: object) -> str:
    """Write `value` as JSON text."""
    return msgspec.json.encode(value).decode()


def from_json(text: str) -> Any:
    """Read JSON text."""
    return msgspec.json.decode(text)


class Ticks(sa.types.TypeDecorator[datetime]):
    """An instant as microseconds since 1970."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - its base's
        """Encode."""
        return None if value is None else to_ticks(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its base's
        """Decode."""
        return None if value is None else from_ticks(value)


class JsonText(sa.types.TypeDecorator[Any]):
    """JSON as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:  # noqa: ARG002 - its base's
        """Encode."""
        return to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - its base's
        """Decode."""
        return None if value is None else from_json(value)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text(name: str, *, key: bool = False) -> "sa.Column[str]":
    """Return a column of text that is always there."""
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def instant(name: str, *, key: bool = False) -> "sa.Column[datetime]":
    """Return a column of instants that is always there."""
    return sa.Column(name, Ticks, primary_key=key, nullable=False)


def json_text(name: str) -> "sa.Column[Any]":
    """Return a column of JSON that is always there; it may be JSON's null."""
    return sa.Column(name, JsonText, nullable=False)


def number(name: str, *, key: bool = False) -> "sa.Column[int]":
    """Return a column of whole numbers that is always there and that no database counts up."""
    return sa.Column(name, sa.Integer, primary_key=key, nullable=False, autoincrement=False)


def span(name: str) -> "sa.Column[int]":
    """Return a column of milliseconds that is always there."""
    return sa.Column(name, sa.BigInteger, nullable=False)


def version() -> "sa.Column[int]":
    """Return the column that counts a record's changes; rows that were there before it are at 1."""
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")
