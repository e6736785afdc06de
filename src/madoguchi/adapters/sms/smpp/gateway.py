"""Texts through an SMSC, over a connection that is bound both ways and comes up again by itself."""

import asyncio
from collections.abc import Sequence
from itertools import cycle
from typing import Final

import structlog
from aiosmpplib.protocol import BindTransceiverResp, SmppMessage, SubmitSm, SubmitSmResp
from aiosmpplib.state import NPI, TON, PhoneNumber, SmppCommandStatus

from madoguchi.adapters.sms.smpp.deliver import read
from madoguchi.adapters.sms.smpp.link import FIRST_PAUSE, BackOff, Hook, Link, Outgoing
from madoguchi.domain.sms.records import SmsConnection
from madoguchi.domain.sms.segments import MOST_PARTS, Alphabet, encoded, segments
from madoguchi.kernel.time import Span
from madoguchi.ports import sms
from madoguchi.ports.environment import Clock
from madoguchi.ports.sms import (
    HookRefusedError,
    PartArrived,
    Receipt,
    SmsListener,
    SmsRefusedError,
    SmsUnavailableError,
)
from madoguchi.ports.storage import StorageUnavailableError

ANSWER_S: Final = 15.0
"""How long the SMSC may take to answer; the text is then sent again, as nobody knows what became of it."""
SIGN_OF_LIFE_S: Final = 30.0
_USER_HEADER: Final = 0x40
_CONCATENATED: Final = bytes((5, 0, 3))
"""A header of five bytes: concatenation with an 8-bit reference, three bytes long."""
_LATER: Final = frozenset(
    {
        SmppCommandStatus.ESME_RTHROTTLED,
        SmppCommandStatus.ESME_RMSGQFUL,
        SmppCommandStatus.ESME_RSYSERR,
        SmppCommandStatus.ESME_RINVBNDSTS,
    }
)
"""What an SMSC answers that would take it another time."""

_log = structlog.get_logger(__name__)


