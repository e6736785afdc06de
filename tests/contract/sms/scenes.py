"""Carriers at whose far side a test stands."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

import smpp34
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from madoguchi.adapters.sms.carriers import Carriers
from madoguchi.adapters.sms.http.gateway import signature
from madoguchi.adapters.system import SystemClock
from madoguchi.domain.sms.records import Carrier, SmsConnection
from madoguchi.kernel.ids import SmsConnectionId
from madoguchi.ports.sms import (
    Delivery,
    Hook,
    HookKind,
    PartArrived,
    Receipt,
    SmsGateway,
    TextArrived,
)
from madoguchi.ports.storage import StorageUnavailableError
from madoguchi.testing.server import free_port
from madoguchi.testing.sms import FakeGateway

LINK: Final = SmsConnectionId("sms_1")
OK: Final = 0x00
BAD_DESTINATION: Final = 0x0B
THROTTLED: Final = 0x58
QUICK: Final = timedelta(milliseconds=50)
PUBLIC: Final = "https://desk.example.com"


@dataclass
class Listener:
    """Keeps what a gateway brings."""

    texts: list[TextArrived] = field(default_factory=list)
    parts: list[PartArrived] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    broken: bool = False

    def _require(self) -> None:
        if self.broken:
            raise StorageUnavailableError("told to be broken")

    async def text_arrived(self, _connection: SmsConnectionId, text: TextArrived) -> None:
        self._require()
        self.texts.append(text)

    async def part_arrived(self, _connection: SmsConnectionId, part: PartArrived) -> None:
        self._require()
        self.parts.append(part)

    async def receipt_arrived(self, _connection: SmsConnectionId, receipt: Receipt) -> None:
        self._require()
        self.receipts.append(receipt)

    def whole(self) -> list[str]:
        """Return the texts that came, parts put together."""
        joined = "".join(one.text for one in sorted(self.parts, key=lambda part: part.number))
        return [*(one.text for one in self.texts), *([joined] if joined else [])]


class Scene(Protocol):
    """A gateway, and its far side."""

    gateway: SmsGateway
    listener: Listener

    async def taken(self, count: int = 1) -> list[tuple[str, str, str]]:
        """Return source, destination and words of the texts that the far side took, once it took so many."""

    async def write(self, text: str) -> None:
        """Let somebody write to us."""

    async def tell(self, reference: str, fate: Delivery) -> None:
        """Let the far side tell what became of a text."""

    def refuse(self, *, for_ever: bool) -> None:
        """Let the far side take nothing more."""


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for does not know of it
            await asyncio.sleep(0.01)


@dataclass
class Smsc:
    """An SMSC: the server of an SMPP stack that is not ours."""

    port: int
    taken: list[Any] = field(default_factory=list)
    sessions: list[Any] = field(default_factory=list)
    bound: int = 0
    answer: int = OK

    async def start(self) -> None:
        """Listen."""
        self._server = smpp34.Server(host="127.0.0.1", port=self.port, system_id="SMSC")
        await self._server.start()
        self._task = asyncio.create_task(self._serve())

    async def stop(self) -> None:
        """Hang up and listen no more."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._server.stop()
        for one in self.sessions:
            with suppress(smpp34.SmppError):
                await one.unbind()
        self.sessions.clear()
        await self._gone()

    async def _gone(self) -> None:
        """Wait until nobody listens any more."""
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    return
                writer.close()
                await asyncio.sleep(0.05)

    async def _serve(self) -> None:
        while True:
            event = await self._server.next()
            if isinstance(event, smpp34.Esme):
                self.sessions.append(event)
                self.bound += 1
            elif isinstance(event, smpp34.SubmitSmEvent):
                if self.answer != OK:
                    event.reject(self.answer)
                    continue
                self.taken.append(event)
                event.accept(message_id=f"m{len(self.taken)}")

    async def deliver(self, content: bytes, **more: Any) -> Any:
        """Bring something to whoever is bound."""
        await until(lambda: bool(self.sessions))
        return await self.sessions[-1].deliver_sm(
            **{
                "source_addr": "819011112222",
                "source_addr_ton": 1,
                "source_addr_npi": 1,
                "destination_addr": "815012345678",
                "dest_addr_ton": 1,
                "dest_addr_npi": 1,
                "short_message": content,
                **more,
            }
        )

    def words(self) -> list[tuple[str, str, str]]:
        """Return source, destination and words of what was taken, parts put together."""
        found: list[tuple[str, str, str]] = []
        for one in self.taken:
            content, header = bytes(one.short_message), b""
            if one.esm_class & 0x40:
                header, content = content[:6], content[6:]
            text = content.decode("utf-16-be") if one.data_coding == 8 else content.decode("ascii")
            if header and header[5] > 1:
                source, destination, begun = found.pop()
                found.append((source, destination, begun + text))
            else:
                found.append((f"+{one.source_addr}", f"+{one.destination_addr}", text))
        return found


