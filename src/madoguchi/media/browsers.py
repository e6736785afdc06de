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

import numpy as np

from madoguchi.kernel.errors import UnavailableError
from madoguchi.kernel.ids import LegId
from madoguchi.media import srtp
from madoguchi.media.browser_streams import TCP, BrowserStreams
from madoguchi.media.datagrams import CONTROL, NAME, Inbox, Outbox
from madoguchi.media.intake import FAST_LENGTH, Intake, Ints
from madoguchi.media.legs import LegTable
from madoguchi.media.protocol import BrowserClosed, BrowserConnected
from madoguchi.media.webrtc.events import Address, AgreedAudio, Connected
from madoguchi.media.webrtc.hub import BrowserHub

log = logging.getLogger(__name__)

_LARGEST: Final = 2048
_BUFFER: Final = 1 << 21
_PACKET_INFO: Final = struct.Struct("=I4s4s")
"""`struct in_pktinfo`: interface, local address, destination in the header (ip(7))."""
_IP_PKTINFO: Final = 8
_WITH_LOCAL: Final = 3
"""Parts of an address of which the last one is the local address."""
MOST_DATAGRAMS: Final = 4096
"""What one tick takes in; more than all legs send in five ticks."""
_AT_ONCE: Final = 128
"""Datagrams that one system call takes in or sends."""
_LONGEST_SENT: Final = 1600
_MOST_KNOWN: Final = 4096
"""Addresses whose names are kept."""
_STAMP: Final = struct.Struct("!I")
_RTP: Final = range(128, 192)
_RTCP: Final = range(192, 224)
_IPV4_NAME: Final = struct.Struct("=H2s4s8x")
"""`struct sockaddr_in`: family, port, address."""
_IPV6_NAME: Final = struct.Struct("=H2sI16sI")
"""`struct sockaddr_in6`: family, port, flow, address, scope."""
_NOTE: Final = struct.Struct("@Nii12s")
"""`struct cmsghdr` with an `in_pktinfo`."""
_LOCAL_AT: Final = slice(NAME + _NOTE.size - 8, NAME + _NOTE.size - 4)
"""Where the local address is in a received datagram's route."""


