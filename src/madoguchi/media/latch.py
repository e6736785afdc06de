"""Which address a phone leg's packets are sent to and taken from.

A phone behind a NAT sends from elsewhere than its SDP says, and later perhaps from elsewhere again. So we answer to
where valid packets come from, but nobody can take a running stream over by sending us packets: while the present peer
is heard, others are ignored.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from madoguchi.media.rtp import RtpPacket

HostPort: TypeAlias = tuple[str, int]

SILENT_TICKS: Final = 100
"""Ticks for which the present peer must be silent before another is listened to: 2 s."""
PROOF: Final = 3
"""Packets in sequence that a peer from an unexpected host must send."""


@dataclass(slots=True)
class Latch:
    """The peer of one leg."""

    signalled: HostPort
    """What the SDP says."""
    peer: HostPort
    """Where packets go now."""
    heard: bool = False
    """Whether `peer` has ever sent a valid packet."""
    _candidate: HostPort = ("", 0)
    _ssrc: int = -1
    _sequence: int = -1
    _proof: int = 0

    @classmethod
    def to(cls, signalled: HostPort) -> "Latch":
        """Begin with what the SDP says."""
        return cls(signalled, signalled)

    def signal(self, signalled: HostPort) -> bool:
        """Take another address from a later SDP; return whether it is another one."""
        if signalled == self.signalled:
            return False
        self.signalled = self.peer = signalled
        self.heard = False
        self._proof = 0
        return True

    def accepts(self, source: HostPort, packet: RtpPacket | None, silent_ticks: int) -> bool:
        """Decide about a packet from elsewhere than `peer`; True: it is the new peer.

        Args:
            source: where the packet comes from.
            packet: the packet, taken apart; None where it is no valid one with an agreed payload type.
            silent_ticks: for how long nothing has come from the present peer.
        """
        if packet is None or (self.heard and silent_ticks < SILENT_TICKS):
            return False
        if source == self.signalled or source[0] == self.signalled[0]:
            self._move(source)
            return True
        follows = source == self._candidate and packet.ssrc == self._ssrc and packet.sequence == self._sequence
        self._proof = self._proof + 1 if follows else 1
        self._candidate, self._ssrc = source, packet.ssrc
        self._sequence = (packet.sequence + 1) & 0xFFFF
        if self._proof < PROOF:
            return False
        self._move(source)
        return True

    def _move(self, source: HostPort) -> None:
        self.peer, self.heard, self._proof = source, True, 0
