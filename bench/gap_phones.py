"""A few telephones that note when each packet came, by the kernel's clock. Run by the supervision benchmark."""

import json
import os
import select
import socket
import struct
import time
from typing import Any, Final

from bench import machine
from bench.streams import FRAME, murmur, udp_socket
from madoguchi.media import g711, rtp

_TICK_S: Final = 0.02
_STAMP: Final = getattr(socket, "SO_TIMESTAMPNS", 35)
_TIMESPEC: Final = struct.Struct("@qq")


class GapPhones:
    """G.711 streams, and the gaps between the packets that come back."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self._targets: list[tuple[str, int]] = []
        self._sound = [frame.tobytes() for frame in g711.encode(murmur(4.0), g711.MU).reshape(-1, FRAME)]
        self._last: list[int] = []
        self._gaps: list[list[float]] = []
        self._tick = 0

    def order(self, order: dict[str, Any]) -> Any:
        """Bind for so many streams (`open`), take where they go (`targets`), or tell the gaps since then (`gaps`)."""
        match order["do"]:
            case "open":
                self.sockets = [udp_socket() for _ in range(int(order["streams"]))]
                for one in self.sockets:
                    one.setsockopt(socket.SOL_SOCKET, _STAMP, 1)
                self._last = [0] * len(self.sockets)
                self._gaps = [[] for _ in self.sockets]
                return [one.getsockname()[1] for one in self.sockets]
            case "targets":
                self._targets = [(host, port) for host, port in order["targets"]]
                return {}
            case _:
                self.receive()
                found, self._gaps = self._gaps, [[] for _ in self.sockets]
                return found

    def send(self) -> None:
        """Send a frame of every stream."""
        for number, (one, target) in enumerate(zip(self.sockets, self._targets, strict=False)):
            payload = self._sound[(self._tick + 13 * number) % len(self._sound)]
            one.sendto(rtp.build(0, self._tick, self._tick * FRAME, 1 + number, payload), target)
        self._tick += 1

    def receive(self) -> None:
        """Note when what has come came."""
        for number, one in enumerate(self.sockets):
            while True:
                try:
                    _, about, _, _ = one.recvmsg(2048, 64)
                except OSError:
                    break
                seconds, nanoseconds = _TIMESPEC.unpack(about[0][2][: _TIMESPEC.size])
                at = seconds * 1_000_000_000 + nanoseconds
                if self._last[number]:
                    self._gaps[number].append((at - self._last[number]) / 1e6)
                self._last[number] = at


def main() -> None:
    """Send in real time, and take orders between."""
    machine.punctual()
    phones, line = GapPhones(), bytearray()
    due = time.monotonic()
    while True:
        ready, _, _ = select.select([0], [], [], max(0.0, due - time.monotonic()))
        if ready:
            read = os.read(0, 1 << 16)
            if not read:
                return
            line += read
            while b"\n" in line:
                one, _, rest = bytes(line).partition(b"\n")
                line = bytearray(rest)
                print(json.dumps(phones.order(json.loads(one))), flush=True)
        if time.monotonic() >= due:
            phones.send()
            phones.receive()
            due += _TICK_S


if __name__ == "__main__":
    main()
