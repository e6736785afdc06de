"""The process that reads uploads: `python -m madoguchi.adapters.speech.import_sound in wav out.wav <rule as JSON>`.

Prints one line of JSON: `{"span_s"}`, or `{"refused": why, "reason": word}` where the word is one of `Refusal`.

**Loudness.** Uploads are brought to the level of the built-in voices, so that nobody needs to move his telephone when
one message is spoken and the next is recorded: the root mean square over all frames of 20 ms that are less than 35 dB
below the loudest becomes -22 dBFS, or less where a peak would exceed -2 dBFS. Nothing is compressed or limited. What
is below -60 dBFS in its loudest frame is silence and refused.
"""

import errno
import json
import os
import resource
import struct
import sys
import traceback
import wave
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from madoguchi.adapters.speech.loudness import levelled

RATE: Final = 16_000
"""Browsers hear it; telephones hear half of it."""
WAV_CODECS: Final = frozenset(
    {
        *("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_mulaw", "pcm_alaw"),
        *("adpcm_ms", "adpcm_ima_wav", "gsm_ms"),
    }
)
MP3_CODECS: Final = frozenset({"mp3", "mp3float"})
_SILENCE_DBFS: Final = -60.0
_FULL: Final = 32768.0
_BAD_PACKETS: Final = 2
"""So many packets may be unreadable: tags and cuts that common programs leave at both ends."""
_WHOLE: Final = 0.98
"""Less than this part of the announced length is a file that was cut off."""
_SHORTEST_S: Final = 0.1
_RIFF_HEAD: Final = 12
_CHUNK_HEAD: Final = 8
_ENDLESS: Final = 0x7FFF_0000
"""From here on a length says that its writer did not know it: he wrote into a pipe."""


class RefusedError(Exception):
    """The file cannot be used; the message says why, and `reason` in a word."""

    def __init__(self, why: str, reason: str) -> None:
        super().__init__(why)
        self.reason = reason


def bring_in(source: Path, ending: str, target: Path, rule: Mapping[str, Any]) -> float:
    """Write the sound in `source` to `target`; return its length in seconds.

    Raises:
        RefusedError: it cannot be used.
    """
    av.logging.set_level(av.logging.PANIC)
    kind, codecs = ("wav", WAV_CODECS) if ending == ".wav" else ("mp3", MP3_CODECS)
    longest = int(rule["longest_s"] * RATE)
    if kind == "wav" and _cut_off(source):
        raise RefusedError("the file is incomplete", "damaged")
    try:
        with av.open(str(source), format=kind, metadata_errors="ignore") as file:
            if not file.streams.audio:
                raise RefusedError("there is no sound in the file", "damaged")
            name = file.streams.audio[0].codec_context.name
            if name not in codecs:
                raise RefusedError(f"the sound format {name} is not accepted", "wrong_format")
            samples = _decoded(file, longest)
    except av.FFmpegError as error:
        if error.errno == errno.ENOMEM:
            raise RefusedError("the file needs too much memory to be read", "too_complex") from None
        raise RefusedError("the file is damaged or incomplete", "damaged") from None
    except ValueError:
        raise RefusedError("the file cannot be read", "damaged") from None
    if _loudest_dbfs(samples) < _SILENCE_DBFS:
        raise RefusedError("there is nothing but silence in the file", "silent")
    sound = levelled(samples, RATE, trim=rule["trim"])
    _write(sound, target)
    return len(sound) / RATE


def _cut_off(wav: Path) -> bool:
    """Whether less sound is there than the file's head announces; the decoder would not mind."""
    size = wav.stat().st_size
    with wav.open("rb") as file:
        at = _RIFF_HEAD
        while at + _CHUNK_HEAD <= size:
            file.seek(at)
            name, length = struct.unpack("<4sI", file.read(_CHUNK_HEAD))
            if name == b"data":
                return bool(length < _ENDLESS and at + _CHUNK_HEAD + length * _WHOLE > size)
            at += _CHUNK_HEAD + length + length % 2
    return False


def _decoded(file: Any, longest: int) -> NDArray[np.float64]:
    stream = file.streams.audio[0]
    announced_s = float(stream.duration * stream.time_base) if stream.duration else 0.0
    pieces: list[NDArray[np.int16]] = []
    count = 0
    for piece in _pieces(file, stream):
        pieces.append(piece)
        count += len(piece)
        if count > longest:
            raise RefusedError(f"the sound is longer than {longest // RATE} s", "too_long")
    if count < RATE * _SHORTEST_S:
        raise RefusedError("there is no sound in the file", "silent" if count else "damaged")
    if count < announced_s * _WHOLE * RATE:
        raise RefusedError("the file is incomplete", "damaged")
    return np.concatenate(pieces).astype(np.float64)


def _pieces(file: Any, stream: Any) -> Iterator[NDArray[np.int16]]:
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    bad = 0
    for packet in file.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            bad += 1
            if bad > _BAD_PACKETS:
                raise RefusedError("the file is damaged", "damaged") from None
            continue
        for frame in frames:
            for piece in resampler.resample(frame):
                yield piece.to_ndarray()[0]
    for piece in resampler.resample(None):
        yield piece.to_ndarray()[0]


def _loudest_dbfs(samples: NDArray[np.float64]) -> float:
    frame = RATE // 50
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    loudest = np.sqrt((whole**2).mean(axis=1)).max(initial=0.0)
    return float(20 * np.log10(loudest / _FULL)) if loudest else -np.inf


def _write(sound: NDArray[np.int16], target: Path) -> None:
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())


def _limit(rule: Mapping[str, Any]) -> None:
    """Keep this process within its memory and processor time; it dies where it wants more."""
    resource.setrlimit(resource.RLIMIT_AS, (rule["memory"], rule["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (rule["cpu_s"], rule["cpu_s"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> int:
    """Do what the command line says; print the answer."""
    source, ending, target, rule_json = arguments
    rule = json.loads(rule_json)
    with suppress(OSError):
        os.nice(10)  # Live sound comes first.
    _limit(rule)
    try:
        answer: dict[str, Any] = {"span_s": bring_in(Path(source), ending, Path(target), rule)}
    except RefusedError as refused:
        answer = {"refused": str(refused), "reason": refused.reason}
    except MemoryError:
        answer = {"refused": "the file needs too much memory to be read", "reason": "too_complex"}
    except Exception:  # noqa: BLE001 - who makes a decoder stumble gets his file back, and we the trace
        traceback.print_exc()
        answer = {"refused": "the file cannot be read", "reason": "damaged"}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
