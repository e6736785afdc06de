"""One server and one browser for a file of stories about chats."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from madoguchi.testing.server import RealServer
from tests.e2e.kit.backstage import clear_the_floor
from tests.e2e.kit.browser import chromium
from tests.e2e.kit.house import brisk_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server whose queues ring shortly; it must stop well at the end."""
    with brisk_server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser for everybody in the story."""
    async with chromium(tmp_path_factory.mktemp("browser"), 440) as running:
        yield running


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_left(server: RealServer) -> AsyncIterator[None]:
    """End what a story that failed has left, so that the next one does not fail of it."""
    yield
    await clear_the_floor(server)
