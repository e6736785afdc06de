"""A browser's audio with next to no cost: one connectivity check, a DTLS handshake, then encrypted RTP packets.

It does what a load needs and no more: one candidate, nothing repeated but by OpenSSL, no reports.
"""

import re
import socket
import time
from typing import Final

from aioice import stun
from cryptography import x509
from OpenSSL import SSL

from madoguchi.media import srtp
from madoguchi.media.webrtc.dtls import Certificate, split_records

PAYLOAD_TYPES: Final = {"opus": 111, "PCMU": 0}
_RTPMAPS: Final = {"opus": "opus/48000/2", "PCMU": "PCMU/8000"}
_UFRAG: Final = "bnch"
_CONNECT_S: Final = 20.0
_PRIORITY: Final = 1_853_824_767
_IDENTITY: Final = Certificate()


def _context() -> SSL.Context:
    context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    context.use_certificate(_IDENTITY._certificate)  # noqa: SLF001 - the load plays both sides
    context.use_privatekey(_IDENTITY._key)  # noqa: SLF001 - as above
    context.set_tlsext_use_srtp(b"SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80")  # what browsers offer
    return context


_CONTEXT: Final = _context()


class NotConnectedError(Exception):
    """The handshake did not succeed in time."""


class LightBrowser:
    """One connection."""

    def __init__(self, codec: str, made: socket.socket) -> None:
        self.socket = made
        self.codec = codec
        self.payload_type = PAYLOAD_TYPES[codec]
        self.sender: srtp.SrtpSender | None = None
        self.receiver: srtp.SrtpReceiver | None = None

    def offer(self, number: int = 1) -> str:
        """Return the offer."""
        lines = [
            "v=0",
            f"o=- {number + 1_000_000} 2 IN IP4 127.0.0.1",
            "s=-",
            "t=0 0",
            "a=group:BUNDLE 0",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {self.payload_type}",
            "c=IN IP4 0.0.0.0",
            "a=mid:0",
            f"a=ice-ufrag:{_UFRAG}",
            "a=ice-pwd:0123456789abcdefghijklmn",
            f"a=fingerprint:sha-256 {_IDENTITY.fingerprint}",
            "a=setup:actpass",
            "a=rtcp-mux",
            "a=sendrecv",
            f"a=rtpmap:{self.payload_type} {_RTPMAPS[self.codec]}",
        ]
        return "\r\n".join(lines) + "\r\n"

    def connect(self, answer: str) -> None:
        """Connect to whoever gave `answer`; blocks until the keys are there.

        Raises:
            NotConnectedError: it took too long.
        """
        ufrag, password = (_found(rf"a=ice-{name}:(\S+)", answer) for name in ("ufrag", "pwd"))
        address = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+)", answer)[0]
        self.socket.connect((address[0], int(address[1])))
        self.socket.settimeout(0.3)
        until = time.monotonic() + _CONNECT_S
        self._check(ufrag, password, until)
        self._handshake(until)
        self.socket.settimeout(0)

    def _check(self, ufrag: str, password: str, until: float) -> None:
        request = stun.Message(
            stun.Method.BINDING,
            stun.Class.REQUEST,
            attributes={
                "USERNAME": f"{ufrag}:{_UFRAG}",
                "ICE-CONTROLLING": 7,
                "PRIORITY": _PRIORITY,
                "USE-CANDIDATE": None,
            },
        )
        request.add_message_integrity(password.encode())
        while time.monotonic() < until:
            self.socket.send(bytes(request))
            try:
                if self.socket.recv(2048)[0] < 4:
                    return
            except OSError:
                continue
        raise NotConnectedError("no answer to the connectivity check")

    def _handshake(self, until: float) -> None:
        tls = SSL.Connection(_CONTEXT, None)
        tls.set_ciphertext_mtu(1200)
        tls.set_connect_state()
        while time.monotonic() < until:
            done = False
            try:
                tls.do_handshake()
                done = True
            except SSL.WantReadError:
                pass
            self._flush(tls)
            if done:
                self._take_keys(tls)
                return
            try:
                data = self.socket.recv(2048)
            except OSError:
                tls.DTLSv1_handle_timeout()
                continue
            if 20 <= data[0] < 64:
                tls.bio_write(data)
        raise NotConnectedError("the handshake took too long")

    def _flush(self, tls: SSL.Connection) -> None:
        try:
            for datagram in split_records(tls.bio_read(65536)):
                self.socket.send(datagram)
        except SSL.WantReadError:
            return

    def _take_keys(self, tls: SSL.Connection) -> None:
        name = tls.get_selected_srtp_profile()
        suite = next(each for each in srtp.SUITES if each.dtls_name == name)
        material = tls.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (suite.key + suite.salt))
        client, server = srtp.dtls_keys(suite, material)
        self.sender, self.receiver = srtp.SrtpSender(suite, client), srtp.SrtpReceiver(suite, server)
        assert isinstance(tls.get_peer_certificate(as_cryptography=True), x509.Certificate)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise NotConnectedError(f"no {pattern} in the answer")
    return match[1]
