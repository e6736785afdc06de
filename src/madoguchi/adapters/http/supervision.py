"""Listening to live calls, unseen; and speaking in them."""

from typing import Annotated, Literal

from fastapi import APIRouter

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, In, MediaOut, MonitoringOut, OfferIn, Out
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import InteractionId, MonitoringId
from madoguchi.ports.voice import BrowserOffer


class ModeIn(In):
    """What a supervisor does in a call."""

    mode: Literal["listen", "whisper", "barge"]


class TakenOverOut(Out):
    """The call that is the caller's own now."""

    call: str


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


@router.put("/monitorings/{monitoring}/mode", status_code=204)
async def switch(monitoring: Id, body: ModeIn, actor: Supervisor, services: InServices) -> None:
    """Listen, whisper to the agent, or speak to all, on the connection that there is."""
    await services.supervision.switch(actor, MonitoringId(monitoring), body.mode)


@router.post("/monitorings/{monitoring}/take-over")
async def take_over(
    monitoring: Id, actor: Annotated[Principal, needs(Permission.BARGE)], services: InServices
) -> TakenOverOut:
    """Be the call's agent, on the connection that there is."""
    return TakenOverOut(call=await services.supervision.take_over(actor, MonitoringId(monitoring)))


@router.delete("/monitorings/{monitoring}", status_code=204)
async def stop(monitoring: Id, actor: Supervisor, services: InServices) -> None:
    """Stop listening."""
    await services.supervision.stop(actor, MonitoringId(monitoring))
