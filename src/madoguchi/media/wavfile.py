"""WAV files that are readable while they are being written, and after a crash.

Samples go to the end first, then the head is told of them; so at any moment the file is a whole one.
"""

import os
import struct
from pathlib import Path
from typing import Final

from madoguchi.kernel.errors import UnavailableError

HEAD: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM: Final = 1
_LONGEST: Final = 2**32 - 1 - HEAD.size


def head(channels: int, rate: int, data_bytes: int) -> bytes:
    """Return the head of a 16-bit WAV file."""
    frame = 2 * channels
    return HEAD.pack(
        b"RIFF", HEAD.size - 8 + data_bytes, b"WAVE", b"fmt ", 16, _PCM, channels, rate, rate * frame, frame, 16,
        b"data", data_bytes,
    )  # fmt: skip


def span_s(path: str) -> float:
    """Return how much sound is in a file of ours, as its head says; 0.0 for one that cannot be read."""
    try:
        with Path(path).open("rb") as file:
            fields = HEAD.unpack(file.read(HEAD.size))
    except (OSError, struct.error):
        return 0.0
    bytes_per_s, data_bytes = fields[8], fields[12]
    return float(data_bytes / bytes_per_s) if bytes_per_s else 0.0


class WavFile:
    """A WAV file that grows.

    Raises:
        UnavailableError: there is such a file already, or it cannot be made.
    """

    def __init__(self, path: str, channels: int, rate: int) -> None:
        self.path = path
        self.failed = ""
        """Why nothing is written any more, where that is so."""
        self._channels = channels
        self._rate = rate
        self._bytes = 0
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
            os.write(self._file, head(channels, rate, 0))
        except OSError as error:
            raise UnavailableError(f"{path} cannot be written: {error.strerror}") from error

    @property
    def descriptor(self) -> int:
        """The open file."""
        return self._file

    @property
    def span_s(self) -> float:
        """The length of what is in it."""
        return self._bytes / (2 * self._channels * self._rate)

    def append(self, samples: bytes) -> None:
        """Write interleaved little-endian samples. A full disk ends the writing, not the call: see `failed`."""
        if self.failed or self._bytes + len(samples) > _LONGEST:
            return
        try:
            written = os.pwrite(self._file, samples, HEAD.size + self._bytes)
            written -= written % (2 * self._channels)
            os.pwrite(self._file, head(self._channels, self._rate, self._bytes + written), 0)
        except OSError as error:
            self.failed = error.strerror or "cannot be written"
            return
        self._bytes += written
        if written < len(samples):
            self.failed = "the disk is full"

    def close(self) -> None:
        """Close it, with everything on the disk."""
        try:
            os.fdatasync(self._file)
        except OSError as error:
            self.failed = self.failed or error.strerror or "cannot be written"
        os.close(self._file)