class BrowserLine:
    """One leg's way to its browser. Implements `legs.Line`."""

    def __init__(self, leg: LegId, browsers: "Browsers") -> None:
        self._leg = leg
        self._browsers = browsers

    def send(self, packet: memoryview) -> None:
        """See `legs.Line`."""
        self._browsers.send(self._leg, packet)

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
        self._failures = 0
        self._table = table
        self.socket = socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(0)
        self._ipv4 = self.socket.family == socket.AF_INET
        self._names: dict[bytes, Address] = {}
        """Addresses by what the system calls them."""
        self._routes: dict[Address, bytes] = {}
        """What makes the system send to an address, from the local address that belongs to it."""
        if self._ipv4:
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self.socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        try:
            self.socket.bind((bind, port))
        except OSError as error:
            self.socket.close()
            raise UnavailableError(f"UDP port {port} for browsers: {error.strerror}") from error
        self._inbox = Inbox(self.socket, _AT_ONCE, _LARGEST)
        self._opened = srtp.Rows(self._inbox.data)
        name, control = (_IPV4_NAME.size, socket.CMSG_SPACE(_PACKET_INFO.size)) if self._ipv4 else (_IPV6_NAME.size, 0)
        self._outbox = Outbox(self.socket, _AT_ONCE, _LONGEST_SENT, name, control)
        self._sealed = srtp.Rows(self._outbox.data)
        self._streams: BrowserStreams | None = None
        ours = self.socket.getsockname()[1]
        if tcp:
            try:
                self._streams = self._open_streams(bind, ours, any_port=not port)
            except UnavailableError:
                self.socket.close()
                raise
        self._hub = BrowserHub(addresses, ours, tcp_port=self._streams.port if self._streams is not None else None)

    @property
    def failures(self) -> int:
        """Datagrams that could not be handed to the network."""
        return self._failures + self._outbox.failures

    def answer(self, leg: LegId, offer: str, *, listen_only: bool, now: float) -> tuple[str, AgreedAudio]:
        """Answer a browser's offer.

        Raises:
            BadSdpError: it cannot be used.
        """
        return self._hub.answer(leg, offer, listen_only=listen_only, now=now)

    def set_listen_only(self, leg: LegId, *, on: bool) -> None:
        """Discard what a browser sends, or take it."""
        self._hub.set_listen_only(leg, on=on)

    def receive(self, intake: Intake, now: float) -> None:
        """Take what has arrived."""
        for _ in range(MOST_DATAGRAMS // _AT_ONCE):
            lengths = self._inbox.receive()
            if lengths:
                self._take_in(lengths, intake, now)
            if len(lengths) < _AT_ONCE:
                break
        if self._streams is not None:
            self._receive_streams(self._streams, intake, now)

    def send(self, leg: LegId, packet: memoryview) -> None:
        """Seal an RTP packet; it goes out with the next `flush`."""
        link = self._hub.link_of(leg)
        way = link.way if link is not None else None
        if link is None or way is None:
            return
        outbox, length = self._outbox, len(packet)
        at = outbox.next
        outbox.rows[at][:length] = packet
        length = link.seal_row(self._sealed.at[at], length, _STAMP.unpack_from(packet, 4)[0])
        if not length:
            return
        route = self._routes.get(way) or self._route(way)
        if route:
            outbox.add(length, route)
        else:
            self._send_datagram(bytes(outbox.rows[at][:length]), way)

    def flush(self) -> None:
        """Send what has been sealed."""
        failure = self._outbox.flush()
        if failure:
            log.warning("cannot send to a browser: %s", failure)

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

    def _take_in(self, lengths: list[int], intake: Intake, now: float) -> None:
        """Take the datagrams of the inbox' first rows: RTP opened in place, everything else by the hub."""
        data, rows = self._inbox.data, self._opened.at
        kinds = data[: len(lengths), :2].tolist()
        hub, legs = self._hub, self._table.by_id
        slots: list[int] = []
        found: list[int] = []
        opened: list[int] = []
        for row, (length, address, (first, second)) in enumerate(
            zip(lengths, self._sources(len(lengths)), kinds, strict=True)
        ):
            if first not in _RTP or second in _RTCP:
                hub.receive(data[row, :length].tobytes(), address, now)
                continue
            link = hub.link_at(address)
            size = link.open_row(rows[row], length, address, now) if link is not None else 0
            leg = legs.get(link.leg) if link is not None and size else None
            if leg is not None and leg.connected:
                slots.append(leg.slot)
                found.append(row)
                opened.append(size)
        if slots:
            self._hand_on(np.array(slots), np.array(found), np.array(opened), intake)

    def _hand_on(self, slots: Ints, rows: Ints, sizes: Ints, intake: Intake) -> None:
        data, table = self._inbox.data, self._table
        wide = table.is_wide[slots]
        alike = ~wide & (sizes == FAST_LENGTH)
        if alike.any():
            intake.batch(slots[alike], data[rows[alike], :FAST_LENGTH])
        if wide.any():
            at, long = rows[wide], sizes[wide].tolist()
            packets = [data[row, :size].tobytes() for row, size in zip(at.tolist(), long, strict=True)]
            intake.batch_wide(slots[wide], data[at, :16], packets)
        for odd in np.flatnonzero(~(wide | alike)).tolist():
            leg = table.at[slots[odd]]
            if leg is not None:
                intake.packet(leg, data[rows[odd], : sizes[odd]].tobytes())

    def _sources(self, count: int) -> list[Address]:
        """Return where the inbox' datagrams came from, with the local addresses that they were sent to."""
        routes = self._inbox.routes[:count]
        if self._ipv4:
            keys = np.concatenate([routes[:, :8], routes[:, _LOCAL_AT]], axis=1)
        else:
            keys = routes[:, : _IPV6_NAME.size]
        raw, size, names = keys.tobytes(), keys.shape[1], self._names
        found = []
        for at in range(0, len(raw), size):
            key = raw[at : at + size]
            found.append(names.get(key) or self._name(key))
        return found

    def _name(self, key: bytes) -> Address:
        """Return the address that the system calls `key`, and remember it."""
        if len(self._names) >= _MOST_KNOWN:
            self._names.clear()
        port = int.from_bytes(key[2:4], "big")
        if self._ipv4:
            name: Address = (socket.inet_ntoa(key[4:8]), port, socket.inet_ntoa(key[8:12]))
        else:
            _, _, flow, host, scope = _IPV6_NAME.unpack(key)
            name = (socket.inet_ntop(socket.AF_INET6, host), port, socket.ntohl(flow), scope)
        self._names[key] = name
        return name

    def _route(self, address: Address) -> bytes:
        """Return what makes the system send to `address`, and remember it; nothing where that is not its business."""
        if len(self._routes) >= _MOST_KNOWN:
            self._routes.clear()
        host, port = str(address[0]), int(address[1]).to_bytes(2, "big")
        if address[2:] == (TCP,):
            return b""
        if self._ipv4:
            if len(address) != _WITH_LOCAL:
                return b""
            name = _IPV4_NAME.pack(socket.AF_INET, port, socket.inet_aton(host))
            info = _PACKET_INFO.pack(0, socket.inet_aton(str(address[2])), bytes(4))
            note = _NOTE.pack(_NOTE.size, socket.IPPROTO_IP, _IP_PKTINFO, info)
        else:
            flow, scope = int(address[2]), int(address[3])
            raw = socket.inet_pton(socket.AF_INET6, host)
            name, note = _IPV6_NAME.pack(socket.AF_INET6, port, socket.htonl(flow), raw, scope), b""
        route = name.ljust(NAME, b"\0") + note.ljust(CONTROL, b"\0")
        self._routes[address] = route
        return route

    def _receive_streams(self, streams: BrowserStreams, intake: Intake, now: float) -> None:
        for data, address in streams.receive(now):
            for leg_id, packet in self._hub.receive(data, address, now):
                leg = self._table.by_id.get(leg_id)
                if leg is not None:
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

    def _send_datagram(self, data: bytes, address: Address) -> None:
        if address[2:] == (TCP,) and self._streams is not None:
            self._failures += not self._streams.send(data, address)
            return
        route = self._routes.get(address) or self._route(address)
        try:
            if route and self._ipv4:
                note = (
                    socket.IPPROTO_IP,
                    _IP_PKTINFO,
                    _PACKET_INFO.pack(0, socket.inet_aton(str(address[2])), bytes(4)),
                )
                self.socket.sendmsg([data], [note], 0, address[:2])
            else:
                self.socket.sendto(data, address)
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.ENETUNREACH, errno.EHOSTUNREACH}:
                log.warning("cannot send to a browser: %s", error.strerror)
            self._failures += 1
