"""The organisation's own statuses of agents."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, In, Line, Out, Version
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId

router = APIRouter(tags=["statuses"])

Editor = Annotated[Principal, needs(Permission.EDIT_STATUSES)]


class StatusIn(In):
    """A status that agents can choose besides the built-in ones."""

    names: Annotated[dict[Annotated[str, Field(max_length=10)], Line], Field(max_length=20)]
    """Language to name; `en` and `ja` always."""
    colour: Annotated[str, Field(max_length=20, examples=["violet"])] = "grey"
    away: bool = True
    """Nothing is offered in it; otherwise it takes offers as Available does."""


class StatusChangeIn(StatusIn):
    """The same, as it is to be."""

    version: Version


class StatusOut(Out):
    """The same, as it is stored."""

    id: str
    version: int
    names: dict[str, str]
    colour: str
    away: bool


class StatusesOut(Out):
    """All of them."""

    statuses: list[StatusOut]


@router.get("/agent-statuses")
async def all_statuses(actor: Annotated[Principal, needs()], services: InServices) -> StatusesOut:
    """List the organisation's own statuses."""
    return StatusesOut(statuses=[_out(one) for one in await services.statuses.all(actor)])


@router.post("/agent-statuses", status_code=201)
async def make(body: StatusIn, actor: Editor, services: InServices) -> StatusOut:
    """Make a status."""
    return _out(await services.statuses.make(actor, body.names, body.colour, away=body.away))


@router.put("/agent-statuses/{status}")
async def change(status: Id, body: StatusChangeIn, actor: Editor, services: InServices) -> StatusOut:
    """Change a status."""
    changed = CustomStatus(StatusId(status), body.names, body.colour, body.away, body.version)
    return _out(await services.statuses.change(actor, changed))


@router.delete("/agent-statuses/{status}", status_code=204)
async def remove(status: Id, actor: Editor, services: InServices) -> None:
    """Remove a status."""
    await services.statuses.remove(actor, StatusId(status))


def _out(status: CustomStatus) -> StatusOut:
    return StatusOut(
        id=status.id, version=status.version, names=dict(status.names), colour=status.colour, away=status.away
    )
