from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from madoguchi.adapters.http.app import make_app
from madoguchi.adapters.http.state import CheckResult, Hooks, HttpSettings, HttpState
from madoguchi.domain.access.permissions import Role
from tests.unit.adapters.fake_services import (
    FakeBlobs,
    FakeSignIn,
    FakeTokens,
    Recorder,
    a_consumer,
    a_principal,
    fake_services,
)
from tests.unit.adapters.http.office import Office, opened


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as office:
        yield office


@dataclass
class Edge:
    """The application over fakes, and a client for each kind of asker."""

    anybody: httpx.AsyncClient
    agent: httpx.AsyncClient
    manager: httpx.AsyncClient
    consumer: httpx.AsyncClient
    sign_in: FakeSignIn
    services: dict[str, Recorder]
    blobs: FakeBlobs
    static: Path
    observed: list[tuple[str, str, int]]
    signed_out: list[str]
    parts: dict[str, CheckResult]
    app: Any
    settings: HttpSettings = field(repr=False)


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncIterator[Edge]:
    agent, manager = a_principal(Role.AGENT), a_principal(Role.MANAGER, user="user_mia")
    sign_in = FakeSignIn({"ana-token": agent, "agent": agent, "manager": manager})
    names = (
        "desk",
        "offers",
        "calls",
        "chats",
        "handlings",
        "supervision",
        "recordings",
        "queues",
        "queue_settings",
        "statuses",
        "routing",
        "figures",
        "metadata",
        "audit",
    )
    services = {name: Recorder() for name in names}
    services["audit"].answers["since"] = []
    consumers = FakeConsumers({"consumer": a_consumer()})
    observed: list[tuple[str, str, int]] = []
    signed_out: list[str] = []
    parts: dict[str, CheckResult] = {}
    blobs = FakeBlobs(mp3=bytes(range(100)), png=b"\x89PNG picture")

    async def branding() -> dict[str, Any]:
        return {"name": "Demo"}

    async def storage() -> CheckResult:
        return parts.get("storage", CheckResult(ready=True))

    settings = HttpSettings(
        tmp_path / "static", tmp_path / "uploads", max_body=2000, max_upload=5000, consumer_rate=0.1
    )
    hooks = Hooks(
        readiness={"storage": storage},
        metrics=lambda: (b"figures 1\n", "text/plain; version=0.0.4"),
        observe=lambda method, route, status, _seconds: observed.append((method, route, status)),
        signed_out=signed_out.append,
    )
    bundle = fake_services(sign_in=sign_in, consumers=consumers, **services)
    app = make_app(HttpState(bundle, blobs, settings, branding, hooks))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def client(**headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers)

    own = {"X-Madoguchi": "1"}
    async with (
        client() as anybody,
        client(Cookie="madoguchi_session=agent", **own) as as_agent,
        client(Cookie="madoguchi_session=manager", **own) as as_manager,
        client(Authorization="Bearer consumer") as as_consumer,
    ):
        yield Edge(
            anybody,
            as_agent,
            as_manager,
            as_consumer,
            sign_in,
            services,
            blobs,
            settings.static,
            observed,
            signed_out,
            parts,
            app,
            settings,
        )


class FakeConsumers(FakeTokens, Recorder):
    """Knows consumers' tokens; everything else is recorded."""

    def __init__(self, known: dict[str, Any]) -> None:
        FakeTokens.__init__(self, known)
        Recorder.__init__(self)
