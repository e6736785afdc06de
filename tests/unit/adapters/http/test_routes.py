from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from madoguchi.adapters.http.state import CheckResult
from madoguchi.domain.chats.attachments import Attachment, MediaType
from madoguchi.domain.recording import Recording, RecordingState
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import AttachmentId, InteractionId, RecordingId
from madoguchi.ports.voice import BrowserAnswer, BrowserOffer
from madoguchi.testing.environment import NOON
from tests.unit.adapters.http.conftest import Edge

V1 = "/api/v1"


class OfferGoneError(ConflictError):
    """A colleague has taken it."""

    code = "offer_gone"


async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(edge: Edge) -> None:
    given = {"email": "ana@example.com", "password": "right"}

    reply = await edge.anybody.post(f"{V1}/session", json=given, headers={"X-Madoguchi": "1"})

    assert reply.status_code == 200
    assert reply.json() == {
        "user": {
            "id": "user_ana",
            "name": "Ana",
            "email": "ana@example.com",
            "roles": ["agent"],
            "languages": ["ja", "en"],
            "chat_limit": 3,
        },
        "permissions": ["desk", "outbound"],
        "must_enrol": False,
        "branding": {"name": "Demo"},
        "embedders": [],
    }
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("madoguchi_session=ana-token;")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


async def test_over_https_the_cookie_stays_on_https(edge: Edge) -> None:
    given = {"email": "ana@example.com", "password": "right"}
    reply = await edge.anybody.post(f"https://desk.test{V1}/session", json=given, headers={"X-Madoguchi": "1"})
    assert "Secure" in reply.headers["set-cookie"]


async def test_another_site_cannot_sign_anybody_in(edge: Edge) -> None:
    reply = await edge.anybody.post(f"{V1}/session", json={"email": "ana@example.com", "password": "right"})
    assert (reply.status_code, reply.json()["code"]) == (403, "foreign_request")


async def test_signing_out_ends_the_session_and_its_sockets(edge: Edge) -> None:
    reply = await edge.agent.delete(f"{V1}/session")

    assert reply.status_code == 204
    assert edge.sign_in.ended == ["agent"]
    assert edge.signed_out == ["session_user_ana"]
    assert [name for name, _ in edge.services["desk"].calls] == ["leave"], "an agent who has left is not rung"
    assert 'madoguchi_session=""' in reply.headers["set-cookie"]
    assert (await edge.agent.get(f"{V1}/session")).status_code == 401


async def test_an_accepted_offer_tells_what_it_became(edge: Edge) -> None:
    edge.services["offers"].answers["accept"] = ("call_1", "handling_1")

    reply = await edge.agent.post(f"{V1}/offers/offer_1/accept")

    assert reply.json() == {"interaction": "call_1", "handling": "handling_1"}
    ((name, (actor, offer)),) = edge.services["offers"].calls
    assert (name, actor.user.id, offer) == ("accept", "user_ana", "offer_1")


async def test_a_lost_offer_is_a_conflict_with_its_own_code(edge: Edge) -> None:
    edge.services["offers"].answers["accept"] = OfferGoneError("it lapsed")

    reply = await edge.agent.post(f"{V1}/offers/offer_1/accept")

    assert reply.status_code == 409
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json() == {
        "type": "urn:madoguchi:problem:offer_gone",
        "title": "A colleague has taken it.",
        "status": 409,
        "code": "offer_gone",
        "detail": "it lapsed",
    }


async def test_a_browser_is_connected_with_offer_and_answer(edge: Edge) -> None:
    edge.services["calls"].answers["attach_media"] = ("leg_1", BrowserAnswer("v=0 answer"))

    reply = await edge.agent.post(f"{V1}/calls/call_1/media", json={"offer": "v=0 offer"})

    assert reply.json() == {"leg": "leg_1", "answer": "v=0 answer"}
    assert edge.services["calls"].calls[0][1][2] == BrowserOffer("v=0 offer")


