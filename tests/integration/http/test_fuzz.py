"""Whatever the description of the routes allows, and a good deal that it does not, never breaks the server."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from madoguchi.adapters.http.app import _with_routes, access_rules, openapi_document
from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import create_user, seed_passwords
from madoguchi.domain.access.permissions import Role
from madoguchi.testing.server import RealServer

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
SIGNS_OUT = "session_sign_out"
UNLIMITED = "100000"


@dataclass(frozen=True)
class Askers:
    """A running server, headers for each kind of asker (the user may do everything), and ids that exist."""

    url: str
    user: dict[str, str]
    consumer: dict[str, str]
    ids: dict[str, str]


@pytest.fixture(scope="module")
def askers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Askers]:
    data = tmp_path_factory.mktemp("fuzzed") / "data"
    word = asyncio.run(_everything_user(data))
    server = RealServer(data, {"MADOGUCHI_CONSUMER_RATE": UNLIMITED})
    server.start()
    try:
        with httpx.Client(base_url=server.url) as http:
            own = {"X-Madoguchi": "1"}
            given = {"email": "all@example.com", "password": word}
            http.post("/api/v1/session", json=given, headers=own).raise_for_status()
            cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
            opened = http.post("/api/v1/consumer/sessions", json={}).raise_for_status().json()
            consumer = {"Authorization": f"Bearer {opened['token']}"}
            queue = http.get("/api/v1/consumer/config").json()["queues"][0]["id"]
            begin = {"queue": queue, "language": "ja", "text": "?"}
            chat = http.post("/api/v1/consumer/chats", json=begin, headers=consumer).raise_for_status().json()["chat"]
            colleague = http.get("/api/v1/colleagues").json()["agents"][0]["id"]
            yield Askers(
                server.url,
                {"Cookie": cookie, **own},
                consumer,
                {"chat": chat, "queue": queue, "user": colleague, "agent": colleague},
            )
    finally:
        server.stop()
    assert [line for line in server.log.read_text().splitlines() if '"level": "error"' in line] == []


async def _everything_user(data: Path) -> str:
    where = Settings(data=str(data))
    await seed_passwords(where, reset=False)
    return await create_user(where, "all@example.com", "All", [Role.AGENT, Role.MANAGER, Role.ADMIN], ["ja"], [])


SCHEMA = schemathesis.openapi.from_dict(openapi_document())
OPERATIONS = {
    operation.definition.raw["operationId"]: operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok))
    if operation.definition.raw["operationId"] != SIGNS_OUT
}


def test_all_routes_are_described_well_enough_to_be_tried() -> None:
    assert len(OPERATIONS) == len(list(access_rules(_with_routes()))) - 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_breaks_the_server(name: str, askers: Askers) -> None:
    operation = OPERATIONS[name]
    headers = askers.consumer if operation.definition.raw["x-access"].startswith("consumer") else askers.user

    @given(case=operation.as_strategy(), real=st.booleans())
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    def sent(case: Any, real: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        if real:
            for place in (case.path_parameters, case.body):
                if isinstance(place, dict):
                    place.update((key, askers.ids[key]) for key in place.keys() & askers.ids.keys())
        case.call_and_validate(base_url=askers.url, headers=headers, checks=CHECKS)

    sent()
