"""Parts of files: the `Range` header of RFC 9110 section 14, one part at a time."""

import re
from dataclasses import dataclass
from typing import Final

_ONE: Final = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$", re.ASCII)


@dataclass(frozen=True)
class Part:
    """The bytes from `start` up to, not including, `end`."""

    start: int
    end: int


class NoSuchPart(ValueError):  # noqa: N818 - a fact about the header, translated by the route
    """The range lies behind the end of the file."""


def part_of(header: str | None, size: int) -> Part | None:
    """Return the part of a file of `size` bytes that `header` asks for, or None where the whole file is to be sent.

    A header that is no byte range, or asks for several, may be ignored (RFC 9110 section 14.2), and is.

    Raises:
        NoSuchPart: the file ends before.
    """
    match = _ONE.match(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise NoSuchPart
    return Part(start, end)
