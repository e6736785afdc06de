"""Reads what a browser offers: the audio it wants to talk and hear, and how its packets prove who they are.

Written for the offers of `RTCPeerConnection` (RFC 8829, RFC 8866): one audio section that we take, and any others that
we refuse. Whatever is not needed for one audio leg is skipped, whatever is needed and wrong is named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from madoguchi.kernel.errors import InvalidInputError

LONGEST_OFFER: Final = 64_000
"""Characters; a browser's audio offer has 2,000 to 6,000."""
MOST_SECTIONS: Final = 32

_HIGHEST_PORT: Final = 65_535
_HIGHEST_PAYLOAD_TYPE: Final = 127
_NUMBER: Final = re.compile(r"[0-9]{1,3}")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,64}")
_UFRAG: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD: Final = re.compile(r"[A-Za-z0-9+/]{22,256}")
_SECTION: Final = re.compile(r"([a-z]{1,32}) ([0-9]{1,5})(?:/[0-9]{1,5})? (\S{1,64}) (.{1,2000})")
_CODEC: Final = re.compile(r"([0-9]{1,3}) ([A-Za-z0-9._-]{1,64})/([0-9]{1,6})(?:/([0-9]{1,2}))?")
_FINGERPRINT: Final = re.compile(r"(\S{1,16}) ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){19,63})")
_HASH_BYTES: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_PROFILES: Final = ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP")
"""RFC 8829 section 5.1.2: the first is what is written, the others are accepted alike."""
_SEND_RECEIVE: Final = {
    "sendrecv": (True, True),
    "sendonly": (True, False),
    "recvonly": (False, True),
    "inactive": (False, False),
}


class BadSdpError(InvalidInputError):
    """The browser's media offer cannot be used."""

    code = "bad_sdp"


class Setup(Enum):
    """Who begins the DTLS handshake (RFC 5763 section 5)."""

    ACTPASS = "actpass"
    ACTIVE = "active"
    PASSIVE = "passive"


@dataclass(frozen=True)
class Codec:
    """One codec of the offer."""

    payload_type: int
    name: str
    """As offered; compare it without regard to case."""
    clock_rate: int
    channels: int = 1
    parameters: str = ""
    """The value of its `a=fmtp`."""

    def is_named(self, name: str, clock_rate: int) -> bool:
        """Whether this is the codec `name` at that RTP clock."""
        return self.name.lower() == name.lower() and self.clock_rate == clock_rate


@dataclass(frozen=True)
class Fingerprint:
    """The hash of the certificate that the browser will show (RFC 8122)."""

    algorithm: str
    """`sha-256`, `sha-384` or `sha-512`."""
    digest: bytes


@dataclass(frozen=True)
class Section:
    """One `m=` section, as far as the answer must repeat it."""

    media: str
    protocol: str
    formats: str
    mid: str | None
    port: int


@dataclass(frozen=True)
class Offer:
    """A browser's offer with one usable audio section."""

    sections: tuple[Section, ...]
    """All of them in order; the answer has as many (RFC 3264 section 6)."""
    audio: int
    """Which of the sections is the audio that we take."""
    codecs: tuple[Codec, ...]
    """The audio codecs in the browser's order of preference."""
    sends: bool
    """Whether the browser wants to be heard."""
    receives: bool
    """Whether the browser wants to hear."""
    ufrag: str
    password: str
    fingerprints: tuple[Fingerprint, ...]
    bundled: bool
    """Whether the audio section is in a BUNDLE group."""
    session: str
    """The id of the offer's session (`o=`): the same for every offer of one RTCPeerConnection."""


@dataclass
class _Attributes:
    """The `a=` lines of the session, or of one section."""

    single: dict[str, str] = field(default_factory=dict)
    """Name and value of the lines that occur once; the first wins."""
    many: list[tuple[str, str]] = field(default_factory=list)
    """All lines."""

    def add(self, line: str) -> None:
        name, _, value = line.partition(":")
        self.single.setdefault(name, value)
        self.many.append((name, value))

    def all(self, name: str) -> Iterator[str]:
        return (value for key, value in self.many if key == name)

    def direction(self) -> tuple[bool, bool] | None:
        return next((_SEND_RECEIVE[name] for name, _ in self.many if name in _SEND_RECEIVE), None)


def parse(text: str) -> Offer:
    """Read a browser's offer.

    Raises:
        BadSdpError: it is no offer, or one that cannot become an audio leg; the message says what is missing.
    """
    if len(text) > LONGEST_OFFER:
        raise BadSdpError(f"the offer is longer than {LONGEST_OFFER} characters")
    session, sections, origin = _split(text)
    if "ice-lite" in session.single:  # RFC 8445 section 6.1.1: somebody must send the checks
        raise BadSdpError("the offer is of an ICE-lite agent, as we are; a browser is not")
    audio = next((index for index, (section, _) in enumerate(sections) if _takes(section)), None)
    if audio is None:
        raise BadSdpError("the offer has no audio section (m=audio) that is in use")
    section, attributes = sections[audio]
    if section.protocol not in _PROFILES:
        raise BadSdpError(f"the audio section speaks {section.protocol!r}, not UDP/TLS/RTP/SAVPF")
    bundled = any(section.mid in group.split()[1:] for group in session.all("group") if group.startswith("BUNDLE "))
    if "rtcp-mux" not in attributes.single:  # RFC 8834 section 4.5
        raise BadSdpError("the audio section does not offer a=rtcp-mux")
    ufrag, password = _credentials(attributes, session)
    _check_setup(attributes, session)
    sends, receives = attributes.direction() or session.direction() or (True, True)
    return Offer(
        sections=tuple(section for section, _ in sections),
        audio=audio,
        codecs=_codecs(section, attributes),
        sends=sends,
        receives=receives,
        ufrag=ufrag,
        password=password,
        fingerprints=_fingerprints(attributes, session),
        bundled=bundled,
        session=origin,
    )


