"""Calls: how they come in, and what agents, consumers and supervisors do with them."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import of_call
from madoguchi.domain.calls.call import Call, Medium
from madoguchi.domain.calls.commands import (
    Arrive,
    AttachConsumerMedia,
    AttachMedia,
    CallMessage,
    ConsumerHangUp,
    EndCall,
    HangUp,
    KeysPressed,
    PressKeys,
    SetHold,
    SetMute,
    SetRecordingPaused,
    TransferToAgent,
    TransferToQueue,
)
from madoguchi.domain.calls.effects import CallEffect
from madoguchi.domain.calls.events import CallEvent
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.calls.talk import DIGITS
from madoguchi.domain.consumers.consumer import ConsumerPrincipal
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.queues.queue import PAGES
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.domain.transfers import ToQueue, TransferTarget
from madoguchi.kernel.errors import ConflictError, InvalidInputError, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import CALL, InteractionId, LegId, QueueId, UserId
from madoguchi.kernel.time import Instant
from madoguchi.ports.environment import IdSource
from madoguchi.ports.voice import BrowserAnswer, BrowserOffer
from madoguchi.services.browser_legs import BrowserLegs, meeting_place
from madoguchi.services.call_history import CallHistory
from madoguchi.services.deflection import DeflectionService
from madoguchi.services.hours import RequireOpen
from madoguchi.services.queues import QueueService
from madoguchi.services.reservations import Reservations
from madoguchi.services.rows import Json
from madoguchi.services.runtime import Owners
from madoguchi.services.sights import Sights
from madoguchi.services.tenant import Tenant

WITH_AGENT: Final = frozenset({CallState.TALKING, CallState.DIALLING})

CallOwners: TypeAlias = Owners[Call, CallMessage, CallEvent, CallEffect]


class CallService:
    """What people do with calls. Every method is one command to the call's owner."""

    def __init__(  # noqa: PLR0913 - one per collaborator
        self,
        *,
        calls: CallOwners,
        legs: BrowserLegs,
        queues: QueueService,
        reservations: Reservations,
        history: CallHistory,
        tenant: Tenant,
        ids: IdSource,
        require_open: RequireOpen,
        deflection: DeflectionService,
    ) -> None:
        self._calls = calls
        self._legs = legs
        self._queues = queues
        self._reservations = reservations
        self.history = history
        self._tenant = tenant
        self._ids = ids
        self.sights = Sights()
        """Whose calls somebody may end; set when teams are there."""
        self._require_open = require_open
        self._deflection = deflection

    # --- The agent ---

    async def attach_media(
        self, actor: Principal, call: InteractionId, offer: BrowserOffer
    ) -> tuple[LegId, BrowserAnswer]:
        """Connect the agent's browser, or connect it anew; the leg that was there before ends.

        Raises:
            NotAllowedError: the caller has no desk.
            NotFoundError: he has no such call.
            BadBrowserOfferError: the offer cannot be used.
        """
        state = self._of_agent(actor, call)
        leg, answer, _ = await self._legs.connect(
            offer,
            lambda leg: self._calls.send(call, AttachMedia(actor.user.id, leg)),
            near=meeting_place(state),
        )
        return leg, answer

    async def hold(self, actor: Principal, call: InteractionId, on: bool) -> None:  # noqa: FBT001 - as the button
        """Let the consumer hear music, or take him back.

        Raises:
            NotFoundError: the caller has no such call.
        """
        await self._calls.send(call, SetHold(self._agent(actor, call), on))

    async def mute(self, actor: Principal, call: InteractionId, on: bool) -> None:  # noqa: FBT001 - as the button
        """Let nobody hear the agent.

        Raises:
            NotFoundError: the caller has no such call.
        """
        await self._calls.send(call, SetMute(self._agent(actor, call), on))

    async def send_digits(self, actor: Principal, call: InteractionId, digits: str) -> None:
        """Press keys towards the consumer.

        Raises:
            NotFoundError: the caller has no such call.
            InvalidInputError: these are no digits.
        """
        await self._calls.send(call, PressKeys(self._agent(actor, call), digits))

    async def pause_recording(self, actor: Principal, call: InteractionId, paused: bool) -> None:  # noqa: FBT001 - as the button
        """Leave out what is said, or take it up again.

        Raises:
            NotFoundError: the caller has no such call.
            ConflictError: the call is not recorded.
        """
        await self._calls.send(call, SetRecordingPaused(self._agent(actor, call), paused))

    async def transfer(self, actor: Principal, call: InteractionId, target: TransferTarget) -> None:
        """Send the consumer elsewhere; the agent goes to wrap-up.

        Raises:
            NotFoundError: the caller has no such call, or there is no such queue.
            TransferHiddenError: the queue takes no transfers at this time.
            AgentNotFreeError: the colleague cannot be rung now; the caller still has the call.
            InvalidInputError: he is the colleague.
        """
        user = self._agent(actor, call)
        if isinstance(target, ToQueue):
            language = self._of_agent(actor, call).language
            queue, door = await self._deflection.transferred(self._queues.get(target.queue), language)
            await self._calls.send(call, TransferToQueue(user, queue, door))
            return
        if target.agent == user:
            raise InvalidInputError("name a colleague", field="agent")
        state = self._calls.state(call)
        routing = state.queue.routing if state is not None and state.queue is not None else RoutingSettings()
        offer = await self._reservations.reserve(target.agent, call, Channel.CALL, routing)
        try:
            await self._calls.send(call, TransferToAgent(user, offer))
        except MadoguchiError:
            self._reservations.free(offer)
            raise

    async def hang_up(self, actor: Principal, call: InteractionId) -> None:
        """End the conversation; who was only asked into it leaves it.

        Raises:
            NotFoundError: the caller has no such call.
        """
        await self._calls.send(call, HangUp(self._agent(actor, call)))

    # --- The supervisor ---

    async def end(self, actor: Principal, call: InteractionId) -> None:
        """End a call, whatever its state.

        Raises:
            NotAllowedError: the caller may not end interactions.
            NotFoundError: there is no such call, or none in his teams.
            InteractionOverError: it is over already.
        """
        actor.require(Permission.END_INTERACTIONS)
        state = self._calls.state(call)
        whose = of_call(state) if state is not None else await self.history.whose(call)
        if whose is not None:
            self.sights.require(actor, Permission.END_INTERACTIONS, whose)
        await self._calls.send(call, EndCall(actor.user.id, actor.user.name))

    async def details(self, actor: Principal, call: InteractionId) -> Json:
        """Return a call with its timeline and recordings, live or over.

        Raises:
            NotFoundError: there is none, or none that the caller may see.
        """
        return await self.history.details(actor, call, self._calls.state(call))

    async def completed(
        self, actor: Principal, limit: int, before: Instant | None = None, before_id: str = ""
    ) -> Sequence[Json]:
        """Return ended calls, newest first, those that ended before `before` only; see `InteractionStore.finished`.

        Raises:
            NotAllowedError: the caller may not see calls.
        """
        return await self.history.completed(actor, limit, before, before_id)

    # --- The consumer ---

    async def start(
        self, consumer: ConsumerPrincipal, queue: QueueId, language: str, offer: BrowserOffer
    ) -> tuple[InteractionId, LegId, BrowserAnswer]:
        """Call from a browser.

        Raises:
            NotFoundError: there is no such queue in the web menu.
            ConflictError: the consumer is in a call already.
            AfterHoursError: the queue is closed.
            BadBrowserOfferError: the offer cannot be used.
        """
        chosen = self._queues.get(queue)
        if not PAGES & chosen.channels:
            raise NotFoundError("there is no such queue", field="queue")
        if any(one.consumer.id == consumer.consumer.id for one in self._calls.states()):
            raise ConflictError("you are in a call already")
        self._require_open(queue, Channel.CALL, language)
        call = InteractionId(self._ids.new(CALL))
        language = self._tenant.offered(language)
        company = await self._tenant.company(language)

        async def take(leg: LegId) -> object:
            arrival = Arrive(
                call, leg, Medium.WEB, language, company, consumer.consumer, menu=PhoneMenu.flat((chosen,))
            )
            return await self._calls.create(call, arrival)

        leg, answer, _ = await self._legs.connect(offer, take, near=call)
        return call, leg, answer

    async def attach_consumer_media(
        self, consumer: ConsumerPrincipal, call: InteractionId, offer: BrowserOffer
    ) -> tuple[LegId, BrowserAnswer]:
        """Connect the consumer's browser anew; the leg that was there before ends.

        Raises:
            NotFoundError: the consumer has no such call.
            BadBrowserOfferError: the offer cannot be used.
        """
        state = self._own(consumer, call)
        leg, answer, _ = await self._legs.connect(
            offer, lambda leg: self._calls.send(call, AttachConsumerMedia(leg)), near=meeting_place(state)
        )
        return leg, answer

    async def consumer_hang_up(self, consumer: ConsumerPrincipal, call: InteractionId) -> None:
        """End the consumer's call.

        Raises:
            NotFoundError: the consumer has no such call.
        """
        self._own(consumer, call)
        await self._calls.send(call, ConsumerHangUp())

    async def consumer_digits(self, consumer: ConsumerPrincipal, call: InteractionId, digits: str) -> None:
        """Press keys, as on a phone.

        Raises:
            NotFoundError: the consumer has no such call.
            InvalidInputError: these are no digits.
        """
        leg = self._own(consumer, call).consumer_party.leg
        if not DIGITS.fullmatch(digits):
            raise InvalidInputError("1 to 32 of 0-9, *, #, A-D", field="digits")
        if leg is not None:
            await self._calls.send(call, KeysPressed(leg, digits))

    def _agent(self, actor: Principal, call: InteractionId) -> UserId:
        """Return the actor's id if the call is his."""
        self._of_agent(actor, call)
        return actor.user.id

    def _of_agent(self, actor: Principal, call: InteractionId) -> Call:
        """Return the call that the actor handles or was asked into; nobody learns of calls that are not his."""
        actor.require(Permission.DESK)
        state = self._calls.state(call)
        agent = state.staff(actor.user.id) if state is not None and state.state in WITH_AGENT else None
        if state is None or agent is None:
            raise NotFoundError("you have no such call")
        return state

    def _own(self, consumer: ConsumerPrincipal, call: InteractionId) -> Call:
        state = self._calls.state(call)
        if state is None or state.consumer.id != consumer.consumer.id:
            raise NotFoundError("you have no such call")
        return state
