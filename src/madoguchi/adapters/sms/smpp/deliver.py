"""Reads what an SMSC brings: texts, their parts, and receipts.

The library reads these as well, but ends the connection over receipts whose dates or error codes are not as the
examples of the specification have them, and takes part numbers for a part of 16-bit references. An SMSC sends again
what it got no answer to, so that one such message would keep the connection from ever staying up.

Source: SMPP 3.4, sections 4.6.1, 5.2.12, 5.2.19 and 5.3.2, appendix B; 3GPP TS 23.040 section 9.2.3.24 (headers).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from madoguchi.domain.sms.segments import gsm_text
from madoguchi.ports.sms import Delivery, PartArrived, Receipt, TextArrived

_HEADER: Final = 16
_INTERNATIONAL: Final = 1
_USER_HEADER: Final = 0x40
"""In `esm_class`: the text begins with a header of its own."""
_RECEIPT: Final = 0x04
_KIND: Final = 0x3C
_PAYLOAD: Final = 0x0424
_RECEIPTED_ID: Final = 0x001E
_MESSAGE_STATE: Final = 0x0427
_PART_REFERENCE: Final = 0x020C
_PARTS: Final = 0x020E
_PART: Final = 0x020F
_SHORT_REFERENCE: Final = 0x00
_LONG_REFERENCE: Final = 0x08
_CODECS: Final[Mapping[int, str]] = {
    0x01: "ascii",
    0x03: "latin-1",
    0x05: "iso2022_jp",
    0x06: "iso8859_5",
    0x07: "iso8859_8",
    0x08: "utf-16-be",
    0x0D: "iso2022_jp_ext",
    0x0E: "euc_kr",
}
_DEFAULT: Final = 0x00
_CLASSES: Final = 0xF0
"""From here on codings are those of TS 23.038: a bit says whether a letter has seven or eight bits."""
_EIGHT_BITS: Final = 0x04
_STATES: Final[Mapping[int, str]] = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 7: "UNKNOWN", 8: "REJECTD"}
_DELIVERED: Final = "DELIVRD"
_LOST: Final = frozenset({"EXPIRED", "DELETED", "UNDELIV", "REJECTD", "UNKNOWN"})
_TEXT: Final = re.compile(r"\btext:", re.IGNORECASE)
_FIELD: Final = re.compile(r"\b(id|stat|err):(\S+)", re.IGNORECASE)

Arrived = TextArrived | PartArrived | Receipt


@dataclass
class _Reader:
    """Walks through a message."""

    data: bytes
    at: int = _HEADER

    def text(self) -> str:
        """Return a text that ends with a zero."""
        end = self.data.index(0, self.at)
        found, self.at = self.data[self.at : end], end + 1
        return found.decode("ascii")

    def number(self) -> int:
        """Return one byte."""
        self.at += 1
        return self.data[self.at - 1]

    def take(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            ValueError: there are not so many.
        """
        found = self.data[self.at : self.at + size]
        if len(found) != size:
            raise ValueError("it ends too early")
        self.at += size
        return found

    def parameters(self) -> Iterator[tuple[int, bytes]]:
        """Yield the optional parameters."""
        while self.at < len(self.data):
            tag, size = int.from_bytes(self.take(2), "big"), int.from_bytes(self.take(2), "big")
            yield tag, self.take(size)


def read(pdu: bytes) -> Arrived | None:
    """Return what a `deliver_sm` brings; None for what tells nothing, such as a receipt of something on its way.

    Raises:
        ValueError: it is none.
    """
    try:
        return _read(pdu)
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError("it cannot be read") from error


def _read(pdu: bytes) -> Arrived | None:
    reader = _Reader(pdu)
    reader.text()
    source, destination = _address(reader), _address(reader)
    kind = reader.number()
    reader.take(2)
    reader.text()
    reader.text()
    reader.take(2)
    coding = reader.number()
    reader.take(1)
    content = reader.take(reader.number())
    more = dict(reader.parameters())
    content = content or more.get(_PAYLOAD, b"")
    if kind & _KIND:
        return _receipt(content, more) if kind & _KIND == _RECEIPT else None
    header, content = _user_header(content) if kind & _USER_HEADER else ({}, content)
    text = decoded(content, coding)
    part = _part(header, more)
    if part is None:
        return TextArrived(source, destination, text, _words(more.get(_RECEIPTED_ID, b"")))
    return PartArrived(source, destination, *part, text)


def _address(reader: _Reader) -> str:
    kind, _plan, address = reader.number(), reader.number(), reader.text()
    return f"+{address}" if kind == _INTERNATIONAL and address.isdigit() else address


def decoded(content: bytes, coding: int) -> str:
    """Return the text; what the coding does not tell stays readable as far as it can."""
    if coding == _DEFAULT or (coding >= _CLASSES and not coding & _EIGHT_BITS):
        return gsm_text(content)
    return content.decode(_CODECS.get(coding, "latin-1"), "replace")


def _user_header(content: bytes) -> tuple[Mapping[int, bytes], bytes]:
    """Return the elements of the header, and what follows it."""
    size = content[0]
    header, rest = content[1 : size + 1], content[size + 1 :]
    elements, at = {}, 0
    while at + 2 <= len(header):
        length = header[at + 1]
        elements[header[at]] = header[at + 2 : at + 2 + length]
        at += 2 + length
    return elements, rest


def _part(header: Mapping[int, bytes], more: Mapping[int, bytes]) -> tuple[int, int, int] | None:
    """Return reference, number and total; None for a text that came whole."""
    element = header.get(_SHORT_REFERENCE) or header.get(_LONG_REFERENCE)
    if element is not None and len(element) in {3, 4}:
        reference, total, number = int.from_bytes(element[:-2], "big"), element[-2], element[-1]
    elif _PARTS in more and _PART in more:
        reference, total, number = (
            int.from_bytes(more.get(one, b""), "big") for one in (_PART_REFERENCE, _PARTS, _PART)
        )
    else:
        return None
    return (reference, number, total) if 1 <= number <= total and total > 1 else None


def _receipt(content: bytes, more: Mapping[int, bytes]) -> Receipt | None:
    # What the text said comes last, and may look like anything.
    words = _TEXT.split(content.decode("ascii", "replace"), maxsplit=1)[0]
    told = {name.lower(): value for name, value in _FIELD.findall(words)}
    # The parameter is exact; what stands in the text is sometimes written in another base.
    reference = _words(more.get(_RECEIPTED_ID, b"")) or told.get("id", "")
    state = told.get("stat", "").upper()[: len(_DELIVERED)] or _STATES.get(
        next(iter(more.get(_MESSAGE_STATE, b"")), 0), ""
    )
    if not reference:
        raise ValueError("a receipt of nothing")
    if state == _DELIVERED:
        return Receipt(reference, Delivery.DELIVERED)
    if state not in _LOST:
        return None
    error = told.get("err", "").strip("0")
    return Receipt(reference, Delivery.FAILED, f"{state} {error}".strip())


def _words(value: bytes) -> str:
    return value.rstrip(b"\0").decode("ascii", "replace")
