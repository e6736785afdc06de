"""A cable between a browser and the server that can be cut, go dead, and be mended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Cable:
    """Passes TCP connections on to a port of this machine."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._open = True
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.port = 0
        """What the browser connects to."""

    def cut(self) -> None:
        """Break every connection at once, and refuse new ones until it is mended."""
        self._open = False
        for end in self._ends:
            end.transport.abort()

    def deaden(self) -> None:
        """Let nothing through any more, without a word to either side."""
        self._flowing.clear()

    def mend(self) -> None:
        """Let new connections through again; those that went dead stay so."""
        if not self._flowing.is_set():
            for end in self._ends:
                end.transport.abort()
        self._open = True
        self._flowing.set()

    async def start(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Break everything for good."""
        assert self._server is not None
        self._server.close()
        self.mend()
        self.cut()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        await self._flowing.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, far_writer))
                both.create_task(self._pass_on(far_reader, writer))
        finally:
            self._ends -= ends

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                await self._flowing.wait()
                target.write(data)
                await target.drain()
        with contextlib.suppress(OSError):
            target.close()


@asynccontextmanager
async def a_cable(target: int) -> AsyncIterator[Cable]:
    """Yield a cable to `target`."""
    cable = Cable(target)
    await cable.start()
    try:
        yield cable
    finally:
        await cable.stop()