def _takes(section: Section) -> bool:
    # A bundle-only section has port 0 in the offer (RFC 9143 section 7.2.1), but then it is never the first.
    return section.media == "audio" and section.port != 0


def _split(text: str) -> tuple[_Attributes, list[tuple[Section, _Attributes]], str]:
    lines = [line.rstrip("\r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not lines or lines[0] != "v=0":
        raise BadSdpError("the offer does not begin with v=0")
    session, sections, origin = _Attributes(), list[tuple[str, _Attributes]](), ""
    for number, line in enumerate(lines[1:], 2):
        kind, equals, value = line[:1], line[1:2], line[2:]
        if equals != "=" or not kind.isalpha():
            raise BadSdpError(f"line {number} of the offer is no SDP")
        if kind == "m":
            sections.append((value, _Attributes()))
            if len(sections) > MOST_SECTIONS:
                raise BadSdpError(f"the offer has more than {MOST_SECTIONS} sections")
        elif kind == "a":
            (sections[-1][1] if sections else session).add(value)
        elif kind == "o" and not sections:
            origin = " ".join(value.split(" ")[:2])
    return session, [(_section(value, attributes), attributes) for value, attributes in sections], origin


def _section(value: str, attributes: _Attributes) -> Section:
    match = _SECTION.fullmatch(value)
    if match is None:
        raise BadSdpError(f"m={value[:60]!r} is no media description")
    media, port, protocol, formats = match.groups()
    mid = attributes.single.get("mid")
    if mid is not None and not _TOKEN.fullmatch(mid):
        raise BadSdpError(f"a=mid:{mid[:20]!r} is no token")
    if int(port) > _HIGHEST_PORT or not all(_TOKEN.fullmatch(part) for part in formats.split(" ")):
        raise BadSdpError(f"m={value[:60]!r} is no media description")
    return Section(media=media, protocol=protocol, formats=formats, mid=mid, port=int(port))


def _codecs(section: Section, attributes: _Attributes) -> tuple[Codec, ...]:
    # Static payload types need no rtpmap (RFC 3551 section 6).
    known = {0: Codec(0, "PCMU", 8000), 8: Codec(8, "PCMA", 8000)}
    for value in attributes.all("rtpmap"):
        if match := _CODEC.fullmatch(value.strip()):
            number, name, rate, channels = match.groups()
            known[int(number)] = Codec(int(number), name, int(rate), int(channels or 1))
    parameters = dict(value.split(" ", 1) for value in attributes.all("fmtp") if " " in value)
    codecs = []
    for text in section.formats.split(" "):
        codec = known.get(int(text)) if _NUMBER.fullmatch(text) else None
        if codec is not None and codec.payload_type <= _HIGHEST_PAYLOAD_TYPE:
            spoken = parameters.get(text, "")
            codecs.append(Codec(codec.payload_type, codec.name, codec.clock_rate, codec.channels, spoken))
    return tuple(codecs)


def _credentials(attributes: _Attributes, session: _Attributes) -> tuple[str, str]:
    ufrag = attributes.single.get("ice-ufrag", session.single.get("ice-ufrag", ""))
    password = attributes.single.get("ice-pwd", session.single.get("ice-pwd", ""))
    if not _UFRAG.fullmatch(ufrag) or not _PASSWORD.fullmatch(password):  # RFC 8839 section 5.4
        raise BadSdpError("the audio section has no valid a=ice-ufrag and a=ice-pwd")
    return ufrag, password


def _fingerprints(attributes: _Attributes, session: _Attributes) -> tuple[Fingerprint, ...]:
    found = []
    for value in (*attributes.all("fingerprint"),) or (*session.all("fingerprint"),):
        match = _FINGERPRINT.fullmatch(value.strip())
        if match is None:
            raise BadSdpError(f"a=fingerprint:{value[:40]!r} is no fingerprint")
        algorithm, digest = match[1].lower(), bytes.fromhex(match[2].replace(":", ""))
        if algorithm not in _HASH_BYTES:
            continue  # RFC 8122 section 5: unknown ones beside a known one do no harm
        if len(digest) != _HASH_BYTES[algorithm]:
            raise BadSdpError(f"the {algorithm} fingerprint has {len(digest)} bytes")
        found.append(Fingerprint(algorithm, digest))
    if not found:
        raise BadSdpError("the audio section has no a=fingerprint by sha-256, sha-384 or sha-512")
    return tuple(found)


def _check_setup(attributes: _Attributes, session: _Attributes) -> None:
    value = attributes.single.get("setup", session.single.get("setup", ""))
    try:
        setup = Setup(value)
    except ValueError:
        raise BadSdpError(f"a=setup:{value[:20]!r} is no DTLS role") from None
    if setup is Setup.PASSIVE:  # An ICE-lite server waits: it could not begin before it is reached.
        raise BadSdpError("the offer wants us to begin the DTLS handshake; offer a=setup:actpass")
