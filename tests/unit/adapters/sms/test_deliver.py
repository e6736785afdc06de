"""What an SMSC brings is read whatever it is; messages are made by an SMPP library that is not ours."""

from contextlib import suppress
from typing import Any

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.adapters.sms.http.gateway import signature
from madoguchi.adapters.sms.smpp.deliver import read
from madoguchi.ports.sms import Delivery, PartArrived, Receipt, TextArrived

pytestmark = pytest.mark.req("CH-4")

HIS, OURS = "819011112222", "815012345678"


def a_message(content: bytes, **more: Any) -> bytes:
    usual: dict[str, Any] = {"source_addr_ton": 1, "source_addr_npi": 1, "dest_addr_ton": 1, "dest_addr_npi": 1}
    return bytes(smpp34.DeliverSm(HIS, OURS, content, **{**usual, **more}).encode())


@pytest.mark.parametrize(
    ("content", "coding", "text"),
    [
        (b"Hello \x00 \x1be", 0, "Hello @ €"),
        (b"Hello", 1, "Hello"),
        ("Grüße".encode("latin-1"), 3, "Grüße"),
        ("こんにちは😀".encode("utf-16-be"), 8, "こんにちは😀"),
        ("こんにちは".encode("iso2022_jp"), 5, "こんにちは"),
        (b"Hi\x02", 0xF0, "Hi$"),
        ("Grüße".encode("latin-1"), 0xF5, "Grüße"),
        (b"\xff\xfe\xfd", 0x99, "ÿþý"),
        (b"", 8, ""),
    ],
)
def test_texts_are_read_in_every_coding(content: bytes, coding: int, text: str) -> None:
    assert read(a_message(content, data_coding=coding)) == TextArrived(f"+{HIS}", f"+{OURS}", text)


def test_a_text_may_come_as_a_parameter_of_its_own() -> None:
    words = "長い" * 300
    pdu = a_message(b"", data_coding=8, tlvs=[smpp34.Tlv(0x0424, words.encode("utf-16-be"))])
    assert read(pdu) == TextArrived(f"+{HIS}", f"+{OURS}", words)


def test_numbers_that_are_not_said_to_be_international_stay_as_they_are() -> None:
    assert read(a_message(b"x", source_addr_ton=0, dest_addr_ton=3)) == TextArrived(HIS, OURS, "x")


@pytest.mark.parametrize(
    ("header", "reference"), [(b"\x05\x00\x03\x07\x03\x02", 7), (b"\x06\x08\x04\x12\x34\x03\x02", 0x1234)]
)
def test_parts_say_which_they_are_by_short_and_by_long_references(header: bytes, reference: int) -> None:
    expected = PartArrived(f"+{HIS}", f"+{OURS}", reference, 2, 3, "part")
    assert read(a_message(header + b"part", esm_class=0x40)) == expected
    ports = b"\x05\x04\x0b\x84\x23\xf0"
    longer = bytes((header[0] + len(ports),)) + ports + header[1:]
    assert read(a_message(longer + b"part", esm_class=0x40)) == expected


def test_parts_may_say_it_by_parameters() -> None:
    told = [
        smpp34.Tlv(0x020C, b"\x00\x07"),
        smpp34.Tlv(0x020E, b"\x03"),
        smpp34.Tlv(0x020F, b"\x02"),
    ]
    assert read(a_message(b"part", tlvs=told)) == PartArrived(f"+{HIS}", f"+{OURS}", 7, 2, 3, "part")


@pytest.mark.parametrize(
    "header", [b"\x05\x00\x03\x07\x01\x01", b"\x05\x00\x03\x07\x02\x03", b"\x06\x05\x04\x0b\x84\x23\xf0"]
)
def test_a_header_that_tells_of_no_parts_leaves_a_whole_text(header: bytes) -> None:
    assert read(a_message(header + b"Hi", esm_class=0x40)) == TextArrived(f"+{HIS}", f"+{OURS}", "Hi")


@pytest.mark.parametrize(
    ("told", "receipt"),
    [
        ("id:a1 sub:001 dlvrd:001 submit date:2611271200 done date:2611271201 stat:DELIVRD err:000 text:", ("a1", "")),
        ("id:a1 sub:1 dlvrd:1 submit date:261127120000 done date:261127120100 stat:DELIVRD err:00A text:", ("a1", "")),
        ("id:a1 stat:UNDELIV err:027", ("a1", "UNDELIV 27")),
        ("ID:a1 STAT:EXPIRED", ("a1", "EXPIRED")),
    ],
)
def test_receipts_are_read_however_their_dates_and_errors_are_written(told: str, receipt: tuple[str, str]) -> None:
    found = read(a_message(told.encode(), esm_class=4))
    fate = Delivery.FAILED if receipt[1] else Delivery.DELIVERED
    assert found == Receipt(receipt[0], fate, receipt[1])


def test_what_stands_in_the_text_of_a_receipt_tells_nothing() -> None:
    found = read(a_message(b"id:a1 stat:REJECTD err:11 text:id:b2 stat:DELIVRD", esm_class=4))
    assert found == Receipt("a1", Delivery.FAILED, "REJECTD 11")


def test_a_receipt_may_be_made_of_parameters_alone() -> None:
    told = [smpp34.Tlv(0x001E, b"a1\0"), smpp34.Tlv(0x0427, b"\x05")]
    assert read(a_message(b"", esm_class=4, tlvs=told)) == Receipt("a1", Delivery.FAILED, "UNDELIV")


@pytest.mark.parametrize("state", ["ACCEPTD", "ENROUTE"])
def test_a_receipt_of_something_on_its_way_tells_nothing(state: str) -> None:
    assert read(a_message(f"id:a1 stat:{state}".encode(), esm_class=4)) is None


@given(st.binary(max_size=120))
def test_whatever_comes_it_is_read_or_refused(rest: bytes) -> None:
    with suppress(ValueError):
        read(bytes(16) + rest)


def test_requests_are_signed_as_the_carrier_s_documentation_shows() -> None:
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    told = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert signature("12345", url, told) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
