"""Many RTP streams in real time: what the two load processes of the voice benchmark have in common.

A turn is 5 ms. In each turn a quarter of the streams sends its packet, as telephones do not speak in step; the rest of
the turn goes into reading what has come.
"""

import json
import os
import resource
import select
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench.figures import quantile
from madoguchi.testing.tones import tone

FRAME: Final = 160
PHASES: Final = 4
TURN_S: Final = 0.02 / PHASES
READ_EVERY: Final = 2
"""Turns between two readings."""
_ORDERS: Final = 0
_BUFFER: Final = 1 << 23
_FORCE_BUFFER: Final = getattr(socket, "SO_RCVBUFFORCE", 33)
_KEPT: Final = slice(2, 14)
"""Of each packet: sequence number, time stamp, SSRC, and two bytes of what it says."""


class Streams(Protocol):
    """What is sent and received."""

    @property
    def sockets(self) -> Sequence[socket.socket]:
        """Where packets come in."""

    def send(self, phase: int, tick: int) -> int:
        """Send a packet of every stream of `phase`; return how many."""

    def order(self, order: dict[str, Any]) -> Any:
        """Do what the benchmark wants before the streams run; return the answer."""


def murmur(seconds: float, rate: int = 8000) -> NDArray[np.int16]:
    """Return something like speech: syllables of three tones, and pauses."""
    chance = np.random.default_rng(7)
    parts: list[NDArray[np.int16]] = []
    while sum(map(len, parts)) < seconds * 8000:
        pitch = int(chance.uniform(110, 220))
        syllable = tone((pitch, 3 * pitch, 5 * pitch), chance.uniform(0.08, 0.25))
        parts += [syllable // 3, np.zeros(int(8000 * chance.uniform(0.02, 0.15)), np.int16)]
    return np.repeat(np.concatenate(parts)[: int(seconds * 8000)], rate // 8000)


def udp_socket() -> socket.socket:
    """Return a bound socket with room for bursts."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(0)
    for option in (_FORCE_BUFFER, socket.SO_RCVBUF):
        try:
            made.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
            break
        except OSError:
            continue
    made.bind(("127.0.0.1", 0))
    return made


class Counts:
    """What was sent, and what has come, since `start`."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Count anew."""
        self.sent = 0
        self.got: list[bytes] = []
        self.lateness: list[float] = []
        self._cpu = _cpu_s()
        self._at = time.monotonic()

    def read(self) -> dict[str, Any]:
        """Return the counts; packets are lost where a stream's sequence numbers have gaps."""
        rows = np.frombuffer(b"".join(self.got), np.uint8).reshape(-1, 12)
        sequences = rows[:, 0:2].copy().view(">u2")[:, 0].astype(np.int64)
        streams = rows[:, 6:10].copy().view(">u4")[:, 0]
        names, index, received = np.unique(streams, return_inverse=True, return_counts=True)
        first, last = np.full(len(names), 1 << 40), np.full(len(names), -1)
        np.minimum.at(first, index, sequences)
        np.maximum.at(last, index, sequences)
        expected = last - first + 1 if len(names) else np.zeros(0, np.int64)
        return {
            "sent": self.sent,
            "received": len(self.got),
            "streams": len(names),
            "lost": int((expected - received).sum()),
            "sound": float((rows[:, 10] != rows[:, 11]).mean()) if len(rows) else 0.0,
            "late_p99_ms": round(quantile(self.lateness, 0.99) * 1000, 2) if self.lateness else 0.0,
            "cpu_percent": round(100 * (_cpu_s() - self._cpu) / (time.monotonic() - self._at), 1),
        }


def run(streams: Streams) -> None:
    """Take orders until told to run; then send and receive, answering `mark` and `read`, until the orders end."""
    machine.punctual()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for line in iter(_line, b""):
        order = json.loads(line)
        if order.get("do") == "run":
            _answer({})
            _stream(streams)
            return
        _answer(streams.order(order))


def _line() -> bytes:
    """Read one order without reading ahead, so that `select` sees the next one."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(_ORDERS, 1)
        if not byte:
            return b""
        line += byte
    return bytes(line)


def _answer(value: Any) -> None:
    print(json.dumps(value), flush=True)


def _stream(streams: Streams) -> None:
    counts = Counts()
    receivers = [each.recv for each in streams.sockets]
    turn, began = 0, time.monotonic()
    while True:
        due = began + turn * TURN_S
        # Sleep and look, rather than wait for packets: on one machine, to wake a waiting receiver is the sender's work,
        # and no telephone does that to an exchange.
        time.sleep(max(0.0, due - time.monotonic()))
        counts.lateness.append(time.monotonic() - due)
        counts.sent += streams.send(turn % PHASES, turn // PHASES)
        turn += 1
        if turn % READ_EVERY == 0:
            _drain(receivers, counts.got)
        if turn % PHASES == 0 and select.select([_ORDERS], [], [], 0)[0]:
            line = _line()
            if not line:
                return
            if json.loads(line)["do"] == "mark":
                counts.start()
                _answer({})
            else:
                _answer(counts.read())


def _drain(receivers: Sequence[Callable[[int], bytes]], got: list[bytes]) -> None:
    for receive in receivers:
        try:
            while True:
                data = receive(2048)
                if len(data) > 30 and data[0] == 0x80 and not 192 <= data[1] <= 223:
                    got.append(data[_KEPT])
        except OSError:
            continue


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
