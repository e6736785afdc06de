"""Calls that come in by phone: who calls, and what he hears first."""

import re
from typing import Final

import structlog

from madoguchi.domain.access.users import User
from madoguchi.domain.calls.call import DirectLine, Medium
from madoguchi.domain.calls.commands import Arrive
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import CALL, ConsumerId, InteractionId, QueueId
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import Catalogue
from madoguchi.ports.voice import LegArrived, ReleaseCause, VoiceEngine
from madoguchi.services.calls import CallOwners
from madoguchi.services.deflection import DeflectionService
from madoguchi.services.phone_numbers import ways_to_read
from madoguchi.services.queues import QueueService
from madoguchi.services.tenant import Tenant

WITHHELD: Final = "Anonymous"
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}")
_NAME_LENGTH: Final = 80


class PhoneCalls:
    """Makes a call of every leg that arrives."""

    def __init__(
        self,
        *,
        calls: CallOwners,
        voice: VoiceEngine,
        catalogue: Catalogue,
        queues: QueueService,
        deflection: DeflectionService,
        tenant: Tenant,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._calls = calls
        self._voice = voice
        self._catalogue = catalogue
        self._queues = queues
        self._deflection = deflection
        self._tenant = tenant
        self._clock = clock
        self._ids = ids

    async def arrived(self, leg: LegArrived) -> None:
        """Make the call. Where that is impossible the caller hears that the line is out of order, not silence."""
        call = InteractionId(self._ids.new(CALL))
        try:
            language = await self._tenant.language()
            owner, number = await self._owner(leg.called)
            place = owner.direct_numbers[number] if owner is not None else None
            arrival = Arrive(
                call=call,
                leg=leg.leg,
                medium=Medium.PHONE,
                language=language,
                company=await self._tenant.company(language),
                consumer=await self._consumer(leg),
                called=leg.called,
                trunk=leg.trunk,
                menu=self._menu(place),
                doors=await self._deflection.doors([one.id for one in self._queues.all()], language, self._clock.now()),
                direct=DirectLine(owner.id, owner.name) if owner is not None else None,
            )
            await self._calls.create(call, arrival)
        except Exception as error:  # noqa: BLE001 - the caller must not hear silence
            if isinstance(error, MadoguchiError):
                _log.error("call_not_taken", leg=leg.leg, code=error.code)
            else:
                _log.exception("call_not_taken", leg=leg.leg)
            await self._voice.release(leg.leg, ReleaseCause.FAILED)

    async def _owner(self, called: str) -> tuple[User | None, str]:
        """Return whose direct number was called, and the number as it is stored."""
        numbers = ways_to_read(called)
        owner = await self._catalogue.user_by_number(numbers) if numbers else None
        return owner, next((one for one in numbers if owner is not None and one in owner.direct_numbers), "")

    def _menu(self, place: str | None) -> PhoneMenu:
        """Return what a caller comes to: the whole menu, or where the direct number that he called says."""
        if place is None:
            return self._queues.phone_menu()
        return self._queues.phone_menu_at(QueueId(place)) if place else PhoneMenu()

    async def _consumer(self, leg: LegArrived) -> Consumer:
        phone = leg.caller if _NUMBER.fullmatch(leg.caller) else None
        known = await self._catalogue.consumer_by_phone(phone) if phone is not None else None
        if known is not None:
            return known
        name = (leg.caller_name or leg.caller)[:_NAME_LENGTH] or WITHHELD
        made = Consumer(ConsumerId(self._ids.new("consumer")), name, phone, self._clock.now())
        await self._catalogue.save_consumer(made)
        return made


_log = structlog.get_logger(__name__)
