"""Who is restricted to teams gets nothing of other teams' calls, chats and agents, by no way that there is."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from madoguchi.adapters.http.app import make_app, openapi_document
from madoguchi.adapters.http.state import Hooks, HttpSettings, HttpState
from madoguchi.adapters.realtime.commands import COMMANDS, perform
from madoguchi.domain.access.permissions import PAGE_OF, Permission, Role
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials
from madoguchi.domain.chats.attachments import Attachment, MediaType
from madoguchi.domain.recording import Recording, RecordingState
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import AttachmentId, HandlingId, InteractionId, LegId, RecordingId, TeamId, UserId
from madoguchi.services.view_frames import SnapshotFrame
from madoguchi.services.views import RULES
from madoguchi.testing.builders import ANA, BEN, CHIE, SUE, a_principal, a_queue, a_user
from madoguchi.testing.environment import NOON, settle
from tests.unit.adapters.fake_services import FakeSignIn
from tests.unit.services.floor import PAGE, Floor, a_visitor

MIA: Final = UserId("user_mia")

OFFER: Final = {"offer": "v=0 m=audio"}
THINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "GET /calls/{call}": {},
    "GET /calls/{call}/routing": {},
    "GET /calls/{call}/metadata": {},
    "POST /calls/{call}/monitor": OFFER,
    "POST /calls/{call}/end": {},
    "GET /chats/{chat}/transcript": {},
    "GET /chats/{chat}/routing": {},
    "GET /chats/{chat}/metadata": {},
    "POST /chats/{chat}/end-stuck": {},
    "GET /attachments/{attachment}": {},
    "GET /recordings/{recording}/audio": {},
    "GET /consumers/{consumer}/interactions": {},
    "PUT /agents/{user}/presence": {"status": "break"},
    "POST /monitorings/{monitoring}/media": OFFER,
    "PUT /monitorings/{monitoring}/mode": {"mode": "listen"},
    "DELETE /monitorings/{monitoring}": {},
    "POST /chats/{chat}/whispers": {"client_id": "x", "text": "x"},
    "PUT /chats/{chat}/barge": {},
    "DELETE /chats/{chat}/barge": {},
    "GET /users/{user}": {},
}
"""What has an id: of others it is not there. With what is sent."""

LISTS: Final = frozenset(
    {"GET /completed/calls", "GET /completed/chats", "GET /figures", "GET /figures/export", "GET /users", "GET /teams"}
)
"""What lists calls, chats or agents: of others there is nothing in it."""

DESK: Final = frozenset(
    one.strip()
    for one in """
    GET /colleagues, GET /desk/transfer-queues, PUT /desk/presence,
    POST /offers/{offer}/accept, POST /offers/{offer}/decline,
    POST /handlings/{handling}/finish, POST /handlings/{handling}/extend, PUT /handlings/{handling}/draft,
    POST /calls, POST /calls/{call}/media, POST /calls/{call}/hold, POST /calls/{call}/mute,
    POST /calls/{call}/digits, POST /calls/{call}/recording, POST /calls/{call}/transfer, POST /calls/{call}/hang-up,
    POST /calls/{call}/consult, POST /calls/{call}/consult/swap, POST /calls/{call}/consult/join,
    POST /calls/{call}/consult/complete, POST /calls/{call}/consult/cancel, POST /calls/{call}/parties/{party}/hold,
    POST /calls/{call}/parties/{party}/mute, POST /calls/{call}/parties/{party}/remove,
    POST /monitorings/{monitoring}/take-over, POST /chats/{chat}/take-over,
    POST /chats/{chat}/transfer, POST /chats/{chat}/end, POST /chats/{chat}/attachments
    """.strip().split(",")
)
"""What agents do with their own: a manager without a desk may not."""

DESK_BODIES: Final = {"offer": "v=0", "on": True, "digits": "1", "paused": True, "queue": "queue_sales"}

CONSUMER: Final = re.compile(r"[A-Z]+ /consumer/")
"""What consumers do with their own; see `tests/unit/services/test_consumers.py`."""

NEITHER: Final = re.compile(
    r"[A-Z]+ /(session|me|welcome|queues|roles|settings|agent-statuses|languages|messages|support-center|hours"
    r"|dispositions|replies|audit|figures/goals|healthz|readyz|metrics|sms)\b"
)
"""Nothing of an interaction is in these; of agents at most who is assigned to a queue, and who changed a setting."""

PEOPLE: Final = re.compile(
    r"[A-Z]+ /(users/(options|export|import|\{user\}/.*)|teams/.*)|(POST /(users|teams)|PUT /users/\{user\})$"
)
"""Records of people, and changes of them: restricted by `users` and `teams`, and tested with those."""

LEDGER: Final = re.compile(r"GET /reports/monitoring\b")
"""The ledger of listening is of everybody: its permission cannot be restricted, and a restricted manager has it not."""

DOCTOR: Final = re.compile(r"(GET|POST|PUT) /doctor\b")
"""What is wrong with interactions of others is not told, nor mended: `test_doctor.py`."""

VIEWS: Final = {
    "calls": "rows",
    "chats": "rows",
    "agents": "rows",
    "chat": "not_found",
    "desk": "not_allowed",
    "consumer": "not_allowed",
    "monitoring": "own",
    "queues": "nobody",
    "queues_live": "rows",
    "figures": "nobody",
}
"""What a restricted manager gets of each view: some rows, nothing, his own, or what names nobody."""


@dataclass
class Scene:
    """Ana is in Mia's team, Ben in nobody's. Ben and Chie have everything else; Ana has a call."""

    floor: Floor
    mia: httpx.AsyncClient
    max: httpx.AsyncClient
    ids: Mapping[str, str]
    ended: Mapping[str, str]
    secrets: frozenset[str]
    ours: InteractionId


def routes() -> set[str]:
    """Every route of the API, without its prefix."""
    paths = openapi_document()["paths"]
    return {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, each in paths.items() for method in each}


async def _talk(floor: Floor, agent: UserId, leg: str, key: str) -> tuple[InteractionId, HandlingId]:
    call = await floor.waits(LegId(leg), key=key)
    _, handling = await floor.accepts(agent)
    await settle()
    return call, handling


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    floor = Floor(tmp_path)
    await floor.staff(ANA, BEN, CHIE, queues=[a_queue("sales", BEN, CHIE, key=1), a_queue("support", ANA, key=2)])
    visitor = a_visitor(7)
    await floor.storage.catalogue.save_consumer(visitor.consumer)
    team = Team(TeamId("team_1"), "One", members=frozenset({ANA}), managers=frozenset({MIA}))
    await floor.storage.people.save_teams([team])
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(floor)
        await floor.available(ANA, BEN)
        past, handling = await _talk(floor, BEN, "leg_past", "1")
        await floor.core.calls.hang_up(a_principal(BEN), past)
        await settle()
        await floor.core.handlings.finish(a_principal(BEN), handling, None, None)
        sales = a_queue("sales").id
        past_chat = await floor.core.chats.start(visitor, sales, "en", "old secret")
        await settle()
        _, handling = await floor.accepts(BEN)
        await floor.core.chats.end(a_principal(BEN), past_chat)
        await settle()
        await floor.core.handlings.finish(a_principal(BEN), handling, None, None)
        call, _ = await _talk(floor, BEN, "leg_live", "1")
        await floor.available(CHIE)
        chat = await floor.core.chats.start(visitor, sales, "en", "new secret")
        await settle()
        await floor.accepts(CHIE)
        ours, _ = await _talk(floor, ANA, "leg_ours", "2")
        monitoring, _ = await floor.listens(SUE, call)
        recording = Recording(
            RecordingId("recording_1"), past, RecordingState.READY, NOON, "", blob_key="mp3", span_s=1, size=3
        )
        await floor.storage.catalogue.save_recording(recording)
        await floor.blobs.put("mp3", b"mp3")
        file = Attachment(AttachmentId("attachment_1"), chat, "a.png", MediaType.PNG, 3, 1, 1, "mp3", NOON)
        await floor.storage.catalogue.save_attachment(file)
        ids = {
            "call": call,
            "chat": chat,
            "attachment": file.id,
            "recording": recording.id,
            "consumer": visitor.consumer.id,
            "monitoring": monitoring,
            "user": BEN,
        }
        principals = {"mia": a_principal(MIA, role=Role.MANAGER), "max": a_principal(SUE, role=Role.MANAGER_ADMIN)}
        bundle = replace(floor.core, sign_in=FakeSignIn(principals))  # type: ignore[arg-type] # it knows tokens
        settings = HttpSettings(tmp_path / "static", tmp_path / "uploads")

        async def branding() -> dict[str, str]:
            return {}

        app = make_app(HttpState(bundle, floor.blobs, settings, branding, Hooks()))

        async def browser(who: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app, raise_app_exceptions=True)
            headers = {"Cookie": f"madoguchi_session={who}", "X-Madoguchi": "1"}
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/v1", headers=headers)
            )

        secrets = frozenset({call, chat, past, past_chat, BEN, "Ben", CHIE, "Chie", visitor.consumer.id, "secret"})
        ended = {"call": past, "chat": past_chat}
        yield Scene(floor, await browser("mia"), await browser("max"), ids, ended, secrets, ours)


def test_every_route_is_one_whose_answer_to_a_restricted_manager_somebody_has_thought_of() -> None:
    known = routes()
    assert THINGS.keys() | LISTS | DESK <= known
    left = known - THINGS.keys() - LISTS - DESK
    thought_of = (CONSUMER, NEITHER, PEOPLE, LEDGER, DOCTOR)
    assert {one for one in left if not any(each.match(one) for each in thought_of)} == set()
    assert not PAGE_OF[Permission.VIEW_MONITORING_REPORT].scoped
    assert VIEWS.keys() == RULES.keys()


def filled(route: str, ids: Mapping[str, str]) -> tuple[str, str]:
    method, path = route.split(" ")
    return method, re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], f"{found[1]}_1"), path)


@pytest.mark.req("MON-13")
async def test_what_is_of_other_teams_is_not_there_and_what_is_ours_is(scene: Scene) -> None:
    for ids in (scene.ids, {**scene.ids, **scene.ended}):
        for route, body in THINGS.items():
            method, path = filled(route, ids)
            answer = await scene.mia.request(method, path, json=body or None)
            assert (route, answer.status_code) == (route, 404)
            assert (route, [one for one in scene.secrets - ids.keys() if one in answer.text]) == (route, [])
    assert not scene.floor.call(InteractionId(scene.ids["call"])).over
    for path in (f"/calls/{scene.ours}", f"/calls/{scene.ours}/routing", f"/users/{ANA}"):
        assert (path, (await scene.mia.get(path)).status_code) == (path, 200)
    monitored = await scene.mia.post(f"/calls/{scene.ours}/monitor", json=OFFER)
    assert monitored.status_code == 200


@pytest.mark.req("MON-13")
async def test_the_ledger_is_not_for_restricted_managers(scene: Scene) -> None:
    ledger = [one.split(" ")[1] for one in routes() if LEDGER.match(one)]
    assert len(ledger) > 3
    assert [(await scene.mia.get(path)).status_code for path in ledger] == [403] * len(ledger)


@pytest.mark.req("MON-13")
async def test_who_manages_everybody_gets_what_the_restricted_one_does_not(scene: Scene) -> None:
    for route in THINGS:
        if route.startswith("GET"):
            live = "metadata" not in route
            _, path = filled(route, scene.ids if live else {**scene.ids, **scene.ended})
            assert (route, (await scene.max.get(path)).status_code) == (route, 200)
    for path in ("/completed/calls", "/completed/chats", "/figures?by=agent", "/users", "/teams"):
        text = (await scene.max.get(path)).text
        assert path == "/teams" or any(one in text for one in scene.secrets), path


@pytest.mark.req("MON-13")
async def test_lists_have_nothing_of_other_teams(scene: Scene) -> None:
    for route in LISTS:
        for query in ("", "?by=agent", "?by=interval") if "figures" in route else ("?limit=1", ""):
            answer = await scene.mia.get(route.split(" ")[1] + query)
            assert (route, answer.status_code) == (route, 200)
            assert (route, [one for one in scene.secrets if one in answer.text]) == (route, [])
    agents = (await scene.mia.get("/figures?by=agent")).json()
    assert [row["id"] for row in agents["rows"]] == [ANA]


@pytest.mark.req("MON-13")
async def test_what_agents_do_a_manager_may_not(scene: Scene) -> None:
    for route in DESK:
        method, path = filled(route, scene.ids)
        kind = {"files": {"file": ("a.png", b"x")}, "data": {"client_id": "x"}} if "attachments" in route else {}
        for body in ({}, DESK_BODIES, {"on": True}, {"digits": "1"}, {"paused": True}, OFFER):
            answer = await scene.mia.request(method, path, **(kind or {"json": body}))  # type: ignore[arg-type]
            assert answer.status_code in {403, 422}, route
            assert (route, [one for one in scene.secrets if one in answer.text]) == (route, [])


@pytest.mark.req("MON-13")
async def test_views_have_nothing_of_other_teams_and_commands_do_nothing(scene: Scene) -> None:
    mia = a_principal(MIA, role=Role.MANAGER)
    for view, outcome in VIEWS.items():
        watching = scene.floor.core.views.subscribe(mia, view, {"chat": scene.ids["chat"]})
        if outcome.startswith("not_"):
            with pytest.raises(MadoguchiError) as refusal:
                await watching
            assert (view, refusal.value.code) == (view, outcome)
            continue
        subscription = await watching
        frame = subscription.poll()
        subscription.close()
        assert isinstance(frame, SnapshotFrame)
        assert (view, [one for one in scene.secrets if one in str(frame.rows)]) == (view, [])
        if outcome == "rows":
            support = ["queue_supportivr", a_queue("support").id]  # in the phone's menu, and in the page's
            expected = {"calls": [scene.ours], "chats": [], "agents": [ANA], "queues_live": support}
            assert [row["id"] for row in frame.rows] == expected[view]
    for name in COMMANDS:
        data = {"chat": scene.ids["chat"], "client_id": "x", "text": "x", "typing": True, "seq": 1}
        with pytest.raises(MadoguchiError) as refused:
            await perform(scene.floor.core, mia, name, data)
        assert refused.value.kind is Kind.FORBIDDEN


@pytest.mark.req("MON-13")
async def test_listening_and_looking_on_end_when_the_agent_leaves_the_managers_teams(scene: Scene) -> None:
    floor, mia = scene.floor, a_principal(MIA, role=Role.MANAGER)
    await floor.storage.catalogue.add_user(a_user(MIA, role=Role.MANAGER), Credentials("x"))
    await floor.core.supervision.monitor(mia, scene.ours, PAGE)
    subscription = await floor.core.views.subscribe(mia, "calls")
    first = subscription.poll()
    assert isinstance(first, SnapshotFrame)
    assert [row["id"] for row in first.rows] == [scene.ours]
    await settle()
    assert [one.user for one in floor.call(scene.ours).monitors()] == [MIA]

    waiting = await floor.core.chats.start(a_visitor(8), a_queue("support").id, "en", "ours")
    looking_on = await floor.core.views.subscribe(mia, "chat", {"chat": waiting})
    seen = looking_on.poll()
    assert isinstance(seen, SnapshotFrame)
    assert {row["id"] for row in seen.rows} == {waiting, "m1"}

    team = floor.core.teams.tree.teams[TeamId("team_1")]
    await floor.core.teams._store([replace(team, members=frozenset({BEN}))], [ANA, BEN])
    await settle()
    assert list(floor.call(scene.ours).monitors()) == []
    second = subscription.poll()
    assert second is not None
    assert not isinstance(second, SnapshotFrame)
    assert [row["id"] for row in second.put] == [scene.ids["call"]]
    assert second.gone == (scene.ours,)
    assert looking_on.poll() == SnapshotFrame("", ())
    with pytest.raises(StopAsyncIteration):
        await anext(looking_on)
    with pytest.raises(MadoguchiError, match="no such chat"):
        await floor.core.views.subscribe(mia, "chat", {"chat": waiting})
