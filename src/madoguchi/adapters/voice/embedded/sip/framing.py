"""Messages out of a stream: each ends where its Content-Length says (RFC 3261 section 18.3)."""

import re
from typing import Final

from madoguchi.adapters.voice.embedded.sip.message import MAX_MESSAGE_BYTES

KEEP_ALIVE: Final = b"\r\n\r\n"
"""What a phone sends to keep the connection open (RFC 5626 section 3.5.1)."""
PONG: Final = b"\r\n"
_LENGTH: Final = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class FramingError(Exception):
    """It cannot be known where the next message begins: the connection must be closed."""


class StreamFramer:
    """Collects bytes and yields whole messages; keep-alives come out as `KEEP_ALIVE`."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0

    @property
    def waiting(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """Take `data` in, and return the messages that are complete now.

        Raises:
            FramingError: a message is too long, or has no Content-Length.
        """
        self._buffer += data
        messages: list[bytes] = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> bytes | None:
        buffer = self._buffer
        if buffer[:4] == KEEP_ALIVE:
            del buffer[:4]
            return KEEP_ALIVE
        if bytes(buffer[:1]) in {b"\r", b"\n"} and not KEEP_ALIVE.startswith(bytes(buffer[:4])):
            del buffer[: len(buffer) - len(buffer.lstrip(b"\r\n"))]
            self._searched = 0
        end = buffer.find(b"\r\n\r\n", max(0, self._searched - 3))
        if end < 0:
            self._searched = len(buffer)
            if len(buffer) > MAX_MESSAGE_BYTES:
                raise FramingError("headers without end")
            return None
        length = _LENGTH.search(buffer, 0, end + 2)
        if length is None:
            raise FramingError("no Content-Length")
        total = end + 4 + int(length[1])
        if total > MAX_MESSAGE_BYTES:
            raise FramingError("message too long")
        if len(buffer) < total:
            return None
        message = bytes(buffer[:total])
        del buffer[:total]
        self._searched = 0
        return message
