"""Text messages in memory: what is kept of them, and a carrier that does as it is told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from madoguchi.domain.sms.conversation import Peer
from madoguchi.domain.sms.records import Carrier, SmsConnection, SmsNumber
from madoguchi.kernel.ids import SmsConnectionId, SmsNumberId, SmsTextId
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.sms import (
    Delivery,
    Hook,
    HookKind,
    HookRefusedError,
    Outcome,
    PartArrived,
    Receipt,
    ReceivedText,
    SentText,
    SmsListener,
    SmsRefusedError,
    SmsUnavailableError,
    TextArrived,
    TextToSend,
)
from madoguchi.testing.audit import MemoryAudit, next_version

GAP = "[…]"
REUSED = Span(hours=1)


class MemorySms:
    """Keeps the promises of `madoguchi.ports.sms.SmsRecords`, durability apart."""

    def __init__(self, audit: MemoryAudit | None = None) -> None:
        self._audit = audit or MemoryAudit()
        self._connections: dict[SmsConnectionId, SmsConnection] = {}
        self._numbers: dict[SmsNumberId, SmsNumber] = {}
        self._received: dict[SmsTextId, tuple[ReceivedText, Outcome]] = {}
        self._parts: dict[tuple[object, ...], dict[int, tuple[str, Instant]]] = {}
        self._joined: set[tuple[object, ...]] = set()
        self._peers: dict[tuple[str, str], Peer] = {}
        self._sent: dict[SmsTextId, tuple[SentText, str, str]] = {}
        """Text, state, reason."""
        self._references: dict[tuple[str, str], tuple[SmsTextId | None, Receipt | None, Instant]] = {}

    async def connections(self) -> Sequence[SmsConnection]:
        """Return all connections, by name."""
        return sorted(self._connections.values(), key=lambda one: (one.name, one.id))

    async def save_connection(self, connection: SmsConnection) -> None:
        """Store or replace a connection, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        before = self._connections.get(connection.id)
        version = next_version(before, connection)
        self._connections[connection.id] = replace(connection, version=version)
        self._audit.note(before, connection, version=version)

    async def forget_connection(self, connection: SmsConnectionId) -> None:
        """Forget a connection; one that is not there is no error."""
        gone = self._connections.pop(connection, None)
        if gone is not None:
            self._audit.note(gone, None, version=gone.version + 1)

    async def numbers(self) -> Sequence[SmsNumber]:
        """Return all numbers, in their order."""
        return sorted(self._numbers.values(), key=lambda one: one.number)

    async def save_number(self, number: SmsNumber) -> None:
        """Store or replace a number, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        before = self._numbers.get(number.id)
        version = next_version(before, number)
        self._numbers[number.id] = replace(number, version=version)
        self._audit.note(before, number, version=version)

    async def forget_number(self, number: SmsNumberId) -> None:
        """Forget a number; one that is not there is no error."""
        gone = self._numbers.pop(number, None)
        if gone is not None:
            self._audit.note(gone, None, version=gone.version + 1)

    async def receive(self, text: ReceivedText) -> bool:
        """Keep a text that came; return False where one with its id came before."""
        if text.id in self._received:
            return False
        self._received[text.id] = text, Outcome.WAITING
        return True

    async def receive_part(self, part: PartArrived, text: ReceivedText) -> ReceivedText | None:
        """Keep a part; when it is the last one missing, keep the whole text as well and return it."""
        key = (text.connection, text.peer, text.number, part.reference, part.total)
        parts = self._parts.setdefault(key, {})
        if any(at < text.at - REUSED for _, at in parts.values()):
            parts = self._parts[key] = {number: one for number, one in parts.items() if one[1] >= text.at - REUSED}
            self._joined.discard(key)
        if part.number in parts:
            return None
        parts[part.number] = part.text, text.at
        if len(parts) < part.total or key in self._joined:
            return None
        return await self._join(key, text)

    async def incomplete(self, before: Instant) -> Sequence[ReceivedText]:
        """Keep as texts, with signs for gaps, those of which a part is missing and none came since `before`."""
        found = []
        for key, parts in self._parts.items():
            times = [at for _, at in parts.values()]
            if key not in self._joined and times and max(times) < before:
                name = "/".join(str(one) for one in (*key, round(min(times).timestamp())))
                connection, peer, number = SmsConnectionId(str(key[0])), str(key[1]), str(key[2])
                text = ReceivedText(SmsTextId(f"parts/{name}"), connection, number, peer, "", min(times))
                found.append(await self._join(key, text))
        return found

    async def _join(self, key: tuple[object, ...], text: ReceivedText) -> ReceivedText:
        self._joined.add(key)
        parts, total = self._parts[key], key[4]
        assert isinstance(total, int)
        words = "".join(parts[number][0] if number in parts else GAP for number in range(1, total + 1))
        whole = replace(text, text=words)
        await self.receive(whole)
        return whole

    async def waiting(self) -> Sequence[ReceivedText]:
        """Return what came and is not handled, in the order in which it came."""
        return [text for text, outcome in self._received.values() if outcome is Outcome.WAITING]

    async def held(self, number: str, peer: str, since: Instant) -> Sequence[ReceivedText]:
        """Return what of a peer is held, in the order in which it came."""
        found = [text for text, outcome in self._received.values() if outcome is Outcome.HELD]
        return [one for one in found if (one.number, one.peer) == (number, peer) and one.at >= since]

    async def handled(self, texts: Sequence[SmsTextId], outcome: Outcome) -> None:
        """Note what texts have led to."""
        for one in texts:
            if one in self._received:
                text, _ = self._received[one]
                self._received[one] = replace(text, text="") if outcome is Outcome.LINE else text, outcome

    async def peer(self, number: str, peer: str) -> Peer:
        """Return what is kept of a peer; somebody of whom nothing is has nothing in it."""
        return self._peers.get((number, peer), Peer(number, peer))

    async def save_peer(self, peer: Peer) -> None:
        """Keep it."""
        self._peers[peer.number, peer.peer] = peer

    async def put(self, text: SentText) -> bool:
        """Keep a text to send; return False where one with its id was kept before."""
        if text.id in self._sent:
            return False
        self._sent[text.id] = text, "unsent", ""
        return True

    async def unsent(self) -> Sequence[SentText]:
        """Return what is not sent yet, in the order in which it was put."""
        return [text for text, state, _ in self._sent.values() if state == "unsent"]

    async def sent(self, text: SentText, references: Sequence[str], at: Instant) -> Delivery | None:
        """Note that a carrier has taken a text; return what receipts that came earlier have told of the whole."""
        kept, _, _ = self._sent[text.id]
        self._sent[text.id] = replace(kept, text="", at=at), "sent", ""
        for one in references:
            _, receipt, when = self._references.get((text.connection, one), (None, None, at))
            self._references[text.connection, one] = text.id, receipt, when
        return self._fate(text.id)

    async def failed(self, text: SentText, reason: str, at: Instant) -> None:
        """Note that a text was not sent, and will not be."""
        self._sent[text.id] = replace(text, text="", at=at), Delivery.FAILED.value, reason

    async def receipt(self, connection: SmsConnectionId, receipt: Receipt, at: Instant) -> SentText | None:
        """Note a receipt; return the text if its fate is decided by it, which it is once."""
        sent, _, when = self._references.get((connection, receipt.reference), (None, None, at))
        self._references[connection, receipt.reference] = sent, receipt, when
        if sent is None or self._fate(sent) is None:
            return None
        return self._sent[sent][0]

    def _fate(self, sent: SmsTextId) -> Delivery | None:
        text, state, _ = self._sent[sent]
        if state != "sent":
            return None
        receipts = [receipt for known, receipt, _ in self._references.values() if known == sent]
        lost = next((one for one in receipts if one is not None and one.delivery is Delivery.FAILED), None)
        if lost is None and not all(receipts):
            return None
        fate = Delivery.DELIVERED if lost is None else Delivery.FAILED
        self._sent[sent] = text, fate.value, lost.reason if lost is not None else ""
        return fate

    async def forget(self, before: Instant) -> None:
        """Forget what was handled or sent before `before`; what somebody ordered to stop stays."""
        self._received = {
            one: kept for one, kept in self._received.items() if kept[0].at >= before or kept[1] is Outcome.WAITING
        }
        self._parts = {
            key: kept
            for key, parts in self._parts.items()
            if (kept := {number: one for number, one in parts.items() if one[1] >= before})
        }
        self._sent = {one: kept for one, kept in self._sent.items() if kept[0].at >= before or kept[1] == "unsent"}
        self._references = {key: kept for key, kept in self._references.items() if kept[2] >= before}


class FakeGateway:
    """A carrier that keeps what it is given."""

    def __init__(self, connection: SmsConnection, listener: SmsListener) -> None:
        self.connection = connection
        self.listener = listener
        self.up = True
        self.sent: list[TextToSend] = []
        self.refuse = ""
        """Set to a word, everything is refused for that reason."""
        self.attempts = 0
        self._closed = asyncio.Event()

    @property
    def trouble(self) -> str:
        """Why it is down."""
        return "" if self.up else "told_to_be_down"

    async def run(self) -> None:
        """Wait for the end."""
        await self._closed.wait()

    async def close(self) -> None:
        """End."""
        self.up = False
        self._closed.set()

    async def send(self, text: TextToSend) -> Sequence[str]:
        """Keep a text.

        Raises:
            SmsUnavailableError: it was told to be down.
            SmsRefusedError: it was told to refuse.
        """
        self.attempts += 1
        if not self.up:
            raise SmsUnavailableError("told to be down")
        if self.refuse:
            raise SmsRefusedError("told to refuse", reason=self.refuse)
        self.sent.append(text)
        return [f"ref-{text.id}"]

    async def hooked(self, hook: Hook) -> None:
        """Take what is signed with the connection's secret itself.

        Raises:
            HookRefusedError: it is not.
        """
        if self.connection.carrier is not Carrier.HTTP or hook.signature != self.connection.secret:
            raise HookRefusedError
        told: Mapping[str, str] = hook.fields
        if hook.kind is HookKind.MESSAGE:
            text = TextArrived(told["From"], told["To"], told["Body"], told.get("MessageSid", ""))
            await self.listener.text_arrived(self.connection.id, text)
        else:
            fate = Delivery.DELIVERED if told["MessageStatus"] == "delivered" else Delivery.FAILED
            await self.listener.receipt_arrived(self.connection.id, Receipt(told["MessageSid"], fate))


class FakeCarriers:
    """Makes fake gateways, and remembers them."""

    def __init__(self) -> None:
        self.opened: dict[SmsConnectionId, FakeGateway] = {}

    def open(self, connection: SmsConnection, listener: SmsListener) -> FakeGateway:
        """Return the gateway of a connection."""
        self.opened[connection.id] = FakeGateway(connection, listener)
        return self.opened[connection.id]

    def hook_url(self, connection: SmsConnection, kind: HookKind) -> str:
        """Return where the carrier would have to send."""
        if connection.carrier is not Carrier.HTTP:
            return ""
        return f"https://desk.example.com/api/v1/sms/{connection.id}/{kind.value}"
