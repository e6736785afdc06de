"""The sockets of all browser legs, and the hub behind them.

On a machine with several addresses an answer must leave from the very address that the browser has sent to, or the
browser takes it for a stranger's (RFC 8445 section 7.2.5.2.1). So each packet's local address is part of the address
that the hub is told.
"""

import errno
import logging
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Final

from madoguchi.kernel.errors import UnavailableError
from madoguchi.kernel.ids import LegId
from madoguchi.media.browser_streams import TCP, BrowserStreams
from madoguchi.media.intake import FAST_LENGTH, Intake
from madoguchi.media.legs import Leg, LegTable
from madoguchi.media.protocol import BrowserClosed, BrowserConnected
from madoguchi.media.webrtc.events import Address, AgreedAudio, Connected
from madoguchi.media.webrtc.hub import BrowserHub

log = logging.getLogger(__name__)

_LARGEST: Final = 2048
_BUFFER: Final = 1 << 21
_PACKET_INFO: Final = struct.Struct("=I4s4s")
"""`struct in_pktinfo`: interface, local address, destination in the header (ip(7))."""
_IP_PKTINFO: Final = 8
_ROOM: Final = socket.CMSG_SPACE(_PACKET_INFO.size)
_WITH_LOCAL: Final = 3
"""Parts of an address of which the last one is the local address."""
_Ancillary = list[tuple[int, int, bytes]]
MOST_DATAGRAMS: Final = 4096
"""What one tick takes in; more than all legs send in five ticks."""
_CROWD: Final = 8
"""Packets from which on it is cheaper to take them all at once."""


class BrowserLine:
    """One leg's way to its browser. Implements `legs.Line`."""

    def __init__(self, leg: LegId, browsers: "Browsers") -> None:
        self._leg = leg
        self._browsers = browsers

    def send(self, packet: bytearray, length: int) -> None:
        """See `legs.Line`."""
        self._browsers.send(self._leg, packet, length)

    def send_rtcp(self, packet: bytes) -> None:
        """See `legs.Line`; the hub sends its own reports."""

    def close(self) -> None:
        """See `legs.Line`."""
        self._browsers.close_leg(self._leg)


