"""One browser's TCP connection to the port of passive ICE-TCP: datagrams in a stream (RFC 6544, RFC 4571).

For offices that let no UDP out. The worker accepts a connection, gives it an address of its own, and treats what comes
out of here as it treats datagrams:

    connection = TcpConnection()
    address = (host, port, "tcp")                     # distinct from the same host and port by UDP
    for datagram in connection.receive(sock.recv(…)):  # an error: close the connection
        hub.receive(datagram, address, now)
    connection.queue(datagram)                        # what the hub sends to `address`
    connection.sent(sock.send(connection.waiting))    # as much as the socket takes
    hub.path_lost(address)                            # when it has been closed
"""

from typing import Final

from madoguchi.kernel.errors import InvalidInputError

LONGEST_FRAME: Final = 2048
"""Bytes of a datagram in the stream; browsers send none over 1,500."""
MOST_WAITING: Final = 16_384
"""Bytes that wait for a slow network; half a second of speech with all overhead. More would only be heard too late."""

_PREFIX: Final = 2


class BadTcpStreamError(InvalidInputError):
    """This is no ICE-TCP stream."""

    code = "bad_tcp_stream"


class TcpConnection:
    """Cuts a stream into datagrams, and strings datagrams into a stream. Never holds more than its bounds."""

    def __init__(self) -> None:
        self._arrived = bytearray()
        self._waiting = bytearray()

    def receive(self, data: bytes) -> list[bytes]:
        """Take what the socket gave, and return the datagrams that are complete.

        Raises:
            BadTcpStreamError: the stream announces a datagram that no browser sends; close the connection.
        """
        arrived = self._arrived
        arrived += data
        datagrams, start = [], 0
        while len(arrived) - start >= _PREFIX:
            length = int.from_bytes(arrived[start : start + _PREFIX], "big")
            if not 0 < length <= LONGEST_FRAME:
                raise BadTcpStreamError(f"a datagram of {length} bytes")
            end = start + _PREFIX + length
            if end > len(arrived):
                break
            datagrams.append(bytes(arrived[start + _PREFIX : end]))
            start = end
        del arrived[:start]
        return datagrams

    def queue(self, datagram: bytes | memoryview) -> bool:
        """Have `datagram` sent; False where it was dropped because the network is too slow, as UDP would do."""
        if len(self._waiting) + _PREFIX + len(datagram) > MOST_WAITING:
            return False
        self._waiting += len(datagram).to_bytes(_PREFIX, "big")
        self._waiting += datagram
        return True

    @property
    def waiting(self) -> bytes:
        """What is to be given to the socket."""
        return bytes(self._waiting)

    def sent(self, count: int) -> None:
        """The socket has taken the first `count` bytes of `waiting`."""
        del self._waiting[:count]
