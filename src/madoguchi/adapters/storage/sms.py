"""What is kept of text messages, in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from madoguchi.adapters.storage.audit import Trail
from madoguchi.adapters.storage.database import Database
from madoguchi.adapters.storage.schema_sms import (
    sms_connections,
    sms_numbers,
    sms_parts,
    sms_peers,
    sms_received,
    sms_references,
    sms_sent,
)
from madoguchi.adapters.storage.upsert import insert, upsert
from madoguchi.adapters.storage.versioned import VersionedRecords
from madoguchi.domain.sms.conversation import Peer
from madoguchi.domain.sms.records import Carrier, Keyword, SmsConnection, SmsNumber
from madoguchi.kernel.ids import QueueId, SmsConnectionId, SmsNumberId, SmsTextId
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.sms import Delivery, Outcome, PartArrived, Receipt, ReceivedText, SentText

GAP: Final = "[…]"
"""Stands where a part never came."""
REUSED: Final = Span(hours=1)
"""After this a phone may have begun again with its references: parts that are older belong to another text."""
_UNSENT: Final = "unsent"
_SENT: Final = "sent"

_Row = sa.Row[Any]


class SqlSms:
    """`SmsRecords` over any `Database`."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._connections = VersionedRecords(database, trail, sms_connections, _connection)
        self._numbers = VersionedRecords(database, trail, sms_numbers, _number)

    async def connections(self) -> Sequence[SmsConnection]:
        """Return all connections, by name."""
        return await self._connections.all("name", "id")

    async def save_connection(self, connection: SmsConnection) -> None:
        """Store or replace a connection, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        values = {**vars(connection), "carrier": connection.carrier.value}
        await self._connections.save(connection, values)

    async def forget_connection(self, connection: SmsConnectionId) -> None:
        """Forget a connection; one that is not there is no error."""
        await self._connections.forget(connection)

    async def numbers(self) -> Sequence[SmsNumber]:
        """Return all numbers, in their order."""
        return await self._numbers.all("number")

    async def save_number(self, number: SmsNumber) -> None:
        """Store or replace a number, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        values = {**vars(number), "keywords": [[one.word, one.queue] for one in number.keywords]}
        await self._numbers.save(number, values)

    async def forget_number(self, number: SmsNumberId) -> None:
        """Forget a number; one that is not there is no error."""
        await self._numbers.forget(number)

    async def receive(self, text: ReceivedText) -> bool:
        """Keep a text that came; return False where one with its id came before."""
        return await self._database.write(lambda connection: _receive(connection, text))

    async def receive_part(self, part: PartArrived, text: ReceivedText) -> ReceivedText | None:
        """Keep a part; when it is the last one missing, keep the whole text as well and return it.

        Args:
            part: what came; one that is there already changes nothing.
            text: the whole, but for its words.
        """

        def keep(connection: sa.Connection) -> ReceivedText | None:
            whole = sa.and_(
                sms_parts.c.connection == text.connection,
                sms_parts.c.peer == text.peer,
                sms_parts.c.number == text.number,
                sms_parts.c.reference == part.reference,
                sms_parts.c.total == part.total,
            )
            connection.execute(sa.delete(sms_parts).where(whole, sms_parts.c.at < text.at - REUSED))
            row = {
                "connection": text.connection,
                "peer": text.peer,
                "number": text.number,
                "reference": part.reference,
                "total": part.total,
                "part": part.number,
                "text": part.text,
                "at": text.at,
                "joined": False,
            }
            if not _insert(connection, sms_parts, row):
                return None
            rows = connection.execute(sa.select(sms_parts).where(whole).order_by(sms_parts.c.part).with_for_update())
            found = rows.all()
            if len(found) < part.total or any(one.joined for one in found):
                return None
            return _join(connection, found, text)

        return await self._database.write(keep)

    async def incomplete(self, before: Instant) -> Sequence[ReceivedText]:
        """Keep as texts, with signs for gaps, those of which a part is missing and none came since `before`."""

        def keep(connection: sa.Connection) -> Sequence[ReceivedText]:
            rows = connection.execute(sa.select(sms_parts).where(sms_parts.c.joined.is_(False)).order_by("part")).all()
            groups: dict[tuple[object, ...], list[_Row]] = {}
            for row in rows:
                groups.setdefault((row.connection, row.peer, row.number, row.reference, row.total), []).append(row)
            kept = []
            for key, parts in groups.items():
                first = min(one.at for one in parts)
                if max(one.at for one in parts) < before:
                    name = "/".join(str(one) for one in (*key, round(first.timestamp())))
                    text = ReceivedText(
                        SmsTextId(f"parts/{name}"),
                        SmsConnectionId(parts[0].connection),
                        parts[0].number,
                        parts[0].peer,
                        "",
                        first,
                    )
                    kept.append(_join(connection, parts, text))
            return kept

        return await self._database.write(keep)

    async def waiting(self) -> Sequence[ReceivedText]:
        """Return what came and is not handled, in the order in which it came."""
        those = sa.select(sms_received).where(sms_received.c.outcome == Outcome.WAITING.value)
        return [_received(row) for row in await self._rows(those.order_by("place", "id"))]

    async def held(self, number: str, peer: str, since: Instant) -> Sequence[ReceivedText]:
        """Return what of a peer is held, in the order in which it came."""
        table = sms_received.c
        those = sa.select(sms_received).where(
            table.outcome == Outcome.HELD.value, table.number == number, table.peer == peer, table.at >= since
        )
        return [_received(row) for row in await self._rows(those.order_by("place", "id"))]

    async def handled(self, texts: Sequence[SmsTextId], outcome: Outcome) -> None:
        """Note what texts have led to."""
        values: dict[str, Any] = {"outcome": outcome.value}
        if outcome is Outcome.LINE:
            values["text"] = ""
        await self._do(sa.update(sms_received).where(sms_received.c.id.in_(texts)).values(values))

    async def peer(self, number: str, peer: str) -> Peer:
        """Return what is kept of a peer; somebody of whom nothing is has nothing in it."""
        those = sa.select(sms_peers).where(sms_peers.c.number == number, sms_peers.c.peer == peer)
        rows = await self._rows(those)
        return _peer(rows[0]) if rows else Peer(number, peer)

    async def save_peer(self, peer: Peer) -> None:
        """Keep it."""

        def put(connection: sa.Connection) -> None:
            upsert(connection, sms_peers, vars(peer))

        await self._database.write(put)

    async def put(self, text: SentText) -> bool:
        """Keep a text to send; return False where one with its id was kept before."""

        def keep(connection: sa.Connection) -> bool:
            row = {**vars(text), "state": _UNSENT, "reason": "", "place": _next(connection, sms_sent)}
            return _insert(connection, sms_sent, row)

        return await self._database.write(keep)

    async def unsent(self) -> Sequence[SentText]:
        """Return what is not sent yet, in the order in which it was put."""
        those = sa.select(sms_sent).where(sms_sent.c.state == _UNSENT).order_by("place", "id")
        return [_sent(row) for row in await self._rows(those)]

    async def sent(self, text: SentText, references: Sequence[str], at: Instant) -> Delivery | None:
        """Note that a carrier has taken a text; return what receipts that came earlier have told of the whole."""

        def note(connection: sa.Connection) -> Delivery | None:
            connection.execute(sa.update(sms_sent).where(sms_sent.c.id == text.id).values(state=_SENT, text="", at=at))
            for one in references:
                row = {"connection": text.connection, "reference": one, "sent": text.id}
                new = insert(connection, sms_references).values(**row, delivery="", reason="", at=at)
                update = new.on_conflict_do_update(index_elements=["connection", "reference"], set_={"sent": text.id})
                connection.execute(update)
            fate = _fate(connection, text.id)
            return fate[0] if fate is not None else None

        return await self._database.write(note)

    async def failed(self, text: SentText, reason: str, at: Instant) -> None:
        """Note that a text was not sent, and will not be."""
        values = {"state": Delivery.FAILED.value, "reason": reason, "text": "", "at": at}
        await self._do(sa.update(sms_sent).where(sms_sent.c.id == text.id).values(values))

    async def receipt(self, connection: SmsConnectionId, receipt: Receipt, at: Instant) -> SentText | None:
        """Note a receipt; return the text if its fate is decided by it, which it is once.

        It is delivered when all its parts are, and failed with the first of them.
        """

        def note(present: sa.Connection) -> SentText | None:
            key = {"connection": connection, "reference": receipt.reference}
            told = {"delivery": receipt.delivery.value, "reason": receipt.reason}
            new = insert(present, sms_references).values(**key, **told, at=at)
            update = new.on_conflict_do_update(index_elements=["connection", "reference"], set_=told)
            present.execute(update)
            table = sms_references.c
            those = sa.select(table.sent).where(table.connection == connection, table.reference == receipt.reference)
            sent = present.execute(those).scalar_one()
            fate = _fate(present, sent) if sent is not None else None
            return fate[1] if fate is not None else None

        return await self._database.write(note)

    async def forget(self, before: Instant) -> None:
        """Forget what was handled or sent before `before`; what somebody ordered to stop stays."""

        def clear(connection: sa.Connection) -> None:
            done = sms_received.c.outcome != Outcome.WAITING.value
            connection.execute(sa.delete(sms_received).where(sms_received.c.at < before, done))
            connection.execute(sa.delete(sms_parts).where(sms_parts.c.at < before))
            connection.execute(sa.delete(sms_sent).where(sms_sent.c.at < before, sms_sent.c.state != _UNSENT))
            connection.execute(sa.delete(sms_references).where(sms_references.c.at < before))

        await self._database.write(clear)

    async def _rows(self, statement: sa.Select[Any]) -> Sequence[_Row]:
        return await self._database.read(lambda connection: connection.execute(statement).all())

    async def _do(self, statement: sa.Update) -> None:
        def run(connection: sa.Connection) -> None:
            connection.execute(statement)

        await self._database.write(run)


