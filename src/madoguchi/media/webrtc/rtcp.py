"""The little RTCP that we send: sender reports, by which browsers measure the way to them (RFC 3550 section 6.4.1)."""

import struct
from dataclasses import dataclass
from typing import Final

REPORT_EVERY_S: Final = 5.0
"""RFC 3550 section 6.2: the usual minimum."""
REPORT_LENGTH: Final = 28 + 20
"""Bytes of what `sender_report` returns."""

_SENDER_REPORT: Final = 200
_SOURCE_DESCRIPTION: Final = 202
_CNAME: Final = b"\x01\x09madoguchi\x00"  # type, length, text, end of the chunk; padded to whole words
_LOWEST_TYPE: Final = 192
_HIGHEST_TYPE: Final = 223
_WORD: Final = 0xFFFF_FFFF


@dataclass(slots=True)
class SentCount:
    """What went out on one stream so far."""

    packets: int = 0
    octets: int = 0
    """Payload only."""
    timestamp: int = 0
    """The RTP time stamp of the latest packet."""
    reported: int = 0
    """The packets that the last report counted."""


def is_rtcp(packet: bytes) -> bool:
    """Whether a packet on the shared port is RTCP and not RTP (RFC 5761 section 4)."""
    return _LOWEST_TYPE <= packet[1] <= _HIGHEST_TYPE


def sender_report(ssrc: int, sent: SentCount, now: float) -> bytes:
    """Write the report on `sent` with the source's name, as every compound packet must have it.

    `now` may count from any moment: no wall clock is needed to compare two reports (RFC 3550 section 4).
    """
    seconds, fraction = int(now), int((now % 1.0) * (1 << 32))
    report = struct.pack(
        "!BBHIIIIII",
        0x80,
        _SENDER_REPORT,
        6,
        ssrc,
        seconds & _WORD,
        fraction & _WORD,
        sent.timestamp,
        sent.packets & _WORD,
        sent.octets & _WORD,
    )
    return report + struct.pack("!BBHI", 0x81, _SOURCE_DESCRIPTION, 4, ssrc) + _CNAME
