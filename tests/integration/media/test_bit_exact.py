"""To the bit: what supervisors do changes no packet of the others. The sockets are real, the ticks are the test's."""

import itertools
import socket
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pytest

from madoguchi.domain.supervision import Role, Voice, gain_matrix
from madoguchi.kernel.ids import BridgeId, LegId
from madoguchi.media import g711, rtp
from madoguchi.media.exchange import Exchange
from madoguchi.media.protocol import RtpCodec, RtpEndpoint, RtpSettings, WorkerSettings

pytestmark = pytest.mark.req("MON-1", "MON-8")

LOOPBACK: Final = "127.0.0.1"
BRIDGE: Final = BridgeId("bridge_1")
FRAME: Final = 160
PHASE: Final = 60
"""Ticks between two deeds of a supervisor: 1.2 s."""
ZEROS: Final = (0x7F, 0xFF)
"""µ-law has two codes for nothing; only one of them comes out again."""


class Phone:
    """A phone that says noise, a frame whenever it is told to."""

    def __init__(self, name: str, seed: int) -> None:
        self.leg = LegId(name)
        self.role = Role.MONITOR
        self.received: list[rtp.RtpPacket] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((LOOPBACK, 0))
        self.socket.settimeout(0)
        self._chance = np.random.default_rng(seed)
        self.said: list[bytes] = []
        self.target = ("", 0)

    def speak(self) -> None:
        codes = self._chance.integers(0, 256, FRAME, dtype=np.uint8)
        codes[codes == ZEROS[0]] = ZEROS[1]
        number = len(self.said)
        self.said.append(codes.tobytes())
        self.socket.sendto(rtp.build(0, number, number * FRAME, 0x5EED, self.said[-1]), self.target)

    def listen(self) -> None:
        while True:
            try:
                packet = rtp.parse(self.socket.recv(2048))
            except BlockingIOError:
                return
            assert packet is not None
            self.received.append(packet)


class Line:
    """An exchange with phones, moved on tick by tick."""

    def __init__(self) -> None:
        self.exchange = Exchange(
            WorkerSettings((LOOPBACK,), (0, 0), 0, bind=LOOPBACK), lambda _event: None, lambda: 0.0
        )
        self.phones: list[Phone] = []
        self._sockets: list[socket.socket] = []
        self.tick = 0

    def connect(self, name: str, role: Role) -> Phone:
        phone = Phone(name, seed=len(self.phones) + 1)
        self._sockets.append(phone.socket)
        phone.role = role
        endpoint = self.exchange.reserve(phone.leg)
        phone.target = (endpoint.host, endpoint.port)
        remote = RtpEndpoint(LOOPBACK, phone.socket.getsockname()[1])
        self.exchange.connect(phone.leg, RtpSettings(remote, RtpCodec("PCMU", 0, 8000)))
        self.phones.append(phone)
        self.order()
        return phone

    def order(self) -> None:
        """Let everybody play his part, as a call orders it."""
        voices = [Voice(one.leg, one.role) for one in self.phones]
        self.exchange.bridges.set_gains(BRIDGE, [one.leg for one in voices], gain_matrix(voices))

    def plays(self, phone: Phone, role: Role) -> None:
        phone.role = role
        self.order()

    def leaves(self, phone: Phone) -> None:
        self.phones.remove(phone)
        self.order()
        self.exchange.close_leg(phone.leg)

    def run(self, ticks: int = PHASE) -> None:
        for _ in range(ticks):
            for phone in self.phones:
                if phone.socket.fileno() >= 0:
                    phone.speak()
            self.exchange.tick(self.tick)
            self.tick += 1
            for phone in self.phones:
                if phone.socket.fileno() >= 0:
                    phone.listen()

    def close(self) -> None:
        self.exchange.close()
        for one in self._sockets:
            one.close()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


def assert_one_smooth_stream(phone: Phone, ticks: int) -> None:
    """One packet a tick, and nothing in their numbers that tells of anything."""
    assert len(phone.received) == ticks
    for before, after in itertools.pairwise(phone.received):
        assert after.ssrc == before.ssrc
        assert (after.sequence - before.sequence) & 0xFFFF == 1
        assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == FRAME
        assert (after.payload_type, after.marker) == (0, False)