class SmppGateway:
    """`SmsGateway` over SMPP 3.4."""

    def __init__(
        self, connection: SmsConnection, listener: SmsListener, clock: Clock, *, first_pause: Span = FIRST_PAUSE
    ) -> None:
        self._connection = connection
        self._listener = listener
        self._clock = clock
        self._outgoing = Outgoing()
        self._pauses = BackOff(clock, first_pause)
        self._trouble = "not_connected"
        self._closed = False
        self._references = cycle(range(256))
        self._waiting: dict[str, asyncio.Future[SmppMessage]] = {}
        """By `log_id`, which the library leaves alone."""
        self._under: dict[int, str] = {}
        self._number = 0
        self._link = Link(
            Hook(self),
            self._outgoing,
            self._pauses,
            sign_of_life_s=SIGN_OF_LIFE_S,
            smsc_host=connection.host,
            smsc_port=connection.port,
            system_id=connection.system_id,
            password=connection.secret,
            system_type=connection.system_type,
        )

    @property
    def up(self) -> bool:
        """Whether the SMSC has let us in."""
        return self._link.bound

    @property
    def trouble(self) -> str:
        """What the SMSC answered when it did not let us in, or `not_connected`."""
        return "" if self.up else self._trouble

    async def run(self) -> None:
        """Keep the connection up until `close`."""
        while not self._closed:
            try:
                await self._link.start()
            except Exception:  # noqa: BLE001 - whatever a peer makes of the library, the next attempt may succeed
                _log.exception("sms_link_died", connection=self._connection.id)
                await self._pauses.wait()

    async def close(self) -> None:
        """Say goodbye to the SMSC. What was not sent yet fails as unavailable."""
        self._closed = True
        self._pauses.end()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(SmsUnavailableError("the connection is closed"))
        await self._link.stop()

    async def send(self, text: sms.TextToSend) -> Sequence[str]:
        """Hand a text over, long ones in parts; return the SMSC's id of each part.

        Raises:
            SmsUnavailableError: there is no connection, or the SMSC does not answer or has too much.
            SmsRefusedError: the SMSC will never take it; `reason` is the SMPP error.
        """
        cut = segments(text.text)
        if len(cut.parts) > MOST_PARTS:
            raise SmsRefusedError("it is too long for one text message", reason="too_long")
        reference = next(self._references) if len(cut.parts) > 1 else 0
        ids = []
        for number, part in enumerate(cut.parts, 1):
            header = _CONCATENATED + bytes((reference, len(cut.parts), number)) if len(cut.parts) > 1 else b""
            ids.append(await self._submit(self._message(text, part, header, cut.alphabet)))
        return ids

    async def hooked(self, hook: sms.Hook) -> None:
        """Refuse: an SMSC brings everything over the connection.

        Raises:
            HookRefusedError: always.
        """
        del hook
        raise HookRefusedError

    def _message(self, text: sms.TextToSend, part: str, header: bytes, alphabet: Alphabet) -> SubmitSm:
        self._number += 1
        message = SubmitSm(
            # The library wants words; what is sent are the bytes below.
            short_message=part or " ",
            source=_address(text.source),
            destination=_address(text.destination),
            esm_class=_USER_HEADER if header else 0,
            encoding="ucs2" if alphabet is Alphabet.UCS2 else None,
            registered_delivery=1,
            log_id=f"{text.id}/{self._number}",
        )
        message.set_encoded_message(header + encoded(part, alphabet))
        return message

    async def _submit(self, message: SubmitSm) -> str:
        if not self.up:
            raise SmsUnavailableError("there is no connection to the SMSC")
        answer = self._waiting[message.log_id] = asyncio.get_running_loop().create_future()
        try:
            await self._outgoing.enqueue(message)
            async with asyncio.timeout(ANSWER_S):
                response = await answer
        except TimeoutError:
            raise SmsUnavailableError("the SMSC does not answer") from None
        finally:
            self._outgoing.take_back(message)
            self._waiting.pop(message.log_id, None)
        status = response.command_status
        if isinstance(response, SubmitSmResp) and status == SmppCommandStatus.ESME_ROK:
            return str(response.message_id)
        if status in _LATER or not isinstance(response, SubmitSmResp):
            raise SmsUnavailableError(f"the SMSC answers {status.name}")
        raise SmsRefusedError(f"the SMSC answers {status.name}", reason=status.name)

    def sending(self, sequence: int, message: SubmitSm) -> None:
        """Note under which sequence number a text goes out."""
        self._under[sequence] = message.log_id

    def not_sent(self, message: SubmitSm) -> None:
        """Let whoever sent it try again."""
        self._settle(message.log_id, SmsUnavailableError("the connection broke"))

    async def answered(self, sequence: int, message: SmppMessage) -> None:
        """Give an answer to whom it concerns."""
        if isinstance(message, BindTransceiverResp):
            ok = message.command_status == SmppCommandStatus.ESME_ROK
            self._trouble = "not_connected" if ok else message.command_status.name
            self._under.clear()
        waiting = self._under.pop(sequence, None)
        if waiting is not None:
            self._settle(waiting, message)

    async def delivered(self, pdu: bytes) -> None:
        """Keep what the SMSC brings; what nobody can read is dropped, or it would come again for ever.

        Raises:
            ConnectionError: it cannot be kept now, so that the SMSC must send it again.
        """
        try:
            arrived = read(pdu)
        except ValueError:
            _log.warning("sms_unreadable", connection=self._connection.id, size=len(pdu))
            return
        try:
            await self._keep(arrived)
        except StorageUnavailableError as error:
            # Whoever hangs up has acknowledged nothing.
            raise ConnectionError("it could not be kept") from error

    async def _keep(self, arrived: sms.TextArrived | PartArrived | Receipt | None) -> None:
        match arrived:
            case sms.TextArrived():
                await self._listener.text_arrived(self._connection.id, arrived)
            case PartArrived():
                await self._listener.part_arrived(self._connection.id, arrived)
            case Receipt():
                await self._listener.receipt_arrived(self._connection.id, arrived)
            case None:
                pass

    def _settle(self, name: str, outcome: SmppMessage | SmsUnavailableError) -> None:
        waiting = self._waiting.get(name)
        if waiting is None or waiting.done():
            return
        if isinstance(outcome, SmsUnavailableError):
            waiting.set_exception(outcome)
        else:
            waiting.set_result(outcome)


def _address(number: str) -> PhoneNumber:
    if number.startswith("+"):
        return PhoneNumber(number[1:], TON.INTERNATIONAL, NPI.ISDN)
    return PhoneNumber(number, TON.UNKNOWN, NPI.ISDN)
