"""One server and one browser for a file of stories about calls."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from madoguchi.testing.server import RealServer
from tests.e2e.kit.browser import chromium
from tests.e2e.kit.house import Office, brisk_server

AGENT_HERTZ = 700


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server whose queues ring shortly; it must stop well at the end."""
    with brisk_server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose microphone says the agent's tone."""
    async with chromium(tmp_path_factory.mktemp("browser"), AGENT_HERTZ) as running:
        yield running


@pytest.fixture(scope="module")
def office(server: RealServer) -> Iterator[Office]:
    """Requests of the manager, beside the screens."""
    signed_in = Office(server)
    yield signed_in
    signed_in.close()
