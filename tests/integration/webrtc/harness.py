"""A small worker for tests: runs the hub every 20 ms, says a tone to every leg and keeps what it hears."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.ids import LegId
from madoguchi.media import opus, srtp
from madoguchi.media.webrtc.events import Address, AgreedAudio, HubEvent
from madoguchi.media.webrtc.hub import BrowserHub
from madoguchi.media.webrtc.tcp import TcpConnection

TICK_S = 0.02
RATE = 16_000
DIGITS = "0123456789*#ABCD"


def mulaw_encode(samples: NDArray[np.int16]) -> bytes:
    """G.711 section 3.2, the plain way."""
    magnitude = np.minimum(np.abs(samples.astype(np.int32)), 32_635) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    return bytes((~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8))


def mulaw_decode(data: bytes) -> NDArray[np.int16]:
    """The other way round."""
    code = ~np.frombuffer(data, np.uint8).astype(np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 132) << ((code >> 4) & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def loudest(samples: NDArray[np.int16], rate: int) -> float:
    """The strongest frequency in Hz; 0 where there is next to nothing."""
    if len(samples) < rate // 4 or np.abs(samples).max() < 300:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


@dataclass
class Talk:
    """One leg's audio."""

    audio: AgreedAudio
    hertz: float
    heard: list[NDArray[np.int16]] = field(default_factory=list)
    digits: str = ""
    packets: int = 0

    def __post_init__(self) -> None:
        self.rate = RATE if self.audio.codec == "opus" else 8_000
        self._encoder = opus.encoder()
        self._decoder = opus.decoder()
        self._tick = 0
        self._digit_at = -1

    def next_packet(self) -> tuple[bytearray, int]:
        """20 ms of the tone as RTP."""
        count = self.rate // 50
        at = (np.arange(count) + self._tick * count) / self.rate
        samples = (9_000 * np.sin(2 * np.pi * self.hertz * at)).astype(np.int16)
        packet = bytearray(12 + 1275 + srtp.TRAILER)
        packet[0:2] = bytes([0x80, self.audio.payload_type])
        packet[2:4] = (self._tick % 65_536).to_bytes(2, "big")
        packet[4:8] = (self._tick * self.audio.clock_rate // 50).to_bytes(4, "big")
        packet[8:12] = self.audio.ssrc.to_bytes(4, "big")
        self._tick += 1
        if self.audio.codec == "opus":
            return packet, 12 + self._encoder.encode_into(samples, packet, 12)
        payload = mulaw_encode(samples)
        packet[12 : 12 + len(payload)] = payload
        return packet, 12 + len(payload)

    def take(self, packet: bytes) -> None:
        """One plain RTP packet of the browser."""
        self.packets += 1
        payload_type, payload = packet[1] & 0x7F, packet[12 + 4 * (packet[0] & 0x0F) :]
        assert not packet[0] & 0x10, "no header extension was agreed"
        if payload_type == self.audio.payload_type:
            samples = self._decoder.decode(payload, 320) if self.audio.codec == "opus" else mulaw_decode(payload)
            self.heard.append(samples)
        elif payload_type in dict(self.audio.dtmf):
            timestamp = int.from_bytes(packet[4:8], "big")
            if (
                payload[1] & 0x80 and timestamp != self._digit_at
            ):  # the end, which is sent three times (RFC 4733 2.5.1.4)
                self._digit_at = timestamp
                self.digits += DIGITS[payload[0]]

    def hears(self) -> float:
        """The frequency of the last half second."""
        latest = self.heard[-25:]
        return loudest(np.concatenate(latest), self.rate) if latest else 0.0


class Worker:
    """Runs a hub."""

    def __init__(self, hub: BrowserHub, transport: asyncio.DatagramTransport) -> None:
        self.hub = hub
        self.transport = transport
        self.talks: dict[LegId, Talk] = {}
        self.happened: list[HubEvent] = []
        self.streams: dict[Address, _Stream] = {}
        self.addresses_used: dict[LegId, Address] = {}
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._next = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None

    def answer(self, leg: str, offer: str, *, hertz: float = 1000.0, listen_only: bool = False) -> str:
        """Make the leg; it is told a tone of `hertz`."""
        name = LegId(leg)
        answer, audio = self.hub.answer(name, offer, listen_only=listen_only, now=self._loop.time())
        talk = self.talks.get(name)
        if talk is None or talk.audio.ssrc != audio.ssrc:
            self.talks[name] = Talk(audio, hertz)
        return answer

    def arrived(self, data: bytes, address: Address) -> None:
        """A datagram has come."""
        for leg, packet in self.hub.receive(data, address, self._loop.time()):
            self.talks[leg].take(packet)
        self._flush()

    def start(self) -> None:
        self._tick()

    def stop(self) -> None:
        for leg in self.hub.legs:
            self.hub.close(leg)
        self._flush()
        if self._timer is not None:
            self._timer.cancel()

    async def until(self, what: Callable[[], bool], *, seconds: float = 15.0) -> None:
        """Wait for a state; fails after `seconds`."""
        async with asyncio.timeout(seconds):
            while not what():
                self._changed.clear()
                await self._changed.wait()

    async def hears(self, leg: str, hertz: float) -> None:
        """Wait until the leg's browser is heard with a tone of `hertz`."""
        await self.until(lambda: abs(self.talks[LegId(leg)].hears() - hertz) < 15)

    def _tick(self) -> None:
        now = self._loop.time()
        for leg, talk in self.talks.items():
            packet, length = talk.next_packet()
            sealed = self.hub.send_rtp(leg, packet, length)
            if sealed is not None:
                self.addresses_used[leg] = sealed[1]
                self._send(bytes(sealed[0]), sealed[1])
        self.hub.poll(now)
        self._flush()
        self._next = max(self._next + TICK_S, now)
        self._timer = self._loop.call_at(self._next, self._tick)

    def _flush(self) -> None:
        for data, address in self.hub.outgoing():
            self._send(data, address)
        self.happened += self.hub.events()
        self._changed.set()

    def _send(self, data: bytes, address: Address) -> None:
        if address in self.streams:
            self.streams[address].send(data)
        elif not self.transport.is_closing():
            self.transport.sendto(data, address)


class _Socket(asyncio.DatagramProtocol):
    arrived: Callable[[bytes, Address], None]

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        self.arrived(data, addr)


async def udp_socket(arrived: Callable[[bytes, Address], None]) -> tuple[asyncio.DatagramTransport, int]:
    """Open a socket on the loopback interface and return its port."""
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        _Socket, local_addr=("127.0.0.1", 0)
    )
    protocol.arrived = arrived
    return transport, cast("int", transport.get_extra_info("sockname")[1])


