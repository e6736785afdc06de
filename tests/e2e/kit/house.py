"""A server with an organisation made to measure, and what its operator can see of it."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import opened, seed_passwords
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.queues.resolve import Menus
from madoguchi.domain.queues.tree import Tree
from madoguchi.testing.mp3 import mp3_samples
from madoguchi.testing.queues import overrides_of
from madoguchi.testing.server import RealServer
from madoguchi.testing.tones import Samples

PATIENCE_S = 45.0


def organised(data: Path, change: Callable[[Queue], Queue] = lambda queue: queue) -> None:
    """Fill a data folder with the demo organisation, its queues changed by `change`."""

    async def work() -> None:
        settings = Settings(data=str(data))
        await seed_passwords(settings, reset=False)
        async with opened(settings) as storage:
            stored = await storage.queues.load()
            menus = Menus(Tree.of(stored.nodes))
            nodes = [
                replace(one, overrides=overrides_of(change(menus.queue_of(one)))) if menus.tree.leaf(one) else one
                for one in stored.nodes
            ]
            await storage.queues.save(nodes, revision=stored.revision)

    asyncio.run(work())


def brisk(queue: Queue) -> Queue:
    """Return the queue with one short deltacast offer before all agents are rung at once."""
    return replace(queue, routing=replace(queue.routing, offer_s=10.0, attempts=1))


@contextmanager
def brisk_server(data: Path, variables: Mapping[str, str] | None = None) -> Iterator[RealServer]:
    """Yield a running server whose queues ring shortly; it must stop well at the end."""
    organised(data, brisk)
    with running_server(data, variables) as running:
        yield running


@contextmanager
def running_server(data: Path, variables: Mapping[str, str] | None = None) -> Iterator[RealServer]:
    """Yield a running server on a data folder; it must stop well at the end."""
    running = RealServer(data, variables or {})
    running.start()
    try:
        yield running
    except BaseException:
        running.kill()
        raise
    running.stop()


async def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    """Wait for a state of another process; return what `true` returned.

    Raises:
        AssertionError: it did not come, says `what`.
    """
    try:
        async with asyncio.timeout(seconds):
            while not (found := true()):  # noqa: ASYNC110 - what happens in other processes has no event here
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{what} within {seconds} s") from None
    return found


def figure(server: RealServer, name: str, label: str = "") -> float:
    """Return the sum of a figure over its labels (or of those with the value `label`); 0 where there is none."""
    page = httpx.get(f"{server.url}/metrics", timeout=10).text
    found = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", page, re.MULTILINE)
    return sum(float(value) for labels, value in found if not label or f'"{label}"' in labels)


async def nothing_is_live(server: RealServer) -> None:
    """Wait until no call lives, nothing rings, and no leg, bridge or recording is left in the media workers."""
    for name in ("madoguchi_calls", "madoguchi_offers", "madoguchi_media_live"):
        await until(lambda name=name: figure(server, name) == 0, f"no {name}")  # type: ignore[misc]


def requests_of(server: RealServer, role: str = "manager") -> httpx.Client:
    """Return the HTTP requests of a signed-in user; to be closed."""
    email, password = server.sign_in_of(role)
    http = httpx.Client(base_url=f"{server.url}/api/v1", headers={"X-Madoguchi": "1"}, timeout=30)
    http.post("/session", json={"email": email, "password": password}).raise_for_status()
    return http


class Office:
    """HTTP requests of a signed-in user, for what is looked up beside the screens."""

    def __init__(self, server: RealServer, role: str = "manager") -> None:
        self.http = requests_of(server, role)

    def get(self, path: str) -> Any:
        """Return the JSON of a path."""
        return self.http.get(path).raise_for_status().json()

    def newest_call(self) -> dict[str, Any]:
        """Return the last completed call with everything that is known of it."""
        rows = self.get("/completed/calls?limit=1")["rows"]
        found: dict[str, Any] = self.get(f"/calls/{rows[0]['id']}") if rows else {}
        return found

    def user(self, email: str, _: str = "") -> dict[str, Any]:
        """Return somebody's record by how he signs in."""
        found: dict[str, Any] = next(one for one in self.get("/users")["users"] if one["email"] == email)
        return found

    async def recorded(self, call: str) -> Samples:
        """Wait until all recordings of a call are ready; return their sound, one after the other, at 8 kHz."""

        def ready() -> list[str]:
            found = self.get(f"/calls/{call}")["recordings"]
            return [str(one["id"]) for one in found] if all(one["state"] == "ready" for one in found) else []

        names = await until(ready, "the recordings are ready")
        files = [self.http.get(f"/recordings/{name}/audio").raise_for_status().content for name in names]
        return np.concatenate([mp3_samples(file) for file in files])

    def close(self) -> None:
        """Forget the session."""
        self.http.delete("/session")
        self.http.close()


def with_a_desk(server: RealServer) -> dict[str, Any]:
    """Make the manager an agent, too; return his record."""
    admin = Office(server, "admin")
    boss = admin.user(*server.sign_in_of("manager"))
    asked = ("version", "first_name", "last_name", "email", "languages", "chat_limit", "teams", "manages", "skills")
    both = {**{name: boss[name] for name in asked}, "roles": [*boss["roles"], "agent"]}
    admin.http.put(f"/users/{boss['id']}", json=both).raise_for_status()
    admin.close()
    return boss


def processes_of(server: RealServer) -> set[int]:
    """Return the processes of the server's group: none where all have ended."""
    found = set()
    # From the kernel's own table: not every machine has `ps`.
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, group = place.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(group) == server.pid and state != "Z":
            found.add(int(place.parent.name))
    return found
