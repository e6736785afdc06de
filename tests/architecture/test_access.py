"""Who may use what is said once for every route, and the committed description of the routes is current."""

import json
from pathlib import Path

import pytest
from starlette.routing import Mount, Route

from madoguchi.adapters.http.app import _with_routes, access_rules, make_app, openapi_document
from madoguchi.adapters.http.state import HttpSettings, HttpState
from tests.unit.adapters.fake_services import FakeBlobs, fake_services

ROOT = Path(__file__).parents[2]
OPEN_TO_ALL = {"/widget", "/demo-shop", "/api/v1/openapi.json"}
"""Paths that are no API routes: built pages, and the description itself."""


@pytest.mark.req("BASE-3")
def test_every_route_declares_who_may_use_it_exactly_once() -> None:
    rules = list(access_rules(_with_routes()))
    assert len(rules) > 40
    assert [rule for rule in rules if len(rule[2]) != 1] == []


@pytest.mark.req("BASE-3")
def test_only_these_routes_are_open_to_anybody() -> None:
    public = {f"{method} {path}" for method, path, (rule, *_) in access_rules(_with_routes()) if "public" in rule}
    assert public == {
        "POST /api/v1/session",
        "GET /api/v1/consumer/config",
        "POST /api/v1/consumer/sessions",
        "GET /healthz",
        "GET /readyz",
    }


def test_nothing_else_is_served_beside_the_declared_routes(tmp_path: Path) -> None:
    async def branding() -> dict[str, str]:
        return {}

    settings = HttpSettings(tmp_path, tmp_path)
    app = make_app(HttpState(fake_services(), FakeBlobs(), settings, branding))
    others = {route.path for route in app.routes if isinstance(route, Mount) or type(route) is Route}
    assert others == OPEN_TO_ALL


def test_the_committed_description_of_the_routes_is_current() -> None:
    committed = json.loads((ROOT / "docs" / "protocol" / "openapi.json").read_text(encoding="utf-8"))
    assert committed == openapi_document(), "run `make docs`"
