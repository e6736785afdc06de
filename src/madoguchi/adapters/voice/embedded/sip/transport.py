"""UDP and TCP: bytes in and out, messages up, and nothing that a peer sends may raise out of here."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol, TypeAlias, cast

from madoguchi.adapters.voice.embedded.sip.framing import KEEP_ALIVE, PONG, FramingError, StreamFramer
from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError, Via
from madoguchi.adapters.voice.embedded.sip.message import BadMessageError, Request, Response, parse

log = logging.getLogger(__name__)

SIP_PORT: Final = 5060
BIND_TRIES: Final = 20
"""A port that is free for UDP may be taken for TCP; another is tried so many times."""
CONNECT_S: Final = 5.0
SILENT_S: Final = 30.0
"""How long a new connection may take to send its first message, and any message to become whole."""
MAX_CONNECTIONS: Final = 2000
MAX_PER_SOURCE: Final = 200
MAX_UNSENT_BYTES: Final = 1 << 20
RECEIVE_BUFFER: Final = 4 << 20

Peer: TypeAlias = tuple[str, int]
Spawn: TypeAlias = Callable[[Coroutine[Any, Any, None]], None]


class Flow(Protocol):
    """A way to one peer: a connection, or a UDP address."""

    @property
    def transport(self) -> str:
        """`UDP` or `TCP`."""

    @property
    def reliable(self) -> bool:
        """Whether what is sent arrives or the flow breaks."""

    @property
    def remote(self) -> Peer:
        """The peer's address and port."""

    @property
    def open(self) -> bool:
        """Whether something can still be sent."""

    def send(self, data: bytes) -> None:
        """Send one message; trouble is reported to the listener, not raised."""


class TransportListener(Protocol):
    """Who gets what arrives."""

    def received(self, message: Request | Response, flow: Flow) -> None:
        """A message has arrived."""

    def received_bad(self, error: BadMessageError, flow: Flow) -> None:
        """Something has arrived that is no usable message."""

    def broken(self, flow: Flow) -> None:
        """A flow has failed: what was sent last may not have arrived."""


