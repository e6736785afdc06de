"""A caller that is not ours: baresip, driven through its control socket; it says a tone and keeps what it hears."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import numpy as np

from madoguchi.testing.tones import Samples, write_tone

PATIENCE_S: Final = 30.0
RATE: Final = 8_000
_HEADER: Final = 44
"""Bytes before the samples of a WAV file."""

_CONFIG: Final = """\
sip_listen 127.0.0.1:0
call_local_timeout 120
call_max_calls 1
audio_player aubridge,nowhere
audio_source aufile,{sound}
audio_alert aubridge,nowhere
audio_level no
rtp_ports {first}-{last}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
snd_path {folder}
module_tmp account.so
module_app menu.so
module ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""
_ACCOUNT: Final = '"{name}" <sip:{user}@127.0.0.1>;regint=0;audio_codecs=PCMU/8000/1;dtmfmode=rtpevent\n'


class BaresipFailedError(Exception):
    """baresip did not start, or refused a command."""


class Baresip:
    """A running baresip with at most one call."""

    def __init__(self, folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.events: list[str] = []
        """What has happened to the call: `CALL_ESTABLISHED`, `CALL_CLOSED` and so on."""
        self._folder = folder
        self._reader = reader
        self._writer = writer
        self._changed = asyncio.Event()
        self._answers: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()

    async def call(self, uri: str) -> None:
        """Call `uri`, and wait until it is answered."""
        await self._command("dial", uri)
        await self.until("CALL_ESTABLISHED")

    async def press(self, digit: str) -> None:
        """Press one key (RFC 4733)."""
        await self._command("sndcode", digit)
        await self._command("sndcode", "\x04")

    async def hang_up(self) -> None:
        """End the call."""
        await self._command("hangup")

    async def until(self, event: str) -> None:
        """Wait until `event` has happened.

        Raises:
            TimeoutError: it has not.
            BaresipFailedError: the call is over instead.
        """
        async with asyncio.timeout(PATIENCE_S):
            while event not in self.events:
                if "CALL_CLOSED" in self.events:
                    raise BaresipFailedError(f"the call is over: {self.events}")
                self._changed.clear()
                await self._changed.wait()

    def heard(self, seconds: float | None = None) -> Samples:
        """Return what it has heard so far, or the last `seconds` of it."""
        for path in sorted(self._folder.glob("dump-*-dec.wav"))[-1:]:
            data = path.read_bytes()[_HEADER:]
            samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16)
            return samples if seconds is None else samples[-round(seconds * RATE) :]
        return np.zeros(0, np.int16)

    async def listen(self) -> None:
        """Take events and answers until the socket closes."""
        while frame := await self._frame():
            if frame.get("response"):
                self._answers.put_nowait(frame)
            else:
                self.events.append(str(frame.get("type")))
                self._changed.set()

    async def _frame(self) -> Mapping[str, Any]:
        """Read one netstring."""
        try:
            length = await self._reader.readuntil(b":")
            body = await self._reader.readexactly(int(length[:-1]) + 1)
        except (asyncio.IncompleteReadError, ConnectionError):
            return {}
        frame: Mapping[str, Any] = json.loads(body[:-1])
        return frame

    async def _command(self, command: str, params: str = "") -> None:
        text = json.dumps({"command": command, "params": params}).encode()
        self._writer.write(b"%d:%b," % (len(text), text))
        await self._writer.drain()
        async with asyncio.timeout(PATIENCE_S):
            answer = await self._answers.get()
        if not answer.get("ok"):
            raise BaresipFailedError(f"{command} {params}: {answer}")


@asynccontextmanager
async def running_baresip(
    folder: Path, free_port: Callable[[socket.SocketKind], int], *, hertz: int, user: str = "ann", name: str = "Ann"
) -> AsyncIterator[Baresip]:
    """Yield a baresip that says a tone of `hertz` in its call; it ends with the context.

    Args:
        folder: for its configuration and what it hears; must be empty.
        free_port: finds a free port.
        hertz: the tone.
        user: the number that it shows.
        name: the name that it shows.

    Raises:
        BaresipFailedError: it did not start.
    """
    control = await asyncio.to_thread(_configure, folder, free_port, hertz, user, name)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "baresip", "-f", str(folder), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        reader, writer = await _connected(process, control, folder)
        try:
            phone = Baresip(folder, reader, writer)
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(phone.listen())
                try:
                    yield phone
                finally:
                    listening.cancel()
        finally:
            writer.close()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _configure(folder: Path, free_port: Callable[[socket.SocketKind], int], hertz: int, user: str, name: str) -> int:
    """Write what baresip reads at its start; return the port of its control socket."""
    folder.mkdir(parents=True, exist_ok=True)
    control, audio = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM) & ~1
    last = min(audio + 20, 65_534)
    sound = write_tone(folder / "says.wav", (hertz,), 60)
    config = _CONFIG.format(sound=sound, folder=folder, control=control, first=last - 20, last=last)
    (folder / "config").write_text(config, encoding="utf-8")
    (folder / "accounts").write_text(_ACCOUNT.format(name=name, user=user), encoding="utf-8")
    (folder / "contacts").touch()
    return control


async def _connected(
    process: asyncio.subprocess.Process, port: int, folder: Path
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while process.returncode is None:
                with suppress(OSError):
                    return await asyncio.open_connection("127.0.0.1", port)
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass
    raise BaresipFailedError((folder / "log").read_text(encoding="utf-8", errors="replace")[-2_000:])
