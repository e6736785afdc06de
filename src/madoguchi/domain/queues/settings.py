"""Settings that menu nodes inherit: the queue's own, else its parents', else the global ones.

A section is a dataclass whose fields are the settings. Nodes keep only what they set themselves, as JSON scalars by
section and field; `effective` puts a section together again and tells of each value where it comes from. A new section
is one more line in `SECTIONS`.
"""

import types
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from math import inf
from typing import Any, Final, Generic, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from madoguchi.domain.queues.queue import RecordingChannels, RecordingPolicy
from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.kernel.errors import InvalidInputError

S = TypeVar("S")
Scalar: TypeAlias = str | int | float | bool
Stored: TypeAlias = "Scalar | Sequence[Stored] | Mapping[str, Stored] | None"
Overrides: TypeAlias = Mapping[str, Mapping[str, Stored]]
"""Section to field to value, only what is set."""

GLOBAL: Final = "global"
"""Where a value comes from that no node sets."""
QUEUE: Final = "queue"
"""`kind` in a field's metadata: the id of a queue."""


def _within(default: float, least: float, most: float, unit: str = "") -> Any:
    return field(default=default, metadata={"least": least, "most": most, "unit": unit})


def _count(default: int, least: int, most: int) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class WrapUpSettings:
    """What follows a conversation."""

    wrap_up_s: float = _within(60.0, 0, 3600, "s")


@dataclass(frozen=True)
class RecordingSettings:
    """Whether and how calls are recorded."""

    recording: RecordingPolicy = RecordingPolicy.RECORD
    recording_channels: RecordingChannels = RecordingChannels.MONO


class LastResort(Enum):
    """What becomes of a caller who made no choice."""

    GOODBYE = "goodbye"
    DEFAULT_QUEUE = "default_queue"


@dataclass(frozen=True)
class PhoneMenuSettings:
    """How the levels of the phone menu treat callers."""

    wait_s: float = _within(5.0, 1, 60, "s")
    """How long a key is waited for after everything was said."""
    repeats: int = _count(9, 0, 20)
    """How often a level is said again for who asks for it."""
    tries: int = _count(3, 1, 10)
    """Wrong keys and time-outs on one level until the last resort."""
    last_resort: LastResort = LastResort.GOODBYE
    default_queue: str = field(default="", metadata={"kind": QUEUE})
    """Who makes no choice comes here, where the last resort says so."""


@dataclass(frozen=True)
class SmsSettings:
    """What who writes a text message outside hours is told."""

    after_hour_message: bool = False
    after_hour_text: str = field(default="", metadata={"longest": 600})
    """Empty for the built-in words, with the time of the next opening."""


@dataclass(frozen=True)
class Section(Generic[S]):
    """Settings that belong together."""

    name: str
    kind: type[S]
    default: S
    """What counts where not even the global settings say anything: every field has a value."""


ROUTING: Final = Section("routing", RoutingSettings, RoutingSettings())
WRAP_UP: Final = Section("wrap_up", WrapUpSettings, WrapUpSettings())
RECORDING: Final = Section("recording", RecordingSettings, RecordingSettings())
PHONE_MENU: Final = Section("phone_menu", PhoneMenuSettings, PhoneMenuSettings())
SMS: Final = Section("sms", SmsSettings, SmsSettings())

SECTIONS: Final[Mapping[str, Section[Any]]] = {one.name: one for one in (ROUTING, WRAP_UP, RECORDING, PHONE_MENU, SMS)}


@dataclass(frozen=True)
class Effective(Generic[S]):
    """What takes effect at a node."""

    values: S
    sources: Mapping[str, str]
    """Field to the id of the node that sets it, or `GLOBAL`."""


