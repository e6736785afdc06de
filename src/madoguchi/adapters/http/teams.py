"""The tree of teams."""

from typing import Annotated

from fastapi import APIRouter

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id
from madoguchi.adapters.http.people_models import PartIn, TeamChangeIn, TeamIn, TeamMoveIn, TeamOut, TeamsOut
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import TeamId, UserId
from madoguchi.services.teams import Part, TeamDraft

router = APIRouter(prefix="/teams", tags=["teams"])

Reader = Annotated[Principal, needs(Permission.VIEW_TEAMS)]
Editor = Annotated[Principal, needs(Permission.EDIT_TEAMS)]


@router.get("")
async def listed(actor: Reader, services: InServices) -> TeamsOut:
    """List the teams that the caller may see."""
    return TeamsOut(teams=[_told(team, depth) for team, depth in services.teams.listed(actor)])


@router.post("", status_code=201)
async def create(body: TeamIn, actor: Editor, services: InServices) -> TeamOut:
    """Make a team."""
    return _told(await services.teams.create(actor, _draft(body)), 0)


@router.put("/{team}", status_code=204)
async def change(team: Id, body: TeamChangeIn, actor: Editor, services: InServices) -> None:
    """Rename a team, or hang it below another."""
    await services.teams.change(actor, TeamId(team), _draft(body), body.version)


@router.post("/{team}/move", status_code=204)
async def move(team: Id, body: TeamMoveIn, actor: Editor, services: InServices) -> None:
    """Move a team one place among its siblings."""
    await services.teams.move(actor, TeamId(team), up=body.up)


@router.put("/{team}/people/{user}", status_code=204)
async def place(team: Id, user: Id, body: PartIn, actor: Editor, services: InServices) -> None:
    """Make somebody a member or a manager of a team, or take him out."""
    await services.teams.place(actor, TeamId(team), UserId(user), Part(body.part))


@router.delete("/{team}", status_code=204)
async def delete(team: Id, actor: Editor, services: InServices) -> None:
    """Delete a team that has none below it."""
    await services.teams.delete(actor, TeamId(team))


def _draft(body: TeamIn) -> TeamDraft:
    return TeamDraft(body.name, None if body.parent is None else TeamId(body.parent))


def _told(team: Team, depth: int) -> TeamOut:
    return TeamOut(
        id=team.id,
        version=team.version,
        name=team.name,
        parent=team.parent,
        depth=depth,
        members=len(team.members),
        managers=len(team.managers),
    )