@dataclass
class SmppScene:
    gateway: SmsGateway
    listener: Listener
    smsc: Smsc

    async def taken(self, count: int = 1) -> list[tuple[str, str, str]]:
        await until(lambda: len(self.smsc.words()) >= count)
        return self.smsc.words()

    async def write(self, text: str) -> None:
        content = text.encode("utf-16-be")
        parts = [content[begin : begin + 132] for begin in range(0, len(content), 132)]
        for number, part in enumerate(parts, 1):
            header = bytes((5, 0, 3, 9, len(parts), number)) if len(parts) > 1 else b""
            await self.smsc.deliver(header + part, data_coding=8, esm_class=0x40 if header else 0)

    async def tell(self, reference: str, fate: Delivery) -> None:
        stat, error = ("DELIVRD", "000") if fate is Delivery.DELIVERED else ("UNDELIV", "027")
        receipt = (
            f"id:{reference} sub:001 dlvrd:001 submit date:2611271200 done date:2611271201 stat:{stat} err:{error}"
        )
        await self.smsc.deliver(f"{receipt} text:Hello".encode(), esm_class=4)

    def refuse(self, *, for_ever: bool) -> None:
        self.smsc.answer = BAD_DESTINATION if for_ever else THROTTLED


@asynccontextmanager
async def smpp() -> AsyncIterator[SmppScene]:
    """SMPP to an SMSC on the loopback."""
    smsc = Smsc(free_port(socket.SOCK_STREAM))
    await smsc.start()
    listener = Listener()
    link = SmsConnection(LINK, "SMSC", Carrier.SMPP, host="127.0.0.1", port=smsc.port, system_id="we", secret="secret")
    gateway = Carriers(SystemClock(), "", first_pause=QUICK).open(link, listener)
    running = asyncio.create_task(gateway.run())
    try:
        await until(lambda: gateway.up)
        yield SmppScene(gateway, listener, smsc)
    finally:
        await gateway.close()
        await asyncio.wait_for(running, 20)
        await smsc.stop()


@dataclass
class HttpScene:
    gateway: SmsGateway
    listener: Listener
    requests: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    """Path, fields, authorisation."""
    status: int = 201
    brought: int = 0

    async def taken(self, count: int = 1) -> list[tuple[str, str, str]]:
        await until(lambda: len(self.requests) >= count)
        return [(told["From"], told["To"], told["Body"]) for _, told, _ in self.requests]

    async def write(self, text: str) -> None:
        self.brought += 1
        told = {"MessageSid": f"SMin{self.brought}", "From": "+819011112222", "To": "+815012345678", "Body": text}
        await self._bring(HookKind.MESSAGE, told)

    async def tell(self, reference: str, fate: Delivery) -> None:
        failed = {"MessageStatus": "undelivered", "ErrorCode": "30003"}
        told = {"MessageStatus": "delivered"} if fate is Delivery.DELIVERED else failed
        await self._bring(HookKind.STATUS, {"MessageSid": reference, **told})

    async def _bring(self, kind: HookKind, told: dict[str, str]) -> None:
        url = f"{PUBLIC}/api/v1/sms/{LINK}/{kind.value}"
        await self.gateway.hooked(Hook(kind, told, signature("token", url, told)))

    def refuse(self, *, for_ever: bool) -> None:
        self.status = 400 if for_ever else 429


@asynccontextmanager
async def http() -> AsyncIterator[HttpScene]:
    """HTTP to a server that answers as Twilio does."""
    port, listener = free_port(socket.SOCK_STREAM), Listener()
    link = SmsConnection(LINK, "HTTP", Carrier.HTTP, base_url=f"http://127.0.0.1:{port}", account="AC1", secret="token")
    scene = HttpScene(Carriers(SystemClock(), PUBLIC).open(link, listener), listener)

    async def messages(request: Request) -> JSONResponse:
        if scene.status >= 400:
            return JSONResponse({"code": 21211, "message": "no"}, scene.status)
        told = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        scene.requests.append((request.url.path, told, request.headers["authorization"]))
        return JSONResponse({"sid": f"SM{len(scene.requests)}"}, 201)

    app = Starlette(routes=[Route("/2010-04-01/Accounts/AC1/Messages.json", messages, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    running = asyncio.create_task(scene.gateway.run())
    try:
        await until(lambda: server.started)
        yield scene
    finally:
        await scene.gateway.close()
        await running
        server.should_exit = True
        await serving


@dataclass
class FakeScene:
    gateway: FakeGateway
    listener: Listener
    brought: int = 0

    async def taken(self, count: int = 1) -> list[tuple[str, str, str]]:
        await until(lambda: len(self.gateway.sent) >= count)
        return [(one.source, one.destination, one.text) for one in self.gateway.sent]

    async def write(self, text: str) -> None:
        self.brought += 1
        await self.listener.text_arrived(LINK, TextArrived("+819011112222", "+815012345678", text, f"in{self.brought}"))

    async def tell(self, reference: str, fate: Delivery) -> None:
        await self.listener.receipt_arrived(LINK, Receipt(reference, fate, "" if fate is Delivery.DELIVERED else "27"))

    def refuse(self, *, for_ever: bool) -> None:
        if for_ever:
            self.gateway.refuse = "told_to"
        else:
            self.gateway.up = False


@asynccontextmanager
async def fake() -> AsyncIterator[FakeScene]:
    """The fake."""
    listener = Listener()
    gateway = FakeGateway(SmsConnection(LINK, "Fake", Carrier.HTTP, secret="token"), listener)
    running = asyncio.create_task(gateway.run())
    try:
        yield FakeScene(gateway, listener)
    finally:
        await gateway.close()
        await running


SCENES: Final = (fake, smpp, http)
