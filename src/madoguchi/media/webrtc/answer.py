"""Writes our answer to a browser's offer: one audio section, ICE-lite, passive DTLS, the port that all legs share.

Sources: RFC 3264 section 6 (as many sections as offered), RFC 8829 section 5.3.1 (what an answer holds), RFC 8839
(ICE attributes, ICE-lite), RFC 5763 (setup), RFC 9143 (BUNDLE), RFC 7587 (Opus), RFC 4733 (telephone-event).
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from madoguchi.media.webrtc.events import AgreedAudio
from madoguchi.media.webrtc.sdp import BadSdpError, Codec, Offer

CLOCK_RATES: Final = {"opus": 48_000, "PCMU": 8_000, "PCMA": 8_000}
"""The codecs that we speak, with their RTP clocks."""
PACKET_MS: Final = 20
_HOST_PREFERENCE: Final = 126
"""RFC 8445 section 5.1.2.2."""
_UDP_BEFORE_TCP: Final = 8192


@dataclass(frozen=True)
class OurSide:
    """What the answer says about us."""

    ufrag: str
    password: str
    fingerprint: str
    """SHA-256 of our certificate as SDP writes it: `AB:CD:…`."""
    addresses: Sequence[str]
    """Where browsers may reach us, the best first; IPv4 or IPv6."""
    port: int
    tcp_port: int | None
    """The port of passive ICE-TCP, or None for UDP alone."""
    ssrc: int
    session: int
    """The id of our session."""
    version: int
    """Counts the answers of one session from 0."""


def choose_audio(offer: Offer, policy: Sequence[str], *, listen_only: bool, ssrc: int) -> AgreedAudio:
    """Choose codec, digits and directions for `offer`.

    Args:
        offer: the browser's side.
        policy: names of `CLOCK_RATES`, the best first; the first that the browser offers is taken.
        listen_only: the browser is not to be heard for now, whatever it offers. What it offers to send is agreed to, so
            that it can be heard later without another negotiation.
        ssrc: what our packets will carry.

    Raises:
        BadSdpError: no codec in common, or neither side would send anything.
    """
    codec = next((found for name in policy if (found := _offered(offer, name)) is not None), None)
    if codec is None:
        offered = ", ".join(sorted({one.name[:20] for one in offer.codecs})[:12])
        raise BadSdpError(f"no audio codec in common: we speak {', '.join(policy)}, the browser {offered or 'none'}")
    if not (offer.receives or (offer.sends and not listen_only)):
        raise BadSdpError(
            "nobody would speak: the offer neither sends nor receives"
            if not listen_only
            else "a listen-only leg needs an offer that receives (recvonly or sendrecv)"
        )
    dtmf = tuple((one.payload_type, one.clock_rate) for one in offer.codecs if _is_dtmf(one))
    return AgreedAudio(
        codec=next(name for name in CLOCK_RATES if name.lower() == codec.name.lower()),
        payload_type=codec.payload_type,
        clock_rate=codec.clock_rate,
        dtmf=dtmf,
        ssrc=ssrc,
        sends=offer.sends,
        receives=offer.receives,
        inband_fec="useinbandfec=1" in codec.parameters.replace(" ", "").split(";"),
    )


def _offered(offer: Offer, name: str) -> Codec | None:
    return next((codec for codec in offer.codecs if codec.is_named(name, CLOCK_RATES[name])), None)


def _is_dtmf(codec: Codec) -> bool:
    return codec.is_named("telephone-event", codec.clock_rate) and codec.clock_rate in (8_000, 48_000)


def write_answer(offer: Offer, audio: AgreedAudio, ours: OurSide) -> str:
    """Write the answer to `offer`; lines end in CRLF."""
    accepted = offer.sections[offer.audio]
    lines = [
        "v=0",
        f"o=- {ours.session} {ours.version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=msid-semantic: WMS madoguchi",
    ]
    if offer.bundled:
        lines.append(f"a=group:BUNDLE {accepted.mid}")
    for index, section in enumerate(offer.sections):
        if index == offer.audio:
            lines += _audio_section(offer, audio, ours)
            continue
        # Refused: port 0 and what was offered (RFC 3264 section 6), with its mid and nothing else of weight.
        lines += [f"m={section.media} 0 {section.protocol} {section.formats}", "c=IN IP4 0.0.0.0"]
        if section.mid is not None:
            lines.append(f"a=mid:{section.mid}")
        lines.append("a=inactive")
    return "\r\n".join(lines) + "\r\n"


def _audio_section(offer: Offer, audio: AgreedAudio, ours: OurSide) -> list[str]:
    section = offer.sections[offer.audio]
    formats = " ".join(str(number) for number in (audio.payload_type, *(number for number, _ in audio.dtmf)))
    channels = "/2" if audio.codec == "opus" else ""  # always 2, whatever is in it (RFC 7587 section 7)
    lines = [
        f"m=audio {ours.port} {section.protocol} {formats}",
        _connection(ours.addresses[0]),
        "a=rtcp:9 IN IP4 0.0.0.0",
    ]
    if section.mid is not None:
        lines.append(f"a=mid:{section.mid}")
    lines += [
        f"a=ice-ufrag:{ours.ufrag}",
        f"a=ice-pwd:{ours.password}",
        f"a=fingerprint:sha-256 {ours.fingerprint}",
        "a=setup:passive",
        "a=rtcp-mux",
        f"a={_our_direction(audio)}",
        f"a=rtpmap:{audio.payload_type} {audio.codec}/{audio.clock_rate}{channels}",
    ]
    if audio.codec == "opus":
        # What the browser shall send us (RFC 7587 section 6.1): mono, wide band, repairable.
        lines.append(f"a=fmtp:{audio.payload_type} minptime=20;maxplaybackrate=16000;stereo=0;useinbandfec=1")
    for number, rate in audio.dtmf:
        lines += [f"a=rtpmap:{number} telephone-event/{rate}", f"a=fmtp:{number} 0-15"]
    lines += [f"a=ptime:{PACKET_MS}", f"a=maxptime:{3 * PACKET_MS}"]
    if audio.receives:
        lines += ["a=msid:madoguchi audio", f"a=ssrc:{audio.ssrc} cname:madoguchi"]
    return [*lines, *_candidates(ours), "a=end-of-candidates"]


def _our_direction(audio: AgreedAudio) -> str:
    if audio.sends and audio.receives:
        return "sendrecv"
    return "recvonly" if audio.sends else "sendonly"


def _connection(address: str) -> str:
    return f"c=IN IP{ipaddress.ip_address(address).version} {address}"


def _candidates(ours: OurSide) -> list[str]:
    """Host candidates (RFC 8839 section 5.1), the first address with the highest priority (RFC 8445 section 5.1.2)."""
    lines = []
    for index, address in enumerate(ours.addresses):
        preference = 65_535 - index
        priority = (_HOST_PREFERENCE << 24) | (preference << 8) | 255
        lines.append(f"a=candidate:{index + 1} 1 udp {priority} {address} {ours.port} typ host")
        if ours.tcp_port is not None:
            # RFC 6544 section 4.2: a candidate by TCP is worth less than every one by UDP.
            priority = (_HOST_PREFERENCE << 24) | ((_UDP_BEFORE_TCP - index) << 8) | 255
            lines.append(
                f"a=candidate:{index + 101} 1 tcp {priority} {address} {ours.tcp_port} typ host tcptype passive"
            )
    return lines
