"""What agents and supervisors are told of a consumer beside the talk."""

from typing import Annotated

from fastapi import APIRouter, Query

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, RowsOut
from madoguchi.adapters.http.state import InServices
from madoguchi.adapters.http.times import Before, page
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import ConsumerId

router = APIRouter(prefix="/consumers", tags=["consumer history"])


@router.get("/{consumer}/interactions")
async def interactions(
    consumer: Id,
    actor: Annotated[Principal, needs()],
    services: InServices,
    before: Before,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> RowsOut:
    """List a consumer's ended calls and chats, newest first: to who serves him now, and to who may view them."""
    rows = await services.consumer_history.interactions(actor, ConsumerId(consumer), limit, before.at, before.id)
    return page(rows, limit)
