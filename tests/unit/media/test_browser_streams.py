"""TCP connections of browsers, with plain sockets on the other side."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from madoguchi.kernel.errors import UnavailableError
from madoguchi.media.browser_streams import STRANGER_S, BrowserStreams
from madoguchi.media.webrtc.events import Address
from madoguchi.media.webrtc.tcp import MOST_WAITING

NOW = 100.0


class Door:
    """The streams under test, whom they take for browsers, and what they have told."""

    def __init__(self) -> None:
        self.known: set[Address] = set()
        self.lost: list[Address] = []
        self.streams = BrowserStreams("127.0.0.1", 0, self.known.__contains__, self.lost.append)

    def arrives(self, number: int = 1) -> list[tuple[bytes, Address]]:
        found: list[tuple[bytes, Address]] = []

        def enough() -> bool:
            found.extend(self.streams.receive(NOW))
            return len(found) >= number

        until(enough)
        return found

    def connect(self) -> tuple[socket.socket, Address]:
        before = len(self.streams)
        far = socket.create_connection(("127.0.0.1", self.streams.port), timeout=10)
        until(lambda: not self.streams.receive(NOW) and len(self.streams) > before)
        return far, (*far.getsockname(), "tcp")


def until(what: Callable[[], bool]) -> None:
    limit = time.monotonic() + 10
    while not what():
        assert time.monotonic() < limit
        time.sleep(0.001)


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    with contextlib.closing(made.streams):
        yield made


def test_datagrams_go_both_ways_however_the_stream_is_cut(door: Door) -> None:
    far, address = door.connect()
    with far:
        far.sendall(b"\x00\x03one\x00")
        assert door.arrives() == [(b"one", address)]
        far.sendall(b"\x03two\x00\x05three")
        assert door.arrives(2) == [(b"two", address), (b"three", address)]

        assert door.streams.send(b"back", address)
        assert far.recv(100) == b"\x00\x04back"


def test_a_connection_that_closes_or_talks_nonsense_is_lost_once_and_takes_nothing_more(door: Door) -> None:
    one, address = door.connect()
    other, second = door.connect()
    one.close()
    other.sendall(b"GET / HTTP/1.1\r\n\r\n")
    until(lambda: not door.streams.receive(NOW) and len(door.streams) == 0)
    other.close()

    assert sorted(door.lost) == sorted([address, second])
    assert not door.streams.send(b"x", address)


def test_who_proves_nothing_is_turned_out_and_who_does_may_stay(door: Door) -> None:
    (stranger, _), (browser, address) = door.connect(), door.connect()
    door.known.add(address)
    with stranger, browser:
        door.streams.run(NOW + STRANGER_S - 1)
        assert len(door.streams) == 2
        door.streams.run(NOW + STRANGER_S + 1)

        assert len(door.streams) == 1
        assert stranger.recv(1) == b""
        assert door.streams.send(b"back", address)


def test_a_browser_that_reads_nothing_makes_nobody_wait_and_gets_the_rest_later(door: Door) -> None:
    far, address = door.connect()
    datagram = bytes(1000)
    with far:
        sent = 0
        while door.streams.send(datagram, address):
            sent += 1
            assert sent < 100_000
        assert sent * len(datagram) > MOST_WAITING

        wanted, got = sent * (len(datagram) + 2), 0
        while got < wanted:
            got += len(far.recv(65_536))
            door.streams.run(NOW)
        assert door.streams.send(datagram, address)


def test_a_taken_port_is_named(door: Door) -> None:
    with pytest.raises(UnavailableError, match=str(door.streams.port)):
        BrowserStreams("127.0.0.1", door.streams.port, door.known.__contains__, door.lost.append)
