"""A real server for every story: its own process, data folder and ports."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from madoguchi.testing.server import RealServer


@pytest.fixture(scope="session", autouse=True)
def spoken(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """Let all servers of this run share what was spoken: files are named by what they say, and written whole."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "spoken"
    folder.mkdir(exist_ok=True)
    RealServer.spoken = folder
    yield
    RealServer.spoken = None


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., RealServer]]:
    """Starts servers (`start_server(MADOGUCHI_…="…")`), and ends at the end whichever still run."""
    started: list[RealServer] = []

    def start(**variables: str) -> RealServer:
        server = RealServer(tmp_path / f"server-{len(started)}" / "data", variables)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """One running server for a whole file of stories; it must stop well at the end."""
    running = RealServer(tmp_path_factory.mktemp("server") / "data")
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def looks(request: pytest.FixtureRequest) -> Path | None:
    """Where screens are kept for looking at, if `MADOGUCHI_LOOKS` names a folder."""
    folder = os.environ.get("MADOGUCHI_LOOKS")
    return Path(folder) / request.node.name if folder else None
