"""The connection to an SMSC: what the library does of it, and what is done here in its place."""

import asyncio
import logging
from collections import deque
from typing import Any, Final, Protocol

from aiosmpplib import ESME
from aiosmpplib.broker import AbstractBroker
from aiosmpplib.correlator import AbstractCorrelator, SegmentStatus
from aiosmpplib.hook import AbstractHook
from aiosmpplib.protocol import DeliverSm, EnquireLink, SmppMessage, SubmitSm
from aiosmpplib.retrytimer import AbstractRetryTimer
from aiosmpplib.state import BindMode, PduHeader, SmppCommand
from aiosmpplib.throttle import AbstractThrottleHandler

from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock

FIRST_PAUSE: Final = Span(seconds=1)
LONGEST_PAUSE: Final = Span(seconds=60)


class Post(Protocol):
    """Takes what the SMSC sends, before it is answered."""

    async def answered(self, sequence: int, message: SmppMessage) -> None:
        """Take the answer to what was sent under `sequence`."""

    async def delivered(self, pdu: bytes) -> None:
        """Take a `deliver_sm`.

        Raises:
            ConnectionError: it must come again.
        """

    def sending(self, sequence: int, message: SubmitSm) -> None:
        """Note under which sequence number a text goes out."""

    def not_sent(self, message: SubmitSm) -> None:
        """Note that a text did not go out."""


