"""Datagrams in a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.media.webrtc.tcp import LONGEST_FRAME, MOST_WAITING, BadTcpStreamError, TcpConnection

datagrams = st.lists(st.binary(min_size=1, max_size=300), max_size=10)


@given(datagrams, st.integers(1, 700))
def test_datagrams_survive_however_the_stream_is_cut(sent: list[bytes], size: int) -> None:
    ours, theirs = TcpConnection(), TcpConnection()
    assert all(ours.queue(datagram) for datagram in sent)

    got = []
    while ours.waiting:
        piece = ours.waiting[:size]
        ours.sent(len(piece))
        got += theirs.receive(piece)

    assert got == sent


@pytest.mark.parametrize("start", [b"\x00\x00", (LONGEST_FRAME + 1).to_bytes(2, "big"), b"GET / HTTP/1.1\r\n"])
def test_what_is_no_such_stream_is_named(start: bytes) -> None:
    with pytest.raises(BadTcpStreamError):
        TcpConnection().receive(start)


def test_a_slow_network_costs_packets_and_no_memory() -> None:
    connection = TcpConnection()

    taken = [connection.queue(bytes(100)) for _ in range(1000)]

    assert taken == sorted(taken, reverse=True)
    assert not taken[-1]
    assert MOST_WAITING - 102 < len(connection.waiting) <= MOST_WAITING
    connection.sent(102)
    assert connection.queue(bytes(100))
