"""Session descriptions: reading what peers offer (RFC 4566), and writing our own."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, get_args

from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError
from madoguchi.media.protocol import CodecName, RtpCodec, RtpEndpoint

DTMF: Final = "telephone-event"
CLOCK_RATE: Final = 8000
DTMF_PAYLOAD_TYPE: Final = 101
STATIC: Final = {"0": ("PCMU", CLOCK_RATE), "8": ("PCMA", CLOCK_RATE), "9": ("G722", CLOCK_RATE)}
OFFERED: Final = {"PCMU": 0, "PCMA": 8, "G722": 9}
"""The codecs that phones and trunks can be offered, and their static payload types (RFC 3551)."""
SUITES: Final = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")
KEY_BYTES: Final = 30
PLAIN: Final = ("RTP/AVP", "RTP/AVPF")
SECURE: Final = ("RTP/SAVP", "RTP/SAVPF")
MAX_LINES: Final = 500
MAX_PORT: Final = 65535
_RTPMAP: Final = re.compile(r"rtpmap:(\d{1,3})\s+([^/\s]+)/(\d{1,6})(?:/(\d+))?")
_FMTP: Final = re.compile(r"fmtp:(\d{1,3})\s+(.+)")
_CRYPTO: Final = re.compile(r"crypto:(\d{1,9})\s+(\S+)\s+inline:([A-Za-z0-9+/=]+)(\S*)(.*)")


class Direction(Enum):
    """Which way media flows, seen from whoever wrote the description."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        """Whether the writer sends."""
        return self in {Direction.SENDRECV, Direction.SENDONLY}

    @property
    def receives(self) -> bool:
        """Whether the writer wants to receive."""
        return self in {Direction.SENDRECV, Direction.RECVONLY}

    @staticmethod
    def of(*, sends: bool, receives: bool) -> "Direction":
        """Return the direction that sends and receives as told."""
        if sends:
            return Direction.SENDRECV if receives else Direction.SENDONLY
        return Direction.RECVONLY if receives else Direction.INACTIVE


@dataclass(frozen=True)
class Crypto:
    """One SDES key offer (RFC 4568)."""

    tag: str
    suite: str
    key: str


@dataclass(frozen=True)
class Media:
    """One `m=` section."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    host: str
    direction: Direction
    attributes: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether it is a voice stream of a kind that is spoken here, and not a rejected one."""
        return self.kind == "audio" and self.port > 0 and self.protocol in (*PLAIN, *SECURE)

    @property
    def codecs(self) -> list[RtpCodec]:
        """Its codecs that the media workers know, best first."""
        mapped = self._mapped()
        known: dict[str, CodecName] = {name.lower(): name for name in get_args(CodecName)}
        formats = self._parameters()
        found: list[RtpCodec] = []
        for number in self.formats:
            name, rate = mapped.get(number) or STATIC.get(number, ("", 0))
            codec = known.get(name.lower())
            if codec is not None and rate == CLOCK_RATE:
                found.append(RtpCodec(codec, int(number), rate, formats.get(number, "")))
        return found

    @property
    def dtmf_payload_type(self) -> int | None:
        """The number of its telephone-event/8000."""
        mapped = self._mapped()
        numbers = (number for number in self.formats if mapped.get(number, ("", 0)) == (DTMF, CLOCK_RATE))
        return next((int(number) for number in numbers), None)

    @property
    def cryptos(self) -> list[Crypto]:
        """Its keys of suites that are spoken here and that are well made."""
        found = (_CRYPTO.fullmatch(attribute) for attribute in self.attributes)
        keys = (Crypto(one[1], one[2].upper(), one[3]) for one in found if one is not None)
        return [key for key in keys if key.suite in SUITES and _is_key(key.key)]

    def _mapped(self) -> dict[str, tuple[str, int]]:
        found = (_RTPMAP.fullmatch(attribute.strip()) for attribute in self.attributes)
        return {
            one[1]: (DTMF if one[2].lower() == DTMF else one[2], int(one[3]))
            for one in found
            if one is not None and one[4] in {None, "1"}
        }

    def _parameters(self) -> dict[str, str]:
        found = (_FMTP.fullmatch(attribute.strip()) for attribute in self.attributes)
        return {one[1]: one[2] for one in found if one is not None}


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


@dataclass
class _Section:
    head: str
    host: str
    direction: Direction
    attributes: list[str]


def parse_sdp(text: str) -> list[Media]:
    """Read the `m=` sections of a description.

    Raises:
        BadSyntaxError: it is no description, or a line that matters cannot be read.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > MAX_LINES or not lines[0].startswith("v=0"):
        raise BadSyntaxError("no session description")
    session = _Section("", "", Direction.SENDRECV, [])
    sections: list[_Section] = []
    here = session
    for line in lines:
        kind, _, value = line.partition("=")
        value = value.strip()
        if kind == "m":
            here = _Section(value, session.host, session.direction, [])
            sections.append(here)
        elif kind == "c":
            here.host = _read_host(value)
        elif kind == "a" and value in Direction._value2member_map_:
            here.direction = Direction(value)
        elif kind == "a":
            here.attributes.append(value)
    return [_read_media(section, session.attributes) for section in sections]


