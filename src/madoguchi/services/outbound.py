"""Agents call out: a number or an extension, on behalf of a queue or of none."""

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.calls.commands import Dial, Outside
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import CALL, ConsumerId, InteractionId, LegId, QueueId
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import Catalogue
from madoguchi.services.calls import CallOwners
from madoguchi.services.consults import RING_S
from madoguchi.services.dialling import Dialled, DiallingService
from madoguchi.services.queues import QueueService
from madoguchi.services.reservations import Reservations
from madoguchi.services.tenant import Tenant


class OutboundService:
    """Makes calls to consumers. The agent's slot is reserved first, so that nothing rings at him meanwhile."""

    def __init__(
        self,
        *,
        calls: CallOwners,
        queues: QueueService,
        reservations: Reservations,
        dialling: DiallingService,
        catalogue: Catalogue,
        tenant: Tenant,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._calls = calls
        self._queues = queues
        self._reservations = reservations
        self._dialling = dialling
        self._catalogue = catalogue
        self._tenant = tenant
        self._clock = clock
        self._ids = ids

    async def dial(self, actor: Principal, number: str, queue: QueueId | None = None) -> InteractionId:
        """Call `number`; return the call. Its agent connects his browser next, and hears the ring-back tone.

        Raises:
            NotAllowedError: the caller has no desk or may not dial.
            BadPhoneNumberError: nobody can have this number.
            NumberBlockedError: it may not be called.
            NotFoundError: there is no such queue.
            AgentNotFreeError: the caller has a call in hand, or has signed out.
        """
        actor.require(Permission.DESK)
        dialled, rules = await self._dialling.number(actor, number)
        behalf = self._queues.get(queue) if queue is not None else None
        language = await self._tenant.language()
        company = await self._tenant.company(language)
        consumer = await self._consumer(dialled)
        call = InteractionId(self._ids.new(CALL))
        offer = await self._reservations.reserve_to_dial(actor.user.id, call)
        outside = Outside(LegId(self._ids.new("leg")), dialled.address, dialled.shown, rules.caller, RING_S)
        try:
            await self._calls.create(
                call,
                Dial(
                    call=call,
                    user=actor.user.id,
                    name=actor.user.name,
                    offer=offer.id,
                    outside=outside,
                    language=language,
                    company=company,
                    consumer=consumer,
                    queue=behalf,
                ),
            )
        except MadoguchiError:
            self._reservations.free(offer)
            raise
        return call

    async def _consumer(self, dialled: Dialled) -> Consumer:
        known = await self._catalogue.consumer_by_phone(dialled.e164) if dialled.e164 is not None else None
        if known is not None:
            return known
        made = Consumer(ConsumerId(self._ids.new("consumer")), dialled.shown, dialled.e164, self._clock.now())
        await self._catalogue.save_consumer(made)
        return made