def _insert(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Return whether it was not there before."""
    return bool(connection.execute(insert(connection, table).values(row).on_conflict_do_nothing()).rowcount)


def _next(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.place), 0) + 1)).scalar_one())


def _receive(connection: sa.Connection, text: ReceivedText) -> bool:
    row = {**vars(text), "outcome": Outcome.WAITING.value, "place": _next(connection, sms_received)}
    return _insert(connection, sms_received, row)


def _join(connection: sa.Connection, parts: Sequence[_Row], text: ReceivedText) -> ReceivedText:
    """Keep the text that `parts` make; they stay, without their words, so that one that comes again is known."""
    words = {one.part: one.text for one in parts}
    (first, *_) = parts
    whole = replace(text, text="".join(words.get(number, GAP) for number in range(1, first.total + 1)))
    table = sms_parts.c
    those = (table.connection == first.connection, table.peer == first.peer, table.number == first.number)
    more = (table.reference == first.reference, table.total == first.total)
    connection.execute(sa.update(sms_parts).where(*those, *more).values(joined=True, text=""))
    _receive(connection, whole)
    return whole


def _fate(connection: sa.Connection, sent: str) -> tuple[Delivery, SentText] | None:
    """Return what became of a text, if it has just become known, and note it."""
    row = connection.execute(sa.select(sms_sent).where(sms_sent.c.id == sent).with_for_update()).first()
    if row is None or row.state != _SENT:
        return None
    parts = connection.execute(sa.select(sms_references).where(sms_references.c.sent == sent)).all()
    lost = next((one for one in parts if one.delivery == Delivery.FAILED.value), None)
    if lost is None and not all(one.delivery == Delivery.DELIVERED.value for one in parts):
        return None
    delivery = Delivery.DELIVERED if lost is None else Delivery.FAILED
    values = {"state": delivery.value, "reason": lost.reason if lost is not None else ""}
    connection.execute(sa.update(sms_sent).where(sms_sent.c.id == sent).values(values))
    return delivery, _sent(row)


def _connection(row: _Row) -> SmsConnection:
    return SmsConnection(**{**row._asdict(), "id": SmsConnectionId(row.id), "carrier": Carrier(row.carrier)})


def _number(row: _Row) -> SmsNumber:
    keywords = tuple(Keyword(word, QueueId(queue)) for word, queue in row.keywords)
    return SmsNumber(**{**row._asdict(), "id": SmsNumberId(row.id), "keywords": keywords})


def _received(row: _Row) -> ReceivedText:
    return ReceivedText(SmsTextId(row.id), row.connection, row.number, row.peer, row.text, row.at)


def _sent(row: _Row) -> SentText:
    return SentText(SmsTextId(row.id), row.connection, row.number, row.peer, row.text, row.at, row.chat, row.seq)


def _peer(row: _Row) -> Peer:
    return Peer(**row._asdict())