class Hook(AbstractHook):  # type: ignore[misc] # the library says no types
    """Passes on what the library tells."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """Note what goes out."""
        del pdu, client_id
        if isinstance(smpp_message, SubmitSm) and not isinstance(smpp_message, DeliverSm):
            self._post.sending(smpp_message.sequence_num, smpp_message)

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        """Take what came. The library answers the SMSC when this returns."""
        del client_id
        if int.from_bytes(pdu[4:8], "big") == SmppCommand.DELIVER_SM:
            await self._post.delivered(pdu)
        elif smpp_message is not None:
            await self._post.answered(smpp_message.sequence_num, smpp_message)

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        """Note that something did not go out."""
        del error, client_id
        if isinstance(smpp_message, SubmitSm):
            self._post.not_sent(smpp_message)


class Outgoing(AbstractBroker):  # type: ignore[misc] # as above
    """What waits to be sent. Whoever waits no longer takes his message back."""

    def __init__(self) -> None:
        self._messages: deque[SubmitSm] = deque()
        self._there = asyncio.Event()

    async def enqueue(self, message: SubmitSm) -> None:
        """Put a message at the end."""
        self._messages.append(message)
        self._there.set()

    async def dequeue(self) -> SubmitSm:
        """Return the next message, as soon as there is one."""
        while not self._messages:
            self._there.clear()
            await self._there.wait()
        return self._messages.popleft()

    def take_back(self, message: SubmitSm) -> None:
        """Forget a message that was not sent yet."""
        # Two texts may be equal, and are two texts.
        self._messages = deque(one for one in self._messages if one is not message)


class NoCorrelation(AbstractCorrelator):  # type: ignore[misc] # as above
    """Nothing: answers are found by their sequence number, and receipts by what is on disk."""

    def __init__(self) -> None:
        self._sent: dict[int, SmppMessage] = {}

    def get_cumulated_status(self, ref_num: int) -> int:
        """Return nothing."""
        return ref_num * 0

    async def expired(self, smpp_message: SmppMessage) -> None:
        """Do nothing."""

    async def put(self, smpp_message: SmppMessage) -> None:
        """Do nothing."""

    async def put_delivery(self, smsc_message_id: str, submit_sm: SubmitSm) -> None:
        """Do nothing."""

    async def put_delivery_segmented(self, deliver_sm: DeliverSm) -> DeliverSm | None:
        """Return the part as it is."""
        return deliver_sm

    async def get(self, response: SmppMessage) -> SmppMessage | None:
        """Return nothing."""
        del response
        return None

    async def get_segmented(self, smpp_seq_num: int, remove: bool = False) -> tuple[SegmentStatus | None, int]:  # noqa: FBT001, FBT002 - its base's
        """Return nothing."""
        del smpp_seq_num, remove
        return None, 0

    async def get_delivery(self, receipt: DeliverSm) -> SubmitSm | None:
        """Return nothing."""
        del receipt
        return None


class NoThrottle(AbstractThrottleHandler):  # type: ignore[misc] # as above
    """Nothing: whoever sends waits when the SMSC says that it has too much."""

    async def throttled(self) -> None:
        """Do nothing."""

    async def not_throttled(self) -> None:
        """Do nothing."""

    async def allow_request(self) -> bool:
        """Let everything pass."""
        return True

    async def throttle_delay(self) -> float:
        """Return nothing."""
        return 0.0


class BackOff(AbstractRetryTimer):  # type: ignore[misc] # as above
    """Pauses before the next attempt: longer with each, and none longer than a minute."""

    def __init__(self, clock: Clock, first: Span = FIRST_PAUSE) -> None:
        self._clock = clock
        self._first = first
        self._next = first
        self._ended = asyncio.Event()

    async def wait(self) -> None:
        """Wait; the end of the connection cuts it short."""
        pause, self._next = self._next, min(2 * self._next, LONGEST_PAUSE)
        async with asyncio.TaskGroup() as tasks:
            over = tasks.create_task(self._ended.wait())
            slept = tasks.create_task(self._clock.sleep(pause))
            await asyncio.wait((over, slept), return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            slept.cancel()

    def reset(self) -> None:
        """Begin again with the shortest pause."""
        self._next = self._first

    def next_delay(self) -> float:
        """Return the next pause in seconds."""
        return self._next.total_seconds()

    def end(self) -> None:
        """Let nobody wait any more."""
        self._ended.set()


class Link(ESME):  # type: ignore[misc] # as above
    """The library's connection; what an SMSC brings is read here, and asking for a sign of life leaves nothing."""

    def __init__(
        self, hook: Hook, outgoing: Outgoing, pauses: BackOff, *, sign_of_life_s: float, **address: Any
    ) -> None:
        silent = logging.NullHandler()
        super().__init__(
            hook=hook,
            broker=outgoing,
            correlator=NoCorrelation(),
            throttle_handler=NoThrottle(),
            retry_timer=pauses,
            # Its log lines hold what people write.
            log_level=logging.CRITICAL,
            log_handler=silent,
            enquire_link_interval=sign_of_life_s,
            socket_timeout=sign_of_life_s,
            **address,
        )

    @property
    def bound(self) -> bool:
        """Whether the SMSC has let us in."""
        return bool(self.session_state == BindMode.TRANSCEIVER.session_state)

    async def connect(self) -> None:
        """Connect and bind; let go of the connection before, which the library forgets to close."""
        self._let_go(self._writer)
        await super().connect()

    async def _disconnect(self) -> None:
        writer = self._writer
        await super()._disconnect()
        self._let_go(writer)

    @staticmethod
    def _let_go(writer: asyncio.StreamWriter | None) -> None:
        if writer is not None:
            writer.close()

    async def _handle_request(self, pdu: bytes, header: PduHeader) -> SmppMessage | None:
        if header.smpp_command == SmppCommand.DELIVER_SM:
            # Whatever is not None is answered by its header; `Hook.received` reads the message.
            return EnquireLink(header.sequence_num)
        return await super()._handle_request(pdu, header)

    async def _connection_keeper(self) -> None:
        while not self._is_shutting_down and self.bound:
            try:
                async with asyncio.timeout(self.enquire_link_interval):
                    await self._data_received.wait()
            except TimeoutError:
                await self._send_data(EnquireLink())
                async with asyncio.timeout(self.socket_timeout):
                    await self._data_received.wait()
            self._data_received.clear()
