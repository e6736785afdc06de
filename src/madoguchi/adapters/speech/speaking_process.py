"""The client of the process that speaks."""

import asyncio
import sys
from pathlib import Path
from typing import Final

import msgspec

from madoguchi.adapters.speech.drafts import draft_of
from madoguchi.ports.speech import SpeechError

_START_S: Final = 60.0
_ONE_TEXT_S: Final = 60.0
_GOODBYE_S: Final = 2.0
_WORKER: Final = (sys.executable, "-m", "madoguchi.adapters.speech.worker")


class SpeakingProcess:
    """Starts the process when it is first needed, and again when it has died; one text at a time.

    Args:
        command: what is started.
        one_text_s: how long one text may take before the process is given up.
    """

    def __init__(self, command: tuple[str, ...] = _WORKER, *, one_text_s: float = _ONE_TEXT_S) -> None:
        self._command = command
        self._one_text_s = one_text_s
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._starting = False

    async def speak(self, engine: str, text: str, speed: float, path: Path) -> None:
        """Write `text` as a WAV file at `path`.

        Raises:
            SpeechError: the engine failed.
        """
        order = msgspec.json.encode({"engine": engine, "text": text, "speed": speed, "path": str(path)}) + b"\n"
        async with self._turn:
            # A process may have died since its last text, which is no fault of this one: it gets a second chance.
            answer = await self._ask(order, path) or await self._ask(order, path)
        if answer is None:
            raise SpeechError("the process that speaks died twice over one text")
        if error := msgspec.json.decode(answer).get("error"):
            raise SpeechError(str(error))

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            if self._process and self._process.stdin:
                self._process.stdin.close()
                try:
                    async with asyncio.timeout(_GOODBYE_S):
                        await self._process.wait()
                except TimeoutError:
                    await self._kill()
            self._process = None

    async def _ask(self, order: bytes, path: Path) -> bytes | None:
        """Return the answer, or None where the process died."""
        answered = False
        try:
            process = self._process = self._process or await self._start()
            assert process.stdin, "it is a pipe"  # noqa: S101 - for the type
            assert process.stdout, "it is a pipe"  # noqa: S101 - for the type
            if self._starting:
                async with asyncio.timeout(_START_S):
                    self._starting = not await process.stdout.readline()
            async with asyncio.timeout(self._one_text_s):
                process.stdin.write(order)
                await process.stdin.drain()
                answer = await process.stdout.readline()
            answered = answer.endswith(b"\n")
        except ConnectionError:
            return None
        except TimeoutError:
            raise SpeechError(f"a text was not spoken within {self._one_text_s:g} s") from None
        finally:
            # Whatever happened, an answer that comes later must not be taken for that of the next text.
            if not answered:
                await self._kill(path)
        return answer if answered else None

    async def _start(self) -> asyncio.subprocess.Process:
        self._starting = True
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise SpeechError(f"the process that speaks cannot be started: {error.strerror}") from error

    async def _kill(self, path: Path | None = None) -> None:
        """End the process at once, with what it had begun to write for `path`."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        if path:
            await asyncio.to_thread(draft_of(path, process.pid).unlink, missing_ok=True)
