"""Browsers by the hundred: encrypted RTP streams. Run by the voice benchmark as a process of its own."""

import socket
from collections.abc import Sequence
from typing import Any, Final

from bench.light_browser import LightBrowser
from bench.streams import FRAME, PHASES, murmur, run, udp_socket
from madoguchi.media import g711, opus, rtp, srtp

_SOUND_S: Final = 8.0
_CLOCK: Final = {"opus": 960, "PCMU": 160}
_LONGEST: Final = 1500


def encoded(codec: str) -> list[bytes]:
    """Return the payloads of one long murmur, 20 ms each."""
    if codec == "PCMU":
        return [frame.tobytes() for frame in g711.encode(murmur(_SOUND_S), g711.MU).reshape(-1, FRAME)]
    encoder, buffer = opus.encoder(), bytearray(_LONGEST)
    payloads = []
    for frame in murmur(_SOUND_S, 16_000).reshape(-1, 2 * FRAME):
        length = encoder.encode_into(frame, buffer, 0)
        payloads.append(bytes(buffer[:length]))
    return payloads


class Browsers:
    """Encrypted streams. Implements `streams.Streams`."""

    def __init__(self) -> None:
        self._peers: list[LightBrowser] = []
        self._payloads: list[bytes] = []
        self._clock = FRAME
        self._packet = bytearray(_LONGEST + srtp.TRAILER)
        self._view = memoryview(self._packet)

    @property
    def sockets(self) -> Sequence[socket.socket]:
        """See `Streams`."""
        return [peer.socket for peer in self._peers]

    def order(self, order: dict[str, Any]) -> Any:
        """Make offers for so many streams (`open`), connect by their answers (`answers`), or die (`vanish`)."""
        if order["do"] == "open":
            codec = str(order["codec"])
            self._payloads, self._clock = encoded(codec), _CLOCK[codec]
            self._peers = [LightBrowser(codec, udp_socket()) for _ in range(int(order["streams"]))]
            return [peer.offer(number) for number, peer in enumerate(self._peers)]
        if order["do"] == "vanish":
            self._peers[int(order["first"])].socket.close()
            return {}
        for peer, answer in zip(self._peers[int(order["first"]) :], order["answers"], strict=False):
            peer.connect(answer)
        return {}

    def send(self, phase: int, tick: int) -> int:
        """See `Streams`."""
        packet, view, stamp = self._packet, self._view, tick * self._clock & 0xFFFFFFFF
        count = 0
        for index in range(phase, len(self._peers), PHASES):
            peer = self._peers[index]
            payload = self._payloads[(tick + 13 * index) % len(self._payloads)]
            length = 12 + len(payload)
            rtp.HEADER.pack_into(packet, 0, rtp.VERSION, peer.payload_type, tick & 0xFFFF, stamp, 1 + index)
            packet[12:length] = payload
            assert peer.sender is not None
            length = peer.sender.protect(packet, length)
            try:
                peer.socket.send(view[:length])
            except OSError:
                continue
            count += 1
        return count


if __name__ == "__main__":
    run(Browsers())
