"""Variables in texts: which there are, how they are written, and how their values are said in each language."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

Value: TypeAlias = str | int | datetime
"""A name, a number, or an instant in the organisation's own time zone."""

_WRITTEN: Final = re.compile(r"@\{([A-Z_]+)\}")
_BEGUN: Final = re.compile(r"@\{([^{}]*)(\}?)")
_NOON: Final = 12


class Variable(Enum):
    """What a text may refer to."""

    COMPANY = "COMPANY"
    END_USER = "END_USER"
    """The consumer's name; a word like “customer” where it is not known."""
    AGENT = "AGENT"
    QUEUE = "QUEUE"
    KEY = "KEY"
    POSITION = "POSITION"
    QUEUE_SIZE = "QUEUE_SIZE"
    """How many wait, the caller included."""
    ESTIMATED_WAIT_TIME_IN_MINUTES = "ESTIMATED_WAIT_TIME_IN_MINUTES"
    """With its unit: “5 minutes”."""
    NEXT_REOPEN_HOUR = "NEXT_REOPEN_HOUR"


SAMPLES: Final[Mapping[str, Mapping[Variable, Value]]] = {
    "en": {
        Variable.END_USER: "Alex Smith",
        Variable.AGENT: "Emily Parker",
        Variable.QUEUE: "Orders & delivery",
    },
    "ja": {
        Variable.END_USER: "田中 太郎",
        Variable.AGENT: "佐藤 美咲",
        Variable.QUEUE: "注文・配送",
    },
}
"""Names with which a text is tried out."""
_SAMPLE_NUMBERS: Final[Mapping[Variable, Value]] = {
    Variable.KEY: 1,
    Variable.POSITION: 3,
    Variable.QUEUE_SIZE: 5,
    Variable.ESTIMATED_WAIT_TIME_IN_MINUTES: 5,
    Variable.NEXT_REOPEN_HOUR: datetime(2026, 1, 5, 9, 30),  # noqa: DTZ001 - only its hour is said
}
NOBODY_KNOWN: Final[Mapping[str, str]] = {"en": "Customer", "ja": "お客様"}
"""What `END_USER` is where nobody knows the consumer's name."""


class TextFault(Enum):
    """What is wrong with a text."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN_VARIABLE = "unknown_variable"
    MISPLACED_VARIABLE = "misplaced_variable"
    """There is such a variable, but it has no value when this message is said."""
    UNCLOSED_VARIABLE = "unclosed_variable"
    MISSING_VARIABLE = "missing_variable"
    """Without it the message would not tell what it is there for."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a text."""

    kind: TextFault
    position: int
    """How many characters stand before it."""
    name: str = ""
    """The variable's name as it was written."""


def faults(text: str, allowed: Collection[Variable], required: Sequence[Variable], longest: int) -> tuple[Fault, ...]:
    """Return everything that is wrong with an own text, in order of its place; nothing where it can be used."""
    if not text.strip():
        return (Fault(TextFault.EMPTY, 0),)
    found = [Fault(TextFault.TOO_LONG, longest)] if len(text) > longest else []
    names = {one.value for one in Variable}
    possible = {one.value for one in allowed}
    for one in _BEGUN.finditer(text):
        name, closed = one[1], bool(one[2])
        if not closed:
            found.append(Fault(TextFault.UNCLOSED_VARIABLE, one.start(), name.split()[0] if name.split() else ""))
        elif name not in names:
            found.append(Fault(TextFault.UNKNOWN_VARIABLE, one.start(), name))
        elif name not in possible:
            found.append(Fault(TextFault.MISPLACED_VARIABLE, one.start(), name))
    used = set(_WRITTEN.findall(text))
    found += [Fault(TextFault.MISSING_VARIABLE, len(text), one.value) for one in required if one.value not in used]
    return tuple(sorted(found, key=lambda fault: fault.position))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its variables filled in; one without a value stays out."""
    return _WRITTEN.sub(lambda found: values.get(found[1], ""), text)


def spoken(name: str, value: Value, language: str) -> str:
    """Return how the value of the variable `name` is said in `language`."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return _CLOCKS.get(language, _clock_en)(value)
    number = f"{value}" if language == "ja" else f"{value:,}"
    if name == Variable.ESTIMATED_WAIT_TIME_IN_MINUTES.value:
        return _MINUTES.get(language, _minutes_en)(number)
    return number


def samples(language: str) -> Mapping[str, Value]:
    """Return a value for every variable but the organisation's name, to try a text out."""
    named = SAMPLES.get(language, SAMPLES["en"])
    return {one.value: value for one, value in {**_SAMPLE_NUMBERS, **named}.items()}


def _clock_en(at: datetime) -> str:
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % _NOON or _NOON}{minutes} {'AM' if at.hour < _NOON else 'PM'}"


def _clock_ja(at: datetime) -> str:
    minutes = f"{at.minute}分" if at.minute else ""
    return f"{'午前' if at.hour < _NOON else '午後'}{at.hour % _NOON}時{minutes}"


def _minutes_en(number: str) -> str:
    return f"{number} minute" if number == "1" else f"{number} minutes"


def _minutes_ja(number: str) -> str:
    return f"{number}分"


_CLOCKS: Final[Mapping[str, Callable[[datetime], str]]] = {"en": _clock_en, "ja": _clock_ja}
_MINUTES: Final[Mapping[str, Callable[[str], str]]] = {"en": _minutes_en, "ja": _minutes_ja}
