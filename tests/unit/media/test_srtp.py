"""Sealing and opening RTP."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.media import srtp
from madoguchi.media.srtp import SUITES, BadSrtpKeyError, SrtpReceiver, SrtpSender, Suite

every_suite = pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.sdes_name)


def key_for(suite: Suite) -> bytes:
    return bytes(range(1, suite.key + suite.salt + 1))


def an_rtp_packet(sequence: int, payload: bytes = b"a" * 60) -> bytes:
    return b"\x80\x6f" + sequence.to_bytes(2, "big") + b"\x00\x00\x03\xc0" + b"\x12\x34\x56\x78" + payload


def sealed(sender: SrtpSender, packet: bytes) -> bytes:
    buffer = bytearray(packet) + bytearray(srtp.TRAILER)
    length = sender.protect(buffer, len(packet))
    return bytes(buffer[:length])


@every_suite
def test_what_is_sealed_can_be_opened_and_is_not_readable_between(suite: Suite) -> None:
    sender, receiver = SrtpSender(suite, key_for(suite)), SrtpReceiver(suite, key_for(suite))
    packet = an_rtp_packet(1)

    wire = sealed(sender, packet)

    assert len(packet) < len(wire) <= len(packet) + srtp.TRAILER
    assert wire[:12] == packet[:12]
    assert packet[12:] not in wire
    assert receiver.unprotect(wire) == packet


@every_suite
def test_rtcp_is_sealed_and_opened(suite: Suite) -> None:
    sender, receiver = SrtpSender(suite, key_for(suite)), SrtpReceiver(suite, key_for(suite))
    report = b"\x80\xc9\x00\x01\x12\x34\x56\x78"
    buffer = bytearray(report) + bytearray(srtp.RTCP_TRAILER)

    length = sender.protect_rtcp(buffer, len(report))

    assert length > len(report)
    assert receiver.unprotect_rtcp(bytes(buffer[:length])) == report


def test_opening_in_place_gives_the_same() -> None:
    sender, receiver = (kind(srtp.AES_CM_80, key_for(srtp.AES_CM_80)) for kind in (SrtpSender, SrtpReceiver))
    assert isinstance(sender, SrtpSender)
    assert isinstance(receiver, SrtpReceiver)
    packet = an_rtp_packet(1)
    buffer = bytearray(sealed(sender, packet)) + bytearray(100)

    length = receiver.unprotect_in_place(buffer, len(packet) + 10)

    assert bytes(buffer[:length]) == packet


@every_suite
def test_a_repeated_packet_is_dropped(suite: Suite) -> None:
    sender, receiver = SrtpSender(suite, key_for(suite)), SrtpReceiver(suite, key_for(suite))
    wire = sealed(sender, an_rtp_packet(7))

    assert receiver.unprotect(wire) is not None
    assert receiver.unprotect(wire) is None


def test_packets_may_overtake_each_other_within_the_window() -> None:
    suite = srtp.AES_CM_80
    sender, receiver = SrtpSender(suite, key_for(suite)), SrtpReceiver(suite, key_for(suite))
    wires = [sealed(sender, an_rtp_packet(number)) for number in range(100)]

    assert all(receiver.unprotect(wire) is not None for wire in reversed(wires))


def test_the_sequence_number_may_wrap() -> None:
    suite = srtp.AES_128_GCM
    sender, receiver = SrtpSender(suite, key_for(suite)), SrtpReceiver(suite, key_for(suite))

    for number in range(65_500, 65_600):
        packet = an_rtp_packet(number % 65_536)
        assert receiver.unprotect(sealed(sender, packet)) == packet


@every_suite
@pytest.mark.parametrize("position", [1, 15, -1])
def test_a_changed_packet_is_dropped(suite: Suite, position: int) -> None:
    sender, receiver = SrtpSender(suite, key_for(suite)), SrtpReceiver(suite, key_for(suite))
    wire = bytearray(sealed(sender, an_rtp_packet(3)))
    wire[position] ^= 1

    assert receiver.unprotect(bytes(wire)) is None


def test_a_number_is_sealed_only_once() -> None:
    sender = SrtpSender(srtp.AES_128_GCM, key_for(srtp.AES_128_GCM))

    assert sealed(sender, an_rtp_packet(5, b"one"))
    assert sealed(sender, an_rtp_packet(5, b"two")) == b""


def test_a_buffer_without_room_for_the_tag_is_left_alone() -> None:
    sender = SrtpSender(srtp.AES_CM_80, key_for(srtp.AES_CM_80))
    packet = bytearray(an_rtp_packet(5))

    assert sender.protect(packet, len(packet)) == 0
    assert sender.protect_rtcp(packet, len(packet)) == 0
    assert packet == an_rtp_packet(5)


@given(st.binary(max_size=3000))
def test_any_rubbish_is_dropped(data: bytes) -> None:
    receiver = SrtpReceiver(srtp.AES_CM_80, key_for(srtp.AES_CM_80))

    assert receiver.unprotect(data) is None
    assert receiver.unprotect_rtcp(data) is None
    assert receiver.unprotect_in_place(bytearray(data), len(data)) == 0


@every_suite
def test_sdes_keys_survive_writing_and_reading(suite: Suite) -> None:
    key = key_for(suite)

    assert srtp.sdes_key(suite, srtp.inline(key)) == key
    assert srtp.sdes_key(suite, "inline:" + srtp.inline(key).rstrip("=") + "|2^31") == key
    assert srtp.suite_named(suite.sdes_name) is suite


@pytest.mark.parametrize(
    "inline",
    [
        "",
        "inline:",
        "inline:###",
        "inline:" + base64.b64encode(b"short").decode(),
        "inline:" + "A" * 40 + "|2^20|1:4",
        "ünï",
    ],
)
def test_a_bad_sdes_key_is_named(inline: str) -> None:
    with pytest.raises(BadSrtpKeyError):
        srtp.sdes_key(srtp.AES_CM_80, inline)


def test_an_unknown_suite_is_named() -> None:
    with pytest.raises(BadSrtpKeyError, match="F8_128"):
        srtp.suite_named("F8_128_HMAC_SHA1_80")


def test_a_key_that_is_too_short_is_named() -> None:
    with pytest.raises(BadSrtpKeyError):
        SrtpSender(srtp.AES_CM_80, b"short")


def test_exported_material_is_split_client_first() -> None:
    suite = srtp.AES_CM_80
    material = b"K" * 16 + b"k" * 16 + b"S" * 14 + b"s" * 14

    assert srtp.dtls_keys(suite, material) == (b"K" * 16 + b"S" * 14, b"k" * 16 + b"s" * 14)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.sdes_name)
def test_packets_in_rows_are_sealed_and_opened_where_they_are(suite: Suite) -> None:
    sender, receiver = SrtpSender(suite, key_for(suite)), SrtpReceiver(suite, key_for(suite))
    packets = np.zeros((3, 80), np.uint8)
    rows = srtp.Rows(packets)
    plain = [b"\x80\x00" + number.to_bytes(2, "big") + bytes(8) + bytes([number]) * 40 for number in range(3)]
    for row, packet in zip(packets, plain, strict=True):
        row[: len(packet)] = np.frombuffer(packet, np.uint8)

    sealed = [sender.protect_row(rows.at[number], len(plain[number])) for number in range(3)]
    assert all(length > len(plain[0]) for length in sealed)
    assert all(packets[number, : len(plain[0])].tobytes() != plain[number] for number in range(3))
    packets[1, 30] ^= 1

    opened = [receiver.unprotect_row(rows.at[number], sealed[number]) for number in range(3)]

    assert opened == [len(plain[0]), 0, len(plain[2])]
    assert packets[2, : opened[2]].tobytes() == plain[2]
    assert receiver.unprotect_row(rows.at[0], 11) == 0
