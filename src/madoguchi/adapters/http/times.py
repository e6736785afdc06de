"""Query parameters and answers that several routes share: pages by time, and transfer targets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Annotated, Any, Final

from fastapi import Depends, Query

from madoguchi.adapters.http.models import RowsOut, TransferIn
from madoguchi.domain.transfers import ToAgent, ToQueue
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.kernel.time import Instant, instant

_ID: Final = re.compile(r"[A-Za-z0-9]+_[A-Za-z0-9]{1,60}")
_LENGTH: Final = 100


@dataclass(frozen=True)
class Place:
    """Where a page begins: a time, and which of those that ended then was the last of the page before."""

    at: Instant | None = None
    id: str = ""


def _place(
    before: Annotated[
        str | None,
        Query(
            description="Only what ended before: RFC 3339, or `next` of the page before.",
            max_length=_LENGTH,
            examples=["2026-11-23T09:00:00.000Z"],
        ),
    ] = None,
) -> Place:
    if before is None:
        return Place()
    text, _, last = before.partition("/")
    try:
        at = instant(text)
    except (ValueError, OverflowError):
        raise InvalidInputError("is no time as RFC 3339 has it", field="before") from None
    if last and not _ID.fullmatch(last):
        raise InvalidInputError("was not made by us", field="before")
    return Place(at, last)


Before = Annotated[Place, Depends(_place)]


Time = Annotated[str | None, Query(max_length=40, examples=["2026-11-23T09:00:00Z"])]
"""One end of a period, as RFC 3339 has it."""


def time_of(text: str | None, field: str) -> Instant | None:
    """Return the time that a query parameter names, if it names one.

    Raises:
        InvalidInputError: it is no time.
    """
    if text is None:
        return None
    try:
        return instant(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInputError("is no time as RFC 3339 has it", field=field) from None


def page(rows: Sequence[Mapping[str, Any]], limit: int) -> RowsOut:
    """Return `rows` as one page; a full one names the next.

    Clocks tick in whole milliseconds, as rows tell times; so time and id name one row, and no row is between two pages.
    """
    following = f"{rows[-1]['ended_at']}/{rows[-1]['id']}" if len(rows) == limit else None
    return RowsOut(rows=[dict(row) for row in rows], next=following)


def target(body: TransferIn) -> ToQueue | ToAgent:
    """Return where the transfer goes."""
    return ToQueue(QueueId(body.queue)) if body.queue is not None else ToAgent(UserId(body.agent or ""))
