"""A process that makes load: told what to do line by line in JSON, answers likewise."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

_LONGEST_LINE: Final = 1 << 24
_ANSWER_S: Final = 90.0


class Load:
    """The process, seen from the benchmark."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def ask(self, **order: Any) -> Any:
        """Send an order and return its answer.

        Raises:
            RuntimeError: the process has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(_ANSWER_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the load process has ended")
        return json.loads(line)


@asynccontextmanager
async def load_process(module: str, *arguments: str) -> AsyncIterator[Load]:
    """Yield `python -m module`, which ends with the context."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE
    )
    try:
        yield Load(process)
    finally:
        if process.returncode is None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
