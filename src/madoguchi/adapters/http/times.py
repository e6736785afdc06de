"""Query parameters and answers that several routes share: pages by time, and transfer targets."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime

from madoguchi.adapters.http.models import RowsOut, TransferIn
from madoguchi.domain.transfers import ToAgent, ToQueue
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.kernel.time import Instant


def _in_utc(value: Instant) -> Instant:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Before = Annotated[Moment | None, Query(description="Only what ended before: RFC 3339.")]


def page(rows: Sequence[Mapping[str, Any]], limit: int) -> RowsOut:
    """Return `rows` as one page; a full one names the next."""
    following = rows[-1].get("ended_at") if len(rows) == limit else None
    return RowsOut(rows=[dict(row) for row in rows], next=following)


def target(body: TransferIn) -> ToQueue | ToAgent:
    """Return where the transfer goes."""
    return ToQueue(QueueId(body.queue)) if body.queue is not None else ToAgent(UserId(body.agent or ""))
