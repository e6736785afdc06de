"""One media worker seen from the server: started, spoken to, noticed when it dies. All on the event loop, no tasks."""

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Final

import msgspec

from madoguchi.media.channel import FrameError, FrameReader, frame
from madoguchi.media.protocol import (
    MediaEvent,
    Order,
    Ready,
    Refusal,
    Reply,
    Report,
    Request,
    Result,
    WorkerSettings,
)
from madoguchi.ports.voice import VoiceUnavailableError

log = logging.getLogger(__name__)

_READ: Final = 1 << 18
_CLOSE_S: Final = 10.0
START_S: Final = 30.0
"""How long a worker may take to start on a slow machine."""


class WorkerProcess:
    """A running worker.

    Args:
        settings: what it is to know.
        on_event: told of every fact.
        on_death: told once, when it ends without having been closed.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(
        self, settings: WorkerSettings, on_event: Callable[[MediaEvent], None], on_death: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_event = on_event
        self._on_death = on_death
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Report)
        self._reader = FrameReader()
        self._out = bytearray()
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self.ready: asyncio.Future[None] = self._loop.create_future()
        """Done when the worker works; fails when it does not come up."""
        self.ready.add_done_callback(_read_outcome)
        self.alive = True
        ours, theirs = socket.socketpair()
        with theirs:
            # A media worker computes in small batches: more threads than one only cost it punctuality.
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            command = [sys.executable, "-m", "madoguchi.media.worker", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment)  # noqa: S603 - our own module
        ours.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._socket = ours
        self._loop.add_reader(ours.fileno(), self._read)
        self._write(msgspec.msgpack.encode(settings))

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    async def ask(self, order: Order) -> Result:
        """Send an order and return its outcome.

        Raises:
            VoiceUnavailableError: the worker is gone.
        """
        if not self.alive:
            raise VoiceUnavailableError("the media worker is not running")
        self._number += 1
        number = self._number
        answer: asyncio.Future[Result] = self._loop.create_future()
        self._waiting[number] = answer
        self._write(self._encoder.encode(Request(number, order)))
        try:
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """Let the worker close its recordings and end; wait for that. Facts that it still reports are delivered."""
        if not self.alive:
            return
        self._on_death = _nobody
        self._socket.shutdown(socket.SHUT_WR)
        await asyncio.to_thread(self._wait)
        while self._read():
            pass
        self._died()

    def _wait(self) -> None:
        try:
            self._process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            log.warning("media worker %d did not end by itself", self._process.pid)
            self._process.kill()
            self._process.wait()

    def _write(self, body: bytes) -> None:
        self._out += frame(body)
        self._flush()

    def _flush(self) -> None:
        while self._out:
            try:
                sent = self._socket.send(self._out)
            except BlockingIOError:
                self._loop.add_writer(self._socket.fileno(), self._flush)
                return
            except OSError:
                self._out.clear()  # the reader notices the death, and tells
                break
            del self._out[:sent]
        self._loop.remove_writer(self._socket.fileno())

    def _read(self) -> bool:
        """Take what has arrived; return whether there may be more."""
        if not self.alive:
            return False
        try:
            data = self._socket.recv(_READ)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        try:
            frames = self._reader.feed(data)
            reports = [self._decoder.decode(body) for body in frames]
        except (FrameError, msgspec.DecodeError):
            log.exception("media worker %d makes no sense", self._process.pid)
            self._process.kill()
            data, reports = b"", []
        for report in reports:
            self._take(report)
        if not data:
            self._died()
        return bool(data)

    def _take(self, report: Report) -> None:
        match report:
            case Ready():
                if not self.ready.done():
                    self.ready.set_result(None)
            case Reply(number=0, result=Refusal(detail=detail)):
                if not self.ready.done():
                    self.ready.set_exception(VoiceUnavailableError(detail))
            case Reply():
                waiting = self._waiting.get(report.number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(report.result)
            case _:
                self._on_event(report)

    def _died(self) -> None:
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._socket.fileno())
        self._loop.remove_writer(self._socket.fileno())
        self._socket.close()
        self._process.wait()  # it closed its end by ending, so there is next to nothing to wait for
        failure = VoiceUnavailableError("the media worker has died")
        if not self.ready.done():
            self.ready.set_exception(failure)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(failure)
        self._on_death()


def _nobody() -> None:
    """Tell nobody."""


def _read_outcome(ready: asyncio.Future[None]) -> None:
    """Look at a failure to start, so that it does not count as overlooked: the death is handled where it is noticed."""
    if not ready.cancelled():
        ready.exception()
