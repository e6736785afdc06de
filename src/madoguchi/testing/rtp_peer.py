"""A telephone's voice: says tones by RTP, and knows what it hears and whether the stream had a seam."""

import asyncio
import socket
from collections.abc import Collection, Iterable
from typing import Final

import numpy as np

from madoguchi.media import g711, rtp
from madoguchi.testing.tones import Samples, tone, tones_in

FRAME: Final = 160
WINDOW_FRAMES: Final = 12
"""What is listened to at once: 240 ms."""
TICK_S: Final = 0.02
TONES: Final = (330, 440, 550, 700, 850, 1000, 1200, 1500, 1800)
"""Tones that no window of 240 ms confuses."""
DTMF_TYPE: Final = 101


class RtpPeer(asyncio.DatagramProtocol):
    """One RTP endpoint on loopback. Made by `open`; `close` ends it.

    It receives all the time, and sends a frame every 20 ms once it knows where to.
    """

    def __init__(self, codec: str = "PCMU") -> None:
        self.law = {"PCMU": g711.MU, "PCMA": g711.A}[codec]
        self.payload_type = {"PCMU": 0, "PCMA": 8}[codec]
        self.target: tuple[str, int] | None = None
        self.muted = False
        """While True nothing is sent at all."""
        self.received: list[rtp.RtpPacket] = []
        self.rtcp_received = 0
        self.digits = ""
        self.sequence = 1000
        self.timestamp = 0
        self.ssrc = 0x5EED0000
        self._says: tuple[int, ...] = ()
        self._sample = 0
        self._reader = rtp.DigitReader()
        self._keys = rtp.DigitSender()
        self._transport: asyncio.DatagramTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._next = 0.0

    @classmethod
    async def open(cls, codec: str = "PCMU") -> "RtpPeer":
        """Bind a port and begin."""
        loop = asyncio.get_running_loop()
        made = cls(codec)
        transport, _ = await loop.create_datagram_endpoint(
            lambda: made, local_addr=("127.0.0.1", 0), family=socket.AF_INET
        )
        made._transport = transport
        made._next = loop.time()
        made._tick()
        return made

    @property
    def port(self) -> int:
        """The local port."""
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def close(self) -> None:
        """Stop."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()

    def say(self, tones: Iterable[int]) -> None:
        """Say tones from now on; none: silence."""
        self._says = tuple(tones)

    def press(self, digits: str) -> None:
        """Press keys."""
        self._keys.press(digits)

    def send_raw(self, data: bytes) -> None:
        """Send any datagram, as noise on the line."""
        if self._transport is not None and self.target is not None:
            self._transport.sendto(data, self.target)

    def listen(self, frames: int = WINDOW_FRAMES) -> Samples:
        """Return the last frames that were received, one after the other; empty while there are not enough."""
        voice = [packet for packet in self.received[-frames:] if packet.payload_type == self.payload_type]
        if len(voice) < frames:
            return np.zeros(0, np.int16)
        codes = np.frombuffer(b"".join(packet.payload for packet in voice), np.uint8)
        samples: Samples = g711.DECODED[self.law][codes]
        return samples

    def hears(self, candidates: Collection[int] = TONES) -> frozenset[int]:
        """Return which tones are in what was received in the last quarter of a second."""
        return tones_in(self.listen(), candidates)

    def seams(self) -> list[str]:
        """Return where the received stream betrays that something happened: empty for one smooth stream."""
        found = []
        for before, after in zip(self.received, self.received[1:], strict=False):
            if after.ssrc != before.ssrc:
                found.append(f"SSRC {before.ssrc} to {after.ssrc}")
            if (after.sequence - before.sequence) & 0xFFFF != 1:
                found.append(f"sequence {before.sequence} to {after.sequence}")
            if (after.timestamp - before.timestamp) & 0xFFFFFFFF != FRAME:
                found.append(f"timestamp {before.timestamp} to {after.timestamp}")
            if after.marker or after.payload_type != before.payload_type:
                found.append(f"marker or payload type at {after.sequence}")
        return found

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - asyncio's signature
        """Keep what arrives."""
        packet = rtp.parse(data)
        if rtp.is_rtcp(data) or packet is None:
            self.rtcp_received += 1
        elif packet.payload_type == DTMF_TYPE:
            self.digits += self._reader.read(packet.timestamp, packet.payload)
            self.received.append(packet)
        else:
            self.received.append(packet)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._send()
        self._next += TICK_S
        self._timer = loop.call_at(self._next, self._tick)

    def _send(self) -> None:
        sound = tone(self._says, TICK_S, start=self._sample)
        self._sample += FRAME
        now = self.timestamp
        self.timestamp += FRAME
        if self.target is None or self.muted or self._transport is None:
            return
        keys = self._keys.tick(FRAME)
        if keys is None:
            self._send_packet(self.payload_type, now, g711.encode(sound, self.law).tobytes())
            return
        since, payloads = keys
        for payload in payloads:
            self._send_packet(DTMF_TYPE, now - since * FRAME, payload, marker=since == 0)

    def _send_packet(self, payload_type: int, timestamp: int, payload: bytes, *, marker: bool = False) -> None:
        assert self._transport is not None
        packet = rtp.build(payload_type, self.sequence, timestamp, self.ssrc, payload, marker=marker)
        self.sequence += 1
        self._transport.sendto(packet, self.target)
