"""The DTLS handshake, over memory."""

import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from madoguchi.media import srtp
from madoguchi.media.webrtc.dtls import LONGEST_DATAGRAM, Certificate, DtlsServer, DtlsState, split_records
from madoguchi.media.webrtc.sdp import Fingerprint
from tests.unit.media.webrtc.peer import client_context

OURS = Certificate()
THEIRS = Certificate()
PROMISED = Fingerprint("sha-256", bytes.fromhex(THEIRS.fingerprint.replace(":", "")))


class Client:
    def __init__(self, profiles: bytes = b"SRTP_AES128_CM_SHA1_80") -> None:
        self.tls = SSL.Connection(client_context(profiles=profiles, certificate=THEIRS), None)
        self.tls.set_connect_state()
        self.tls.set_ciphertext_mtu(1200)
        self.connected = False

    def step(self, datagrams: list[bytes]) -> list[bytes]:
        for datagram in [b"", *datagrams]:
            if datagram:
                self.tls.bio_write(datagram)
            try:
                self.tls.do_handshake()
                self.connected = True
            except SSL.WantReadError:
                pass
            except SSL.Error:
                break
        try:
            return split_records(self.tls.bio_read(65_536))
        except SSL.WantReadError:
            return []


def handshake(server: DtlsServer, client: Client) -> list[list[bytes]]:
    """Let both talk until they have nothing more to say; returns the server's flights."""
    flights: list[list[bytes]] = []
    for _ in range(6):
        for datagram in client.step(flights[-1] if flights else []):
            server.receive(datagram)
        flights.append(server.outgoing())
    return flights


def a_server(fingerprint: Fingerprint = PROMISED) -> DtlsServer:
    return DtlsServer(OURS.context(), [fingerprint])


@pytest.mark.parametrize(
    "suite", [srtp.AES_128_GCM, srtp.AES_256_GCM, srtp.AES_CM_80], ids=lambda suite: suite.sdes_name
)
def test_both_sides_get_the_same_keys(suite: srtp.Suite) -> None:
    server, client = a_server(), Client(suite.dtls_name)

    handshake(server, client)

    assert server.state is DtlsState.CONNECTED
    assert client.connected
    material = client.tls.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (suite.key + suite.salt))
    key, _ = srtp.dtls_keys(suite, material)
    packet = bytearray(b"\x80\x6f\x00\x01" + bytes(8) + b"speech") + bytearray(srtp.TRAILER)
    length = srtp.SrtpSender(suite, key).protect(packet, 18)
    assert server.keys is not None
    assert server.keys[1].unprotect(bytes(packet[:length])) == b"\x80\x6f\x00\x01" + bytes(8) + b"speech"


