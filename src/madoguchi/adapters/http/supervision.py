"""Listening to live calls, unseen."""

from typing import Annotated

from fastapi import APIRouter

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, MediaOut, MonitoringOut, OfferIn
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import InteractionId, MonitoringId
from madoguchi.ports.voice import BrowserOffer

router = APIRouter(tags=["supervision"])

Supervisor = Annotated[Principal, needs(Permission.MONITOR)]


@router.post("/calls/{call}/monitor")
async def monitor(call: Id, body: OfferIn, actor: Supervisor, services: InServices) -> MonitoringOut:
    """Begin to listen. Nobody in the call can tell."""
    monitoring, leg, answer = await services.supervision.monitor(actor, InteractionId(call), BrowserOffer(body.offer))
    return MonitoringOut(monitoring=monitoring, leg=leg, answer=answer.body)


@router.post("/monitorings/{monitoring}/media")
async def attach_media(monitoring: Id, body: OfferIn, actor: Supervisor, services: InServices) -> MediaOut:
    """Connect the browser again."""
    leg, answer = await services.supervision.attach_media(actor, MonitoringId(monitoring), BrowserOffer(body.offer))
    return MediaOut(leg=leg, answer=answer.body)


@router.delete("/monitorings/{monitoring}", status_code=204)
async def stop(monitoring: Id, actor: Supervisor, services: InServices) -> None:
    """Stop listening."""
    await services.supervision.stop(actor, MonitoringId(monitoring))