def effective(section: Section[S], chain: Sequence[tuple[str, Overrides]], common: Overrides) -> Effective[S]:
    """Return the settings of a section at a node.

    Args:
        section: which.
        chain: the ids and overrides of the node and its parents, the top level first.
        common: the global settings.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, kind in types_of(section.kind).items():
        values[name], sources[name] = getattr(section.default, name), GLOBAL
        for source, overrides in ((GLOBAL, common), *chain):
            stored = overrides.get(section.name, {}).get(name)
            if stored is not None:
                values[name], sources[name] = _typed(stored, kind), source
    return Effective(section.kind(**values), sources)


def types_of(section: type) -> Mapping[str, Any]:
    """Return the field types of a section; `X | None` counts as `X`."""
    return _types_of(section)


@cache
def _types_of(section: Hashable) -> Mapping[str, Any]:
    return {name: _bare(kind) for name, kind in get_type_hints(section).items()}


def _bare(kind: Any) -> Any:
    if get_origin(kind) in {types.UnionType, Union}:
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    return kind


def _typed(stored: object, kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(stored)
    if isinstance(stored, Mapping) and isinstance(kind, type) and is_dataclass(kind):
        kinds = types_of(kind)
        return kind(**{name: _typed(value, kinds[name]) for name, value in stored.items() if name in kinds})
    if get_origin(kind) is tuple and isinstance(stored, Sequence):
        return tuple(_typed(one, get_args(kind)[0]) for one in stored)
    return float(stored) if kind is float and isinstance(stored, int) else stored


def plain(value: object) -> Stored:
    """Return a setting as it is stored and sent."""
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    assert isinstance(value, Sequence)  # noqa: S101 - sections have no other fields
    return [plain(one) for one in value]


def checked(overrides: Mapping[str, object]) -> Overrides:
    """Return overrides as they may be stored; a field that is null is not set.

    Raises:
        InvalidInputError: there is no such section or field, or the value is not possible; `field` names it as
            `settings.<section>.<field>`.
    """
    result: dict[str, Mapping[str, Stored]] = {}
    for name, values in overrides.items():
        section = SECTIONS.get(name)
        if section is None or not isinstance(values, Mapping):
            raise InvalidInputError("there are no such settings", field=f"settings.{name}")
        kinds = types_of(section.kind)
        known = {one.name: one for one in fields(section.kind)}
        kept: dict[str, Stored] = {}
        for each, value in values.items():
            path = f"settings.{name}.{each}"
            if each not in known:
                raise InvalidInputError("there is no such setting", field=path)
            if value is not None:
                kept[each] = _checked(value, kinds[each], known[each], path)
        if kept:
            result[name] = kept
    return result


def _checked(value: object, kind: Any, described: "Field[Any]", path: str) -> Stored:
    if get_origin(kind) is tuple:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise InvalidInputError("a list is needed", field=path)
        return [_checked(one, get_args(kind)[0], described, f"{path}.{n}") for n, one in enumerate(value)]
    if isinstance(kind, type) and is_dataclass(kind):
        if not isinstance(value, Mapping):
            raise InvalidInputError("a record is needed", field=path)
        known = {one.name: one for one in fields(kind)}
        kinds = types_of(kind)
        for name in value:
            if name not in known:
                raise InvalidInputError("there is no such member", field=f"{path}.{name}")
        return {name: _checked(one, kinds[name], known[name], f"{path}.{name}") for name, one in value.items()}
    return _scalar(value, kind, described, path)


def _scalar(value: object, kind: Any, described: "Field[Any]", path: str) -> Scalar:
    if isinstance(kind, type) and issubclass(kind, Enum):
        choices = [one.value for one in kind]
        if value not in choices:
            raise InvalidInputError(f"one of {', '.join(choices)}", field=path, reason="choice")
        return str(value)
    if kind is bool:
        if not isinstance(value, bool):
            raise InvalidInputError("true or false", field=path, reason="switch")
        return value
    if kind in {int, float}:
        whole = kind is int
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise InvalidInputError("a whole number" if whole else "a number", field=path, reason="number")
        least, most = described.metadata.get("least", -inf), described.metadata.get("most", inf)
        if not least <= value <= most:
            raise InvalidInputError(f"{least} to {most}", field=path, reason="range")
        return value
    if not isinstance(value, str):
        raise InvalidInputError("a text", field=path, reason="text")
    if len(value) > described.metadata.get("longest", inf):
        raise InvalidInputError("too long", field=path, reason="length")
    return value


@dataclass(frozen=True)
class Setting:
    """One field of a section, for whoever draws a form of it."""

    name: str
    kind: str
    """`choice`, `switch`, `whole`, `number`, `text`, `list`, `records` or `queue`."""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    unit: str = ""
    members: "tuple[Setting, ...]" = ()
    """Of the records in a list."""


def described(section: Section[Any]) -> tuple[Setting, ...]:
    """Return what is in a section."""
    kinds = types_of(section.kind)
    return tuple(_described(one, kinds[one.name]) for one in fields(section.kind))


def _described(one: "Field[Any]", kind: Any) -> Setting:
    told = one.metadata
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Setting(one.name, "choice", tuple(str(each.value) for each in kind))
    if get_origin(kind) is tuple and is_dataclass(get_args(kind)[0]):
        (record, *_) = get_args(kind)
        kinds = types_of(record)
        members = tuple(_described(each, kinds[each.name]) for each in fields(record))
        return Setting(one.name, "records", members=members)
    plain_kinds = {bool: "switch", int: "whole", float: "number"}
    name = "list" if get_origin(kind) is tuple else plain_kinds.get(kind, str(told.get("kind", "text")))
    return Setting(one.name, name, least=told.get("least"), most=told.get("most"), unit=str(told.get("unit", "")))
