"""Makes WAV files readable whose writer was cut off before it could say how long they are."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from madoguchi.ports.speech import BadAudioError

_CHUNK: Final = struct.Struct("<4sI")
_FORMAT: Final = struct.Struct("<HHIIHH")
_RIFF_HEAD: Final = 12
_LONGEST: Final = 2**32 - 1
_PRINTABLE: Final = range(0x20, 0x7F)


@dataclass(frozen=True)
class _Layout:
    """Where the sound is."""

    bytes_per_s: int
    frame: int
    """Bytes of one sample of all channels."""
    start: int
    """Offset of the first sample."""
    declared: int
    """Bytes of sound, as the head says."""


def repair(wav: Path) -> float:
    """Make the head tell what is in the file, and drop a last half sample; return the length in seconds.

    A file whose head is right is left as it is.

    Raises:
        BadAudioError: it is no WAV file, or not even its head is there.
        OSError: it cannot be read or written.
    """
    with wav.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        layout = _read(file, size)
        if _is_whole(file, layout, size):
            return layout.declared / layout.bytes_per_s
        there = min(size, _LONGEST) - layout.start
        sound = there - there % layout.frame
        file.truncate(layout.start + sound)
        file.seek(4)
        file.write(struct.pack("<I", layout.start + sound - _CHUNK.size))
        file.seek(layout.start - 4)
        file.write(struct.pack("<I", sound))
        file.flush()
        os.fsync(file.fileno())
        return sound / layout.bytes_per_s


def _read(file: BinaryIO, size: int) -> _Layout:
    head = file.read(_RIFF_HEAD)
    if len(head) < _RIFF_HEAD or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise BadAudioError("this is no WAV file, or its head is lost")
    format_: tuple[int, int, int, int, int, int] | None = None
    place = _RIFF_HEAD
    while place + _CHUNK.size <= size:
        file.seek(place)
        name, length = _CHUNK.unpack(file.read(_CHUNK.size))
        place += _CHUNK.size
        if name == b"fmt ":
            found = file.read(_FORMAT.size)
            if len(found) < _FORMAT.size:
                break
            format_ = _FORMAT.unpack(found)
        if name == b"data":
            if format_ is None:
                break
            _, channels, rate, bytes_per_s, frame, _ = format_
            if not (channels and rate and bytes_per_s and frame):
                break
            return _Layout(bytes_per_s, frame, place, length)
        place += length + length % 2
    raise BadAudioError("the head of this WAV file does not say what is in it")


def _is_whole(file: BinaryIO, layout: _Layout, size: int) -> bool:
    """Whether the sound ends where the head says, and nothing but further chunks follows."""
    if layout.declared % layout.frame:
        return False
    end = layout.start + layout.declared
    place = end + layout.declared % 2
    if end == size:
        return True
    while place + _CHUNK.size <= size:
        file.seek(place)
        name, length = _CHUNK.unpack(file.read(_CHUNK.size))
        if not all(letter in _PRINTABLE for letter in name):
            return False
        place += _CHUNK.size + length + length % 2
    return place == size
