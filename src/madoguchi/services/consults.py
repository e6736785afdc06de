"""Agents ask others into their calls: consult, confer, hand over with a word before."""

from dataclasses import dataclass
from typing import Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import (
    BeginConsult,
    CancelConsult,
    CompleteTransfer,
    ConsultCommand,
    HoldParty,
    JoinConsult,
    MuteParty,
    Outside,
    RemoveParty,
    SwapConsult,
)
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.domain.transfers import ToAgent, ToNumber, ToQueue
from madoguchi.kernel.errors import InvalidInputError, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId, PartyId, UserId
from madoguchi.ports.environment import IdSource
from madoguchi.services.calls import CallOwners
from madoguchi.services.dialling import DiallingService
from madoguchi.services.queues import QueueService
from madoguchi.services.reservations import Reservations

RING_S: Final = 45.0
"""How long a phone may ring."""
NOTE_LENGTH: Final = 500


@dataclass(frozen=True)
class Wanted:
    """Whom an agent wants in his call."""

    target: ToQueue | ToAgent | ToNumber
    private: bool = True
    """Spoken to first, while the consumer hears music."""
    note: str = ""


class ConsultService:
    """Every method is one command to the call's owner."""

    def __init__(
        self,
        *,
        calls: CallOwners,
        queues: QueueService,
        reservations: Reservations,
        dialling: DiallingService,
        ids: IdSource,
    ) -> None:
        self._calls = calls
        self._queues = queues
        self._reservations = reservations
        self._dialling = dialling
        self._ids = ids

    async def begin(self, actor: Principal, call: InteractionId, wanted: Wanted) -> None:
        """Ask somebody into the call.

        Raises:
            NotAllowedError: the caller may not dial numbers.
            NotFoundError: the caller has no such call, or there is no such queue.
            ConflictError: somebody is being asked already, or the call is full.
            AgentNotFreeError: the colleague cannot be rung now.
            BadPhoneNumberError: nobody can have this number.
            NumberBlockedError: it may not be called.
            InvalidInputError: the colleague is the caller, or the note is too long.
        """
        state = self._handled(actor, call)
        user = actor.user.id
        if len(wanted.note) > NOTE_LENGTH:
            raise InvalidInputError(f"at most {NOTE_LENGTH} characters", field="note")
        match wanted.target:
            case ToQueue(queue):
                found = self._queues.get(queue)
                await self._send(call, BeginConsult(user, wanted.private, queue=found, note=wanted.note))
            case ToAgent(agent):
                await self._ask_colleague(user, state, agent, wanted)
            case ToNumber(number):
                outside = await self._outside(actor, number)
                await self._send(call, BeginConsult(user, wanted.private, outside=outside, note=wanted.note))

    async def hand_over_to_number(self, actor: Principal, call: InteractionId, number: str) -> None:
        """Let the consumer be connected with a phone, and leave at once. Not answered, he waits for an agent again.

        Raises:
            NotAllowedError: the caller may not dial numbers.
            NotFoundError: the caller has no such call.
            ConflictError: somebody is being asked in already.
            BadPhoneNumberError: nobody can have this number.
            NumberBlockedError: it may not be called.
        """
        self._handled(actor, call)
        outside = await self._outside(actor, number)
        await self._send(call, BeginConsult(actor.user.id, private=True, outside=outside))
        await self._send(call, CompleteTransfer(actor.user.id))

    async def swap(self, actor: Principal, call: InteractionId) -> None:
        """Turn to the one who hears music; the other one hears it then.

        Raises:
            NotFoundError: the caller has no such call.
            ConflictError: there is nobody to turn to.
        """
        self._handled(actor, call)
        await self._send(call, SwapConsult(actor.user.id))

    async def join(self, actor: Principal, call: InteractionId) -> None:
        """Let all hear each other.

        Raises:
            NotFoundError: the caller has no such call.
            ConflictError: nobody has answered.
        """
        self._handled(actor, call)
        await self._send(call, JoinConsult(actor.user.id))

    async def complete(self, actor: Principal, call: InteractionId) -> None:
        """Leave the others to each other, and wrap up.

        Raises:
            NotFoundError: the caller has no such call.
            ConflictError: there is nobody to leave the consumer to.
        """
        self._handled(actor, call)
        await self._send(call, CompleteTransfer(actor.user.id))

    async def cancel(self, actor: Principal, call: InteractionId) -> None:
        """Send away who was asked, and go back to the consumer.

        Raises:
            NotFoundError: the caller has no such call.
            ConflictError: nobody was asked.
        """
        self._handled(actor, call)
        await self._send(call, CancelConsult(actor.user.id))

    async def hold_party(self, actor: Principal, call: InteractionId, party: PartyId, *, on: bool) -> None:
        """Let one participant hear music, or take him back.

        Raises:
            NotFoundError: the caller has no such call, or it has no such participant.
            ConflictError: he is being consulted in private.
        """
        self._handled(actor, call)
        await self._send(call, HoldParty(actor.user.id, party, on))

    async def mute_party(self, actor: Principal, call: InteractionId, party: PartyId, *, on: bool) -> None:
        """Let nobody hear one participant, or let him be heard.

        Raises:
            NotFoundError: the caller has no such call, or it has no such participant.
        """
        self._handled(actor, call)
        await self._send(call, MuteParty(actor.user.id, party, on))

    async def remove_party(self, actor: Principal, call: InteractionId, party: PartyId) -> None:
        """Let one participant leave.

        Raises:
            NotFoundError: the caller has no such call, or it has no such participant.
            ConflictError: that is the consumer.
        """
        self._handled(actor, call)
        await self._send(call, RemoveParty(actor.user.id, party))

    async def _ask_colleague(self, user: UserId, state: Call, agent: UserId, wanted: Wanted) -> None:
        if agent == user:
            raise InvalidInputError("name a colleague", field="agent")
        routing = state.queue.routing if state.queue is not None else RoutingSettings()
        offer = await self._reservations.reserve(agent, state.id, Channel.CALL, routing)
        try:
            await self._send(state.id, BeginConsult(user, wanted.private, offer=offer, note=wanted.note))
        except MadoguchiError:
            self._reservations.free(offer)
            raise

    async def _outside(self, actor: Principal, number: str) -> Outside:
        dialled, rules = await self._dialling.number(actor, number)
        return Outside(LegId(self._ids.new("leg")), dialled.address, dialled.shown, rules.caller, RING_S)

    async def _send(self, call: InteractionId, command: ConsultCommand) -> None:
        await self._calls.send(call, command)

    def _handled(self, actor: Principal, call: InteractionId) -> Call:
        actor.require(Permission.DESK)
        state = self._calls.state(call)
        agent = state.agent_party if state is not None and state.state is CallState.TALKING else None
        if state is None or agent is None or agent.user != actor.user.id:
            raise NotFoundError("you have no such call")
        return state
