"""Many datagrams in one system call, from and into the rows of arrays: recvmmsg(2) and sendmmsg(2).

Python's own sockets make one call, one address and one object a packet, which costs more than the packet's way through
the system.
"""

import ctypes
import errno
import os
import socket
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Records = NDArray[np.void]

NAME: Final = 32
"""Bytes kept for an address: `struct sockaddr_in6` has 28."""
CONTROL: Final = 32
"""Bytes kept for what comes along with a datagram: `CMSG_SPACE(sizeof(struct in_pktinfo))` has 32 at most."""
_MESSAGE: Final = np.dtype(
    [
        ("name", np.uintp),
        ("name_length", np.uint32),
        ("parts", np.uintp),
        ("part_count", np.uintp),
        ("control", np.uintp),
        ("control_length", np.uintp),
        ("flags", np.int32),
    ],
    align=True,
)
"""`struct msghdr`."""
_ENTRY: Final = np.dtype([("message", _MESSAGE), ("length", np.uint32)], align=True)
"""`struct mmsghdr`."""
_PART: Final = np.dtype([("base", np.uintp), ("length", np.uintp)], align=True)
"""`struct iovec`."""
_LIBRARY: Final = ctypes.CDLL(None, use_errno=True)


class _Batch:
    """Rows of data, each with an address and control data of its own, and the records that tell the system of them."""

    def __init__(self, count: int, size: int) -> None:
        self.count = count
        self.data: Bytes = np.zeros((count, size), np.uint8)
        self.routes: Bytes = np.zeros((count, NAME + CONTROL), np.uint8)
        """Each row's address, then its control data."""
        self._parts: Records = np.zeros(count, _PART)
        self._parts["base"] = _addresses(self.data)
        self._parts["length"] = size
        self._entries: Records = np.zeros(count, _ENTRY)
        message = self._entries["message"]
        message["name"] = _addresses(self.routes)
        message["control"] = _addresses(self.routes) + NAME
        message["parts"] = _addresses(self._parts)
        message["part_count"] = 1
        self._message = message
        self._at: int = self._entries.ctypes.data


def _addresses(array: NDArray[Any]) -> NDArray[np.uintp]:
    """Return where in memory each row of an array begins."""
    return np.uintp(array.ctypes.data) + np.arange(len(array), dtype=np.uintp) * np.uintp(array.strides[0])


class Inbox(_Batch):
    """What comes to a socket.

    Args:
        made: a socket that does not block.
        count: how many datagrams are taken at once.
        size: bytes kept of each; what is longer is cut off.
    """

    def __init__(self, made: socket.socket, count: int, size: int) -> None:
        super().__init__(count, size)
        self._descriptor = made.fileno()
        self._call: Callable[..., int] = _LIBRARY.recvmmsg

    def receive(self) -> list[int]:
        """Take what is there, up to `count` datagrams, into the first rows; return their lengths."""
        self._message["name_length"] = NAME
        self._message["control_length"] = CONTROL
        taken = self._call(self._descriptor, ctypes.c_void_p(self._at), self.count, 0, None)
        if taken <= 0:
            return []
        with_control = self._message["control_length"][:taken] > 0
        if not with_control.all():
            self.routes[:taken][~with_control, NAME:] = 0
        lengths: list[int] = self._entries["length"][:taken].tolist()
        return lengths


class Outbox(_Batch):
    """What goes out of a socket: rows are filled one after the other, then sent together.

    Args:
        made: a socket that does not block.
        count: how many datagrams are sent at once.
        size: bytes that the longest one has.
        name_length: bytes of an address.
        control_length: bytes of control data.
    """

    def __init__(self, made: socket.socket, count: int, size: int, name_length: int, control_length: int) -> None:
        super().__init__(count, size)
        self.failures = 0
        """Datagrams that could not be handed to the network."""
        self.rows = [row.data for row in self.data]
        self.next = 0
        """The row to be filled next."""
        self._descriptor = made.fileno()
        self._message["name_length"] = name_length
        self._message["control_length"] = control_length
        self._ways = [row.data for row in self.routes]
        self._known = [b""] * count
        self._lengths = [0] * count
        self._call: Callable[..., int] = _LIBRARY.sendmmsg

    def add(self, length: int, route: bytes) -> None:
        """Let the first `length` bytes of the row `next` go out by `route`: address and control data."""
        at = self.next
        if self._known[at] is not route:
            self._known[at] = route
            self._ways[at][:] = route
        self._lengths[at] = length
        self.next = at + 1
        if self.next == self.count:
            self.flush()

    def flush(self) -> str:
        """Send what has been added. Returns the last failure that was not mere congestion, or the empty text."""
        wanted, self.next = self.next, 0
        if not wanted:
            return ""
        self._parts["length"][:wanted] = self._lengths[:wanted]
        failure, done = "", 0
        while done < wanted:
            place = ctypes.c_void_p(self._at + done * _ENTRY.itemsize)
            sent = self._call(self._descriptor, place, wanted - done, 0)
            if sent > 0:
                done += sent
                continue
            number = ctypes.get_errno()
            if number not in {errno.EAGAIN, errno.ENETUNREACH, errno.EHOSTUNREACH}:
                failure = os.strerror(number)
            self.failures += 1
            done += 1  # the first one of those that were left could not be sent
        return failure
