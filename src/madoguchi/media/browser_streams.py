"""The TCP connections of browsers that no UDP gets out of: passive ICE-TCP (RFC 6544)."""

import logging
import select
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from madoguchi.kernel.errors import UnavailableError
from madoguchi.media.webrtc.events import Address
from madoguchi.media.webrtc.tcp import BadTcpStreamError, TcpConnection

log = logging.getLogger(__name__)

TCP: Final = "tcp"
"""The third part of a connection's address, where a datagram's has our own address."""
MOST_CONNECTIONS: Final = 1536
"""More than the legs of a worker; whoever comes beyond that is turned away, and has UDP."""
STRANGER_S: Final = 10.0
"""How long a connection may stand without having proved to belong to a leg."""
_READ: Final = 16_384
_BACKLOG: Final = 128


@dataclass(eq=False)
class _Stream:
    socket: socket.socket
    address: Address
    opened_at: float
    cut: TcpConnection = field(default_factory=TcpConnection)


class BrowserStreams:
    """Accepts connections, and makes datagrams of what they bring. Never blocks.

    Args:
        bind: the address to bind to.
        port: the TCP port; 0: any.
        belongs: whether an address has proved to be a leg's browser.
        lost: told of addresses whose connection has gone.

    Raises:
        UnavailableError: the port is taken.
    """

    def __init__(
        self, bind: str, port: int, belongs: Callable[[Address], bool], lost: Callable[[Address], None]
    ) -> None:
        self._belongs = belongs
        self._lost = lost
        self._streams: dict[int, _Stream] = {}
        """By their descriptors."""
        self._by_address: dict[Address, _Stream] = {}
        self._full: set[_Stream] = set()
        """Those whose network did not take all that there was to send."""
        self._listening = socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_STREAM)
        # A worker that takes a dead one's place finds the remains of its connections on the port.
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.settimeout(0)
        try:
            self._listening.bind((bind, port))
            self._listening.listen(_BACKLOG)
        except OSError as error:
            self._listening.close()
            raise UnavailableError(f"TCP port {port} for browsers: {error.strerror}") from error
        self.port: int = self._listening.getsockname()[1]
        self._ready = select.epoll()
        self._ready.register(self._listening, select.EPOLLIN)

    def __len__(self) -> int:
        return len(self._streams)

    def receive(self, now: float) -> list[tuple[bytes, Address]]:
        """Return the datagrams that have arrived, and from where; take new connections."""
        arrived: list[tuple[bytes, Address]] = []
        for descriptor, _ in self._ready.poll(0):
            stream = self._streams.get(descriptor)
            if stream is None:
                self._accept(now)
            else:
                self._read(stream, arrived)
        return arrived

    def send(self, data: bytes | memoryview, address: Address) -> bool:
        """Send a datagram; False where it was dropped, because the connection has gone or its network is too slow."""
        stream = self._by_address.get(address)
        if stream is None or not stream.cut.queue(data):
            return False
        self._write(stream)
        return True

    def run(self, now: float) -> None:
        """Send what had to wait, and end connections that belong to nobody."""
        for stream in tuple(self._full):
            self._write(stream)
        strangers = [
            stream
            for stream in self._streams.values()
            if now - stream.opened_at > STRANGER_S and not self._belongs(stream.address)
        ]
        for stream in strangers:
            self._end(stream)

    def close(self) -> None:
        """End all connections, and take no more."""
        for stream in tuple(self._streams.values()):
            self._end(stream)
        self._ready.close()
        self._listening.close()

    def _accept(self, now: float) -> None:
        for _ in range(_BACKLOG):
            try:
                accepted, source = self._listening.accept()
            except OSError:  # nobody else is there, he has left again, or we have no descriptor for him
                return
            if len(self._streams) >= MOST_CONNECTIONS:
                accepted.close()
                continue
            accepted.settimeout(0)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream = _Stream(accepted, (source[0], source[1], TCP), now)
            self._streams[accepted.fileno()] = self._by_address[stream.address] = stream
            self._ready.register(accepted, select.EPOLLIN)

    def _read(self, stream: _Stream, arrived: list[tuple[bytes, Address]]) -> None:
        try:
            data = stream.socket.recv(_READ)
            arrived += [(datagram, stream.address) for datagram in stream.cut.receive(data)]
        except BlockingIOError:
            return
        except (OSError, BadTcpStreamError) as error:
            log.info("a browser's TCP connection ends: %s", error)
            data = b""
        if not data:
            self._end(stream)

    def _write(self, stream: _Stream) -> None:
        try:
            stream.cut.sent(stream.socket.send(stream.cut.waiting))
        except BlockingIOError:
            pass
        except OSError:
            self._end(stream)
            return
        if stream.cut.waiting:
            self._full.add(stream)
        else:
            self._full.discard(stream)

    def _end(self, stream: _Stream) -> None:
        descriptor = stream.socket.fileno()
        if self._streams.pop(descriptor, None) is None:
            return
        self._ready.unregister(descriptor)
        stream.socket.close()
        self._full.discard(stream)
        if self._by_address.get(stream.address) is stream:
            del self._by_address[stream.address]
            self._lost(stream.address)
