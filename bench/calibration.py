"""How fast this machine is just now, by pieces of work whose cost on an idle machine is known.

A shared machine may give half its speed, and a process' CPU seconds do not show that. So every run tells what these
pieces cost in CPU time right then; the targets come from a machine on which they cost what `REFERENCE_US` says, though
for another sound: the comparison is a hint, and no factor to convert with.
"""

import os
import socket
import tempfile
import time
from typing import Any, Final

import numpy as np

from bench.figures import quantile
from madoguchi.media import opus

REFERENCE_US: Final = {"Opus encoding of 20 ms": 89.0, "Opus decoding of 20 ms": 13.0}
"""Median CPU microseconds on the idle machine of the targets: libopus at 16 kHz, complexity 3."""
_ROUNDS: Final = 400
_MOST: Final = 1500


def measure() -> dict[str, Any]:
    """Return CPU microseconds of each piece, and how many times slower than the reference this machine is now."""
    sound = (3000 * np.random.default_rng(3).standard_normal((_ROUNDS, 320))).astype(np.int16)
    sound = np.cumsum(sound, axis=1, dtype=np.int64).clip(-20000, 20000).astype(np.int16)
    encoder, decoder, buffer = opus.encoder(), opus.decoder(), bytearray(_MOST)
    encoding, decoding = [], []
    for frame in sound:
        began = time.thread_time()
        length = encoder.encode_into(frame, buffer, 0)
        between = time.thread_time()
        decoder.decode(bytes(buffer[:length]), 320)
        encoding.append(between - began)
        decoding.append(time.thread_time() - between)
    found = {
        "Opus encoding of 20 ms": quantile(encoding, 0.5) * 1e6,
        "Opus decoding of 20 ms": quantile(decoding, 0.5) * 1e6,
    }
    slower = found["Opus encoding of 20 ms"] / REFERENCE_US["Opus encoding of 20 ms"]
    return {
        **{name: round(value, 1) for name, value in found.items()},
        "UDP datagram to a socket of this machine": round(_datagram_us(), 1),
        "write and fsync of 4 KB, ms": round(_sync_ms(), 1),
        "times slower than the reference": round(slower, 2),
        "load": round(os.getloadavg()[0], 1),
    }


def _datagram_us() -> float:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        address, packet, costs = receiver.getsockname(), bytes(172), []
        for _ in range(_ROUNDS):
            began = time.thread_time()
            sender.sendto(packet, address)
            costs.append(time.thread_time() - began)
            receiver.recv(2048)
    return quantile(costs, 0.5) * 1e6


def _sync_ms() -> float:
    with tempfile.NamedTemporaryFile() as file:
        took = []
        for _ in range(20):
            began = time.monotonic()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            took.append(time.monotonic() - began)
    return quantile(took, 0.5) * 1000