def _read_host(value: str) -> str:
    parts = value.split()
    if len(parts) != 3 or parts[0] != "IN" or parts[1] not in {"IP4", "IP6"}:  # noqa: PLR2004 - network, family, host
        raise BadSyntaxError("a connection line cannot be read")
    return parts[2].partition("/")[0]


def _read_media(section: _Section, shared: Iterable[str]) -> Media:
    kind, port, protocol, *formats = [*section.head.split(), "", "", ""][: max(3, len(section.head.split()))]
    port = port.partition("/")[0]
    if not port.isascii() or not port.isdigit() or int(port) > MAX_PORT or not protocol:
        raise BadSyntaxError("a media line cannot be read")
    if int(port) and not section.host:
        raise BadSyntaxError("a stream has no address")
    attributes = (*section.attributes, *(one for one in shared if one.startswith("crypto:")))
    return Media(kind, int(port), protocol.upper(), tuple(formats), section.host, section.direction, attributes)


@dataclass(frozen=True)
class LocalStream:
    """Our voice stream, ready to be written."""

    endpoint: RtpEndpoint
    protocol: str
    codecs: Sequence[RtpCodec]
    dtmf_payload_type: int | None
    direction: Direction
    crypto: Crypto | None


def write_stream(stream: LocalStream) -> list[str]:
    """Return the lines of our `m=audio` section."""
    numbers = [codec.payload_type for codec in stream.codecs]
    if stream.dtmf_payload_type is not None:
        numbers.append(stream.dtmf_payload_type)
    lines = [f"m=audio {stream.endpoint.port} {stream.protocol} {' '.join(map(str, numbers))}"]
    lines.append(f"c={_address(stream.endpoint.host)}")
    lines.extend(f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.clock_rate}" for codec in stream.codecs)
    if stream.dtmf_payload_type is not None:
        lines.append(f"a=rtpmap:{stream.dtmf_payload_type} {DTMF}/{CLOCK_RATE}")
        lines.append(f"a=fmtp:{stream.dtmf_payload_type} 0-15")
    if stream.crypto is not None:
        lines.append(f"a=crypto:{stream.crypto.tag} {stream.crypto.suite} inline:{stream.crypto.key}")
    lines.append("a=ptime:20")
    lines.append(f"a={stream.direction.value}")
    return lines


def write_refused(media: Media) -> list[str]:
    """Return the line that turns a stream down."""
    return [f"m={media.kind} 0 {media.protocol} {' '.join(media.formats) or '0'}"]


def write_sdp(host: str, session: int, version: int, sections: Iterable[str]) -> str:
    """Return a whole description."""
    address = _address(host)
    head = ["v=0", f"o=madoguchi {session} {version} {address}", "s=-", f"c={address}", "t=0 0"]
    return "\r\n".join([*head, *sections, ""])


def _address(host: str) -> str:
    return f"IN {'IP6' if ':' in host else 'IP4'} {host}"
