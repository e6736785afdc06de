"""Text messages: carriers that take and bring them, and what is kept of them.

Carriers prove their promises by `tests/contract/sms`, stores by `tests/contract/storage/test_sms.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from madoguchi.domain.sms.conversation import Peer
from madoguchi.domain.sms.records import SmsConnection, SmsNumber
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import InteractionId, SmsConnectionId, SmsNumberId, SmsTextId
from madoguchi.kernel.time import Instant


class SmsUnavailableError(MadoguchiError):
    """The carrier cannot be reached, or takes nothing at present."""

    kind = Kind.UNAVAILABLE
    code = "sms_unavailable"


class SmsRefusedError(MadoguchiError):
    """The carrier does not take this text, now or later; `reason` is its word or number for why."""

    kind = Kind.CONFLICT
    code = "sms_refused"


@dataclass(frozen=True)
class TextToSend:
    """A text for a carrier."""

    id: SmsTextId
    """The same for every attempt, for carriers that can tell repetitions."""
    source: str
    """Our number: E.164, or a short code."""
    destination: str
    text: str


@dataclass(frozen=True)
class TextArrived:
    """Somebody has written."""

    source: str
    """As the carrier writes it; `+` where it says that it is international."""
    destination: str
    text: str
    message_id: str = ""
    """The carrier's, by which a repetition is known; empty where it gives none."""


@dataclass(frozen=True)
class PartArrived:
    """A part of a long text."""

    source: str
    destination: str
    reference: int
    number: int
    """From 1."""
    total: int
    text: str


class Delivery(Enum):
    """What became of a text that a carrier took."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Receipt:
    """A carrier tells what became of a text, or of a part of it."""

    reference: str
    """The one that `send` gave."""
    delivery: Delivery
    reason: str = ""
    """The carrier's word or number for why it failed."""


class SmsListener(Protocol):
    """Takes what a carrier brings. What it returns from is on disk, and only then the carrier is told so."""

    async def text_arrived(self, connection: SmsConnectionId, text: TextArrived) -> None:
        """Take a whole text. A repetition is no error.

        Raises:
            StorageUnavailableError: it could not be kept.
        """

    async def part_arrived(self, connection: SmsConnectionId, part: PartArrived) -> None:
        """Take a part of a text; parts come in any order and may come again.

        Raises:
            StorageUnavailableError: it could not be kept.
        """

    async def receipt_arrived(self, connection: SmsConnectionId, receipt: Receipt) -> None:
        """Take a receipt, which may come before `send` has returned its reference.

        Raises:
            StorageUnavailableError: it could not be kept.
        """


class HookKind(Enum):
    """What a carrier's request brings."""

    MESSAGE = "message"
    STATUS = "status"


@dataclass(frozen=True)
class Hook:
    """A request by which a carrier brings something."""

    kind: HookKind
    fields: Mapping[str, str]
    signature: str


class HookRefusedError(MadoguchiError):
    """This request is not signed by the carrier."""

    kind = Kind.FORBIDDEN
    code = "hook_refused"


class SmsGateway(Protocol):
    """One connection to a carrier."""

    @property
    def up(self) -> bool:
        """Whether texts can be sent now, as far as is known."""

    @property
    def trouble(self) -> str:
        """Why not, as a short word; empty while all is well."""

    async def run(self) -> None:
        """Keep the connection up until `close`. Trouble is noted and tried again, never raised."""

    async def close(self) -> None:
        """End it. What was not sent yet fails as unavailable."""

    async def send(self, text: TextToSend) -> Sequence[str]:
        """Hand a text over, long ones in parts; return the carrier's reference of each part.

        Raises:
            SmsUnavailableError: the carrier cannot take it now. It may have got it if the connection broke.
            SmsRefusedError: the carrier will never take it.
        """

    async def hooked(self, hook: Hook) -> None:
        """Take what a request brings.

        Raises:
            HookRefusedError: it is not signed as this connection signs, or the connection takes no requests.
            StorageUnavailableError: it could not be kept.
        """


