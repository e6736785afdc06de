"""Connections to carriers of text messages, and the numbers behind them; a change counts at once."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.resolve import names_of
from madoguchi.domain.sms.records import (
    Carrier,
    SmsConnection,
    SmsNumber,
    checked_connection,
    checked_number,
)
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.fields import FieldError, InvalidFieldsError
from madoguchi.kernel.ids import QueueId, SmsConnectionId, SmsNumberId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.sms import Hook, HookKind, SmsCarriers, SmsGateway, SmsListener, SmsRecords
from madoguchi.ports.storage import require_present
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json

CONNECTIONS: Final = 20
NUMBERS: Final = 500
_PREFIX: Final = "sms"
_NUMBER: Final = "number"

Spawn = Callable[[Coroutine[Any, Any, None]], None]


class SmsSettingsService:
    """Reads and changes connections and numbers, and keeps the connections that are enabled open."""

    def __init__(
        self,
        records: SmsRecords,
        carriers: SmsCarriers,
        queues: QueueService,
        ids: IdSource,
        listener: SmsListener,
    ) -> None:
        self._records = records
        self._carriers = carriers
        self._queues = queues
        self._ids = ids
        self._listener = listener
        self._connections: dict[SmsConnectionId, SmsConnection] = {}
        self._numbers: dict[str, SmsNumber] = {}
        self._spawn: Spawn | None = None
        self._one_at_a_time = asyncio.Lock()
        self.gateways: dict[SmsConnectionId, SmsGateway] = {}
        """Those of the enabled connections."""
        self.changed: Callable[[], None] = lambda: None
        """Told whenever connections have changed."""

    async def load(self) -> None:
        """Read everything; to be called at the start."""
        self._connections = {one.id: one for one in await self._records.connections()}
        self._numbers = {one.number: one for one in await self._records.numbers()}

    def start(self, spawn: Spawn) -> None:
        """Bring up the enabled connections."""
        self._spawn = spawn
        for connection in self._connections.values():
            self._open(connection)

    async def close(self) -> None:
        """End all connections in order."""
        gateways, self._spawn = list(self.gateways.values()), None
        self.gateways.clear()
        for one in gateways:
            await one.close()

    def number(self, number: str) -> SmsNumber | None:
        """Return what is set for one of our numbers."""
        return self._numbers.get(number)

    def connection_of(self, number: str) -> SmsConnectionId | None:
        """Return behind which connection one of our numbers is."""
        found = self._numbers.get(number)
        return found.connection if found is not None and found.connection in self._connections else None

    async def hooked(self, connection: str, hook: Hook) -> None:
        """Take what a carrier's request brings.

        Raises:
            NotFoundError: there is no such connection, or it is not enabled.
            HookRefusedError: the request is not signed by the carrier.
            StorageUnavailableError: it could not be kept.
        """
        gateway = self.gateways.get(SmsConnectionId(connection))
        if gateway is None:
            raise NotFoundError("there is no such connection")
        await gateway.hooked(hook)

    async def all(self, actor: Principal) -> Json:
        """Return connections, without their secrets, with how they are; and numbers.

        Raises:
            NotAllowedError: the caller may not set up text messages.
        """
        actor.require(Permission.EDIT_SMS)
        return {
            "connections": [self._connection_row(one) for one in self._sorted()],
            "places": list(self._places()),
            "numbers": [number_row(one) for one in sorted(self._numbers.values(), key=lambda one: one.number)],
        }

    async def save_connection(self, actor: Principal, wanted: SmsConnection, *, secret: str | None) -> SmsConnectionId:
        """Store a connection; a new one has no id yet. It is opened anew.

        Args:
            actor: who does it.
            wanted: what it is to be, its version the one that the caller saw.
            secret: the new one; None leaves it as it is.

        Raises:
            NotAllowedError: the caller may not set up text messages.
            NotFoundError: there is no such connection.
            StaleVersionError: somebody else has changed it meanwhile.
            InvalidFieldsError: something about it cannot be.
            ConflictError: there are too many.
        """
        actor.require(Permission.EDIT_SMS)
        async with self._one_at_a_time:
            before = self._connections.get(wanted.id)
            if wanted.id and before is None:
                raise NotFoundError("there is no such connection")
            if before is not None:
                require_present(before.version, Seen(Subject.SMS_CONNECTION, wanted.id, wanted.version))
            elif len(self._connections) >= CONNECTIONS:
                raise ConflictError(f"at most {CONNECTIONS} connections", reason="too_many")
            kept = before.secret if before is not None and before.carrier is wanted.carrier else ""
            name = wanted.id or SmsConnectionId(self._ids.new(_PREFIX))
            made = replace(wanted, id=name, name=wanted.name.strip(), secret=kept if secret is None else secret)
            if before is not None and secret is None and _elsewhere(before, made):
                # Who may change the address must not learn the secret by having it sent to himself.
                raise InvalidFieldsError([FieldError("secret", "again", "enter it again for another address")])
            await self._records.save_connection(checked_connection(made))
            await self._reload(name)
            return name

    async def forget_connection(self, actor: Principal, connection: SmsConnectionId) -> None:
        """Forget a connection behind which no numbers are.

        Raises:
            NotAllowedError: the caller may not set up text messages.
            NotFoundError: there is no such connection.
            ConflictError: numbers are behind it.
        """
        actor.require(Permission.EDIT_SMS)
        async with self._one_at_a_time:
            if connection not in self._connections:
                raise NotFoundError("there is no such connection")
            if any(one.connection == connection for one in self._numbers.values()):
                raise ConflictError("numbers are behind it", reason="numbers")
            await self._records.forget_connection(connection)
            await self._reload(connection)

    async def save_number(self, actor: Principal, wanted: SmsNumber) -> SmsNumberId:
        """Store a number; a new one has no id yet.

        Raises:
            NotAllowedError: the caller may not set up text messages.
            NotFoundError: there is no such number.
            StaleVersionError: somebody else has changed it meanwhile.
            InvalidFieldsError: something about it cannot be, or belongs to another number.
            ConflictError: there are too many.
        """
        actor.require(Permission.EDIT_SMS)
        async with self._one_at_a_time:
            known = {one.id: one for one in self._numbers.values()}
            before = known.get(wanted.id)
            if wanted.id and before is None:
                raise NotFoundError("there is no such number")
            if before is not None:
                require_present(before.version, Seen(Subject.SMS_NUMBER, wanted.id, wanted.version))
            elif len(known) >= NUMBERS:
                raise ConflictError(f"at most {NUMBERS} numbers", reason="too_many")
            checked_number(wanted)
            self._require_places(wanted)
            name = wanted.id or SmsNumberId(self._ids.new(_NUMBER))
            await self._records.save_number(replace(wanted, id=name))
            await self.load()
            return name

    async def forget_number(self, actor: Principal, number: SmsNumberId) -> None:
        """Forget a number. Conversations by it can be ended; what agents write in them is not sent.

        Raises:
            NotAllowedError: the caller may not set up text messages.
            NotFoundError: there is no such number.
        """
        actor.require(Permission.EDIT_SMS)
        async with self._one_at_a_time:
            if number not in {one.id for one in self._numbers.values()}:
                raise NotFoundError("there is no such number")
            await self._records.forget_number(number)
            await self.load()

    def _require_places(self, wanted: SmsNumber) -> None:
        errors = []
        taken = self._numbers.get(wanted.number)
        if taken is not None and taken.id != wanted.id:
            errors.append(FieldError("number", "taken", "this number is there already"))
        if wanted.connection not in self._connections:
            errors.append(FieldError("connection", "missing", "there is no such connection"))
        if wanted.place is not None and not self._is_place(wanted.place):
            errors.append(FieldError("place", "missing", "there is no such queue for text messages"))
        for number, one in enumerate(wanted.keywords):
            if not self._is_place(one.queue, leaf=True):
                errors.append(FieldError(f"keywords.{number}.queue", "missing", "there is no such queue for texts"))
        if errors:
            raise InvalidFieldsError(errors)

    def _is_place(self, place: QueueId, *, leaf: bool = False) -> bool:
        tree = self._queues.menus.tree
        node = tree.nodes.get(place)
        if node is None or node.deleted or node.channel is not MenuChannel.SMS:
            return False
        return tree.leaf(node) or not leaf

    async def _reload(self, connection: SmsConnectionId) -> None:
        await self.load()
        gateway = self.gateways.pop(connection, None)
        if gateway is not None:
            await gateway.close()
        if connection in self._connections:
            self._open(self._connections[connection])
        self.changed()

    def _open(self, connection: SmsConnection) -> None:
        if connection.enabled and self._spawn is not None:
            gateway = self._carriers.open(connection, self._listener)
            self.gateways[connection.id] = gateway
            self._spawn(gateway.run())

    def _places(self) -> Iterator[Json]:
        """Yield the levels and queues of the menu for text messages, in its order."""
        tree = self._queues.menus.tree
        for node in tree.walk(MenuChannel.SMS):
            path = [names_of(one) for one in tree.chain(node)]
            yield {"id": node.id, "path": path, "leaf": tree.leaf(node)}

    def _sorted(self) -> Sequence[SmsConnection]:
        return sorted(self._connections.values(), key=lambda one: (one.name, one.id))

    def _connection_row(self, one: SmsConnection) -> Json:
        gateway = self.gateways.get(one.id)
        return {
            "id": one.id,
            "version": one.version,
            "name": one.name,
            "carrier": one.carrier.value,
            "enabled": one.enabled,
            "host": one.host,
            "port": one.port,
            "system_id": one.system_id,
            "system_type": one.system_type,
            "base_url": one.base_url,
            "account": one.account,
            "has_secret": bool(one.secret),
            "up": gateway is not None and gateway.up,
            "trouble": gateway.trouble if gateway is not None else "",
            "message_url": self._carriers.hook_url(one, HookKind.MESSAGE),
            "status_url": self._carriers.hook_url(one, HookKind.STATUS),
        }


def _elsewhere(before: SmsConnection, after: SmsConnection) -> bool:
    """Whether the secret would go to another machine than before."""
    if before.carrier is Carrier.SMPP:
        return bool(before.secret) and (before.host, before.port) != (after.host, after.port)
    return before.base_url != after.base_url


def number_row(one: SmsNumber) -> Json:
    """Return a number as the portal has it."""
    keywords: Sequence[Mapping[str, str]] = [{"word": each.word, "queue": each.queue} for each in one.keywords]
    return {
        "id": one.id,
        "version": one.version,
        "number": one.number,
        "connection": one.connection,
        "place": one.place,
        "language": one.language,
        "keywords": keywords,
        "help_text": one.help_text,
    }
