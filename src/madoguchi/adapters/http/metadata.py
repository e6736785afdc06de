"""Session metadata of finished interactions, as files to save."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.files import named
from madoguchi.adapters.http.models import Id
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import InteractionId

router = APIRouter(tags=["metadata"])

Actor = Annotated[Principal, needs()]


@router.get("/calls/{call}/metadata", response_model=dict[str, Any])
async def of_call(call: Id, actor: Actor, services: InServices) -> Response:
    """Return everything that is known of a finished call: to its agents, and to who may view calls."""
    return _file(call, await services.metadata.of_call(actor, InteractionId(call)))


@router.get("/chats/{chat}/metadata", response_model=dict[str, Any])
async def of_chat(chat: Id, actor: Actor, services: InServices) -> Response:
    """Return everything that is known of a finished chat: to its agents, and to who may view chats."""
    return _file(chat, await services.metadata.of_chat(actor, InteractionId(chat)))


def _file(interaction: str, metadata: dict[str, Any]) -> Response:
    return JSONResponse(metadata, headers={"Content-Disposition": named("attachment", f"{interaction}.json")})
