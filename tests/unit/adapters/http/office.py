"""A whole house over memory behind its HTTP routes, with people of every kind in it who sign in for real."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI

from madoguchi.adapters.bus.directory import LocalDirectory
from madoguchi.adapters.http.app import make_app
from madoguchi.adapters.http.state import Hooks, HttpSettings, HttpState
from madoguchi.adapters.speech.assets import HOLD_MUSIC
from madoguchi.bootstrap.house import House
from madoguchi.bootstrap.ports import Ports
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials, User
from madoguchi.kernel.ids import RoleId, SessionId, TeamId, UserId
from madoguchi.ports.storage import Storage
from madoguchi.services.sign_in import Passwords
from madoguchi.testing.blobs import MemoryBlobs
from madoguchi.testing.environment import CountingIds, FakeClock
from madoguchi.testing.instant_speech import InstantSpeech, InstantTranscoder
from madoguchi.testing.mail import FakeMailer
from madoguchi.testing.messages import InstantImport
from madoguchi.testing.national_holidays import FakeNationalHolidays
from madoguchi.testing.sms import FakeCarriers
from madoguchi.testing.storage import MemoryStorage
from madoguchi.testing.voice import FakeVoiceEngine

PASSWORD: Final = "the right password"
SUPPORT, NIGHT, SALES = TeamId("team_support"), TeamId("team_night"), TeamId("team_sales")
PEOPLE: Final[Mapping[str, RoleId]] = {
    "ana": Role.AGENT,
    "ben": Role.AGENT,
    "cia": Role.AGENT,
    "mia": Role.MANAGER,
    "tom": Role.MANAGER_TEAM,
    "dan": Role.MANAGER_DATA,
    "max": Role.MANAGER_ADMIN,
    "ada": Role.ADMIN,
}
"""Ana is in the team Support, Ben in Night below it, both managed by Mia and Tom; Cia is in Sales, which nobody
manages."""
TEAMS: Final = (
    Team(
        SUPPORT,
        "Support",
        None,
        1,
        frozenset({UserId("user_ana")}),
        frozenset({UserId("user_mia"), UserId("user_tom")}),
    ),
    Team(NIGHT, "Night", SUPPORT, 1, frozenset({UserId("user_ben")})),
    Team(SALES, "Sales", None, 2, frozenset({UserId("user_cia")})),
)


def person(name: str, role: RoleId) -> User:
    """Somebody whose name is in his id."""
    shown = name.title()
    user = UserId(f"user_{name}")
    return User(user, shown, f"{name}@example.com", frozenset({role}), ("en",), last_name=shown)


def draft(**change: Any) -> dict[str, Any]:
    """What the user dialog sends of a new agent."""
    new = {"first_name": "New", "last_name": "Agent", "email": "new@example.com", "languages": ["ja"]}
    return {**new, "roles": ["agent"], **change}


async def edited(client: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> httpx.Response:
    """Replace a user, role, team or status that the browser has just looked at."""
    kind, thing = path.strip("/").split("/")
    found = await client.get(path if kind == "users" else f"/{kind}")
    told = found.json() if found.is_success else {}
    rows = [told] if kind == "users" else told.get(kind.removeprefix("agent-"), [])
    version = next((one["version"] for one in rows if one.get("id") == thing), 0)
    return await client.put(path, json={**body, "version": version})


@dataclass
class Office:
    """The running house, its application, and who has signed in."""

    house: House
    app: FastAPI
    storage: Storage
    clock: FakeClock
    mailer: FakeMailer
    changed: list[Any] = field(default_factory=list)
    ended: list[SessionId] = field(default_factory=list)
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def anybody(self) -> httpx.AsyncClient:
        """A browser in which nobody is signed in."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/v1", headers={"X-Madoguchi": "1"})

    async def signed_in(self, name: str, **more: str) -> httpx.AsyncClient:
        """A new browser in which somebody is signed in."""
        client = await self._stack.enter_async_context(self.anybody())
        body = {"email": f"{name}@example.com", "password": PASSWORD, **more}
        (await client.post("/session", json=body)).raise_for_status()
        return client

    async def of(self, name: str) -> httpx.AsyncClient:
        """Somebody's browser."""
        if name not in self._clients:
            self._clients[name] = await self.signed_in(name)
        return self._clients[name]

    async def close(self) -> None:
        """Close all browsers."""
        await self._stack.aclose()


@asynccontextmanager
async def opened(folder: Path, storage: Storage | None = None) -> AsyncIterator[Office]:
    """Yield an office with everybody in it."""
    storage = storage or MemoryStorage()
    for name, role in PEOPLE.items():
        await storage.catalogue.add_user(person(name, role), Credentials(f"hash of {PASSWORD}"))
    await storage.people.save_teams(TEAMS)
    clock, mailer, blobs = FakeClock(), FakeMailer(), MemoryBlobs()
    house = House(
        Ports(
            storage=storage,
            voice=FakeVoiceEngine(),
            blobs=blobs,
            speech=InstantSpeech(folder),
            transcoder=InstantTranscoder(),
            sounds=InstantImport(),
            directory=LocalDirectory(),
            clock=clock,
            ids=CountingIds(),
            data=folder,
            music=HOLD_MUSIC,
            mailer=mailer,
            national_holidays=FakeNationalHolidays(),
            carriers=FakeCarriers(),
            passwords=Passwords(lambda word: f"hash of {word}", lambda word, hashed: hashed == f"hash of {word}"),
        )
    )

    async def branding() -> dict[str, Any]:
        return {}

    settings = HttpSettings(folder / "static", folder / "uploads")
    app = make_app(HttpState(house.services, blobs, settings, branding, Hooks()))
    office = Office(house, app, storage, clock, mailer)
    house.access.changed = office.changed.append
    house.access.ended = office.ended.extend
    stack = AsyncExitStack()
    await stack.enter_async_context(house.opened())
    try:
        yield office
    finally:
        await office.close()
        await clock.finish(stack.aclose())


def problem(response: httpx.Response) -> tuple[int, str, str | None, str | None]:
    """Status, code, field and reason of a refusal."""
    body = response.json()
    return response.status_code, body["code"], body.get("field"), body.get("reason")
