"""A real server as a child process, for tests and load: started, stopped, killed and started again on the same data."""

import atexit
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

import httpx

READY_S: Final = 120.0
STOP_S: Final = 20.0
_PORTS: Final = range(10_000, 20_000)
"""Below those that the system gives out by itself: none is taken by chance between being found and being used."""
_RTP_FIRST: Final = 20_000
_RTP_SPAN: Final = 200
_RTP_SLOTS: Final = 60


class ServerFailedError(Exception):
    """The server did not start, or did not stop; the message has the end of its log."""


@dataclass
class RealServer:
    """One server with its own data folder and ports."""

    data: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    """More `MADOGUCHI_…` settings."""
    host: str = "127.0.0.1"
    spoken: ClassVar[Path | None] = None
    """Where all servers of a run of tests keep what was spoken; each its own, where None."""

    def __post_init__(self) -> None:
        self.port = free_port(socket.SOCK_STREAM)
        self.sip_port = free_port(socket.SOCK_DGRAM)
        self.rtp_ports = free_rtp_range()
        self._process: subprocess.Popen[bytes] | None = None
        # A test that is cut off by its time limit may never come to its end; its server must not outlive it.
        atexit.register(self.kill)

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://{self.host}:{self.port}"

    @property
    def log(self) -> Path:
        """What it has written: log lines, and what it printed."""
        return self.data.parent / f"{self.data.name}.log"

    @property
    def pid(self) -> int:
        """The process, for measuring."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def sign_in_of(self, role: str, place: int = 0) -> tuple[str, str]:
        """Return e-mail address and password of a seeded user: `agent` 0 to 2, `manager` 0, `admin` 0."""
        kept = json.loads((self.data / "first-passwords.json").read_text(encoding="utf-8"))
        found = [each for each in kept if each["role"] == role][place]
        return found["email"], found["password"]

    def start(self) -> None:
        """Start, and wait until it is ready.

        Raises:
            ServerFailedError: it ended, or was not ready in two minutes.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        speech = self.data / "speech"
        if self.spoken is not None and not speech.exists():
            speech.symlink_to(self.spoken, target_is_directory=True)
        settings = {
            "MADOGUCHI_HOST": self.host,
            "MADOGUCHI_PORT": str(self.port),
            "MADOGUCHI_SIP_HOST": "0.0.0.0",  # noqa: S104 - callers of a test may come by another of our addresses
            "MADOGUCHI_SIP_PORT": str(self.sip_port),
            "MADOGUCHI_DATA": str(self.data),
            "MADOGUCHI_RTP_PORTS": self.rtp_ports,
            "MADOGUCHI_WEBRTC_PORT": "0",
            **self.variables,
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "madoguchi.bootstrap.main", "run"],
                env=inherited | settings,
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise ServerFailedError(f"it ended with {self._process.returncode}:\n{self._tail()}")
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        self.kill()
        raise ServerFailedError(f"it was not ready in {READY_S} s:\n{self._tail()}")

    def stop(self) -> None:
        """Ask it to end (SIGTERM), and wait.

        Raises:
            ServerFailedError: it did not end in time, or not well.
        """
        if self._process is None:
            return
        self._process.terminate()
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerFailedError(f"it did not stop in {STOP_S} s:\n{self._tail()}") from None
        self._process = None
        if code != 0:
            raise ServerFailedError(f"it ended with {code}:\n{self._tail()}")

    def kill(self) -> None:
        """End it and its children as a power cut would (SIGKILL)."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-6_000:]


def free_port(kind: socket.SocketKind) -> int:
    """Return a port that nobody has just now, for UDP and TCP alike, and that this process does not return again soon.

    Raises:
        ServerFailedError: all are taken.
    """
    for _ in _PORTS:
        port = next(_next_port)
        with socket.socket(socket.AF_INET, kind) as probe, socket.socket(socket.AF_INET, _other(kind)) as other:
            try:
                probe.bind(("0.0.0.0", port))  # noqa: S104 - as the server will
                other.bind(("0.0.0.0", port))  # noqa: S104 - as above
            except OSError:
                continue
            return port
    raise ServerFailedError("no free port")


def _ports_from(process: int) -> Iterator[int]:
    """Yield all ports, round and round, beginning far from where neighbouring processes begin."""
    begin = process * 997 % len(_PORTS)
    return itertools.cycle((*_PORTS[begin:], *_PORTS[:begin]))


_next_port: Final = _ports_from(os.getpid())


def _other(kind: socket.SocketKind) -> socket.SocketKind:
    return socket.SOCK_DGRAM if kind is socket.SOCK_STREAM else socket.SOCK_STREAM


def free_rtp_range() -> str:
    """Return a range of UDP ports below those that the system gives out, whose first is free: `first-last`."""
    for slot in range(_RTP_SLOTS):
        first = _RTP_FIRST + (os.getpid() + slot) % _RTP_SLOTS * _RTP_SPAN
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("0.0.0.0", first))  # noqa: S104 - as the server will
            except OSError:
                continue
        return f"{first}-{first + _RTP_SPAN - 1}"
    raise ServerFailedError("no free range of UDP ports")
