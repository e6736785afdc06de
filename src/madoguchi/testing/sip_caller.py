"""A telephone that calls: a small SIP caller over UDP with G.711 audio, for demonstrations and tests.

It knows one call, PCMU and RFC 4733 digits, and nothing that a caller does not need. It sends a frame every 20 ms by
the loop's clock, catching up after a delay, so that the other side sees steady audio.
"""

import asyncio
import re
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from madoguchi.media.g711 import DECODED, ENCODED, MU

FRAME: Final = 160
_TICK_S: Final = 0.02
_DIGITS: Final = "0123456789*#ABCD"
_DTMF: Final = 101
_OK: Final = 200
_T1: Final = 0.5

Samples = NDArray[np.int16]


class CallRefusedError(Exception):
    """The call was not answered; `status` is the SIP status, or 0 where nobody said anything."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status


@dataclass
class Message:
    """A SIP message, as far as a caller reads it."""

    start: str
    headers: list[tuple[str, str]]
    body: str

    @property
    def status(self) -> int:
        """The response's status, 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """The request's method, or that which a response answers."""
        return self.header("cseq").split()[-1] if self.status else self.start.split()[0]

    def header(self, name: str) -> str:
        """Return the first header with this name, empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")


_COMPACT: Final = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}


def read(data: bytes) -> Message:
    """Read a message."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        headers.append((_COMPACT.get(key, key), value.strip()))
    return Message(start, headers, body)


@dataclass(frozen=True)
class Callee:
    """Where a call goes."""

    host: str
    port: int = 5060
    number: str = "madoguchi"


@dataclass(eq=False)
class SipCaller(asyncio.DatagramProtocol):
    """One call. `open_call` makes and ends it."""

    callee: Callee
    number: str
    name: str
    local: str
    sound: Callable[[], bytes | None]
    """Asked for the next 160 bytes of µ-law to say; None for silence."""
    heard: Callable[[bytes], None]
    """Told of every µ-law frame that comes."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the other side has hung up, or the call is over."""
    _answers: "asyncio.Queue[Message]" = field(default_factory=asyncio.Queue)
    _keys: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self._call_id = f"{secrets.token_hex(8)}@{self.local}"
        self._tag = secrets.token_hex(4)
        self._to_tag = ""
        self._target = ""
        self._routes: list[str] = []
        self._cseq = 1
        self._port = 0
        self._branch = ""
        self._acks: dict[str, bytes] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)  # uvloop's is no subclass
        self._port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take a response, or answer a request within the call."""
        message = read(data)
        if message.header("call-id") != self._call_id:
            return
        if message.status:
            again = self._acks.get(message.header("cseq")) if message.method == "INVITE" else None
            if again is not None and message.status >= _OK:
                self._send(again)
            else:
                self._answers.put_nowait(message)
        elif message.method == "BYE":
            self._reply(message, "200 OK", addr)
            self.ended.set()
        elif message.method in {"INVITE", "UPDATE", "OPTIONS", "NOTIFY", "INFO"}:
            self._reply(message, "200 OK", addr, body=self._sdp() if message.method == "INVITE" else "")

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there."""
        self._answers.put_nowait(Message("SIP/2.0 503 Nobody listens", [("cseq", "1 INVITE")], str(exc)))

    async def invite(self, rtp_port: int, ring_s: float) -> tuple[str, int]:
        """Call; return where the other side wants its audio.

        Raises:
            CallRefusedError: it was refused, or nobody answered in `ring_s`.
        """
        self._rtp_port = rtp_port
        self._branch = f"z9hG4bK{secrets.token_hex(8)}"
        uri = f"sip:{self.callee.number}@{self.callee.host}:{self.callee.port}"
        self._target = uri
        request = self._request("INVITE", uri, self._branch, body=self._sdp())
        try:
            async with asyncio.timeout(ring_s):
                answer = await self._final(request)
        except TimeoutError:
            self._send(self._request("CANCEL", uri, self._branch, routes=False))
            raise CallRefusedError(0, "nobody answered") from None
        if answer.status >= 300:  # noqa: PLR2004 - everything from redirection on
            self._send(self._request("ACK", uri, self._branch, to=answer.header("to")))
            raise CallRefusedError(answer.status, answer.start.split(" ", 2)[-1])
        self._to_tag = answer.header("to")
        contact = re.search(r"<([^>]+)>", answer.header("contact"))
        self._target = contact.group(1) if contact else uri
        self._routes = [value for key, value in answer.headers if key == "record-route"][::-1]
        ack = self._request("ACK", self._target, f"z9hG4bK{secrets.token_hex(8)}")
        self._acks[answer.header("cseq")] = ack
        self._send(ack)
        return _audio_address(answer.body)

    async def _final(self, request: bytes) -> Message:
        wait = _T1
        self._send(request)
        while True:
            try:
                async with asyncio.timeout(wait):
                    answer = await self._answers.get()
            except TimeoutError:
                self._send(request)
                wait = min(2 * wait, 4.0)
                continue
            if answer.status >= _OK:
                return answer
            wait = 3600.0

    async def hang_up(self) -> None:
        """End the call."""
        if self.ended.is_set():
            return
        self.ended.set()
        self._cseq += 1
        bye = self._request("BYE", self._target, f"z9hG4bK{secrets.token_hex(8)}")
        with suppress(TimeoutError):
            async with asyncio.timeout(3):
                await self._final(bye)

    def press(self, digits: str) -> None:
        """Press keys, one after the other."""
        for digit in digits:
            self._keys.put_nowait(digit)

    async def talk(self, audio: socket.socket, to: tuple[str, int]) -> None:
        """Send and take audio until the call ends."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(self._hear(loop, audio))
            await self._speak(loop, audio, to)
            hearing.cancel()

    async def _speak(self, loop: asyncio.AbstractEventLoop, audio: socket.socket, to: tuple[str, int]) -> None:
        ssrc, seq, stamp = secrets.randbits(32), secrets.randbits(15), secrets.randbits(31)
        silence = b"\xff" * FRAME
        due = loop.time()
        pressing: _Key | None = None
        while not self.ended.is_set():
            if pressing is None and not self._keys.empty():
                pressing = _Key(self._keys.get_nowait(), stamp)
            if pressing is not None:
                packet = pressing.packet(seq, ssrc)
                pressing = None if pressing.done else pressing
            else:
                packet = struct.pack("!BBHII", 0x80, 0, seq, stamp & 0xFFFFFFFF, ssrc) + (self.sound() or silence)
            with suppress(OSError):
                audio.sendto(packet, to)
            seq, stamp = (seq + 1) & 0xFFFF, stamp + FRAME
            due += _TICK_S
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _hear(self, loop: asyncio.AbstractEventLoop, audio: socket.socket) -> None:
        while True:
            with suppress(OSError):
                packet = await loop.sock_recv(audio, 2048)
                if len(packet) > 12 and packet[1] & 0x7F == 0:  # noqa: PLR2004 - RTP's head (RFC 3550 section 5.1)
                    self.heard(packet[12:])

    def _sdp(self) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.local}\r\ns=-\r\nc=IN IP4 {self.local}\r\nt=0 0\r\n"
            f"m=audio {self._rtp_port} RTP/AVP 0 {_DTMF}\r\na=rtpmap:0 PCMU/8000\r\n"
            f"a=rtpmap:{_DTMF} telephone-event/8000\r\na=fmtp:{_DTMF} 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        )

    def _request(
        self, method: str, uri: str, branch: str, *, body: str = "", to: str = "", routes: bool = True
    ) -> bytes:
        to = to or self._to_tag or f"<sip:{self.callee.number}@{self.callee.host}>"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.local}:{self._port};branch={branch};rport",
            "Max-Forwards: 70",
            f'From: "{self.name}" <sip:{self.number}@{self.local}>;tag={self._tag}',
            f"To: {to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._cseq} {method}",
            f"Contact: <sip:{self.number}@{self.local}:{self._port}>",
        ]
        lines += [f"Route: {route}" for route in self._routes] if routes else []
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def _reply(self, request: Message, status: str, to: tuple[str, int], *, body: str = "") -> None:
        kept = [f"{key}: {value}" for key, value in request.headers if key in {"via", "from", "to", "call-id", "cseq"}]
        lines = [f"SIP/2.0 {status}", *kept, f"Contact: <sip:{self.number}@{self.local}:{self._port}>"]
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        if self._transport is not None:
            self._transport.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), to)

    def _send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, (self.callee.host, self.callee.port))


class _Key:
    """A pressed key as RFC 4733 packets: growing duration, then the end three times."""

    TICKS: Final = 6

    def __init__(self, digit: str, stamp: int) -> None:
        self._event = _DIGITS.index(digit)
        self._stamp = stamp
        self._sent = 0

    @property
    def done(self) -> bool:
        return self._sent >= self.TICKS + 3

    def packet(self, seq: int, ssrc: int) -> bytes:
        self._sent += 1
        ending = self._sent > self.TICKS
        duration = min(self._sent, self.TICKS) * FRAME
        marker = 0x80 if self._sent == 1 else 0
        head = struct.pack("!BBHII", 0x80, marker | _DTMF, seq, self._stamp & 0xFFFFFFFF, ssrc)
        return head + struct.pack("!BBH", self._event, (0x80 if ending else 0) | 10, duration)


def _audio_address(sdp: str) -> tuple[str, int]:
    host = re.search(r"^c=IN IP4 ([^\s/]+)", sdp, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", sdp, re.MULTILINE)
    if host is None or port is None:
        raise CallRefusedError(488, "the answer has no audio")
    return host.group(1), int(port.group(1))


def encoded(samples: Samples) -> bytes:
    """Return 8 kHz samples as µ-law."""
    codes: bytes = ENCODED[MU, samples.view(np.uint16)].tobytes()
    return codes


def decoded(codes: bytes) -> Samples:
    """Return µ-law as 8 kHz samples."""
    samples: Samples = DECODED[MU, np.frombuffer(codes, np.uint8)]
    return samples


def looped(codes: bytes) -> Callable[[], bytes]:
    """Return a sound that says `codes` over and over."""
    padded = codes + b"\xff" * (-len(codes) % FRAME)
    at = 0

    def following() -> bytes:
        nonlocal at
        frame = padded[at : at + FRAME]
        at = (at + FRAME) % len(padded)
        return frame

    return following


def local_address(host: str, port: int) -> str:
    """Return the address of this machine that reaches `host`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, port))
        return str(probe.getsockname()[0])


@asynccontextmanager
async def open_call(
    callee: Callee,
    *,
    number: str = "anonymous",
    name: str = "",
    sound: Callable[[], bytes | None] = lambda: None,
    heard: Callable[[bytes], None] = lambda _frame: None,
    ring_s: float = 30.0,
) -> AsyncIterator[SipCaller]:
    """Yield an answered call; hang up at the end.

    Raises:
        CallRefusedError: it was refused, or nobody answered in `ring_s`.
    """
    loop = asyncio.get_running_loop()
    local = local_address(callee.host, callee.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as audio:
        audio.settimeout(0)
        audio.bind((local, 0))
        transport, caller = await loop.create_datagram_endpoint(
            lambda: SipCaller(callee, number, name, local, sound, heard), local_addr=(local, 0)
        )
        try:
            to = await caller.invite(audio.getsockname()[1], ring_s)
            async with asyncio.TaskGroup() as group:
                talking = group.create_task(caller.talk(audio, to))
                try:
                    yield caller
                finally:
                    await caller.hang_up()
                    await talking
        finally:
            transport.close()
