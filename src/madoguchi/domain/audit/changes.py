"""The difference of two records, field by field. The only place that works it out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from typing import Any, Final

from madoguchi.domain.audit.entries import Change, Plain, Told

MANY: Final = 30
"""From this length on, of lists of words only the difference is told."""
ALL: Final = "*"
"""Stands in paths for an item whose key is empty, such as the language of whoever serves all languages."""
_KEYS: Final = ("id", "language")
"""By which of its fields an item is found again in a list."""


def changes(before: Plain, after: Plain, hidden: Collection[str] = ()) -> tuple[Change, ...]:
    """Return what differs between two records in plain form (`plain`), by path.

    Args:
        before: the record as it was; None for nothing.
        after: the record as it is; None for nothing.
        hidden: paths of which only is told that they differ.
    """
    return tuple(_differing("", before, after, hidden))


def plain(value: object) -> Plain:  # noqa: PLR0911 - one for each kind of value
    """Return a record as JSON could say it, but sets as sets still, and lists keyed where their items have keys."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)) or ALL: plain(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return frozenset(plain(item) for item in value)
    if isinstance(value, Sequence):
        return _keyed([plain(item) for item in value])
    raise TypeError(f"nobody has said how a {type(value).__name__} is told")


def _keyed(items: list[Any]) -> Plain:
    """Return records in a list by their key, so that one that moves or changes is compared with itself."""
    for name in _KEYS:
        if items and all(isinstance(item, dict) and name in item for item in items):
            keys = [str(item[name]) or ALL for item in items]
            if len(set(keys)) == len(keys):
                rests = [{field: value for field, value in item.items() if field != name} for item in items]
                return dict(zip(keys, rests, strict=True))
    return items


def _differing(path: str, before: Plain, after: Plain, hidden: Collection[str]) -> Iterator[Change]:
    if before == after or (_nothing(before) and _nothing(after)):
        return
    if path in hidden:
        yield Change(path, None, None, Told.HIDDEN)
    elif isinstance(before, dict) or isinstance(after, dict):
        # Something that is compared with nothing is told field by field as well.
        old, new = _fields(before), _fields(after)
        for name in [*old, *(one for one in new if one not in old)]:
            yield from _differing(f"{path}.{name}" if path else name, old.get(name), new.get(name), hidden)
        if not isinstance(before, dict) and not _nothing(before):
            yield Change(path, _json(before), None)
        if not isinstance(after, dict) and not _nothing(after):
            yield Change(path, None, _json(after))
    elif _told_in_part(before, after):
        was, now = frozenset(before or ()), frozenset(after or ())
        if was != now:
            yield Change(path, sorted(was - now), sorted(now - was), Told.PART)
        else:
            # The same in another order.
            yield Change(path, None, None, Told.HIDDEN)
    else:
        yield Change(path, _json(before), _json(after))


def _fields(value: Plain) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _nothing(value: Plain) -> bool:
    """Whether it says nothing: what is not there and what is empty are the same to a reader."""
    return value is None or value == "" or (isinstance(value, dict | list | frozenset) and not value)


def _told_in_part(before: Plain, after: Plain) -> bool:
    """Whether both are collections, of words only, and one is a set or long."""
    both = (before, after)
    return all(_nothing(one) or isinstance(one, frozenset | list) for one in both) and any(
        isinstance(one, frozenset) or _long(one) for one in both
    )


def _long(value: Plain) -> bool:
    return isinstance(value, list) and len(value) >= MANY and all(isinstance(one, str) for one in value)


def _json(value: Plain) -> Plain:
    return sorted(value) if isinstance(value, frozenset) else value
