"""Calls, as agents and supervisors work with them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import (
    CallTransferIn,
    DigitsIn,
    Id,
    MediaOut,
    OfferIn,
    RecordingIn,
    RowsOut,
    SwitchIn,
    TransferIn,
)
from madoguchi.adapters.http.state import InServices
from madoguchi.adapters.http.times import Before, page, target
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import InteractionId
from madoguchi.ports.voice import BrowserOffer

router = APIRouter(tags=["calls"])

Agent = Annotated[Principal, needs(Permission.DESK)]


@router.get("/calls/{call}")
async def details(call: Id, actor: Annotated[Principal, needs()], services: InServices) -> dict[str, Any]:
    """Return a call with its timeline and recordings: to its agent, and to who may view calls."""
    return dict(await services.calls.details(actor, InteractionId(call)))


@router.get("/completed/calls")
async def completed(
    actor: Annotated[Principal, needs(Permission.VIEW_CALLS)],
    services: InServices,
    before: Before,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RowsOut:
    """List ended calls, newest first."""
    return page(await services.calls.completed(actor, limit, before.at, before.id), limit)


@router.post("/calls/{call}/media")
async def attach_media(call: Id, body: OfferIn, actor: Agent, services: InServices) -> MediaOut:
    """Connect this browser to the call; the browser that was connected before is let go."""
    leg, answer = await services.calls.attach_media(actor, InteractionId(call), BrowserOffer(body.offer))
    return MediaOut(leg=leg, answer=answer.body)


@router.post("/calls/{call}/hold", status_code=204)
async def hold(call: Id, body: SwitchIn, actor: Agent, services: InServices) -> None:
    """Let the consumer wait with music, or take him back."""
    await services.calls.hold(actor, InteractionId(call), body.on)


@router.post("/calls/{call}/mute", status_code=204)
async def mute(call: Id, body: SwitchIn, actor: Agent, services: InServices) -> None:
    """Keep one's own voice from the others."""
    await services.calls.mute(actor, InteractionId(call), body.on)


@router.post("/calls/{call}/digits", status_code=204)
async def digits(call: Id, body: DigitsIn, actor: Agent, services: InServices) -> None:
    """Press keys towards the consumer."""
    await services.calls.send_digits(actor, InteractionId(call), body.digits)


@router.post("/calls/{call}/recording", status_code=204)
async def recording(call: Id, body: RecordingIn, actor: Agent, services: InServices) -> None:
    """Leave out of the recording what is said from now on, or take it up again."""
    await services.calls.pause_recording(actor, InteractionId(call), body.paused)


@router.post("/calls/{call}/transfer", status_code=204)
async def transfer(call: Id, body: CallTransferIn, actor: Agent, services: InServices) -> None:
    """Hand the consumer over and leave."""
    if body.number is not None:
        await services.consults.hand_over_to_number(actor, InteractionId(call), body.number)
        return
    await services.calls.transfer(actor, InteractionId(call), target(TransferIn(queue=body.queue, agent=body.agent)))


@router.post("/calls/{call}/hang-up", status_code=204)
async def hang_up(call: Id, actor: Agent, services: InServices) -> None:
    """End the conversation."""
    await services.calls.hang_up(actor, InteractionId(call))


@router.post("/calls/{call}/end", status_code=204)
async def end(call: Id, actor: Annotated[Principal, needs(Permission.END_INTERACTIONS)], services: InServices) -> None:
    """End a call whatever its state."""
    await services.calls.end(actor, InteractionId(call))
