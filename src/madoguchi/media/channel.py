"""Frames on the channel between the media plane and a worker: a length in four bytes, then that many bytes."""

import struct
from typing import Final

_LENGTH: Final = struct.Struct("!I")
LONGEST: Final = 1 << 22
"""No frame comes near this; a longer one means that the two sides have lost step."""


class FrameError(ValueError):
    """The other side sent something that is no frame."""


class FrameReader:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take what has arrived; return the frames that are complete now.

        Raises:
            FrameError: the stream makes no sense.
        """
        self._buffer += data
        frames = []
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > LONGEST:
                raise FrameError(f"a frame of {length} bytes")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                break
            frames.append(bytes(self._buffer[_LENGTH.size : end]))
            del self._buffer[:end]
        return frames


def frame(body: bytes) -> bytes:
    """Return `body` as a frame."""
    return _LENGTH.pack(len(body)) + body
