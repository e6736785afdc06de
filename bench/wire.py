"""The realtime socket from the other side with as little work as possible: the load must not be the bottleneck."""

import asyncio
import os
import struct
from base64 import b64encode
from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import urlsplit

import msgspec

PATH: Final = "/api/v1/realtime"
_TEXT: Final = 0x81
_PONG: Final = 0x8A
_OPCODE: Final = 0x0F
_CLOSE, _PING = 8, 9
_GREETING_S: Final = 30.0


class Frame(msgspec.Struct):
    """As much of a server's frame as a load looks at."""

    type: str
    ref: str = ""
    rows: list[dict[str, Any]] = []
    put: list[dict[str, Any]] = []
    code: str = ""


class Wire(asyncio.Protocol):
    """One socket (RFC 6455). `open` makes it; `on_text` is told every text frame's bytes."""

    def __init__(self, head: bytes, hello: bytes, on_text: Callable[[bytes], None]) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._head = head
        self._hello = hello
        self._on_text = on_text
        self._rest = b""
        self._upgraded = False
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(
        cls, url: str, on_text: Callable[[bytes], None], *, token: str | None = None, cookie: str | None = None
    ) -> "Wire":
        """Connect and be welcomed.

        Raises:
            ConnectionError: we are not wanted.
            TimeoutError: no welcome in time.
        """
        place = urlsplit(url)
        key = b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {PATH} HTTP/1.1",
            f"Host: {place.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        lines += [f"Cookie: {cookie}"] if cookie else []
        hello = msgspec.json.encode({"type": "hello", "version": 1} | ({"token": token} if token else {}))
        head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_connection(lambda: cls(head, hello, on_text), place.hostname, place.port)
        async with asyncio.timeout(_GREETING_S):
            await wire.ready
        return wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the socket."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits for the welcome."""
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("closed before the welcome"))

    def data_received(self, data: bytes) -> None:
        """Take frames."""
        data = self._rest + data
        if not self._upgraded:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self._fail(data[:80])
                return
            self._upgraded, data = True, data[end + 4 :]
            self.send(self._hello)
        at = 0
        while True:
            frame = _frame(data, at)
            if frame is None:
                break
            opcode, start, at = frame
            if opcode == _PING:
                self._write(_PONG, data[start:at])
            elif opcode == _CLOSE:
                self._fail(data[start:at])
            elif not self.ready.done():
                self.ready.set_result(None)
            else:
                self._on_text(data[start:at])
        self._rest = data[at:]

    def send(self, body: bytes) -> None:
        """Send a text frame."""
        self._write(_TEXT, body)

    def subscribe(self, ref: str, view: str, **params: str) -> None:
        """Watch a view."""
        self.send(msgspec.json.encode({"type": "subscribe", "ref": ref, "view": view, "params": params}))

    def command(self, ref: str, name: str, **data: Any) -> None:
        """Have something done."""
        self.send(msgspec.json.encode({"type": "command", "ref": ref, "name": name, "data": data}))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def _write(self, kind: int, body: bytes) -> None:
        """Write a frame under a mask of zeros, which changes nothing in it."""
        length = len(body)
        head = struct.pack("!BB", kind, 0x80 | length) if length < 126 else struct.pack("!BBH", kind, 0xFE, length)
        if self._transport is not None:
            self._transport.write(head + bytes(4) + body)

    def _fail(self, why: bytes) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(repr(why)))


def _frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Return opcode, start and end of the frame at `at`, if all of it is there."""
    if len(data) < at + 2:
        return None
    length, start = data[at + 1] & 0x7F, at + 2
    if length >= 126:
        start += 2 if length == 126 else 8
        if len(data) < start:
            return None
        length = int.from_bytes(data[at + 2 : start], "big")
    end = start + length
    return (data[at] & _OPCODE, start, end) if len(data) >= end else None
