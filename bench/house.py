"""A real server with as many agents and consumers as a benchmark wants, all of them signed in already."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from bench import machine
from madoguchi.bootstrap.settings import FILE, Settings
from madoguchi.bootstrap.storage import opened
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.users import Credentials, Session, User
from madoguchi.domain.consumers.consumer import Consumer, ConsumerSession
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.kernel.ids import ConsumerId, QueueId, SessionId, UserId
from madoguchi.services.sign_in import password_hash, token_hash
from madoguchi.testing.queues import plant
from madoguchi.testing.server import RealServer

_RTP_FIRST: Final = 24_000
_RTP_LAST: Final = 29_999
_TRUNK: Final = '[[trunks]]\nname = "bench"\nhost = "127.0.0.1"\nport = 9\n'
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class House:
    """The server and who may come in."""

    server: RealServer
    queue: str
    cookies: tuple[str, ...]
    """One per agent."""
    tokens: tuple[str, ...]
    """One per consumer."""

    @property
    def api(self) -> str:
        """Where the API is."""
        return self.server.url + "/api/v1"

    def agent(self, number: int) -> httpx.AsyncClient:
        """Return an agent's HTTP client."""
        headers = {"X-Madoguchi": "1", "Cookie": self.cookies[number]}
        return httpx.AsyncClient(base_url=self.api, headers=headers, timeout=60)


@asynccontextmanager
async def a_house(
    shared: House | None, *, agents: int, consumers: int = 0, chat_limit: int = 3
) -> AsyncIterator[House]:
    """Yield `shared`, which must be large enough, or a server of one's own."""
    if shared is not None:
        yield shared
        return
    with TemporaryDirectory(prefix="bench-") as name:
        async with house(Path(name), agents=agents, consumers=consumers, chat_limit=chat_limit) as place:
            yield place


@asynccontextmanager
async def house(folder: Path, *, agents: int, consumers: int = 0, chat_limit: int = 3) -> AsyncIterator[House]:
    """Run a server with one queue that all `agents` serve."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    data = folder / "var"
    queue, cookies, tokens = await _seed(data, agents, consumers, chat_limit)
    variables = {
        "MADOGUCHI_CONSUMER_RATE": "1000000",
        "MADOGUCHI_LOG_LEVEL": "WARNING",
        "MADOGUCHI_RTP_PORTS": f"{_RTP_FIRST}-{_RTP_LAST}",
        "MADOGUCHI_MEDIA_ADDRESSES": "127.0.0.1",
    }
    # Calls come from a trunk: strangers are let in at a limited rate for each address.
    (data / FILE).write_text(_TRUNK, encoding="utf-8")
    server = RealServer(data, variables)
    await asyncio.to_thread(server.start)
    machine.hurry(server.pid)
    try:
        yield House(server, queue, cookies, tokens)
    finally:
        await asyncio.to_thread(server.stop)


async def _seed(
    data: Path, agents: int, consumers: int, chat_limit: int
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    now = datetime.now(UTC)
    secret = password_hash("bench")
    async with opened(Settings(data=str(data))) as storage:
        catalogue = storage.catalogue
        users = [
            User(
                UserId(f"user_{number:026d}"),
                f"Agent {number}",
                f"agent{number}@example.com",
                frozenset({Role.AGENT}),
                ("en", "ja"),
                chat_limit,
            )
            for number in range(agents)
        ]
        for number, user in enumerate(users):
            await catalogue.add_user(user, Credentials(secret))
            session = SessionId(f"session_{number:026d}")
            await catalogue.add_session(Session(session, token_hash(f"agent-{number}"), user.id, now, now + _DAY))
        queue = Queue(
            QueueId(f"queue_{1:026d}"),
            frozenset({MenuChannel.IVR, MenuChannel.WEB}),
            {"en": "Bench", "ja": "計測"},
            1,
            tuple(user.id for user in users),
            wrap_up_s=0.1,
        )
        await plant(storage.queues, queue)
        for first in range(0, consumers, 200):
            names = range(first, min(first + 200, consumers))
            await asyncio.gather(
                *(
                    catalogue.save_consumer(Consumer(ConsumerId(f"consumer_{n:026d}"), f"Web User {n}", None, now))
                    for n in names
                )
            )
            await asyncio.gather(
                *(
                    catalogue.add_consumer_session(
                        ConsumerSession(
                            SessionId(f"session_c{n:025d}"),
                            token_hash(f"consumer-{n}"),
                            ConsumerId(f"consumer_{n:026d}"),
                            now,
                            now + _DAY,
                        )
                    )
                    for n in names
                )
            )
    cookies = tuple(f"madoguchi_session=agent-{number}" for number in range(agents))
    return queue.id, cookies, tuple(f"consumer-{number}" for number in range(consumers))
