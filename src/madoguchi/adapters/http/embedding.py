"""Which sites may show the portal in a frame."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import In, Out, Version
from madoguchi.adapters.http.state import HttpState, InState
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.embedding.origins import is_origin

router = APIRouter(prefix="/settings/embedding", tags=["embedding"])

Editor = Annotated[Principal, needs(Permission.EDIT_EMBEDDING)]


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain a zero character")
    return text


class EmbeddingIn(In):
    """The whole list, and the version that it was made from."""

    version: Version
    origins: Annotated[
        list[Annotated[str, Field(max_length=500), AfterValidator(_plain)]],
        Field(max_length=200, examples=[["https://crm.example.com"]]),
    ]


class EmbeddingOut(Out):
    """The sites that may embed the portal."""

    version: int
    origins: list[str]
    fixed: list[str]
    """What the start-up setting `frame_ancestors` allows besides, as CSP sources; it can be changed there only."""


@router.get("")
async def read(actor: Editor, state: InState) -> EmbeddingOut:
    """List the sites whose pages may show the portal in a frame."""
    del actor
    return _out(state)


@router.put("")
async def change(body: EmbeddingIn, actor: Editor, state: InState) -> EmbeddingOut:
    """Replace the list; it counts from the next answer on."""
    await state.services.embedding.change(actor, body.version, body.origins)
    return _out(state)


def embedders(state: HttpState) -> list[str]:
    """Return the exact origins with whose pages the desk may exchange messages."""
    fixed = (one for one in state.settings.frame_ancestors if is_origin(one))
    return list(dict.fromkeys((*state.services.embedding.settings.origins, *fixed)))


def _out(state: HttpState) -> EmbeddingOut:
    settings = state.services.embedding.settings
    return EmbeddingOut(
        version=settings.version, origins=list(settings.origins), fixed=list(state.settings.frame_ancestors)
    )