@pytest.mark.parametrize(
    ("path", "body", "service", "called"),
    [
        ("/calls/call_1/hold", {"on": True}, "calls", ("hold", ("call_1", True))),
        ("/calls/call_1/mute", {"on": False}, "calls", ("mute", ("call_1", False))),
        ("/calls/call_1/digits", {"digits": "12#"}, "calls", ("send_digits", ("call_1", "12#"))),
        ("/calls/call_1/recording", {"paused": True}, "calls", ("pause_recording", ("call_1", True))),
        ("/calls/call_1/hang-up", None, "calls", ("hang_up", ("call_1",))),
        ("/chats/chat_1/end", None, "chats", ("end", ("chat_1",))),
        ("/offers/offer_1/decline", None, "offers", ("decline", ("offer_1",))),
        ("/handlings/handling_1/extend", None, "handlings", ("extend", ("handling_1",))),
        (
            "/handlings/handling_1/finish",
            {"disposition": "sold", "notes": "two"},
            "handlings",
            ("finish", ("handling_1", "sold", "two")),
        ),
    ],
)
async def test_an_agents_wish_reaches_its_service(
    path: str, body: Any, service: str, called: tuple[str, tuple[Any, ...]], edge: Edge
) -> None:
    reply = await edge.agent.post(V1 + path, json=body)
    assert reply.status_code == 204
    ((name, (actor, *rest)),) = edge.services[service].calls
    assert actor.user.id == "user_ana"
    assert (name, tuple(rest)) == called


@pytest.mark.parametrize("body", [{}, {"queue": "queue_1", "agent": "user_1"}, {"queue": "x"}, {"somewhere": "else"}])
async def test_a_transfer_goes_to_exactly_one_target(body: dict[str, str], edge: Edge) -> None:
    reply = await edge.agent.post(f"{V1}/calls/call_1/transfer", json=body)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_input")
    assert edge.services["calls"].calls == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/calls/call_1/monitor"),
        ("POST", "/calls/call_1/end"),
        ("GET", "/completed/calls"),
        ("GET", "/recordings/recording_1/audio"),
        ("PUT", "/agents/user_1/presence"),
    ],
)
async def test_an_agent_may_not_do_what_supervisors_do(method: str, path: str, edge: Edge) -> None:
    body = {"offer": "x", "status": "available"}
    reply = await edge.agent.request(method, V1 + path, json=None if method == "GET" else body)
    assert (reply.status_code, reply.json()["code"]) == (403, "not_allowed")


async def test_nobody_in_particular_is_asked_to_sign_in(edge: Edge) -> None:
    for path in ("/queues", "/consumer/chats/chat_1/transcript", "/attachments/attachment_1"):
        reply = await edge.anybody.get(V1 + path)
        assert (reply.status_code, reply.json()["code"]) == (401, "sign_in_needed")


async def test_a_portal_write_without_our_header_is_refused(edge: Edge) -> None:
    reply = await edge.agent.post(f"{V1}/calls/call_1/hang-up", headers={"X-Madoguchi": ""})
    assert (reply.status_code, reply.json()["code"]) == (403, "foreign_request")
    assert edge.services["calls"].calls == []


async def test_an_upload_reaches_the_service_as_a_file_that_is_gone_afterwards(edge: Edge) -> None:
    seen: list[tuple[str, Path, bytes]] = []

    async def attach(_actor: Any, _chat: str, client_id: str, name: str, path: Path) -> int:
        assert client_id == "c1"
        seen.append((name, path, path.read_bytes()))  # noqa: ASYNC240 - a few bytes in a test
        return 7

    edge.services["chats"].answers["attach"] = attach

    reply = await edge.agent.post(
        f"{V1}/chats/chat_1/attachments", files={"file": ("../../猫.png", b"picture")}, data={"client_id": "c1"}
    )

    assert reply.json() == {"seq": 7}
    ((name, path, content),) = seen
    assert (name, content) == ("猫.png", b"picture")
    assert path.parent == edge.settings.uploads
    assert not path.exists()


async def test_an_attachment_is_shown_but_can_run_nothing(edge: Edge) -> None:
    edge.services["chats"].answers["attachment"] = Attachment(
        AttachmentId("attachment_1"), InteractionId("chat_1"), '猫".png', MediaType.PNG, 12, 1, 1, "png", NOON
    )

    reply = await edge.consumer.get(f"{V1}/attachments/attachment_1")

    assert reply.content == edge.blobs.content["png"]
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in reply.headers["content-security-policy"]
    assert reply.headers["content-disposition"] == "inline; filename*=UTF-8''%E7%8C%AB%22.png"