class SmsCarriers(Protocol):
    """Makes gateways."""

    def open(self, connection: SmsConnection, listener: SmsListener) -> SmsGateway:
        """Return the gateway of a connection; `run` brings it up."""

    def hook_url(self, connection: SmsConnection, kind: HookKind) -> str:
        """Return where the carrier has to send what it brings; empty for carriers that keep a connection."""


@dataclass(frozen=True)
class ReceivedText:
    """A text that came, as it is kept until it is handled."""

    id: SmsTextId
    connection: SmsConnectionId
    number: str
    """Ours."""
    peer: str
    text: str
    at: Instant


class Outcome(Enum):
    """What a text that came has led to."""

    WAITING = "waiting"
    """Nothing yet."""
    HELD = "held"
    """It will be in the conversation that begins when its writer has chosen a queue."""
    LINE = "line"
    CHOICE = "choice"
    ORDER = "order"
    CLOSED = "closed"
    OPTED_OUT = "opted_out"
    NO_QUEUE = "no_queue"
    UNKNOWN_NUMBER = "unknown_number"


@dataclass(frozen=True)
class SentText:
    """A text that goes out, as it is kept until it is sent."""

    id: SmsTextId
    connection: SmsConnectionId
    number: str
    peer: str
    text: str
    at: Instant
    chat: InteractionId | None = None
    seq: int = 0
    """The line's, where there is a chat."""


class SmsRecords(Protocol):
    """What is kept of texts. Every write is on disk on return.

    Once a text is a line of a chat, or sent, its words are kept there alone; here stays that it was.
    """

    async def connections(self) -> Sequence[SmsConnection]:
        """Return all connections, by name."""

    async def save_connection(self, connection: SmsConnection) -> None:
        """Store or replace a connection, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """

    async def forget_connection(self, connection: SmsConnectionId) -> None:
        """Forget a connection; one that is not there is no error."""

    async def numbers(self) -> Sequence[SmsNumber]:
        """Return all numbers, in their order."""

    async def save_number(self, number: SmsNumber) -> None:
        """Store or replace a number, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """

    async def forget_number(self, number: SmsNumberId) -> None:
        """Forget a number; one that is not there is no error."""

    async def receive(self, text: ReceivedText) -> bool:
        """Keep a text that came; return False where one with its id came before."""

    async def receive_part(self, part: PartArrived, text: ReceivedText) -> ReceivedText | None:
        """Keep a part; when it is the last one missing, keep the whole text as well and return it.

        Args:
            part: what came; one that is there already changes nothing.
            text: the whole, but for its words.
        """

    async def incomplete(self, before: Instant) -> Sequence[ReceivedText]:
        """Keep as texts, with signs for gaps, those of which a part is missing and none came since `before`."""

    async def waiting(self) -> Sequence[ReceivedText]:
        """Return what came and is not handled, in the order in which it came."""

    async def held(self, number: str, peer: str, since: Instant) -> Sequence[ReceivedText]:
        """Return what of a peer is held, in the order in which it came."""

    async def handled(self, texts: Sequence[SmsTextId], outcome: Outcome) -> None:
        """Note what texts have led to."""

    async def peer(self, number: str, peer: str) -> Peer:
        """Return what is kept of a peer; somebody of whom nothing is has nothing in it."""

    async def save_peer(self, peer: Peer) -> None:
        """Keep it."""

    async def put(self, text: SentText) -> bool:
        """Keep a text to send; return False where one with its id was kept before."""

    async def unsent(self) -> Sequence[SentText]:
        """Return what is not sent yet, in the order in which it was put."""

    async def sent(self, text: SentText, references: Sequence[str], at: Instant) -> Delivery | None:
        """Note that a carrier has taken a text; return what receipts that came earlier have told of the whole."""

    async def failed(self, text: SentText, reason: str, at: Instant) -> None:
        """Note that a text was not sent, and will not be."""

    async def receipt(self, connection: SmsConnectionId, receipt: Receipt, at: Instant) -> SentText | None:
        """Note a receipt; return the text if its fate is decided by it, which it is once.

        It is delivered when all its parts are, and failed with the first of them.
        """

    async def forget(self, before: Instant) -> None:
        """Forget what was handled or sent before `before`; what somebody ordered to stop stays."""
