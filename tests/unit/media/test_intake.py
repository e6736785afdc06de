"""Packets in batches and one by one must come to the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.ids import LegId
from madoguchi.media import codecs, g711, rtp
from madoguchi.media.intake import FAST_LENGTH, Intake
from madoguchi.media.jitter import FRAME
from madoguchi.media.legs import Leg, LegTable
from madoguchi.testing.tones import tone

LEGS = 3
TICKS = 8


class NoLine:
    """A line to nowhere."""

    def send(self, packet: memoryview) -> None:
        """See `Line`."""

    def send_rtcp(self, packet: bytes) -> None:
        """See `Line`."""

    def close(self) -> None:
        """See `Line`."""


def an_intake(codec: str) -> tuple[Intake, list[Leg], list[str]]:
    table, digits = LegTable(8), list[str]()
    intake = Intake(table, lambda _, digit: digits.append(digit))
    legs = [table.add(LegId(f"leg_{number}"), NoLine(), 100) for number in range(LEGS)]
    for leg in legs:
        leg.codec, leg.payload_type, leg.clock_rate, leg.dtmf = codec, 0, 8000, {101: 8000}
        if codec == "L16":
            leg.coder = codecs.coder(codec)
            leg.voice = codecs.PacketVoice(leg.coder)
            table.is_wide[leg.slot] = True
        leg.connected = leg.receive = True
        table.payload_type[leg.slot] = 0
        intake.open(leg)
    return intake, legs, digits


def packets(codec: str, chosen: list[tuple[int, int, int]]) -> list[tuple[int, bytes]]:
    """Leg and packet for each leg, sequence number and SSRC; a sequence number of 7 is a key press instead."""
    sound = tone([500], 1.0, 16_000 if codec == "L16" else 8000)
    made = []
    for leg, number, ssrc in chosen:
        frame = sound[number * len(sound) // 50 : (number + 1) * len(sound) // 50]
        payload = frame.astype(">i2").tobytes() if codec == "L16" else g711.encode(frame, g711.MU).tobytes()
        if number == 7:
            made.append((leg, rtp.build(101, number, number * FRAME, ssrc, bytes([leg, 10, 0, 160]))))
        else:
            made.append((leg, rtp.build(0, number, number * FRAME, ssrc, payload)))
    return made


@pytest.mark.parametrize("codec", ["PCMU", "L16"])
@given(
    batches=st.lists(
        st.lists(
            st.tuples(st.integers(0, LEGS - 1), st.integers(0, 7), st.sampled_from([5, 5, 5, 6])),
            unique_by=lambda packet: packet[0],
        ),
        min_size=TICKS,
        max_size=TICKS,
    )
)
def test_a_batch_is_heard_like_its_packets_one_by_one(codec: str, batches: list[list[tuple[int, int, int]]]) -> None:
    (one, one_legs, one_digits), (many, many_legs, many_digits) = an_intake(codec), an_intake(codec)
    for tick, chosen in enumerate(batches):
        arrived = packets(codec, chosen)
        for intake in (one, many):
            intake.begin(tick)
        for leg, packet in arrived:
            one.packet(one_legs[leg], packet)
        if arrived and codec == "L16":
            slots = np.array([many_legs[leg].slot for leg, _ in arrived])
            heads = np.stack([np.frombuffer(packet[:16], np.uint8) for _, packet in arrived])
            many.batch_wide(slots, heads, [packet for _, packet in arrived])
        else:
            alike = [(leg, packet) for leg, packet in arrived if len(packet) == FAST_LENGTH]
            if alike:
                rows = np.stack([np.frombuffer(packet, np.uint8) for _, packet in alike])
                many.batch(np.array([many_legs[leg].slot for leg, _ in alike]), rows)
            for leg, packet in arrived:
                if len(packet) != FAST_LENGTH:
                    many.packet(many_legs[leg], packet)
        for intake in (one, many):
            intake.listen()

        assert many._table.said.tolist() == one._table.said.tolist()
        assert many._table.said_wide.tolist() == one._table.said_wide.tolist()
    assert many_digits == one_digits
    assert (many.sequences.total, many.sequences.lost) == (one.sequences.total, one.sequences.lost)
    assert many.concealed == one.concealed
