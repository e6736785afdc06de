"""Others in an agent's call: consult, confer, hand over with a word before."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import model_validator

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, In, Line, Out, PhoneText, SwitchIn
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.transfers import ToAgent, ToNumber, ToQueue
from madoguchi.kernel.ids import InteractionId, PartyId, QueueId, UserId
from madoguchi.services.consults import Wanted

router = APIRouter(tags=["consultations"])

Agent = Annotated[Principal, needs(Permission.DESK)]


class ConsultIn(In):
    """Whom an agent asks into his call: somebody of a queue, a colleague, or a phone."""

    queue: Id | None = None
    agent: Id | None = None
    number: PhoneText | None = None
    private: bool = True
    note: Line = ""

    @model_validator(mode="after")
    def _one_target(self) -> "ConsultIn":
        if sum(one is not None for one in (self.queue, self.agent, self.number)) != 1:
            raise ValueError("name a queue, an agent or a number")
        return self

    @property
    def wanted(self) -> Wanted:
        """What the service is asked."""
        if self.queue is not None:
            return Wanted(ToQueue(QueueId(self.queue)), self.private, self.note)
        if self.agent is not None:
            return Wanted(ToAgent(UserId(self.agent)), self.private, self.note)
        return Wanted(ToNumber(self.number or ""), self.private, self.note)


class DialIn(In):
    """Whom an agent calls, and on behalf of which queue."""

    number: PhoneText
    queue: Id | None = None


class DialledOut(Out):
    """The call that was made."""

    call: str


@router.post("/calls")
async def dial(
    body: DialIn, actor: Annotated[Principal, needs(Permission.DESK, Permission.OUTBOUND)], services: InServices
) -> DialledOut:
    """Call a number or an extension."""
    queue = QueueId(body.queue) if body.queue is not None else None
    return DialledOut(call=await services.outbound.dial(actor, body.number, queue))


@router.post("/calls/{call}/consult", status_code=204)
async def begin(call: Id, body: ConsultIn, actor: Agent, services: InServices) -> None:
    """Ask somebody into the call; in private first, or for all to hear."""
    await services.consults.begin(actor, InteractionId(call), body.wanted)


@router.post("/calls/{call}/consult/swap", status_code=204)
async def swap(call: Id, actor: Agent, services: InServices) -> None:
    """Turn to the one who hears music."""
    await services.consults.swap(actor, InteractionId(call))


@router.post("/calls/{call}/consult/join", status_code=204)
async def join(call: Id, actor: Agent, services: InServices) -> None:
    """Let all hear each other."""
    await services.consults.join(actor, InteractionId(call))


@router.post("/calls/{call}/consult/complete", status_code=204)
async def complete(call: Id, actor: Agent, services: InServices) -> None:
    """Leave the others to each other."""
    await services.consults.complete(actor, InteractionId(call))


@router.post("/calls/{call}/consult/cancel", status_code=204)
async def cancel(call: Id, actor: Agent, services: InServices) -> None:
    """Send away who was asked, and go back to the consumer."""
    await services.consults.cancel(actor, InteractionId(call))


@router.post("/calls/{call}/parties/{party}/hold", status_code=204)
async def hold_party(call: Id, party: Id, body: SwitchIn, actor: Agent, services: InServices) -> None:
    """Let one participant hear music, or take him back."""
    await services.consults.hold_party(actor, InteractionId(call), PartyId(party), on=body.on)


@router.post("/calls/{call}/parties/{party}/mute", status_code=204)
async def mute_party(call: Id, party: Id, body: SwitchIn, actor: Agent, services: InServices) -> None:
    """Let nobody hear one participant, or let him be heard."""
    await services.consults.mute_party(actor, InteractionId(call), PartyId(party), on=body.on)


@router.post("/calls/{call}/parties/{party}/remove", status_code=204)
async def remove_party(call: Id, party: Id, actor: Agent, services: InServices) -> None:
    """Let one participant leave."""
    await services.consults.remove_party(actor, InteractionId(call), PartyId(party))
