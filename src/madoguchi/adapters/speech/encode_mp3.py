"""The process that encodes: `python -m madoguchi.adapters.speech.encode_mp3 in.wav out.mp3`.

Prints `{"span_s"}`, or `{"error", "bad"}` where `bad` tells whether the fault is the file's.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import av
from av.audio.resampler import AudioResampler

from madoguchi.adapters.speech.drafts import draft_of
from madoguchi.ports.speech import BadAudioError

_BITS_PER_CHANNEL: Final = 32_000
_RATES: Final = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""What every player plays; telephone sound of 8 kHz becomes 16 kHz, which MP3 was made for."""
_STEREO: Final = 2


def encode(wav: Path, mp3: Path) -> float:
    """Encode `wav`, mono with 32 kb/s or stereo with 64 kb/s; return its length in seconds.

    Raises:
        BadAudioError: there is no sound in it that can be read.
        OSError: `mp3` cannot be written.
    """
    try:
        source = av.open(str(wav))
    except (av.error.InvalidDataError, av.error.EOFError) as error:
        raise BadAudioError(f"{wav.name} is not audio that can be read") from error
    with source:
        if not source.streams.audio:
            raise BadAudioError(f"there is no sound in {wav.name}")
        sound = source.streams.audio[0]
        layout = "stereo" if sound.channels >= _STEREO else "mono"
        rate = next((rate for rate in _RATES if rate >= sound.rate), _RATES[-1])
        resampler = AudioResampler(format="s16p", layout=layout, rate=rate)
        with av.open(str(mp3), "w", format="mp3") as target:
            encoder = target.add_stream("libmp3lame", rate=rate, layout=layout)
            encoder.bit_rate = _BITS_PER_CHANNEL * encoder.channels
            samples = 0
            try:
                for frame in source.decode(sound):
                    samples += frame.samples
                    for piece in resampler.resample(frame):
                        target.mux(encoder.encode(piece))
            except av.error.InvalidDataError as error:
                raise BadAudioError(f"{wav.name} is not audio that can be read") from error
            if not samples:
                raise BadAudioError(f"there is no sound in {wav.name}")
            for piece in resampler.resample(None):
                target.mux(encoder.encode(piece))
            target.mux(encoder.encode(None))
    return samples / sound.rate


def main(wav: Path, mp3: Path) -> None:
    """Encode into a file beside `mp3`, then put it in its place in one step."""
    with suppress(OSError):
        os.nice(10)  # Live sound comes first.
    fresh = draft_of(mp3, os.getpid())
    try:
        span_s = encode(wav, fresh)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        fresh.replace(mp3)
        answer: dict[str, object] = {"span_s": span_s}
    except BadAudioError as error:
        answer = {"error": error.detail, "bad": True}
    except (OSError, av.error.FFmpegError) as error:
        answer = {"error": str(error), "bad": False}
    finally:
        fresh.unlink(missing_ok=True)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
