"""One browser leg behind the hub: its ICE agent, its DTLS association, its keys and its counts."""

import struct
from typing import Any, Final

from OpenSSL import SSL

from madoguchi.kernel.ids import LegId
from madoguchi.media import srtp
from madoguchi.media.webrtc import rtcp
from madoguchi.media.webrtc.dtls import DtlsServer, DtlsState
from madoguchi.media.webrtc.events import Address, AgreedAudio, CloseReason
from madoguchi.media.webrtc.ice import Credentials, IceAgent
from madoguchi.media.webrtc.sdp import Offer

RTP_HEADER: Final = 12


class BrowserLink:
    """The state of one leg. Adds what is to be sent to `outbox`, the hub's."""

    def __init__(
        self,
        leg: LegId,
        offer: Offer,
        audio: AgreedAudio,
        credentials: Credentials,
        context: SSL.Context,
        outbox: list[tuple[bytes, Address]],
        now: float,
    ) -> None:
        self.leg = leg
        self.offer = offer
        self.audio = audio
        self.ice = IceAgent(credentials)
        self.opened_at = now
        self.heard_at = now
        self.connected = False
        """Whether media has ever been able to flow; it is reported once."""
        self.listen_only = False
        """Whether what the browser sends is discarded; the hub says so."""
        self.version = 0
        """How often the offer was renewed."""
        self._dtls = DtlsServer(context, offer.fingerprints)
        self._outbox = outbox
        self._sender: srtp.SrtpSender | None = None
        self._receiver: srtp.SrtpReceiver | None = None
        self._sent = rtcp.SentCount()
        self._report_at = now

    @property
    def failure(self) -> str:
        """Why the handshake failed; empty while it has not."""
        return self._dtls.failure

    def renew(self, offer: Offer, audio: AgreedAudio, credentials: Credentials) -> None:
        """Take a later offer of the same connection: new directions, or new ICE credentials."""
        self.offer, self.audio = offer, audio
        self.version += 1
        if credentials != self.ice.credentials:
            self.ice.restart(credentials)

    def receive_dtls(self, data: bytes, address: Address, now: float) -> CloseReason | None:
        """Take a DTLS datagram. Returns why the leg is over, if it is."""
        self._dtls.receive(data)
        self._flush(address if self.ice.selected is None else self.ice.selected)
        if self._sender is None and self._dtls.keys is not None:
            self._sender, self._receiver = self._dtls.keys
            self.heard_at = now
        return self._over()

    def just_connected(self) -> bool:
        """Whether media can flow for the first time; true once."""
        if self.connected or self._sender is None or self.ice.selected is None:
            return False
        self.connected = True
        return True

    def receive_media(self, data: bytes, address: Address, now: float) -> bytes | None:
        """Open an SRTP or SRTCP packet; returns plain RTP that is to be heard, None for everything else."""
        receiver = self._receiver
        if receiver is None or len(data) < RTP_HEADER:
            return None
        if rtcp.is_rtcp(data):
            if receiver.unprotect_rtcp(data) is not None:
                self._heard(address, now)
            return None
        packet = receiver.unprotect(data)
        if packet is None:
            return None
        self._heard(address, now)
        return packet if self._is_heard else None

    def open_row(self, row: Any, length: int, address: Address, now: float) -> int:
        """Open the SRTP packet in a row of `srtp.Rows` in place; return its length, 0 where nothing is to be heard."""
        receiver = self._receiver
        if receiver is None:
            return 0
        length = receiver.unprotect_row(row, length)
        if not length:
            return 0
        self.heard_at = now
        if address is not self.ice.selected:
            self.ice.heard(address, now)
        return length if self._is_heard else 0

    @property
    def _is_heard(self) -> bool:
        return self.audio.sends and not self.listen_only

    @property
    def way(self) -> Address | None:
        """Where sound goes; None while there is no way to the browser, or it does not want to hear."""
        return self.ice.selected if self._sender is not None and self.audio.receives else None

    def seal_row(self, row: Any, length: int, timestamp: int) -> int:
        """Seal the RTP packet in a row of `srtp.Rows` in place; return its new length, 0 where that failed."""
        if self._sender is None:
            return 0
        sealed = self._sender.protect_row(row, length)
        if sealed:
            sent = self._sent
            sent.packets += 1
            sent.octets += length - RTP_HEADER
            sent.timestamp = timestamp
        return sealed

    def send_rtp(self, packet: bytearray, length: int) -> tuple[memoryview, Address] | None:
        """Seal `packet[:length]` in place; None while there is no way to the browser, or it does not want to hear."""
        sender, address = self._sender, self.ice.selected
        if sender is None or address is None or not self.audio.receives:
            return None
        sealed = sender.protect(packet, length)
        if not sealed:
            return None
        sent = self._sent
        sent.packets += 1
        sent.octets += length - RTP_HEADER
        (sent.timestamp,) = struct.unpack_from("!I", packet, 4)
        return memoryview(packet)[:sealed], address

    def poll(self, now: float) -> CloseReason | None:
        """Run the timers of handshake and reports. Returns why the leg is over, if it is."""
        if self._dtls.state is DtlsState.HANDSHAKING and self.ice.selected is not None:
            self._dtls.poll()
            self._flush(self.ice.selected)
        if now >= self._report_at and self._sent.packets != self._sent.reported:
            self._report_at = now + rtcp.REPORT_EVERY_S
            self._report(now)
        return self._over()

    def close(self) -> None:
        """Say goodbye to the browser, if it can be reached."""
        self._dtls.close()
        self._flush(self.ice.selected)

    def _over(self) -> CloseReason | None:
        match self._dtls.state:
            case DtlsState.FAILED:
                return CloseReason.HANDSHAKE_FAILED
            case DtlsState.CLOSED:
                return CloseReason.PEER_CLOSED
            case DtlsState.HANDSHAKING | DtlsState.CONNECTED:
                return None

    def _heard(self, address: Address, now: float) -> None:
        self.heard_at = now
        self.ice.heard(address, now)

    def _report(self, now: float) -> None:
        sent, address = self._sent, self.ice.selected
        if self._sender is None or address is None:
            return
        sent.reported = sent.packets
        report = rtcp.sender_report(self.audio.ssrc, sent, now)
        buffer = bytearray(report) + bytearray(srtp.RTCP_TRAILER)
        length = self._sender.protect_rtcp(buffer, len(report))
        if length:
            self._outbox.append((bytes(buffer[:length]), address))

    def _flush(self, address: Address | None) -> None:
        for datagram in self._dtls.outgoing():
            if address is not None:
                self._outbox.append((datagram, address))
