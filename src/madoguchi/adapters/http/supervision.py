"""Listening to live calls, unseen; and speaking in them."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, In, Line, MediaOut, MonitoringOut, OfferIn, Out, Prose
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import InteractionId, MonitoringId
from madoguchi.ports.voice import BrowserOffer


class ModeIn(In):
    """What a supervisor does in a call."""

    mode: Literal["listen", "whisper", "barge"]


class WhisperIn(In):
    """A line for the agent of a chat alone."""

    client_id: Annotated[Line, Field(min_length=1)]
    text: Prose


class TakenOverOut(Out):
    """The call that is the caller's own now."""

    call: str


router = APIRouter(tags=["supervision"])

Supervisor = Annotated[Principal, needs(Permission.MONITOR)]
Barger = Annotated[Principal, needs(Permission.BARGE)]
Taker = Annotated[Principal, needs(Permission.BARGE, Permission.DESK)]


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
async def take_over(monitoring: Id, actor: Taker, services: InServices) -> TakenOverOut:
    """Be the call's agent, on the connection that there is."""
    return TakenOverOut(call=await services.supervision.take_over(actor, MonitoringId(monitoring)))


@router.post("/chats/{chat}/whispers", status_code=204)
async def whisper(chat: Id, body: WhisperIn, actor: Barger, services: InServices) -> None:
    """Write a line that only the agent and other supervisors see."""
    await services.chat_supervision.whisper(actor, InteractionId(chat), body.client_id, body.text)


@router.put("/chats/{chat}/barge", status_code=204)
async def join(chat: Id, actor: Barger, services: InServices) -> None:
    """Write in the chat from now on; both sides are told."""
    await services.chat_supervision.join(actor, InteractionId(chat))


@router.delete("/chats/{chat}/barge", status_code=204)
async def leave(chat: Id, actor: Barger, services: InServices) -> None:
    """Write in the chat no more."""
    await services.chat_supervision.leave(actor, InteractionId(chat))


@router.post("/chats/{chat}/take-over", status_code=204)
async def take_over_chat(chat: Id, actor: Taker, services: InServices) -> None:
    """Be the chat's agent."""
    await services.chat_supervision.take_over(actor, InteractionId(chat))


@router.delete("/monitorings/{monitoring}", status_code=204)
async def stop(monitoring: Id, actor: Supervisor, services: InServices) -> None:
    """Stop listening."""
    await services.supervision.stop(actor, MonitoringId(monitoring))
