"""What each default role can and cannot reach, tried over every real route."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from madoguchi.adapters.http.app import _with_routes, access_rules
from madoguchi.domain.access.permissions import Permission
from tests.unit.adapters.http.office import PEOPLE, Office, draft

ID: Final = "x_1"
BODIES: Final[Mapping[str, Any]] = {
    "POST /users": draft(email="other@example.com"),
    "PUT /users/{user}": draft(email="other@example.com", version=1),
    "PUT /users/{user}/active": {"active": True},
    "POST /teams": {"name": "Another"},
    "PUT /teams/{team}": {"name": "Another", "version": 1},
    "POST /teams/{team}/move": {"up": True},
    "PUT /teams/{team}/people/{user}": {"part": "member"},
    "POST /roles": {"name": "R", "label": "R", "colour": "info", "grants": {}},
    "PUT /roles/{role}": {"name": "R", "label": "R", "colour": "info", "grants": {}, "version": 1},
    "PUT /roles/order": {"roles": []},
    "PUT /desk/presence": {"status": "break"},
    "PUT /agents/{user}/presence": {"status": "break"},
    "POST /calls/{call}/media": {"offer": "v=0"},
    "POST /calls/{call}/hold": {"on": True},
    "POST /calls/{call}/mute": {"on": True},
    "POST /calls/{call}/digits": {"digits": "1"},
    "POST /calls/{call}/recording": {"paused": True},
    "POST /calls/{call}/transfer": {"queue": ID},
    "POST /calls": {"number": "100"},
    "POST /calls/{call}/consult": {"queue": ID},
    "POST /calls/{call}/parties/{party}/hold": {"on": True},
    "POST /calls/{call}/parties/{party}/mute": {"on": True},
    "POST /calls/{call}/monitor": {"offer": "v=0"},
    "POST /monitorings/{monitoring}/media": {"offer": "v=0"},
    "POST /chats/{chat}/transfer": {"queue": ID},
    "POST /handlings/{handling}/finish": {},
    "PUT /handlings/{handling}/draft": {},
    "POST /dispositions": {"names": {"en": "Sold", "ja": "成約"}},
    "PUT /dispositions/{disposition}": {"names": {"en": "Sold", "ja": "成約"}, "version": 0},
    "PUT /dispositions/order": {"dispositions": []},
    "PUT /settings/wrap-up": {"required": False},
}
"""What each route wants to be sent, so that it is refused for lack of a permission and not of a body."""
FILES: Final = {"POST /chats/{chat}/attachments", "POST /users/import", "POST /users/{user}/avatar"}

LOOKS_ON: Final = {
    "dashboard.view",
    "reports.view",
    "calls.view",
    "chats.view",
    "agents.view",
    "queues_live.view",
    "recordings.view",
    "transcripts.view",
}
MANAGES: Final = LOOKS_ON | {
    "agents.edit",
    "agent_statuses.edit",
    "monitor",
    "barge",
    "monitor_chats.edit",
    "users.view",
    "teams.view",
    "settings.queues.view",
    "settings.queues.edit",
    "settings.dispositions.edit",
    "settings.replies.edit",
    "settings.messages.view",
    "settings.support_center.view",
    "audit.view",
}
MANAGES_ALL: Final = {"roles.view", "settings.messages.edit", "settings.support_center.edit"}
MAY: Final[Mapping[str, set[str]]] = {
    "ana": {"desk", "outbound"},
    "mia": MANAGES,
    "tom": MANAGES | {"users.edit", "teams.edit"},
    "dan": LOOKS_ON | {"users.view", "teams.view"},
    "max": MANAGES | {"users.edit", "teams.edit"} | MANAGES_ALL,
    "ada": {one.value for one in Permission} - {"desk"},
}
"""What the default roles are meant to allow, written out, so that a change of them is a change here."""


def guarded() -> list[tuple[str, str, list[str]]]:
    """Method, path below the base and wanted permissions of every route for users that wants one."""
    found = []
    for method, path, (rule, *_) in access_rules(_with_routes()):
        wanted = rule.removeprefix("signed in").strip(", ").split(", ")
        if rule.startswith("signed in, "):
            found.append((method, path.removeprefix("/api/v1"), wanted))
    return found


@pytest.mark.req("BASE-3")
@pytest.mark.parametrize("name", MAY)
async def test_a_default_role_reaches_what_it_may_and_nothing_else(office: Office, name: str) -> None:
    client = await office.of(name)
    mine = set((await client.get("/session")).json()["permissions"])
    assert mine == MAY[name], PEOPLE[name]
    wrong = []
    for method, path, wanted in guarded():
        key = f"{method} {path}"
        place = path.replace("{role}", "role_1")
        for part in ("user", "team", "call", "chat", "offer", "handling", "monitoring", "recording"):
            place = place.replace(f"{{{part}}}", ID)
        if key in FILES:
            answer = await client.request(method, place, files={"file": ("a.csv", b"x")}, data={"client_id": "1"})
        else:
            answer = await client.request(method, place, json=BODIES.get(key) if method != "GET" else None)
        refused = answer.status_code == 403 and answer.json()["detail"].startswith("needs the permission")
        if refused is set(wanted).issubset(MAY[name]):
            wrong.append((key, wanted, answer.status_code, answer.text[:200]))
    assert wrong == []


@pytest.mark.req("BASE-3")
def test_the_table_above_covers_the_routes_there_are() -> None:
    routes = {f"{method} {path}" for method, path, _ in guarded()}
    assert BODIES.keys() <= routes
    assert routes >= FILES
    assert len(routes) > 45


@pytest.mark.req("BASE-3")
async def test_nobody_reaches_anything_without_signing_in(office: Office) -> None:
    async with office.anybody() as browser:
        answers = {
            f"{method} {path}": (await browser.request(method, path.replace("{role}", "role_1"))).status_code
            for method, path, _ in guarded()
            if "{" not in path.replace("{role}", "")
        }
    assert set(answers.values()) == {401}, answers
