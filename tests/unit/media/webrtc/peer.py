"""A browser's network side in memory: checks, handshake and media, spoken by other code than the hub's."""

import re
from collections.abc import Iterable

from aioice import stun
from cryptography.hazmat.primitives import hashes
from OpenSSL import SSL

from madoguchi.kernel.ids import LegId
from madoguchi.media import srtp
from madoguchi.media.srtp import SrtpReceiver, SrtpSender
from madoguchi.media.webrtc.dtls import Certificate, split_records
from madoguchi.media.webrtc.events import Address
from madoguchi.media.webrtc.hub import BrowserHub
from tests.unit.media.webrtc.offers import SHA_256, UFRAG, an_offer, replaced

HOME: Address = ("198.51.100.9", 50_001)
MOBILE: Address = ("203.0.113.80", 40_002)
NEVER = -1e9
_IDENTITY = Certificate()  # a browser's is of the same kind: self-signed, P-256


def client_context(
    *, profiles: bytes = b"SRTP_AES128_CM_SHA1_80", certificate: Certificate | None = None
) -> SSL.Context:
    """The client's side of the handshake."""
    identity = certificate or _IDENTITY
    context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    context.use_certificate(identity._certificate)
    context.use_privatekey(identity._key)
    context.set_tlsext_use_srtp(profiles)
    return context


