"""Many datagrams at once, between real sockets of this machine."""

import errno
import os
import socket
import struct
from collections.abc import Iterator

import pytest

from madoguchi.media.datagrams import CONTROL, NAME, Inbox, Outbox

Pair = tuple[socket.socket, socket.socket]
_IP_PKTINFO = 8
LOOPBACK = socket.inet_aton("127.0.0.1")


@pytest.fixture
def pair() -> Iterator[Pair]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
    ):
        for each in (one, two):
            each.settimeout(0)
            each.bind(("127.0.0.1", 0))
        yield one, two


def route_to(receiver: socket.socket) -> bytes:
    return route("127.0.0.1", receiver.getsockname()[1])


def route(host: str, port: int) -> bytes:
    return struct.pack("=H2s4s", socket.AF_INET, port.to_bytes(2, "big"), socket.inet_aton(host)).ljust(
        NAME + CONTROL, b"\0"
    )


def fill(outbox: Outbox, text: bytes, way: bytes) -> None:
    outbox.rows[outbox.next][: len(text)] = text
    outbox.add(len(text), way)


def test_all_that_was_added_arrives_in_order_and_with_its_sender(pair: Pair) -> None:
    sender, receiver = pair
    outbox, inbox = Outbox(sender, 8, 64, 16, 0), Inbox(receiver, 8, 64)
    texts = [b"a" * length for length in (1, 20, 64, 3)]

    for text in texts:
        fill(outbox, text, route_to(receiver))
    assert inbox.receive() == []
    assert outbox.flush() == ""

    lengths = inbox.receive()
    assert [inbox.data[row, :length].tobytes() for row, length in enumerate(lengths)] == texts
    port = sender.getsockname()[1].to_bytes(2, "big")
    assert {inbox.routes[row, 2:8].tobytes() for row in range(4)} == {port + LOOPBACK}
    assert inbox.receive() == []


def test_more_than_fit_go_in_several_rounds(pair: Pair) -> None:
    sender, receiver = pair
    outbox, inbox = Outbox(sender, 4, 16, 16, 0), Inbox(receiver, 4, 16)

    for number in range(10):
        fill(outbox, bytes([number]), route_to(receiver))
    outbox.flush()

    assert [len(inbox.receive()) for _ in range(4)] == [4, 4, 2, 0]


def test_one_that_cannot_be_sent_does_not_keep_the_others_back(pair: Pair) -> None:
    sender, receiver = pair
    outbox, inbox = Outbox(sender, 8, 16, 16, 0), Inbox(receiver, 8, 16)
    nowhere = route("127.0.0.1", 0)  # no port

    for text, way in ((b"1", nowhere), (b"2", route_to(receiver)), (b"3", nowhere), (b"4", route_to(receiver))):
        fill(outbox, text, way)
    failure = outbox.flush()

    assert failure == os.strerror(errno.EINVAL)
    assert outbox.failures == 2
    assert [inbox.data[row, 0] for row in range(len(inbox.receive()))] == [ord("2"), ord("4")]


def test_the_local_address_comes_along_and_sends_back_from_there(pair: Pair) -> None:
    sender, receiver = pair
    receiver.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    inbox = Inbox(receiver, 4, 16)
    sender.sendto(b"hello", receiver.getsockname())

    assert inbox.receive() == [5]

    local = inbox.routes[0, NAME + 20 : NAME + 24].tobytes()
    assert local == LOOPBACK
    control = struct.pack("@Nii4s4s4s", 28, socket.IPPROTO_IP, _IP_PKTINFO, bytes(4), local, bytes(4))
    outbox = Outbox(receiver, 4, 16, 16, socket.CMSG_SPACE(12))
    fill(outbox, b"back", route_to(sender)[:NAME] + control.ljust(CONTROL, b"\0"))
    assert outbox.flush() == ""
    assert sender.recvfrom(16) == (b"back", receiver.getsockname())


def test_what_is_too_long_is_cut_off(pair: Pair) -> None:
    sender, receiver = pair
    inbox = Inbox(receiver, 4, 16)
    sender.sendto(bytes(100), receiver.getsockname())

    assert inbox.receive() == [16]
