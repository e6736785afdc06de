"""Text messages: how their services depend on each other, and in which order they begin and end."""

from collections.abc import Callable, Coroutine
from typing import Any

from madoguchi.bootstrap.ports import Ports
from madoguchi.services.chats import ChatOwners
from madoguchi.services.hours import HoursService
from madoguchi.services.queues import QueueService
from madoguchi.services.sms_receiving import SmsReceiver
from madoguchi.services.sms_sending import SmsSender
from madoguchi.services.sms_settings import SmsSettingsService


class Texting:
    """Sender, receiver and connections."""

    def __init__(
        self,
        ports: Ports,
        sender: SmsSender,
        chats: ChatOwners,
        queues: QueueService,
        hours: HoursService,
    ) -> None:
        records, clock, ids = ports.storage.sms, ports.clock, ports.ids
        self._sender = sender
        self._receiver = SmsReceiver(
            records=records,
            sender=sender,
            chats=chats,
            catalogue=ports.storage.catalogue,
            queues=queues,
            hours=hours,
            clock=clock,
            ids=ids,
        )
        self.settings = SmsSettingsService(records, ports.carriers, queues, ids, self._receiver)
        self._receiver.number = self.settings.number
        sender.connection_of = self.settings.connection_of
        sender.gateways = self.settings.gateways
        self.settings.changed = sender.wake
        sender.attach(chats)
        chats.observe(self._receiver.changed)

    async def start(self, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """Go on where the process ended, then take what carriers bring."""
        await self._sender.start(spawn)
        await self._receiver.start(spawn)
        spawn(self._receiver.run())
        self.settings.start(spawn)

    async def close(self) -> None:
        """Say goodbye to the carriers."""
        await self.settings.close()
