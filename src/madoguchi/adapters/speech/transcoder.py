"""Recordings to what is kept of them, away from live media."""

import asyncio
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from madoguchi.adapters.speech.drafts import draft_of
from madoguchi.adapters.speech.wav_repair import repair
from madoguchi.kernel.errors import NotFoundError, UnavailableError
from madoguchi.ports.speech import BadAudioError

_START_S: Final = 60.0
_PER_MEGABYTE_S: Final = 10.0
"""A megabyte is a minute of telephone sound; even a busy machine encodes it in less."""
_MODULE: Final = "madoguchi.adapters.speech.encode_mp3"


class PyAvTranscoder:
    """Repairs heads itself; encodes in one process a file, so that no file can harm more than its own recording.

    Args:
        at_once: how many files are encoded side by side.
    """

    def __init__(self, at_once: int = 2) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def recover(self, wav: Path) -> float:
        """Make a WAV file that was cut off by a crash readable in place; return its length in seconds.

        Raises:
            BadAudioError: not even its head can be read.
            NotFoundError: it is not there.
            UnavailableError: it cannot be written just now.
        """
        try:
            return await asyncio.to_thread(repair, wav)
        except FileNotFoundError as error:
            raise NotFoundError(f"there is no file {wav}") from error
        except OSError as error:
            raise UnavailableError(f"{wav} cannot be repaired: {error.strerror}") from error

    async def to_mp3(self, wav: Path, mp3: Path) -> float:
        """Encode `wav` as MP3, replacing `mp3` in one step; return its length in seconds.

        Raises:
            BadAudioError: the file cannot be read as audio, or there is no sound in it.
            NotFoundError: it is not there.
            UnavailableError: `mp3` cannot be written just now, or the encoder died.
        """
        try:
            size = (await asyncio.to_thread(wav.stat)).st_size
        except OSError as error:
            raise NotFoundError(f"there is no file {wav}") from error
        async with self._places:
            answer = await _run(wav, mp3, _START_S + _PER_MEGABYTE_S * size / 1e6)
        if fault := answer.get("error"):
            raise BadAudioError(fault) if answer.get("bad") else UnavailableError(f"{wav.name}: {fault}")
        return float(answer["span_s"])


async def _run(wav: Path, mp3: Path, allowed_s: float) -> dict[str, Any]:
    """Run the encoder, and never leave it behind."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _MODULE, str(wav), str(mp3)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(allowed_s):
            said, _ = await process.communicate()
    except TimeoutError:
        raise UnavailableError(f"{wav.name} was not encoded within {allowed_s:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
            draft = draft_of(mp3, process.pid)
            await asyncio.to_thread(draft.unlink, missing_ok=True)
    try:
        answer: dict[str, Any] = msgspec.json.decode(said)
    except msgspec.DecodeError as error:
        raise UnavailableError(f"the encoder of {wav.name} ended with status {process.returncode}") from error
    return answer
