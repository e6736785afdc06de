"""RTP, keypad digits and RTCP, byte by byte."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.media import rtp


def test_a_packet_is_read_as_it_was_built() -> None:
    data = rtp.build(8, 65_537, 2**32 + 5, 0x1234, b"sound", marker=True)

    assert rtp.parse(data) == rtp.RtpPacket(
        payload_type=8, marker=True, sequence=1, timestamp=5, ssrc=0x1234, payload=b"sound"
    )


def test_extensions_sources_and_padding_are_left_out_of_the_payload() -> None:
    head = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 0, 7, 9, 11)
    data = head + b"src1src2" + struct.pack("!HH", 0xBEDE, 1) + b"extn" + b"sound" + b"\0\0\x03"

    packet = rtp.parse(data)

    assert packet is not None
    assert packet.payload == b"sound"


@given(st.binary(max_size=64))
def test_no_datagram_whatever_makes_the_reader_fail(data: bytes) -> None:
    packet = rtp.parse(data)

    assert packet is None or len(packet.payload) <= len(data) - rtp.SHORTEST


@pytest.mark.parametrize(
    ("second", "rtcp"), [(200, True), (201, True), (192, True), (223, True), (0, False), (229, False)]
)
def test_rtcp_is_told_from_rtp_by_its_second_byte(second: int, *, rtcp: bool) -> None:
    assert rtp.is_rtcp(bytes([0x80, second, 0, 0])) is rtcp


def press(sender: rtp.DigitSender, start: int = 1000) -> list[tuple[int, bytes]]:
    """Return what a sender sends, as (time stamp, payload)."""
    sent = []
    tick = 0
    while (now := sender.tick(160)) is not None:
        since, payloads = now
        sent += [(start + (tick - since) * 160, payload) for payload in payloads]
        tick += 1
    return sent


@given(st.text(rtp.KEYS, max_size=6))
def test_every_key_is_read_once_in_order(digits: str) -> None:
    sender, reader = rtp.DigitSender(), rtp.DigitReader()
    sender.press(digits)

    assert "".join(reader.read(stamp, payload) for stamp, payload in press(sender)) == digits


@given(st.text(rtp.KEYS, min_size=1, max_size=4), st.data())
def test_lost_and_repeated_packets_change_nothing_while_one_of_each_key_comes(digits: str, data: st.DataObject) -> None:
    sender, reader = rtp.DigitSender(), rtp.DigitReader()
    sender.press(digits)
    stamps: dict[int, list[bytes]] = {}
    for stamp, payload in press(sender):
        stamps.setdefault(stamp, []).append(payload)

    heard = ""
    for stamp, payloads in stamps.items():
        size = st.lists(st.sampled_from(range(len(payloads))), min_size=1)
        kept = sorted(data.draw(size))
        heard += "".join(reader.read(stamp, payloads[index]) for index in kept)

    assert heard == digits


def test_what_is_no_key_is_not_sent_and_not_read() -> None:
    sender, reader = rtp.DigitSender(), rtp.DigitReader()
    sender.press("1x, 2")

    assert sender.waiting == "12"
    assert reader.read(0, bytes([16, 0x80, 0, 160])) == ""
    assert reader.read(0, b"\x01") == ""


def test_a_key_held_for_more_than_eight_seconds_is_one_press() -> None:
    reader = rtp.DigitReader()

    first = reader.read(1000, struct.pack("!BBH", 5, 10, 0xFFFF))
    second = reader.read(1000 + 0xFFFF, struct.pack("!BBH", 5, 10, 160))
    third = reader.read(1000 + 0xFFFF, struct.pack("!BBH", 5, 0x8A, 320))
    fourth = reader.read(90_000, struct.pack("!BBH", 5, 10, 160))

    assert (first, second, third, fourth) == ("5", "", "", "5")


def test_a_sender_report_has_its_fields_where_the_standard_wants_them() -> None:
    report = rtp.ReceptionReport(ssrc=7, fraction_lost=3, lost=-1, highest=70_000, jitter=12)

    data = rtp.sender_report(5, 1.5, 160, 10, 1600, "name", (report,))

    assert data[:2] == bytes([0x81, 200])
    assert struct.unpack("!H", data[2:4])[0] * 4 + 4 == 52
    assert struct.unpack("!IQIII", data[4:28]) == (5, 3 << 31, 160, 10, 1600)
    assert struct.unpack("!III", data[28:40]) == (7, 0x03FFFFFF, 70_000)
    assert data[53] == 202
    assert len(data) % 4 == 0


def test_goodbye_names_us() -> None:
    assert rtp.bye(9) == bytes([0x80, 201, 0, 1, 0, 0, 0, 9]) + bytes([0x81, 203, 0, 1, 0, 0, 0, 9])
