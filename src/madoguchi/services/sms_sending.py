"""Texts on their way out: kept until a carrier has taken them, in order for each consumer."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final, Protocol

import structlog

from madoguchi.domain.chats.commands import ChatMessage
from madoguchi.domain.chats.texting import SendText, TextDelivered, TextFailed
from madoguchi.kernel.ids import InteractionId, SmsConnectionId, SmsTextId
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.sms import (
    Delivery,
    Receipt,
    SentText,
    SmsGateway,
    SmsRecords,
    SmsRefusedError,
    SmsUnavailableError,
    TextToSend,
)
from madoguchi.ports.storage import StorageUnavailableError
from madoguchi.services.sms_lanes import Lanes

GIVE_UP: Final = Span(hours=24)
"""What could not be sent for so long is not sent any more: the answer would surprise more than it helps."""
PAUSES: Final = tuple(Span(seconds=one) for one in (1, 2, 5, 10, 30))
"""Between attempts while a carrier takes nothing; the last one stays."""
TEXT: Final = "text"
EXPIRED: Final = "not_sent_in_time"
NO_CONNECTION: Final = "no_connection"

_log = structlog.get_logger(__name__)


class ToldChats(Protocol):
    """The chats' owners."""

    def tell(self, owner: str, fact: ChatMessage) -> None:
        """Report a fact to a chat's owner."""


class SmsSender:
    """Sends what was put, one text after the other to each consumer, and tells chats what became of their lines."""

    def __init__(self, records: SmsRecords, clock: Clock, ids: IdSource) -> None:
        self._records = records
        self._clock = clock
        self._ids = ids
        self._lanes: Lanes[SentText] = Lanes(self._work)
        self._lined_up: set[SmsTextId] = set()
        self._wakes: dict[tuple[str, str], asyncio.Event] = {}
        self._chats: ToldChats | None = None
        self.gateways: Mapping[SmsConnectionId, SmsGateway] = {}
        """The open ones."""
        self.connection_of: Callable[[str], SmsConnectionId | None] = lambda _number: None
        """Tells behind which connection one of our numbers is."""

    def attach(self, chats: ToldChats) -> None:
        """Tell `chats` what becomes of lines. Called once, before anything is put."""
        self._chats = chats

    async def start(self, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """Go on with what was not sent when the process ended."""
        self._lanes.start(spawn)
        for text in await self._records.unsent():
            self._line_up(text)

    async def put(self, effect: SendText, key: str) -> None:
        """Keep a line to be sent; it is on disk on return. The same `key` again changes nothing.

        Raises:
            StorageUnavailableError: it could not be kept.
        """
        await self._keep(SmsTextId(key), effect.line.number, effect.line.peer, effect.text, effect.chat, effect.seq)

    async def answer(self, number: str, peer: str, text: str, name: str = "") -> None:
        """Keep what the system itself answers, to be sent; with a `name`, once.

        Raises:
            StorageUnavailableError: it could not be kept.
        """
        await self._keep(SmsTextId(name or self._ids.new(TEXT)), number, peer, text)

    async def receipt_arrived(self, connection: SmsConnectionId, receipt: Receipt) -> None:
        """Note what a carrier tells of a text.

        Raises:
            StorageUnavailableError: it could not be kept.
        """
        decided = await self._records.receipt(connection, receipt, self._clock.now())
        if decided is not None:
            self._tell(decided, receipt.delivery, receipt.reason)

    def wake(self) -> None:
        """Try at once what waits for its next attempt: a connection has changed."""
        for one in self._wakes.values():
            one.set()

    async def _keep(
        self, name: SmsTextId, number: str, peer: str, words: str, chat: InteractionId | None = None, seq: int = 0
    ) -> None:
        connection = self.connection_of(number) or SmsConnectionId("")
        text = SentText(name, connection, number, peer, words, self._clock.now(), chat, seq)
        if await self._records.put(text):
            self._line_up(text)

    def _line_up(self, text: SentText) -> None:
        if self._lanes.open and text.id not in self._lined_up:
            self._lined_up.add(text.id)
            self._lanes.line_up(text)

    async def _work(self, text: SentText) -> None:
        await self._send(text)
        self._lined_up.discard(text.id)

    async def _send(self, text: SentText) -> None:
        """Try until the carrier has taken the text or it is too late."""
        attempt = 0
        while True:
            try:
                done = await self._attempt(text)
            except StorageUnavailableError:
                # It may be sent twice then, but it is not lost.
                done = False
            except Exception:  # noqa: BLE001 - one bad text must not stop the others
                _log.exception("text_not_sent", text=text.id)
                done = False
            if done:
                return
            pause = PAUSES[min(attempt, len(PAUSES) - 1)]
            attempt += 1
            await self._pause((text.number, text.peer), pause)

    async def _attempt(self, text: SentText) -> bool:
        """Return whether the text needs no more attempts."""
        if self._clock.now() >= text.at + GIVE_UP:
            await self._failed(text, EXPIRED)
            return True
        connection = self.connection_of(text.number)
        gateway = self.gateways.get(connection) if connection is not None else None
        if connection is None:
            await self._failed(text, NO_CONNECTION)
            return True
        if gateway is None:
            return False
        try:
            references = await gateway.send(TextToSend(text.id, text.number, text.peer, text.text))
        except SmsUnavailableError:
            return False
        except SmsRefusedError as refused:
            await self._failed(text, refused.reason or refused.code)
            return True
        await self._sent(text, connection, references)
        return True

    async def _sent(self, text: SentText, connection: SmsConnectionId, references: Sequence[str]) -> None:
        kept = SentText(text.id, connection, text.number, text.peer, "", text.at, text.chat, text.seq)
        while True:
            # The carrier has it: what is to be repeated now is the note of it, not the text.
            try:
                fate = await self._records.sent(kept, references, self._clock.now())
            except StorageUnavailableError:
                await self._clock.sleep(PAUSES[0])
                continue
            break
        if fate is not None:
            self._tell(text, fate, "")

    async def _failed(self, text: SentText, reason: str) -> None:
        await self._records.failed(text, reason, self._clock.now())
        _log.warning("text_failed", text=text.id, reason=reason)
        self._tell(text, Delivery.FAILED, reason)

    def _tell(self, text: SentText, fate: Delivery, reason: str) -> None:
        if text.chat is None or self._chats is None:
            return
        delivered = fate is Delivery.DELIVERED
        self._chats.tell(text.chat, TextDelivered(text.seq) if delivered else TextFailed(text.seq, reason))

    async def _pause(self, key: tuple[str, str], pause: Span) -> None:
        wake = self._wakes[key] = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                slept = tasks.create_task(self._clock.sleep(pause))
                woken = tasks.create_task(wake.wait())
                await asyncio.wait((slept, woken), return_when=asyncio.FIRST_COMPLETED)
                slept.cancel()
                woken.cancel()
        finally:
            del self._wakes[key]