def test_the_best_profile_in_common_is_taken() -> None:
    server, client = a_server(), Client(b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM")
    handshake(server, client)

    assert client.tls.get_selected_srtp_profile() == b"SRTP_AEAD_AES_128_GCM"


def test_the_certificate_shown_is_the_one_that_the_answer_promises() -> None:
    server, client = a_server(), Client()
    handshake(server, client)

    certificate = client.tls.get_peer_certificate(as_cryptography=True)
    assert certificate is not None
    assert certificate.fingerprint(hashes.SHA256()).hex(":").upper() == OURS.fingerprint


def test_a_certificate_that_was_not_promised_is_refused() -> None:
    server, client = a_server(Fingerprint("sha-256", bytes(32))), Client()

    handshake(server, client)

    assert server.state is DtlsState.FAILED
    assert "certificate" in server.failure
    assert server.keys is None


def test_the_strongest_hash_decides() -> None:
    server = DtlsServer(OURS.context(), [PROMISED, Fingerprint("sha-512", bytes(64))])
    handshake(server, Client())

    assert server.state is DtlsState.FAILED


def test_no_srtp_profile_in_common_is_a_failure() -> None:
    server = a_server()
    handshake(server, Client(b"SRTP_AES128_CM_SHA1_32"))

    assert server.state is DtlsState.FAILED
    assert server.keys is None


def a_client_with_other_ciphers() -> Client:
    context = client_context(certificate=THEIRS)
    context.set_cipher_list(b"ECDHE-RSA-AES128-GCM-SHA256")
    return _client_of(context)


def a_client_without_a_certificate() -> Client:
    context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
    context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
    return _client_of(context)


def _client_of(context: SSL.Context) -> Client:
    client = Client()
    client.tls = SSL.Connection(context, None)
    client.tls.set_connect_state()
    return client


@pytest.mark.parametrize("make", [a_client_with_other_ciphers, a_client_without_a_certificate])
def test_a_failed_handshake_is_final_and_says_why(make: Callable[[], Client]) -> None:
    server = a_server()

    flights = handshake(server, make())

    assert server.state is DtlsState.FAILED
    assert server.failure
    assert any(datagram[0] == 21 for flight in flights for datagram in flight), "an alert tells the other side"
    server.receive(b"\x16")
    server.poll()
    server.close()
    assert server.state is DtlsState.FAILED


def test_a_goodbye_behind_data_is_noticed() -> None:
    server, client = a_server(), Client()
    handshake(server, client)
    client.tls.send(b"data that nobody wants")
    client.tls.shutdown()

    server.receive(b"".join(client.step([])))

    assert server.state is DtlsState.CLOSED


def test_lost_flights_are_sent_again_when_the_timer_has_run_out() -> None:
    server, client = a_server(), Client()
    for datagram in client.step([]):
        server.receive(datagram)
    lost = server.outgoing()
    assert lost
    assert server._connection.DTLSv1_get_timeout() is not None

    while not (again := server.outgoing()):  # OpenSSL's first timer runs for a second
        time.sleep(0.02)
        server.poll()

    assert len(again) == len(lost)
    for _ in range(4):
        for datagram in client.step(again):
            server.receive(datagram)
        again = server.outgoing()
    assert server.state is DtlsState.CONNECTED


def test_no_datagram_is_longer_than_what_every_network_passes() -> None:
    flights = handshake(a_server(), Client())

    assert all(len(datagram) <= LONGEST_DATAGRAM for flight in flights for datagram in flight)


def test_the_goodbye_of_the_other_side_is_noticed() -> None:
    server, client = a_server(), Client()
    handshake(server, client)
    client.tls.shutdown()

    for datagram in client.step([]):
        server.receive(datagram)

    assert server.state is DtlsState.CLOSED


def test_our_goodbye_reaches_the_other_side() -> None:
    server, client = a_server(), Client()
    handshake(server, client)

    server.close()

    (goodbye,) = server.outgoing()
    client.tls.bio_write(goodbye)
    with pytest.raises(SSL.ZeroReturnError):
        client.tls.recv(10)


def test_rubbish_in_an_established_association_does_no_harm() -> None:
    server, client = a_server(), Client()
    handshake(server, client)

    for rubbish in (b"\x16", b"\x15\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x01\x00", b"\x17" + bytes(40)):
        server.receive(rubbish)

    assert server.state is DtlsState.CONNECTED
    client.tls.send(b"data that nobody wants")
    for datagram in client.step([]):
        server.receive(datagram)
    assert server.state is DtlsState.CONNECTED


@given(st.binary(max_size=300))
def test_any_first_datagram_is_taken_without_a_crash(data: bytes) -> None:
    server = a_server()
    server.receive(b"\x16" + data)
    server.poll()
    server.outgoing()
    server.close()

    assert server.keys is None


def test_records_are_cut_whole() -> None:
    records = [b"\x16\xfe\xfd" + bytes(8) + size.to_bytes(2, "big") + bytes(size) for size in (500, 600, 300, 1100, 5)]

    assert split_records(b"".join(records)) == [records[0] + records[1], records[2], records[3] + records[4]]
    assert split_records(b"") == []
