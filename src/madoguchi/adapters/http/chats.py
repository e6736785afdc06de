"""Chats, as agents and supervisors work with them. Lines and typing go over the realtime socket."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response, UploadFile

from madoguchi.adapters.http.access import EITHER, needs
from madoguchi.adapters.http.files import attachment_response, received, transcript_response
from madoguchi.adapters.http.models import AttachedOut, Id, Line, RowsOut, TransferIn
from madoguchi.adapters.http.state import InServices, InState
from madoguchi.adapters.http.times import Before, page, target
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.consumers.consumer import ConsumerPrincipal
from madoguchi.kernel.ids import AttachmentId, InteractionId

router = APIRouter(tags=["chats"])

Agent = Annotated[Principal, needs(Permission.DESK)]
Format = Annotated[str, Query(pattern="^(txt|json)$")]
ClientId = Annotated[Line, Form(min_length=1)]


@router.get("/completed/chats")
async def completed(
    actor: Annotated[Principal, needs(Permission.VIEW_CHATS)],
    services: InServices,
    before: Before,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RowsOut:
    """List ended chats, newest first."""
    return page(await services.chats.completed(actor, limit, before.at, before.id), limit)


@router.post("/chats/{chat}/transfer", status_code=204)
async def transfer(chat: Id, body: TransferIn, actor: Agent, services: InServices) -> None:
    """Hand the consumer over and leave."""
    await services.chats.transfer(actor, InteractionId(chat), target(body))


@router.post("/chats/{chat}/end", status_code=204)
async def end(chat: Id, actor: Agent, services: InServices) -> None:
    """End the chat."""
    await services.chats.end(actor, InteractionId(chat))


@router.post("/chats/{chat}/end-stuck", status_code=204)
async def end_stuck(
    chat: Id, actor: Annotated[Principal, needs(Permission.END_INTERACTIONS)], services: InServices
) -> None:
    """End a chat whatever its state."""
    await services.chats.end_stuck(actor, InteractionId(chat))


@router.post("/chats/{chat}/attachments")
async def attach(chat: Id, file: UploadFile, client_id: ClientId, actor: Agent, state: InState) -> AttachedOut:
    """Send a picture or a video."""
    async with received(file, state.settings) as (name, path):
        return AttachedOut(seq=await state.services.chats.attach(actor, InteractionId(chat), client_id, name, path))


@router.get("/chats/{chat}/transcript", response_class=Response)
async def transcript(
    chat: Id,
    actor: Annotated[Principal, needs()],
    services: InServices,
    format: Format = "txt",  # noqa: A002 - the query's name
) -> Response:
    """Return the chat as a file: to its agent, and to who may view transcripts."""
    return transcript_response(chat, format, await services.chats.transcript(actor, InteractionId(chat), format))


@router.get("/attachments/{attachment}", response_class=Response)
async def attachment(
    attachment: Id, viewer: Annotated[Principal | ConsumerPrincipal, EITHER], state: InState
) -> Response:
    """Return an attached file to whoever sees its chat."""
    found = await state.services.chats.attachment(viewer, AttachmentId(attachment))
    return await attachment_response(found, state.blobs)
