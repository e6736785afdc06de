"""What the hub tells the media worker: facts about browser legs and what was agreed with each browser."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from madoguchi.kernel.ids import LegId

Address: TypeAlias = tuple[str | int, ...]
"""A peer's transport address as the socket tells it: host, port, and whatever else its owner needs to find the way
back (IPv6 flow and scope, or the mark of a TCP connection). The hub hands it back unchanged."""


class CloseReason(Enum):
    """Why a browser leg is over."""

    PEER_CLOSED = "peer_closed"
    """The page said goodbye: it was closed, reloaded, or hung up (DTLS close_notify)."""
    NEVER_CONNECTED = "never_connected"
    """The browser did not get through to us in time."""
    HANDSHAKE_FAILED = "handshake_failed"
    """DTLS failed, or the certificate is not the one that the offer promised."""
    SILENT = "silent"
    """Nothing came from the browser for so long that we may not send to it any more (RFC 7675)."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Media can flow both ways. Reported once a leg."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Closed:
    """The leg is over and forgotten. Reported once a leg, and never for a leg that we closed ourselves."""

    leg: LegId
    reason: CloseReason
    detail: str = field(default="", compare=False)
    """What the handshake failed on; for the log."""


HubEvent: TypeAlias = Connected | Closed


@dataclass(frozen=True, slots=True)
class AgreedAudio:
    """What offer and answer settled about one leg's audio."""

    codec: str
    """`opus`, `PCMU` or `PCMA`."""
    payload_type: int
    """The codec's RTP payload type, in both directions."""
    clock_rate: int
    """RTP clock of the codec in Hz: 48000 for Opus whatever the rate it is coded at, 8000 for G.711."""
    dtmf: tuple[tuple[int, int], ...]
    """The telephone-event payload types with their RTP clocks: `((126, 8000), (110, 48000))`; empty for none."""
    ssrc: int
    """The SSRC that the RTP packets sent to this browser must carry; the answer announces it."""
    sends: bool
    """Whether the browser may send. Of a listen-only leg, whatever arrives is discarded inside the hub."""
    receives: bool
    """Whether the browser wants to hear."""
    inband_fec: bool = False
    """Whether the browser decodes Opus in-band forward error correction (`useinbandfec=1`)."""
