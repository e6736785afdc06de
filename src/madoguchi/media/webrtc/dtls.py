"""The server side of a DTLS-SRTP handshake over memory, without sockets (RFC 5763, RFC 5764, RFC 6347).

The browser's certificate is not signed by anybody: it is the one whose hash stood in the offer, or it is refused.
OpenSSL keeps the retransmission timers by its own clock; all we do is to let it look at them now and then.
"""

import datetime as dt
from collections.abc import Sequence
from enum import Enum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from madoguchi.media import srtp
from madoguchi.media.webrtc.sdp import Fingerprint

LONGEST_DATAGRAM: Final = 1_200
"""Bytes of a DTLS datagram that pass every usual network."""
SUITES: Final = (srtp.AES_128_GCM, srtp.AES_CM_80, srtp.AES_256_GCM)
"""The best first: hardware makes GCM as cheap as anything; every browser has AES_CM_80 (RFC 8827 section 6.5)."""

_DTLS_1_2: Final = 0xFEFD  # RFC 6347 section 4.1; browsers are required to have it (RFC 8827 section 6.5)
_RECORD_HEADER: Final = 13
_CIPHERS: Final = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305"
_EXPORTER: Final = b"EXTRACTOR-dtls_srtp"  # RFC 5764 section 4.2
_HASHES: Final = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384(), "sha-512": hashes.SHA512()}
_STRONGEST_FIRST: Final = ("sha-512", "sha-384", "sha-256")
_READ_AT_ONCE: Final = 65_536


class Certificate:
    """A key of our own and what the answers say about it. One for a worker's life is enough."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "madoguchi")])
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            # Browsers go by the hash alone; a fixed period spares trouble with clocks that are wrong.
            .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
            .not_valid_after(dt.datetime(2099, 12, 31, tzinfo=dt.UTC))
            .sign(self._key, hashes.SHA256())
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 as SDP writes it: `AB:CD:…` (RFC 8122 section 5)."""
        return self._certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def context(self) -> SSL.Context:
        """Make what all handshakes of a worker share."""
        context = SSL.Context(SSL.DTLS_SERVER_METHOD)
        context.set_min_proto_version(_DTLS_1_2)
        context.set_max_proto_version(_DTLS_1_2)
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        # Any certificate passes here; the hash is compared when the handshake is through.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.use_certificate(self._certificate)
        context.use_privatekey(self._key)
        context.set_cipher_list(_CIPHERS)
        context.set_tlsext_use_srtp(b":".join(suite.dtls_name for suite in SUITES))
        return context


class DtlsState(Enum):
    """Where an association is. FAILED and CLOSED are final."""

    HANDSHAKING = "handshaking"
    CONNECTED = "connected"
    FAILED = "failed"
    CLOSED = "closed"
    """One of the two sides has said close_notify."""


class DtlsServer:
    """One browser's DTLS association: datagrams in, datagrams out, SRTP keys when it is connected."""

    def __init__(self, context: SSL.Context, fingerprints: Sequence[Fingerprint]) -> None:
        self.state = DtlsState.HANDSHAKING
        self.failure = ""
        """Why the state is FAILED."""
        self.fingerprints = tuple(fingerprints)
        self._connection = SSL.Connection(context, None)
        self._connection.set_ciphertext_mtu(LONGEST_DATAGRAM)
        self._connection.set_accept_state()
        self._keys: tuple[srtp.SrtpSender, srtp.SrtpReceiver] | None = None

    @property
    def keys(self) -> tuple[srtp.SrtpSender, srtp.SrtpReceiver] | None:
        """How to seal and open the media; None before CONNECTED."""
        return self._keys

    def receive(self, datagram: bytes) -> None:
        """Take one datagram from the browser. The caller vouches for its address."""
        if self.state in (DtlsState.FAILED, DtlsState.CLOSED):
            return
        try:
            self._connection.bio_write(datagram)
            if self.state is DtlsState.HANDSHAKING:
                self._connection.do_handshake()
                self._finish()
                return
            while True:
                self._connection.recv(_READ_AT_ONCE)  # nobody has business with data here: it is dropped
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self._goodbye(DtlsState.CLOSED)
        except SSL.Error as error:
            self._failed(error)

    def poll(self) -> None:
        """Repeat what was lost: call this a few times a second while the state is HANDSHAKING."""
        if self.state is not DtlsState.HANDSHAKING:
            return
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            self._failed(error)

    def close(self) -> None:
        """Say goodbye (close_notify)."""
        if self.state in (DtlsState.HANDSHAKING, DtlsState.CONNECTED):
            self._goodbye(DtlsState.CLOSED)

    def outgoing(self) -> list[bytes]:
        """Return and forget the datagrams to be sent."""
        try:
            data = self._connection.bio_read(_READ_AT_ONCE)
        except SSL.Error:  # there is nothing
            return []
        return split_records(data)

    def _goodbye(self, state: DtlsState) -> None:
        was, self.state = self.state, state
        if was is DtlsState.CONNECTED:
            try:
                self._connection.shutdown()
            except SSL.Error:
                return

    def _finish(self) -> None:
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None or not _is_promised(certificate, self.fingerprints):
            return self._reject("the certificate is not the one of the offer")
        name = self._connection.get_selected_srtp_profile()
        suite = next((suite for suite in SUITES if suite.dtls_name == name), None)
        if suite is None:
            return self._reject("no SRTP profile in common")
        material = self._connection.export_keying_material(_EXPORTER, 2 * (suite.key + suite.salt))
        client, server = srtp.dtls_keys(suite, material)
        self._keys = (srtp.SrtpSender(suite, server), srtp.SrtpReceiver(suite, client))
        self.state = DtlsState.CONNECTED
        return None

    def _reject(self, failure: str) -> None:
        self.failure = failure
        self.state = DtlsState.CONNECTED  # as far as OpenSSL goes: so that a goodbye is sent
        self._goodbye(DtlsState.FAILED)

    def _failed(self, error: SSL.Error) -> None:
        if self.state is DtlsState.CONNECTED:
            return  # a damaged record of an established association is dropped (RFC 6347 section 4.1.2.7)
        reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
        self.failure = "; ".join(str(reason[-1]) for reason in reasons) or "handshake failed"
        self.state = DtlsState.FAILED


def _is_promised(certificate: x509.Certificate, fingerprints: Sequence[Fingerprint]) -> bool:
    """RFC 8122 section 5: any fingerprint of the strongest hash that was offered."""
    for algorithm in _STRONGEST_FIRST:
        digests = [one.digest for one in fingerprints if one.algorithm == algorithm]
        if digests:
            return certificate.fingerprint(_HASHES[algorithm]) in digests
    return False


def split_records(data: bytes) -> list[bytes]:
    """Cut a flight of DTLS records into datagrams: whole records, as many as fit (RFC 6347 section 4.1.1)."""
    datagrams, start, end = [], 0, 0
    while end + _RECORD_HEADER <= len(data):
        after = end + _RECORD_HEADER + int.from_bytes(data[end + 11 : end + 13], "big")
        if after - start > LONGEST_DATAGRAM and end > start:
            datagrams.append(data[start:end])
            start = end
        end = after
    if end > start:
        datagrams.append(data[start:end])
    return datagrams