class Network(Protocol):
    """The sockets, as a user agent sees them."""

    host: str
    """The address that they are bound to."""
    port: int

    async def open(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            OSError: the port is taken.
        """

    async def close(self) -> None:
        """Close every socket."""

    def flow_to(self, transport: str, remote: Peer) -> Flow:
        """Return the way to `remote`.

        Raises:
            ValueError: the transport is not spoken here.
        """


@dataclass(frozen=True)
class UdpFlow:
    """Datagrams to one address."""

    endpoint: "UdpEndpoint"
    remote: Peer
    transport: str = "UDP"
    reliable: bool = False

    @property
    def open(self) -> bool:
        """Always."""
        return True

    def send(self, data: bytes) -> None:
        """Send one datagram."""
        self.endpoint.send(data, self.remote)


class UdpEndpoint(asyncio.DatagramProtocol):
    """The UDP socket."""

    def __init__(self, listener: TransportListener) -> None:
        self._listener = listener
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the socket, and give it room for bursts."""
        # Event loops do not agree on the base classes of their transports, so that these cannot be asked for.
        self._transport = cast("asyncio.DatagramTransport", transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Pass a datagram up; keep-alives are dropped."""
        if len(data) > len(KEEP_ALIVE):
            deliver(data, UdpFlow(self, (addr[0], addr[1])), self._listener)

    def error_received(self, exc: Exception) -> None:
        """ICMP errors do not say which request they are about; timers find out."""
        log.debug("udp: %s", exc)

    def send(self, data: bytes, remote: Peer) -> None:
        """Send a datagram unless the socket is closed."""
        if self._transport is not None and not self._transport.is_closing():
            try:
                self._transport.sendto(data, remote)
            except (OSError, ValueError) as error:
                log.debug("udp: cannot send: %s", error)

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()


class TcpConnection(asyncio.Protocol):
    """One TCP connection, opened by either side. What is sent before it stands waits."""

    transport = "TCP"
    reliable = True

    def __init__(self, owner: "Transports", remote: Peer | None = None) -> None:
        self._owner = owner
        self._framer = StreamFramer()
        self._stream: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._watch: asyncio.TimerHandle | None = None
        self.remote: Peer = remote or ("", 0)
        self.outgoing = remote is not None
        self.counted = False
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; refuse when there are too many."""
        stream = self._stream = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        if peer is None:
            stream.abort()
            return
        self.remote = (peer[0], peer[1])
        if not self._owner.admit(self):
            stream.abort()
            return
        for data in self._waiting:
            stream.write(data)
        self._waiting.clear()
        if not self.outgoing:
            self._expect_more()

    def data_received(self, data: bytes) -> None:
        """Cut messages out of the stream and pass them up."""
        try:
            messages = self._framer.feed(data)
        except FramingError as error:
            log.info("tcp: connection dropped: %s", error)
            self.abort()
            return
        self._unwatch()
        if self._framer.waiting:
            self._expect_more()
        for message in messages:
            if message == KEEP_ALIVE:
                self.send(PONG)
            else:
                deliver(message, self, self._owner.listener)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner."""
        del exc
        self._unwatch()
        self.open = False
        self._owner.forget(self)

    def send(self, data: bytes) -> None:
        """Send, or keep until the connection stands; a peer that does not read is cut off."""
        if not self.open:
            return
        if self._stream is None:
            self._waiting.append(data)
        elif self._stream.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.abort()
        else:
            self._stream.write(data)

    def fail(self) -> None:
        """The connection could not be opened."""
        self.open = False
        self._owner.forget(self)

    def abort(self) -> None:
        """Close at once."""
        self.open = False
        self._unwatch()
        if self._stream is not None:
            self._stream.abort()

    def _expect_more(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(SILENT_S, self.abort)

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


class Transports:
    """The sockets of one user agent."""

    def __init__(self, listener: TransportListener, spawn: Spawn) -> None:
        self.listener = listener
        self._spawn = spawn
        self._udp: UdpEndpoint | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[Peer, TcpConnection] = {}
        self._sources: Counter[str] = Counter()
        self.host = ""
        self.port = 0

    async def open(self, host: str, port: int) -> None:
        """Listen on UDP and TCP; port 0 takes one that is free for both.

        Raises:
            OSError: the port is taken.
        """
        tries = BIND_TRIES if port == 0 else 1
        while True:
            tries -= 1
            try:
                await self._bind(host, port)
            except OSError:
                if not tries:
                    raise
            else:
                return

    async def _bind(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        endpoint, udp = await loop.create_datagram_endpoint(lambda: UdpEndpoint(self.listener), local_addr=(host, port))
        bound = endpoint.get_extra_info("sockname")
        try:
            self._server = await loop.create_server(lambda: TcpConnection(self), host, bound[1])
        except OSError:
            endpoint.close()
            raise
        self._udp = udp
        self.host, self.port = bound[0], bound[1]

    async def close(self) -> None:
        """Close every socket."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections.values()):
            connection.abort()
        if self._udp is not None:
            self._udp.close()

    def flow_to(self, transport: str, remote: Peer) -> Flow:
        """Return the way to `remote`, opening a connection where there is none.

        Raises:
            ValueError: the transport is not spoken here.
        """
        if transport == "UDP" and self._udp is not None:
            return UdpFlow(self._udp, remote)
        if transport == "TCP":
            standing = self._connections.get(remote)
            if standing is not None and standing.open:
                return standing
            connection = TcpConnection(self, remote)
            self._connections[remote] = connection
            self._spawn(self._connect(connection, remote))
            return connection
        raise ValueError(f"no transport {transport}")

    async def _connect(self, connection: TcpConnection, remote: Peer) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                await asyncio.get_running_loop().create_connection(lambda: connection, remote[0], remote[1])
        except (OSError, TimeoutError) as error:
            log.info("tcp: cannot connect: %s", error)
            connection.fail()

    def admit(self, connection: TcpConnection) -> bool:
        """Count a connection; False when there are too many already."""
        source = connection.remote[0]
        if len(self._connections) >= MAX_CONNECTIONS or self._sources[source] >= MAX_PER_SOURCE:
            return False
        self._sources[source] += 1
        connection.counted = True
        self._connections[connection.remote] = connection
        return True

    def forget(self, connection: TcpConnection) -> None:
        """Drop a connection that is closed, and report it broken."""
        if self._connections.get(connection.remote) is connection:
            del self._connections[connection.remote]
        if connection.counted:
            connection.counted = False
            self._sources -= Counter({connection.remote[0]: 1})
        self.listener.broken(connection)


def deliver(data: bytes, flow: Flow, listener: TransportListener) -> None:
    """Read `data` once and pass it up. Whatever goes wrong stays here: one message must not harm the others."""
    try:
        try:
            message = parse(data)
        except BadMessageError as error:
            listener.received_bad(error, flow)
            return
        if isinstance(message, Request):
            mark_source(message, flow)
        listener.received(message, flow)
    except Exception:
        log.exception("a message of %d bytes could not be handled", len(data))


def mark_source(request: Request, flow: Flow) -> None:
    """Write into the topmost Via where the request really came from (RFC 3261 section 18.2.1, RFC 3581)."""
    via, (host, port) = request.via, flow.remote
    asked = "rport" in via.params and not via.params["rport"]
    if not asked and via.host.strip("[]") == host:
        return
    vias = request.headers.all("via")
    head, *params = vias[0].split(";")
    kept = [param for param in params if param.partition("=")[0].strip().lower() not in {"rport", "received"}]
    kept.append(f"received={host}")
    if "rport" in via.params:
        kept.append(f"rport={port}")
    vias[0] = ";".join((head.strip(), *(param.strip() for param in kept)))
    request.headers.set("Via", *vias)


def reply_address(via: Via, flow: Flow) -> Peer:
    """Where a response goes (RFC 3261 section 18.2.2): to the port that asked for it, else to the one Via names."""
    if flow.reliable or "rport" in via.params:
        return flow.remote
    return flow.remote[0], via.port or SIP_PORT


@lru_cache(maxsize=1024)
def local_address(remote_host: str) -> str:
    """This machine's address as `remote_host` sees it; no packet is sent."""
    family = socket.AF_INET6 if ":" in remote_host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((remote_host, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"


async def resolve(host: str, port: int) -> Peer:
    """Look up a host name; numeric addresses come back at once.

    Raises:
        BadSyntaxError: there is no such host.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host.strip("[]"), port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise BadSyntaxError(f"cannot find {host}") from error
    return str(found[0][4][0]), port
