"""Figures of past days, as JSON and as a table to take away. What is live comes over the realtime socket."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.files import named
from madoguchi.adapters.http.models import Id, In, Out, QueueRef, Version
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.figures.periods import Interval
from madoguchi.domain.figures.totals import Goals
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId
from madoguchi.services.figures import By, Question

router = APIRouter(prefix="/figures", tags=["figures"])

Reader = Annotated[Principal, needs(Permission.VIEW_REPORTS)]


class GoalsIn(In):
    """What the organisation aims at."""

    answer_s: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)]
    service_level: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    short_abandon_s: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]
    version: Version


class GoalsOut(Out):
    """What the organisation aims at."""

    answer_s: float
    service_level: float
    short_abandon_s: float
    version: int


class Figures(Out):
    """Counts; parts are 0 to 1, lengths are seconds; null where there is nothing to divide by."""

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    service_level: float | None
    abandon_rate: float | None
    asa_s: float | None
    longest_wait_s: float
    handled: int
    aht_s: float | None
    talk_s: float | None
    hold_s: float | None
    wrap_up_s: float | None
    transfers: int


class FiguresRow(Figures):
    """The figures of one queue, agent or interval."""

    id: str
    queue: QueueRef | None = None
    """By queue; null for one that was deleted."""
    name: str | None = None
    """By agent."""
    at: str | None = None
    """By interval: when it begins, in the centre's time."""
    occupancy: float | None = None
    busy_s: float | None = None
    idle_s: dict[str, float] | None = None


class FiguresOut(Out):
    """The figures of a period."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    zone: str
    by: str
    interval: str
    channel: str | None
    goals: GoalsOut
    total: Figures
    rows: list[FiguresRow]


def _question(
    from_: Annotated[date | None, Query(alias="from", description="The first day; today where it is none.")] = None,
    to: Annotated[date | None, Query(description="The last day, inclusive; at most 90 days.")] = None,
    by: By = By.QUEUE,
    channel: Channel | None = None,
    queue: Id | None = None,
    interval: Annotated[Interval | None, Query(description="Only with by=interval.")] = None,
) -> Question:
    return Question(from_, to, by, channel, QueueId(queue) if queue is not None else None, interval)


Asked = Annotated[Question, Depends(_question)]
Language = Annotated[str, Query(pattern="^(en|ja)$")]


@router.get("", response_model=FiguresOut)
async def figures(question: Asked, actor: Reader, services: InServices) -> dict[str, Any]:
    """Return the figures of whole days in the centre's time zone."""
    return dict(await services.figures.of(actor, question))


@router.get("/export", response_class=Response)
async def export(question: Asked, actor: Reader, services: InServices, language: Language = "en") -> Response:
    """Return the same as CSV."""
    name, table = await services.figures.exported(actor, question, language)
    headers = {"Content-Disposition": named("attachment", name)}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


@router.put("/goals", status_code=204)
async def set_goals(body: GoalsIn, actor: Reader, services: InServices) -> None:
    """Change what counts as in time, and who left too soon to count; past days are counted by it, too."""
    await services.figures.set_goals(
        actor, Goals(body.answer_s, body.service_level, body.short_abandon_s, body.version)
    )