class _Stream(asyncio.Protocol):
    """One TCP connection of a browser."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._connection = TcpConnection()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.address: Address = (*transport.get_extra_info("peername")[:2], "tcp")
        self._worker.streams[self.address] = self

    def data_received(self, data: bytes) -> None:
        for datagram in self._connection.receive(data):
            self._worker.arrived(datagram, self.address)

    def send(self, data: bytes) -> None:
        assert self._connection.queue(data)
        self._transport.write(self._connection.waiting)
        self._connection.sent(len(self._connection.waiting))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        del self._worker.streams[self.address]
        self._worker.hub.path_lost(self.address)

    def close(self) -> None:
        self._transport.close()


@contextlib.asynccontextmanager
async def running_worker(
    policy: tuple[str, ...] = ("opus", "PCMU", "PCMA"),
    *,
    advertised_port: int | None = None,
    tcp: bool = False,
    silent_s: float = 8.0,
) -> AsyncIterator[Worker]:
    """A worker with its socket on the loopback interface, and with a port for streams where `tcp`."""
    waiting: list[tuple[bytes, Address]] = []
    transport, port = await udp_socket(lambda data, address: waiting.append((data, address)))
    workers: dict[str, Worker] = {}
    server: asyncio.Server | None = None
    if tcp:
        server = await asyncio.get_running_loop().create_server(lambda: _Stream(workers["one"]), "127.0.0.1", 0)
    hub = BrowserHub(
        ["127.0.0.1"],
        advertised_port or port,
        policy=policy,
        tcp_port=server.sockets[0].getsockname()[1] if server else None,
        silent_s=silent_s,
    )
    worker = workers["one"] = Worker(hub, transport)
    cast("_Socket", transport.get_protocol()).arrived = worker.arrived
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        transport.close()
        for stream in list(worker.streams.values()):
            stream.close()
        if server is not None:
            server.close()
            await server.wait_closed()
