"""Points in time and lengths of time. Nobody here knows what time it is now."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = datetime
"""An aware UTC datetime. `instant()` makes one from text; the Clock port tells the present one."""

Span: TypeAlias = timedelta
"""A length of time."""


def instant(text: str) -> Instant:
    """Read an RFC 3339 time stamp.

    Raises:
        ValueError: `text` is no time stamp, or it names no offset from UTC.
    """
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return value.astimezone(UTC)


def stamp(value: Instant) -> str:
    """Write `value` as RFC 3339 in UTC with milliseconds: `2026-11-23T09:00:00.000Z`."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