A_RECORDING = Recording(
    RecordingId("recording_1"), InteractionId("call_1"), RecordingState.READY, NOON, "x.wav", "mp3", 10.0, 100
)


@pytest.mark.parametrize(
    ("wanted", "status", "content_range", "content"),
    [
        (None, 200, None, bytes(range(100))),
        ("bytes=10-19", 206, "bytes 10-19/100", bytes(range(10, 20))),
        ("bytes=90-", 206, "bytes 90-99/100", bytes(range(90, 100))),
        ("bytes=100-", 416, "bytes */100", None),
    ],
)
@pytest.mark.req("REC-1")
async def test_a_player_gets_the_part_of_a_recording_that_it_asks_for(
    wanted: str | None, status: int, content_range: str | None, content: bytes | None, edge: Edge
) -> None:
    edge.services["recordings"].answers["open"] = A_RECORDING
    headers = {"Range": wanted} if wanted else {}

    reply = await edge.manager.get(f"{V1}/recordings/recording_1/audio", headers=headers)

    assert reply.status_code == status
    assert reply.headers.get("content-range") == content_range
    if content is not None:
        assert reply.content == content
        assert reply.headers["accept-ranges"] == "bytes"
        assert reply.headers["content-length"] == str(len(content))


async def test_a_full_page_names_the_next_one(edge: Edge) -> None:
    rows = [{"id": f"call_{n}", "ended_at": f"2026-11-23T12:00:0{n}.000Z"} for n in (3, 2)]
    edge.services["calls"].answers["completed"] = rows

    full = await edge.manager.get(f"{V1}/completed/calls", params={"limit": 2, "before": "2026-11-23T13:00:00+01:00"})
    part = await edge.manager.get(f"{V1}/completed/calls", params={"limit": 3})

    assert full.json() == {"rows": rows, "next": "2026-11-23T12:00:02.000Z/call_2"}
    assert part.json() == {"rows": rows, "next": None}
    assert edge.services["calls"].calls[0][1][2:] == (NOON, "")
    await edge.manager.get(f"{V1}/completed/calls", params={"before": full.json()["next"]})
    assert edge.services["calls"].calls[-1][1][2:] == (NOON + timedelta(seconds=2), "call_2")


@pytest.mark.parametrize(
    "before", ["yesterday", "2026-11-23T12:00:00Z/\0", "2026-11-23T12:00:00", "0001-01-01T00:00:00+14:00"]
)
async def test_a_page_needs_a_time_with_an_offset(before: str, edge: Edge) -> None:
    reply = await edge.manager.get(f"{V1}/completed/calls", params={"before": before})
    assert (reply.status_code, reply.json()["field"]) == (422, "before")


async def test_a_consumer_starts_a_call_from_his_browser(edge: Edge) -> None:
    edge.services["calls"].answers["start"] = ("call_1", "leg_1", BrowserAnswer("v=0"))

    given = {"queue": "queue_1", "language": "ja", "offer": "v=0 offer"}
    reply = await edge.consumer.post(f"{V1}/consumer/calls", json=given)

    assert reply.json() == {"call": "call_1", "leg": "leg_1", "answer": "v=0"}


async def test_readiness_names_the_part_that_is_not_ready(edge: Edge) -> None:
    assert (await edge.anybody.get("/readyz")).status_code == 200
    edge.parts["storage"] = CheckResult(ready=False, detail="disk full")

    reply = await edge.anybody.get("/readyz")

    assert reply.status_code == 503
    assert reply.json() == {"ready": False, "parts": {"storage": {"ready": False, "detail": "disk full"}}}
    assert (await edge.anybody.get("/healthz")).status_code == 200


async def test_figures_are_for_those_nearby(edge: Edge) -> None:
    assert (await edge.anybody.get("/metrics")).text == "figures 1\n"
    far = httpx.ASGITransport(edge.app, client=("203.0.113.5", 1))
    async with httpx.AsyncClient(transport=far, base_url="http://desk.test") as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_requests_are_measured_by_route(edge: Edge) -> None:
    await edge.agent.post(f"{V1}/calls/call_1/hang-up")
    await edge.agent.get(f"{V1}/nowhere")
    assert edge.observed == [("POST", f"{V1}/calls/{{call}}/hang-up", 204), ("GET", "other", 404)]
