"""Uploaded sound to files that are played, one process a file."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import structlog

from madoguchi.domain.messages.own import Refusal
from madoguchi.kernel.errors import UnavailableError
from madoguchi.ports.messages import BadSoundError, SoundRule

MEMORY: Final = 1_536 * 1024 * 1024
CPU_S: Final = 60
_PATIENCE_S: Final = 120.0
_MODULE: Final = "madoguchi.adapters.speech.import_sound"

_log = structlog.get_logger(__name__)


class PyAvSoundImport:
    """Reads uploads in processes that can do no harm.

    Args:
        at_once: how many files are read side by side.
        memory: bytes of address space that one may use.
        patience_s: how long one may take.
    """

    def __init__(self, at_once: int = 2, *, memory: int = MEMORY, patience_s: float = _PATIENCE_S) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._memory = memory
        self._patience_s = patience_s

    async def bring_in(self, source: Path, ending: str, target: Path, rule: SoundRule) -> float:
        """Write what is in `source` to `target` as a mono 16-bit WAV file of 16 kHz at the common loudness.

        Returns:
            The length in seconds.

        Raises:
            BadSoundError: it is damaged, too long, silent, or not what it is said to be.
            UnavailableError: it could not be read just now.
        """
        limits = {"longest_s": rule.longest_s, "trim": rule.trim, "memory": self._memory, "cpu_s": CPU_S}
        async with self._places:
            answer = await self._run(str(source), ending, str(target), json.dumps(limits))
        if "refused" in answer:
            raise BadSoundError(str(answer["refused"]), Refusal(answer["reason"]))
        return float(answer["span_s"])

    async def _run(self, *arguments: str) -> Mapping[str, Any]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", _MODULE, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(self._patience_s):
                out, err = await process.communicate()
        except TimeoutError:
            return {"refused": "the file takes too long to be read", "reason": Refusal.TOO_COMPLEX.value}
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if err:
            _log.warning("sound_import_said", text=err.decode(errors="replace")[-1_000:])
        if process.returncode == 0 and out:
            answer: dict[str, Any] = json.loads(out)
            return answer
        _log.warning("sound_import_died", code=process.returncode)
        if process.returncode is not None and process.returncode < 0:
            return {"refused": "the file needs too much to be read", "reason": Refusal.TOO_COMPLEX.value}
        raise UnavailableError("the file could not be checked; try again")