def delay(listener: Phone, *speakers: Phone) -> int:
    """Return how many frames after it was said it is heard."""
    heard = listener.received[PHASE // 2].payload
    return next(lag for lag in range(1, 16) if mixed(speakers, PHASE // 2 - lag) == heard)


def mixed(speakers: Sequence[Phone], frame: int) -> bytes:
    """Return what somebody hears to whom these speak."""
    said = (np.frombuffer(one.said[frame], np.uint8) for one in speakers)
    total = np.sum([g711.DECODED[g711.MU][codes].astype(np.int32) for codes in said], axis=0)
    return g711.encode(np.clip(total, -32768, 32767).astype(np.int16), g711.MU).tobytes()


def test_agent_and_consumer_get_each_others_very_bits_whoever_comes_switches_goes_or_dies(line: Line) -> None:
    consumer, agent = line.connect("leg_consumer", Role.CONSUMER), line.connect("leg_agent", Role.AGENT)
    line.run()
    lag = delay(consumer, agent)
    assert delay(agent, consumer) == lag
    spoken_to: dict[Phone, list[range]] = {consumer: [], agent: []}
    """When a supervisor was heard."""

    def during(*listeners: Phone) -> None:
        first = line.tick
        line.run()
        for one in listeners:
            spoken_to[one].append(range(first, line.tick))

    for number in range(2):
        supervisor = line.connect(f"leg_supervisor_{number}", Role.MONITOR)
        line.run()
        line.plays(supervisor, Role.WHISPER)
        during(agent)
        line.plays(supervisor, Role.BARGE)
        during(agent, consumer)
        line.plays(supervisor, Role.MONITOR)
        line.run()
        if number:
            # His browser is killed: nothing comes any more, and nobody takes what goes to him.
            supervisor.socket.close()
            line.run(3 * PHASE)
        line.leaves(supervisor)
        line.run()

    for listener, speaker in ((consumer, agent), (agent, consumer)):
        assert_one_smooth_stream(listener, line.tick)
        mixes = {tick for span in spoken_to[listener] for tick in span}
        alone = [tick for tick in range(PHASE // 2, line.tick) if tick not in mixes]
        assert all(listener.received[tick].payload == speaker.said[tick - lag] for tick in alone)
        assert any(listener.received[tick].payload != speaker.said[tick - lag] for tick in mixes), "he was heard then"


def test_a_thousand_switches_cost_the_supervisor_no_frame_and_nobody_else_a_bit(line: Line) -> None:
    consumer, agent = line.connect("leg_consumer", Role.CONSUMER), line.connect("leg_agent", Role.AGENT)
    supervisor = line.connect("leg_supervisor", Role.MONITOR)
    line.run()
    lag = delay(supervisor, consumer, agent)
    parts = itertools.cycle((Role.WHISPER, Role.BARGE, Role.MONITOR))
    whisper: list[int] = []
    listen: list[int] = []
    for _ in range(1_000):
        part = next(parts)
        line.plays(supervisor, part)
        line.run(1)
        {Role.WHISPER: whisper, Role.MONITOR: listen}.get(part, []).append(line.tick - 1)

    for one in (consumer, agent, supervisor):
        assert_one_smooth_stream(one, line.tick)
    heard = [packet.payload for packet in supervisor.received]
    both = (consumer, agent)
    assert all(heard[tick] == mixed(both, tick - lag) for tick in range(PHASE // 2, line.tick))
    assert all(consumer.received[tick].payload == agent.said[tick - lag] for tick in (*whisper, *listen))
    assert all(agent.received[tick].payload == consumer.said[tick - lag] for tick in listen)
    assert all(agent.received[tick].payload == mixed((consumer, supervisor), tick - lag) for tick in whisper)


@pytest.mark.req("MON-9")
def test_what_is_said_by_one_who_listens_has_no_energy_on_either_of_the_other_legs(line: Line) -> None:
    consumer, agent = line.connect("leg_consumer", Role.CONSUMER), line.connect("leg_agent", Role.AGENT)
    supervisor = line.connect("leg_supervisor", Role.MONITOR)
    for _ in range(PHASE):
        supervisor.speak()
        line.exchange.tick(line.tick)
        line.tick += 1
        for one in line.phones:
            one.listen()

    for one in (consumer, agent):
        assert_one_smooth_stream(one, line.tick)
        assert {packet.payload for packet in one.received} == {bytes([ZEROS[1]]) * FRAME}
