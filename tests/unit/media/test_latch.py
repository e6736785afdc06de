"""Whose packets a leg takes, and where its own go."""

from madoguchi.media.latch import PROOF, SILENT_TICKS, Latch
from madoguchi.media.rtp import RtpPacket

SIGNALLED, NAT, STRANGER = ("192.0.2.1", 4000), ("192.0.2.1", 61_000), ("198.51.100.9", 5000)


def packet(sequence: int, ssrc: int = 7) -> RtpPacket:
    return RtpPacket(0, marker=False, sequence=sequence, timestamp=0, ssrc=ssrc, payload=b"")


def test_another_port_of_the_signalled_host_is_taken_at_once() -> None:
    latch = Latch.to(SIGNALLED)

    assert latch.accepts(NAT, packet(1), 0)
    assert latch.peer == NAT


def test_another_host_must_send_several_packets_in_sequence() -> None:
    latch = Latch.to(SIGNALLED)

    answers = [latch.accepts(STRANGER, packet(sequence), 0) for sequence in range(PROOF)]

    assert answers == [False] * (PROOF - 1) + [True]
    assert latch.peer == STRANGER


def test_packets_out_of_sequence_or_of_several_streams_prove_nothing() -> None:
    latch = Latch.to(SIGNALLED)

    assert not any(latch.accepts(STRANGER, packet(sequence), 0) for sequence in range(0, 100, 5))
    assert not any(latch.accepts(STRANGER, packet(sequence, ssrc=sequence), 0) for sequence in range(10))
    assert latch.peer == SIGNALLED


def test_nobody_takes_over_a_stream_that_is_heard() -> None:
    latch = Latch.to(SIGNALLED)
    latch.heard = True

    assert not any(latch.accepts(NAT, packet(sequence), SILENT_TICKS - 1) for sequence in range(20))
    assert latch.accepts(NAT, packet(20), SILENT_TICKS)


def test_what_is_no_valid_packet_changes_nothing() -> None:
    latch = Latch.to(SIGNALLED)

    assert not latch.accepts(NAT, None, 1000)
    assert latch.peer == SIGNALLED


def test_a_new_offer_moves_the_leg_and_the_same_one_does_not() -> None:
    latch = Latch.to(SIGNALLED)
    latch.accepts(NAT, packet(1), 0)

    assert not latch.signal(SIGNALLED)
    assert latch.peer == NAT
    assert latch.signal(STRANGER)
    assert latch.peer == STRANGER
    assert not latch.heard
