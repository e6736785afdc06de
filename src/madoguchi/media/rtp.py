"""RTP and RTCP on the wire, and keypad digits within RTP. Pure: bytes in, bytes out.

Source: RFC 3550 (RTP, RTCP), RFC 4733 (telephone events), RFC 5761 section 4 (telling RTCP from RTP on one port).
"""

import struct
from dataclasses import dataclass
from typing import Final

HEADER: Final = struct.Struct("!BBHII")
VERSION: Final = 0x80
MARKER: Final = 0x80
SHORTEST: Final = HEADER.size
COMFORT_NOISE: Final = 13

KEYS: Final = "0123456789*#ABCD"
"""A digit's event number is its place here."""
PRESS_TICKS: Final = 6
"""How many 20 ms ticks a key is held: 120 ms."""
PAUSE_TICKS: Final = 3
"""How many ticks lie between two keys."""
END_REPEATS: Final = 3
_EVENT: Final = struct.Struct("!BBH")
_END: Final = 0x80
_VOLUME: Final = 10
"""In -dBm0."""

_SENDER_REPORT: Final = 200
_RECEIVER_REPORT: Final = 201
_SOURCE_DESCRIPTION: Final = 202
_BYE: Final = 203
_FIRST_RTCP, _LAST_RTCP = 192, 223


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """A received packet, taken apart."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def is_rtcp(data: bytes) -> bool:
    """Whether a datagram on an RTP port is RTCP (RFC 5761 section 4)."""
    return len(data) > 1 and _FIRST_RTCP <= data[1] <= _LAST_RTCP


def parse(data: bytes) -> RtpPacket | None:
    """Take a packet apart; None for anything that is no RTP packet. Never raises."""
    if len(data) < SHORTEST or data[0] & 0xC0 != VERSION:
        return None
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    start = SHORTEST + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data) - (data[-1] if first & 0x20 else 0)
    if start > end:
        return None
    return RtpPacket(second & 0x7F, bool(second & MARKER), sequence, timestamp, ssrc, data[start:end])


def build(
    payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, *, marker: bool = False
) -> bytes:
    """Put a packet together; numbers are cut to their fields' widths."""
    second = payload_type | (MARKER if marker else 0)
    return HEADER.pack(VERSION, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


# --- Keypad digits ---


@dataclass(slots=True)
class DigitReader:
    """Finds each key press once among its many packets (RFC 4733 section 2.5.1.2 and 2.5.2.2)."""

    _timestamp: int = -1
    _event: int = -1
    _duration: int = 0
    _ended: bool = True

    def read(self, timestamp: int, payload: bytes) -> str:
        """Return the digit that `payload` begins, or nothing for a repeat, another event, or damage."""
        if len(payload) < _EVENT.size:
            return ""
        event, flags, duration = _EVENT.unpack_from(payload)
        if event >= len(KEYS):
            return ""
        # A press longer than its duration field continues under a new time stamp without a new press.
        continues = not self._ended and event == self._event and timestamp == (self._timestamp + self._duration) % 2**32
        known = event == self._event and timestamp == self._timestamp
        if known and duration < self._duration:
            return ""
        self._timestamp, self._event, self._duration = timestamp, event, duration
        self._ended = (self._ended and known) or bool(flags & _END)
        return "" if known or continues else KEYS[event]


@dataclass(slots=True)
class DigitSender:
    """Presses keys, tick by tick."""

    waiting: str = ""
    _tick: int = 0

    def press(self, digits: str) -> None:
        """Append `digits`; anything that is no key is left out."""
        self.waiting += "".join(digit for digit in digits.upper() if digit in KEYS)

    def tick(self, frame: int) -> tuple[int, list[bytes]] | None:
        """Return what to send in this tick instead of sound.

        Args:
            frame: the length of a tick in the stream's clock.

        Returns:
            The number of ticks since the press began, which the packets' time stamp lies back, and the payloads;
            an empty list in the pause after a press; None when no key is left.
        """
        if not self.waiting:
            return None
        since, self._tick = self._tick, self._tick + 1
        event = KEYS.index(self.waiting[0])
        if since < PRESS_TICKS:
            return since, [_EVENT.pack(event, _VOLUME, frame * (since + 1))]
        if since == PRESS_TICKS:
            return since, [_EVENT.pack(event, _END | _VOLUME, frame * PRESS_TICKS)] * END_REPEATS
        if since < PRESS_TICKS + PAUSE_TICKS:
            return since, []
        self._tick = 0
        self.waiting = self.waiting[1:]
        return self.tick(frame)


# --- RTCP ---


@dataclass(frozen=True, slots=True)
class ReceptionReport:
    """How well we receive somebody (RFC 3550 section 6.4.1)."""

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int


def sender_report(
    ssrc: int,
    ntp_s: float,
    timestamp: int,
    packets: int,
    octets: int,
    cname: str,
    reports: tuple[ReceptionReport, ...] = (),
) -> bytes:
    """Build a compound packet of a sender report and our name.

    Args:
        ssrc: ours.
        ntp_s: the present time in seconds since 1900.
        timestamp: the present time on the stream's RTP clock.
        packets: how many RTP packets we have sent.
        octets: how many bytes of payload were in them.
        cname: a name for us that tells nothing.
        reports: what we say about those whom we receive.
    """
    ntp = round(ntp_s * 2**32) % 2**64
    body = struct.pack("!IQIII", ssrc, ntp, timestamp % 2**32, packets % 2**32, octets % 2**32)
    for report in reports:
        loss = (report.fraction_lost << 24) | (max(-(2**23), min(report.lost, 2**23 - 1)) & 0xFFFFFF)
        body += struct.pack("!IIIIII", report.ssrc, loss, report.highest % 2**32, report.jitter % 2**32, 0, 0)
    name = cname.encode("ascii")[:255]
    item = struct.pack("!IBB", ssrc, 1, len(name)) + name + b"\0"
    item += b"\0" * (-len(item) % 4)
    return _rtcp(_SENDER_REPORT, len(reports), body) + _rtcp(_SOURCE_DESCRIPTION, 1, item)


def bye(ssrc: int) -> bytes:
    """Build a compound packet that says goodbye (RFC 3550 section 6.6)."""
    own = struct.pack("!I", ssrc)
    return _rtcp(_RECEIVER_REPORT, 0, own) + _rtcp(_BYE, 1, own)


def _rtcp(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", VERSION | count, kind, len(body) // 4) + body
