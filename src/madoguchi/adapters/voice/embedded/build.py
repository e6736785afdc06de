"""Puts the embedded voice engine together from its settings."""

import fcntl
import ipaddress
import socket
import struct
from typing import Final

from madoguchi.adapters.voice.embedded.engine import EmbeddedVoice
from madoguchi.adapters.voice.embedded.media_plane import MediaPlane, MediaPlaneSettings
from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.ports.environment import IdSource, Rng

_SIOCGIFADDR: Final = 0x8915
_ANY: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared, not bound


def embedded_voice(settings: EmbeddedVoiceSettings, ids: IdSource, rng: Rng) -> EmbeddedVoice:
    """Return an engine with media workers of its own, not started yet."""
    return embedded_voice_and_media(settings, ids, rng)[0]


def embedded_voice_and_media(
    settings: EmbeddedVoiceSettings, ids: IdSource, rng: Rng
) -> tuple[EmbeddedVoice, MediaPlane]:
    """Return an engine, and its media plane for whoever wants to know how its workers fare."""
    addresses = tuple(settings.media_addresses) or _found(settings)
    media = MediaPlane(
        MediaPlaneSettings(
            addresses=addresses,
            rtp_ports=settings.rtp_ports,
            webrtc_port=settings.webrtc_port,
            webrtc_tcp=settings.webrtc_tcp,
            workers=settings.workers,
            phone_lost_s=settings.phone_lost_s,
            browser_lost_s=settings.browser_lost_s,
            listener_lost_s=settings.listener_lost_s,
        )
    )
    return EmbeddedVoice(settings, media, ids, rng), media


def _found(settings: EmbeddedVoiceSettings) -> tuple[str, ...]:
    """The addresses for media where none are configured: the advertised one first."""
    own = (settings.sip_host, "127.0.0.1") if settings.sip_host not in _ANY else own_addresses()
    return tuple(dict.fromkeys(address for address in (settings.advertised, *own) if address))


def own_addresses() -> tuple[str, ...]:
    """Return this machine's IPv4 addresses, loopback last."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return tuple(sorted(dict.fromkeys(found), key=lambda one: ipaddress.ip_address(one).is_loopback)) or ("127.0.0.1",)
