"""A telephone made of one socket, for scripted conversations over loopback."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from madoguchi.adapters.voice.embedded.sip.message import Message, Request, Response, parse, respond

PATIENCE_S = 10


class SipPhone(asyncio.DatagramProtocol):
    """Sends what it is told, and waits for what is expected; everything else it drops."""

    def __init__(self, server_port: int) -> None:
        self._server = ("127.0.0.1", server_port)
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None
        self._branches = itertools.count(1)
        self._cseq = 0
        self._branch = ""
        self._local, self._remote = "<sip:ann@192.0.2.9>;tag=ann", "<sip:100@127.0.0.1>"
        self._call_id = "scripted"
        self._asked: Request | None = None
        self._source = self._server
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, server_port: int) -> AsyncIterator["SipPhone"]:
        transport, phone = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: cls(server_port), local_addr=("127.0.0.1", 0)
        )
        phone._transport = transport
        phone.port = transport.get_extra_info("sockname")[1]
        try:
            yield phone
        finally:
            transport.close()

    @property
    def uri(self) -> str:
        return f"sip:ann@127.0.0.1:{self.port}"

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = parse(data)
        self._source = addr
        if isinstance(message, Response) and message.final and message.recipient.tag:
            self._remote = message.headers.get("to")
        if isinstance(message, Request):
            self._asked = message
        self._inbox.put_nowait(message)

    def invite(self, sdp: str) -> None:
        self.request("INVITE", sdp)

    def request(self, method: str, body: str = "", *, kind: str = "application/sdp", event: str = "") -> None:
        """Send a request; CANCEL and ACK go with the last INVITE."""
        if method not in {"CANCEL", "ACK"}:
            self._cseq += 1
        if method != "CANCEL":
            self._branch = f"z9hG4bK-phone-{next(self._branches)}"
        lines = [
            f"{method} sip:100@127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={self._branch};rport",
            f"From: {self._local}",
            f"To: {self._remote if method != 'CANCEL' else '<sip:100@127.0.0.1>'}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._cseq} {method}",
            f"Contact: <{self.uri}>",
            *([f"Content-Type: {kind}"] if body else []),
            *([f"Event: {event}"] if event else []),
            f"Content-Length: {len(body)}",
        ]
        self._write("\r\n".join([*lines, "", body]).encode())

    def ack(self) -> None:
        self.request("ACK")

    def respond(self, code: int, sdp: str = "") -> None:
        """Answer the last request that came."""
        assert self._asked is not None
        response = respond(self._asked, code, tag="phone")
        response.headers.set("Contact", f"<{self.uri}>")
        if sdp:
            response.headers.set("Content-Type", "application/sdp")
            response.body = sdp.encode()
        self._write(bytes(response), self._source)

    async def receives(self, code: int) -> Response:
        """Wait for a response with this code."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self._inbox.get()
                if isinstance(message, Response) and message.code == code:
                    return message

    async def is_asked(self, method: str) -> Request:
        """Wait for a request with this method."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self._inbox.get()
                if isinstance(message, Request) and message.method == method:
                    return message

    def _write(self, data: bytes, to: tuple[str, int] | None = None) -> None:
        assert self._transport is not None
        self._transport.sendto(data, to or self._server)
