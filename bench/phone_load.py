"""Telephones by the hundred: plain RTP streams of G.711. Run by the voice benchmark as a process of its own."""

import socket
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from bench.streams import FRAME, PHASES, murmur, run, udp_socket
from madoguchi.media import g711

_PER_SOCKET: Final = 24
"""Streams that share a socket: enough to save system calls, few enough never to fill its buffer."""


class Phones:
    """G.711 streams. Implements `streams.Streams`."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._targets: list[tuple[str, int]] = []
        self._sound = g711.encode(murmur(8.0), g711.MU).reshape(-1, FRAME)
        self._packets = np.zeros((0, 12 + FRAME), np.uint8)
        self._rows: list[memoryview] = []

    @property
    def sockets(self) -> Sequence[socket.socket]:
        """See `Streams`."""
        return self._sockets

    def order(self, order: dict[str, Any]) -> Any:
        """Bind for so many streams (`open`), or take where they go (`targets`)."""
        if order["do"] == "open":
            count = int(order["streams"])
            self._sockets = [udp_socket() for _ in range(0, count, _PER_SOCKET)]
            self._packets = np.zeros((count, 12 + FRAME), np.uint8)
            self._packets[:, 0] = 0x80
            ssrc = np.arange(1, count + 1, dtype=">u4") + 0x10000
            self._packets[:, 8:12] = ssrc.view(np.uint8).reshape(-1, 4)
            self._rows = [row.data for row in self._packets]
            return [self._sockets[index // _PER_SOCKET].getsockname()[1] for index in range(count)]
        self._targets = [(host, port) for host, port in order["targets"]]
        return {}

    def send(self, phase: int, tick: int) -> int:
        """See `Streams`."""
        packets = self._packets[phase::PHASES]
        packets[:, 2:4] = np.frombuffer((tick & 0xFFFF).to_bytes(2, "big"), np.uint8)
        packets[:, 4:8] = np.frombuffer((tick * FRAME & 0xFFFFFFFF).to_bytes(4, "big"), np.uint8)
        places = (tick + 13 * np.arange(phase, len(self._packets), PHASES)) % len(self._sound)
        packets[:, 12:] = self._sound[places]
        for index in range(phase, len(self._rows), PHASES):
            try:
                self._sockets[index // _PER_SOCKET].sendto(self._rows[index], self._targets[index])
            except OSError:
                continue
        return len(packets)


if __name__ == "__main__":
    run(Phones())