class Browsers:
    """All browser legs.

    Args:
        table: the legs.
        addresses: where browsers can reach us.
        bind: the address to bind to.
        port: the UDP port; 0: any.
        tcp: whether to listen on the TCP port of the same number too.

    Raises:
        UnavailableError: the port is taken.
    """

    def __init__(self, table: LegTable, addresses: Sequence[str], bind: str, port: int, *, tcp: bool) -> None:
        self.failures = 0
        self._table = table
        self.socket = socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(0)
        self._ways_back: dict[str | int, _Ancillary] = {}
        """Local addresses, and what makes the system send from there."""
        if self.socket.family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self.socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        try:
            self.socket.bind((bind, port))
        except OSError as error:
            self.socket.close()
            raise UnavailableError(f"UDP port {port} for browsers: {error.strerror}") from error
        self._streams: BrowserStreams | None = None
        ours = self.socket.getsockname()[1]
        if tcp:
            try:
                self._streams = self._open_streams(bind, ours, any_port=not port)
            except UnavailableError:
                self.socket.close()
                raise
        self._hub = BrowserHub(addresses, ours, tcp_port=self._streams.port if self._streams is not None else None)

    def answer(self, leg: LegId, offer: str, *, listen_only: bool, now: float) -> tuple[str, AgreedAudio]:
        """Answer a browser's offer.

        Raises:
            BadSdpError: it cannot be used.
        """
        return self._hub.answer(leg, offer, listen_only=listen_only, now=now)

    def receive(self, intake: Intake | None, now: float) -> None:
        """Take what has arrived; without `intake` media is dropped, which is for the time between two ticks."""
        alike: list[tuple[Leg, bytes]] = []
        for _ in range(MOST_DATAGRAMS):
            try:
                data, notes, _flags, source = self.socket.recvmsg(_LARGEST, _ROOM)
            except BlockingIOError:
                break
            except OSError:
                continue
            address = (*source, self._local(notes)) if notes else source
            for leg_id, packet in self._hub.receive(data, address, now):
                leg = self._table.by_id.get(leg_id)
                if leg is None or intake is None:
                    continue
                if leg.coder is None and leg.connected and len(packet) == FAST_LENGTH:
                    alike.append((leg, packet))
                else:
                    intake.packet(leg, packet)
        if self._streams is not None:
            self._receive_streams(self._streams, intake, now)
        if intake is not None:
            _take(alike, intake)

    def send(self, leg: LegId, packet: bytearray, length: int) -> None:
        """Seal and send an RTP packet."""
        sealed = self._hub.send_rtp(leg, packet, length)
        if sealed is not None:
            self._send_datagram(*sealed)

    def run(self, now: float, report: Callable[[BrowserConnected | BrowserClosed], None]) -> None:
        """Run timers, send what they make, report what has happened."""
        self._hub.poll(now)
        if self._streams is not None:
            self._streams.run(now)
        for data, address in self._hub.outgoing():
            self._send_datagram(data, address)
        for event in self._hub.events():
            if isinstance(event, Connected):
                report(BrowserConnected(event.leg))
            else:
                log.info("browser leg %s closed: %s", event.leg, event.reason.value)
                report(BrowserClosed(event.leg))

    def silent_s(self, leg: LegId, now: float) -> float:
        """How long nothing has been heard from a browser."""
        heard_at = self._hub.heard_at(leg)
        return 0.0 if heard_at is None else now - heard_at

    def close_leg(self, leg: LegId) -> None:
        """End a leg; its browser is told."""
        self._hub.close(leg)

    def close(self) -> None:
        """End all legs."""
        for leg in self._hub.legs:
            self._hub.close(leg)
        for data, address in self._hub.outgoing():
            self._send_datagram(data, address)
        self.socket.close()
        if self._streams is not None:
            self._streams.close()

    def _receive_streams(self, streams: BrowserStreams, intake: Intake | None, now: float) -> None:
        for data, address in streams.receive(now):
            for leg_id, packet in self._hub.receive(data, address, now):
                leg = self._table.by_id.get(leg_id)
                if leg is not None and intake is not None:
                    intake.packet(leg, packet)

    def _open_streams(self, bind: str, port: int, *, any_port: bool) -> BrowserStreams:
        def belongs(address: Address) -> bool:
            return self._hub.knows(address)

        def lost(address: Address) -> None:
            self._hub.path_lost(address)

        try:
            return BrowserStreams(bind, port, belongs, lost)
        except UnavailableError:
            if not any_port:
                raise
            return BrowserStreams(bind, 0, belongs, lost)

    def _local(self, notes: _Ancillary) -> str:
        """Return the address that a datagram was sent to, and remember how to answer from there."""
        _, local, _ = _PACKET_INFO.unpack_from(notes[0][2])
        name = socket.inet_ntoa(local)
        if name not in self._ways_back:
            self._ways_back[name] = [(socket.IPPROTO_IP, _IP_PKTINFO, _PACKET_INFO.pack(0, local, bytes(4)))]
        return name

    def _send_datagram(self, data: bytes | memoryview, address: tuple[str | int, ...]) -> None:
        if address[2:] == (TCP,) and self._streams is not None:
            self.failures += not self._streams.send(data, address)
            return
        way = self._ways_back.get(address[2]) if len(address) == _WITH_LOCAL else None
        try:
            if way is None:
                self.socket.sendto(data, address)
            else:
                self.socket.sendmsg([data], way, 0, address[:2])
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.ENETUNREACH, errno.EHOSTUNREACH}:
                log.warning("cannot send to a browser: %s", error.strerror)
            self.failures += 1


def _take(alike: list[tuple[Leg, bytes]], intake: Intake) -> None:
    """Take packets of 20 ms of G.711 each."""
    if len(alike) >= _CROWD:
        intake.batch([leg.slot for leg, _ in alike], [packet for _, packet in alike])
        return
    for leg, packet in alike:
        intake.packet(leg, packet)