class Browser:
    """Talks to a hub from any address. `got` are the datagrams that came back for each address."""

    def __init__(
        self, hub: BrowserHub, *, leg: str = "leg_1", direction: str = "sendrecv", context: SSL.Context | None = None
    ) -> None:
        self.hub = hub
        self.leg = LegId(leg)
        self.direction = direction
        self.ufrag = UFRAG
        self.session = "4611731400430051336"
        self.got: dict[Address, list[bytes]] = {}
        self.answer = ""
        self._counter = 0
        self._tls = SSL.Connection(context or client_context(), None)
        self._tls.set_connect_state()
        self._tls.set_ciphertext_mtu(1200)
        self.sender: SrtpSender | None = None
        self.receiver: SrtpReceiver | None = None

    def offer(self, *, fingerprint: str = _IDENTITY.fingerprint) -> str:
        audio = replaced(SHA_256, fingerprint, replaced("a=sendrecv", f"a={self.direction}"))
        return an_offer(replaced(UFRAG, self.ufrag, audio), session=self.session)

    def call(self, now: float = 0.0, *, listen_only: bool = False, fingerprint: str = _IDENTITY.fingerprint) -> None:
        offer = self.offer(fingerprint=fingerprint)
        self.answer, self.audio = self.hub.answer(self.leg, offer, listen_only=listen_only, now=now)

    def credentials(self) -> tuple[str, str]:
        """The hub's, as its answer says."""
        ufrag, password = (re.search(rf"a=ice-{name}:(\S+)", self.answer) for name in ("ufrag", "pwd"))
        assert ufrag is not None
        assert password is not None
        return ufrag[1], password[1]

    def check(
        self,
        address: Address = HOME,
        now: float = 0.0,
        *,
        nominate: bool = True,
        priority: int = 1_853_824_767,
        username: str | None = None,
        password: str | None = None,
        role: str = "ICE-CONTROLLING",
    ) -> stun.Message | None:
        """Send a connectivity check and return the reply to it, if there is one."""
        ours, key = self.credentials()
        self._counter += 1
        request = stun.Message(
            stun.Method.BINDING,
            stun.Class.REQUEST,
            transaction_id=self._counter.to_bytes(12, "big"),
            attributes={"USERNAME": username or f"{ours}:{self.ufrag}", role: 7, "PRIORITY": priority},
        )
        if nominate:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity((password or key).encode())
        self.put(bytes(request), address, now)
        replies = [one for one in self.take(address) if one[0] < 4]
        return stun.parse_message(replies[-1]) if replies else None

    def put(self, data: bytes, address: Address = HOME, now: float = 0.0) -> list[bytes]:
        """Let a datagram arrive at the hub, and return the RTP that it hands out."""
        heard = list(self.hub.receive(data, address, now))
        assert {leg for leg, _ in heard} <= {self.leg}
        self.collect()
        return [packet for _, packet in heard]

    def collect(self) -> None:
        for data, address in self.hub.outgoing():
            self.got.setdefault(address, []).append(data)

    def take(self, address: Address = HOME) -> list[bytes]:
        return self.got.pop(address, [])

    def handshake(
        self, address: Address = HOME, now: float = 0.0, *, rounds: int = 8, lose: Iterable[int] = ()
    ) -> None:
        """Do the DTLS handshake; the hub's flights of the rounds `lose` never arrive."""
        lost = set(lose)
        for turn in range(rounds):
            self.advance()
            for datagram in self.flight():
                self.put(datagram, address, now)
            replies = [one for one in self.take(address) if 20 <= one[0] < 64]
            if turn in lost:
                continue
            for datagram in replies:
                self._tls.bio_write(datagram)
                self.advance()
        if self.connected:
            name = self._tls.get_selected_srtp_profile()
            suite = next(one for one in srtp.SUITES if one.dtls_name == name)
            material = self._tls.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (suite.key + suite.salt))
            client, server = srtp.dtls_keys(suite, material)
            self.sender, self.receiver = SrtpSender(suite, client), SrtpReceiver(suite, server)

    connected = False

    def advance(self) -> None:
        if self.connected:
            return
        try:
            self._tls.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error:  # the hub refused
            return
        self.connected = True

    def flight(self) -> list[bytes]:
        try:
            return split_records(self._tls.bio_read(65_536))
        except SSL.WantReadError:
            return []

    def connect(self, address: Address = HOME, now: float = 0.0, *, listen_only: bool = False) -> None:
        self.call(now, listen_only=listen_only)
        self.check(address, now)
        self.handshake(address, now)
        assert self.connected

    def hello(self) -> bytes:
        """A ClientHello."""
        self.advance()
        (datagram,) = self.flight()
        return datagram

    def goodbye(self) -> list[bytes]:
        self._tls.shutdown()
        return self.flight()

    def heard_goodbye(self, datagrams: Iterable[bytes]) -> bool:
        for datagram in datagrams:
            if 20 <= datagram[0] < 64:
                self._tls.bio_write(datagram)
        try:
            self._tls.recv(100)
        except SSL.ZeroReturnError:
            return True
        except SSL.Error:
            return False
        return False

    def speak(
        self, sequence: int, address: Address = HOME, now: float = 0.0, *, payload_type: int = 111
    ) -> list[bytes]:
        """Send an RTP packet, and return what the hub hands out."""
        assert self.sender is not None
        packet = rtp(sequence, payload_type=payload_type)
        buffer = bytearray(packet) + bytearray(srtp.TRAILER)
        length = self.sender.protect(buffer, len(packet))
        return self.put(bytes(buffer[:length]), address, now)

    def report(self, address: Address = HOME, now: float = 0.0) -> list[bytes]:
        """Send an empty receiver report."""
        assert self.sender is not None
        buffer = bytearray(b"\x80\xc9\x00\x01\x00\x00\x00\x01") + bytearray(srtp.RTCP_TRAILER)
        length = self.sender.protect_rtcp(buffer, 8)
        return self.put(bytes(buffer[:length]), address, now)

    @property
    def certificate_digest(self) -> str:
        """SHA-256 of the certificate that the hub has shown."""
        certificate = self._tls.get_peer_certificate(as_cryptography=True)
        assert certificate is not None
        return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def rtp(sequence: int, *, ssrc: int = 1001, payload_type: int = 111, payload: bytes = b"speech") -> bytes:
    """A plain RTP packet."""
    return (
        bytes([0x80, payload_type])
        + (sequence % 65_536).to_bytes(2, "big")
        + (sequence * 960).to_bytes(4, "big")
        + ssrc.to_bytes(4, "big")
        + payload
    )
