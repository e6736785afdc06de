"""The agent's desk: presence, offers, wrap-up, and whom work can go to."""

from typing import Annotated

from fastapi import APIRouter

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import (
    AcceptedOut,
    AgentPresenceIn,
    Colleague,
    ColleaguesOut,
    FinishIn,
    Id,
    PortalQueue,
    PresenceIn,
    QueuesOut,
)
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import HandlingId, OfferId, UserId

router = APIRouter(tags=["desk"])

Agent = Annotated[Principal, needs(Permission.DESK)]


@router.get("/queues")
async def queues(actor: Annotated[Principal, needs()], services: InServices) -> QueuesOut:
    """List the queues, for transfers and filters."""
    rows = await services.queues.for_portal(actor)
    return QueuesOut(queues=[PortalQueue.model_validate(row) for row in rows])


@router.get("/colleagues")
async def colleagues(actor: Agent, services: InServices) -> ColleaguesOut:
    """List the agents to whom work can be transferred."""
    rows = await services.desk.colleagues(actor)
    return ColleaguesOut(agents=[Colleague.model_validate(row) for row in rows])


@router.put("/desk/presence", status_code=204)
async def choose_presence(body: PresenceIn, actor: Agent, services: InServices) -> None:
    """Choose a status, now or after the present work."""
    await services.desk.set_presence(actor, body.status, body.when)


@router.put("/agents/{user}/presence", status_code=204)
async def choose_for_agent(
    user: Id,
    body: AgentPresenceIn,
    actor: Annotated[Principal, needs(Permission.CHANGE_AGENT_STATUS)],
    services: InServices,
) -> None:
    """Choose a status for an agent."""
    await services.desk.set_agent_presence(actor, UserId(user), body.status)


@router.post("/offers/{offer}/accept")
async def accept(offer: Id, actor: Agent, services: InServices) -> AcceptedOut:
    """Take the offered call or chat."""
    interaction, handling = await services.offers.accept(actor, OfferId(offer))
    return AcceptedOut(interaction=interaction, handling=handling)


@router.post("/offers/{offer}/decline", status_code=204)
async def decline(offer: Id, actor: Agent, services: InServices) -> None:
    """Leave the offered call or chat to a colleague."""
    await services.offers.decline(actor, OfferId(offer))


@router.post("/handlings/{handling}/finish", status_code=204)
async def finish(handling: Id, body: FinishIn, actor: Agent, services: InServices) -> None:
    """End the wrap-up."""
    await services.handlings.finish(actor, HandlingId(handling), body.disposition, body.notes)


@router.post("/handlings/{handling}/extend", status_code=204)
async def extend(handling: Id, actor: Agent, services: InServices) -> None:
    """Wrap up for one minute more."""
    await services.handlings.extend(actor, HandlingId(handling))
