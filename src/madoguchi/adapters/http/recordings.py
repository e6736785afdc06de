"""What was recorded."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.files import recording_response
from madoguchi.adapters.http.models import Id
from madoguchi.adapters.http.state import InState
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import RecordingId

router = APIRouter(prefix="/recordings", tags=["recordings"])


@router.get("/{recording}/audio", response_class=Response)
async def audio(
    recording: Id,
    actor: Annotated[Principal, needs(Permission.LISTEN_TO_RECORDINGS)],
    state: InState,
    range: Annotated[str | None, Header()] = None,  # noqa: A002 - the header's name
) -> Response:
    """Return a recording as MP3, whole or in part."""
    found = await state.services.recordings.open(actor, RecordingId(recording))
    return await recording_response(found, state.blobs, range)
