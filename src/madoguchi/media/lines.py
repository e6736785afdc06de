"""The sockets of phone legs: an even port for RTP and the next one for RTCP each, all drained in every tick."""

import errno
import logging
import select
import socket
from collections.abc import Sequence
from typing import Final

import numpy as np

from madoguchi.kernel.errors import UnavailableError
from madoguchi.media import rtp, srtp
from madoguchi.media.intake import FAST_LENGTH, Intake
from madoguchi.media.latch import HostPort, Latch
from madoguchi.media.legs import Leg, LegTable
from madoguchi.media.protocol import RtpSettings, SrtpKeys

log = logging.getLogger(__name__)

MOST_ROUNDS: Final = 12
"""How often a tick goes round the sockets: a leg's packets beyond that wait for the next tick."""
_LARGEST: Final = 2048
_BUFFER: Final = 1 << 16
_ANY: Final = 200
"""How often the system is asked for a free pair of ports."""


class PhoneLine:
    """One leg's sockets. Implements `legs.Line`."""

    def __init__(self, rtp_socket: socket.socket, rtcp_socket: socket.socket, lines: "PhoneLines") -> None:
        self.socket = rtp_socket
        self.rtcp = rtcp_socket
        self.latch = Latch.to(("", 0))
        self.opener: srtp.SrtpReceiver | None = None
        self.sealer: srtp.SrtpSender | None = None
        self.keys: SrtpKeys | None = None
        self.leg: Leg | None = None
        self._lines = lines
        self._scratch = bytearray(_LARGEST)

    @property
    def port(self) -> int:
        """The local RTP port."""
        port: int = self.socket.getsockname()[1]
        return port

    def connect(self, settings: RtpSettings) -> None:
        """Take the peer's address and keys, first or anew.

        Raises:
            BadSrtpKeyError: the keys cannot be used; nothing has changed.
        """
        if settings.srtp != self.keys:
            self.sealer = self.opener = None
            if settings.srtp is not None:
                suite = srtp.suite_named(settings.srtp.suite)
                self.sealer = srtp.SrtpSender(suite, srtp.sdes_key(suite, settings.srtp.local_key))
                self.opener = srtp.SrtpReceiver(suite, srtp.sdes_key(suite, settings.srtp.remote_key))
            self.keys = settings.srtp
        self.latch.signal((settings.remote.host, settings.remote.port))

    def send(self, packet: memoryview) -> None:
        """See `legs.Line`."""
        if self.sealer is not None:
            scratch, length = self._scratch, len(packet)
            scratch[:length] = packet
            length = self.sealer.protect(scratch, length)
            if not length:
                return
            packet = memoryview(scratch)[:length]
        try:
            self.socket.sendto(packet, self.latch.peer)
        except OSError:
            self._lines.failures += 1

    def send_rtcp(self, packet: bytes) -> None:
        """See `legs.Line`."""
        host, port = self.latch.peer
        if self.sealer is not None:
            sealed = bytearray(packet) + bytes(srtp.RTCP_TRAILER)
            length = self.sealer.protect_rtcp(sealed, len(packet))
            packet = bytes(sealed[:length])
        try:
            if packet:
                self.rtcp.sendto(packet, (host, port + 1))
        except (OSError, OverflowError):
            self._lines.failures += 1

    def close(self) -> None:
        """See `legs.Line`."""
        self._lines.close_line(self)


