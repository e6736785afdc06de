"""Who may use what is said once for every route, and the committed description of the routes is current."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from starlette.routing import Mount, Route

from madoguchi.adapters.http.app import _with_routes, access_rules, make_app, openapi_document
from madoguchi.adapters.http.state import HttpSettings, HttpState
from madoguchi.adapters.realtime.commands import COMMANDS
from madoguchi.domain.access.permissions import Permission, Role
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import SessionId
from madoguchi.services.views import RULES, UnknownViewError, ViewService, ViewStore
from madoguchi.testing.builders import a_user
from madoguchi.testing.environment import CountingIds, FakeClock
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
        "POST /api/v1/sms/{connection}/message",
        "POST /api/v1/sms/{connection}/status",
        "POST /api/v1/welcome/link",
        "POST /api/v1/welcome/password",
        "POST /api/v1/welcome/forgotten",
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


@pytest.mark.req("BASE-3")
def test_every_realtime_view_and_command_declares_who_may_use_it() -> None:
    known = {one.value for one in Permission}
    for name, rule in {**RULES, **{name: each.rule for name, each in COMMANDS.items()}}.items():
        assert rule, name
        assert rule in known or rule.startswith("consumer"), f"{name} names no permission that there is: {rule}"
    typed = (ROOT / "web/packages/protocol/src/realtime.ts").read_text(encoding="utf-8")
    views = re.search(r"interface ViewRows \{(.*?)\n\}", typed, re.DOTALL)
    assert views is not None
    assert set(re.findall(r"^  (\w+):", views[1], re.MULTILINE)) == RULES.keys()


@pytest.mark.req("BASE-3")
def test_a_view_that_declares_nothing_is_unknown() -> None:
    viewer = Principal.of(a_user(role=Role.ADMIN), SessionId("s"))
    service = ViewService(ViewStore(FakeClock(), CountingIds()), None)  # type: ignore[arg-type] # no chat is asked for
    with pytest.raises(UnknownViewError):
        asyncio.run(service.subscribe(viewer, "undeclared"))


@pytest.mark.req("BASE-3")
def test_every_page_of_the_portal_declares_who_may_open_it() -> None:
    app = ROOT / "web/apps/portal/src/app"
    declared = json.loads((app / "pages.json").read_text(encoding="utf-8"))
    router = (app / "router.tsx").read_text(encoding="utf-8")
    paths = set(re.findall(r"""path: "([^"]+)\"""", router)) | set(
        re.findall(r"""(?:board|page)\("([^"]+)\"""", router)
    )
    assert len(paths) > 10
    assert paths == declared.keys()
    assert set(declared.values()) <= {one.value for one in Permission} | {"public", "signed in"}
    needed = set(re.findall(r"""needs="([^"]+)\"""", router))
    assert needed <= set(declared.values())


@pytest.mark.req("BASE-3")
def test_the_portal_knows_every_permission_there_is() -> None:
    typed = (ROOT / "web/packages/protocol/src/http.ts").read_text(encoding="utf-8")
    union = re.search(r"export type Permission =(.*?);", typed, re.DOTALL)
    assert union is not None
    assert set(re.findall(r'"([^"]+)"', union[1])) == {one.value for one in Permission}


def test_the_committed_description_of_the_routes_is_current() -> None:
    committed = json.loads((ROOT / "docs" / "protocol" / "openapi.json").read_text(encoding="utf-8"))
    assert committed == openapi_document(), "run `make docs`"