class PhoneLines:
    """All phone legs' sockets.

    Args:
        table: the legs.
        bind: the address to bind to.
        ports: the first and the last port to use; (0, 0): any.
    """

    def __init__(self, table: LegTable, bind: str, ports: tuple[int, int]) -> None:
        self.failures = 0
        """Packets that could not be handed to the network."""
        self._table = table
        self._bind = bind
        self._family = socket.AF_INET6 if ":" in bind else socket.AF_INET
        first = ports[0] + ports[0] % 2
        self._ports = range(first, ports[1], 2)
        self._next = 0
        self._poll = select.epoll()
        self._by_descriptor: dict[int, PhoneLine] = {}
        self._rtcp: dict[int, PhoneLine] = {}
        self._tick = 0

    def open(self) -> PhoneLine:
        """Bind a pair of ports.

        Raises:
            UnavailableError: all ports are taken.
        """
        for port in self._candidates():
            pair = self._pair(port)
            if pair is not None:
                line = PhoneLine(*pair, self)
                self._by_descriptor[pair[0].fileno()] = line
                self._rtcp[pair[1].fileno()] = line
                for one in pair:
                    self._poll.register(one.fileno(), select.EPOLLIN)
                return line
        raise UnavailableError("all RTP ports are taken")

    def close_line(self, line: PhoneLine) -> None:
        """Give a pair of ports back."""
        for one, known in ((line.socket, self._by_descriptor), (line.rtcp, self._rtcp)):
            if known.pop(one.fileno(), None) is not None:
                self._poll.unregister(one.fileno())
                one.close()

    def close(self) -> None:
        """Give everything back."""
        for line in list(self._by_descriptor.values()):
            self.close_line(line)
        self._poll.close()

    def receive(self, intake: Intake, tick: int) -> None:
        """Drain all sockets into `intake`."""
        self._tick = tick
        slots: list[int] = []
        packets: list[bytes] = []
        lines = self._by_descriptor
        for _ in range(MOST_ROUNDS):
            ready = self._poll.poll(0, 4096)
            if not ready:
                break
            for descriptor, _flags in ready:
                line = lines.get(descriptor)
                if line is None:
                    self._drain_rtcp(descriptor)
                    continue
                try:
                    data, source = line.socket.recvfrom(_LARGEST)
                except OSError:
                    continue
                leg = line.leg
                if leg is None:
                    continue
                if leg.plain and source == line.latch.peer and len(data) == FAST_LENGTH and not rtp.is_rtcp(data):
                    line.latch.heard = True
                    slots.append(leg.slot)
                    packets.append(data)
                else:
                    self._odd(line, leg, data, source[:2], intake)
        if slots:
            rows = np.frombuffer(b"".join(packets), np.uint8).reshape(-1, FAST_LENGTH)
            intake.batch(np.array(slots, np.int64), rows)

    def _odd(self, line: PhoneLine, leg: Leg, data: bytes, source: HostPort, intake: Intake) -> None:
        """Take a packet that is out of the common run: encrypted, a digit, a wide codec's, from a new address."""
        if rtp.is_rtcp(data):
            return
        if line.opener is not None:
            opened = line.opener.unprotect(data)
            if opened is None:
                return
            data = opened
        if source != line.latch.peer:
            packet = rtp.parse(data)
            known = packet is not None and (packet.payload_type == leg.payload_type or packet.payload_type in leg.dtmf)
            silent = self._tick - int(self._table.heard_at[leg.slot])
            if not leg.connected or not line.latch.accepts(source, packet if known else None, silent):
                return
            log.info("leg %s is heard from another address than before", leg.id)
        line.latch.heard = True
        intake.packet(leg, data)

    def _drain_rtcp(self, descriptor: int) -> None:
        """Read and forget: the far end's reports change nothing in what we do."""
        line = self._rtcp.get(descriptor)
        if line is not None:
            try:
                line.rtcp.recvfrom(_LARGEST)
            except OSError:
                return

    def _candidates(self) -> Sequence[int]:
        """Return the ports to try: the one given back longest ago first, so that stray packets meet nobody."""
        if not self._ports:
            return [0] * _ANY
        at = self._next
        self._next = (at + 1) % len(self._ports)
        return [*self._ports[at:], *self._ports[:at]]

    def _pair(self, port: int) -> tuple[socket.socket, socket.socket] | None:
        first = self._bound(port)
        if first is None:
            return None
        actual: int = first.getsockname()[1]
        second = self._bound(actual + 1) if actual % 2 == 0 else None
        if second is None:
            first.close()
            return None
        return first, second

    def _bound(self, port: int) -> socket.socket | None:
        made = socket.socket(self._family, socket.SOCK_DGRAM)
        made.settimeout(0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        try:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0xB8)  # expedited forwarding, RFC 4594 section 4.1
            made.bind((self._bind, port))
        except OSError as error:
            made.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise UnavailableError(f"cannot bind to {self._bind}: {error.strerror}") from error
            return None
        return made
