"""The routes of languages and messages, over the real service and stores in memory."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from madoguchi.adapters.http.app import make_app
from madoguchi.adapters.http.state import KIB, HttpSettings, HttpState
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.messages.registry import REGISTRY
from madoguchi.testing.tones import write_tone
from tests.unit.adapters.fake_services import FakeSignIn, a_principal, fake_services
from tests.unit.services.message_page import Page, a_page

V1 = "/api/v1"


class Site:
    """The application, and clients of an administrator, a manager and an agent."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        roles = {"admin": Role.ADMIN, "manager": Role.MANAGER, "agent": Role.AGENT}
        sign_in = FakeSignIn({name: a_principal(role, user=f"user_{name}") for name, role in roles.items()})
        services = fake_services(sign_in=sign_in, languages=page.languages, messages=page.service)

        async def branding() -> dict[str, Any]:
            return {}

        settings = HttpSettings(folder / "static", folder / "uploads", max_body=20 * KIB, max_upload=200 * KIB)
        app = make_app(HttpState(services, page.blobs, settings, branding))
        self.transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.admin, self.manager, self.agent = (self.client(name) for name in roles)

    def client(self, name: str) -> httpx.AsyncClient:
        headers = {"Cookie": f"madoguchi_session={name}", "X-Madoguchi": "1"}
        return httpx.AsyncClient(transport=self.transport, base_url=f"http://desk.test{V1}", headers=headers)

    async def said(self, message: str = "greeting", language: str = "en") -> dict[str, Any]:
        reply = await self.manager.get("/messages")
        found: list[dict[str, Any]] = reply.raise_for_status().json()["said"]
        return next(one for one in found if (one["message"], one["language"]) == (message, language))


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    made = Site(a_page(tmp_path), tmp_path)
    yield made
    for client in (made.admin, made.manager, made.agent):
        await client.aclose()


def a_file(site: Site, name: str = "hello.wav", seconds: float = 1.0) -> dict[str, tuple[str, bytes]]:
    path = write_tone(site.page.folder / "upload.wav", (500,), seconds, 16_000)
    return {"file": (name, path.read_bytes())}


@pytest.mark.req("BASE-6")
async def test_all_messages_are_listed_with_what_may_be_done(site: Site) -> None:
    body = (await site.manager.get("/messages")).json()
    assert [one["message"] for one in body["messages"]] == [message.value for message in REGISTRY]
    assert body["messages"][1]["required"] == ["QUEUE", "KEY"]
    assert (body["longest_text"], body["max_bytes"]) == (1000, 15 * 1024 * 1024)
    assert await site.said() == {
        "message": "greeting",
        "language": "en",
        "version": 0,
        "way": "built_in",
        "text": "",
        "built_in": "Thank you for calling @{COMPANY}.",
        "sound": None,
        "changed_by": None,
        "changed_at": None,
    }
    assert (await site.said("goodbye", "ko"))["way"] == "missing"
    assert (await site.said("hold_music", "zxx"))["way"] == "built_in"


@pytest.mark.req("BASE-6")
async def test_an_own_text_is_saved_and_reset(site: Site) -> None:
    reply = await site.admin.put("/messages/en/greeting", json={"version": 0, "text": "Hello from @{COMPANY}."})
    assert reply.status_code == 200
    assert reply.json()["said"] == await site.said()
    assert reply.json()["missing"] == []
    assert (await site.said())["way"] == "text"

    reply = await site.admin.delete("/messages/en/greeting?version=1")
    assert (reply.status_code, (await site.said())["way"], (await site.said())["version"]) == (200, "built_in", 2)


@pytest.mark.req("BASE-6")
async def test_a_wrong_variable_is_a_problem_with_its_place(site: Site) -> None:
    reply = await site.admin.put("/messages/en/greeting", json={"version": 0, "text": "Hello @{AGENT}."})
    body = reply.json()
    assert (reply.status_code, body["code"], body["reason"]) == (422, "bad_text", "misplaced_variable")
    assert (body["field"], body["position"]) == ("text", 6)
    assert "@{AGENT}" in body["detail"]


async def test_a_stale_change_is_a_conflict(site: Site) -> None:
    change = {"version": 0, "text": "Hello."}
    assert (await site.admin.put("/messages/en/greeting", json=change)).status_code == 200
    reply = await site.admin.put("/messages/en/greeting", json=change)
    assert reply.status_code == 409
    assert (reply.json()["code"], reply.json()["field"]) == ("stale_version", "version")


@pytest.mark.req("BASE-6")
async def test_a_recording_is_uploaded_and_heard_in_parts(site: Site) -> None:
    files = a_file(site)
    reply = await site.admin.post("/messages/en/greeting/sound", files=files, data={"version": "0"})
    assert reply.status_code == 200, reply.text
    assert reply.json()["said"]["sound"] == {"name": "hello.wav", "span_s": 1.0, "size": len(files["file"][1])}

    whole = await site.manager.get("/messages/en/greeting/sound")
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("audio/wav", "bytes")
    assert whole.content == files["file"][1]
    part = await site.manager.get("/messages/en/greeting/sound", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    none = await site.manager.get("/messages/en/greeting/sound", headers={"Range": f"bytes={len(whole.content)}-"})
    assert none.status_code == 416
    assert (await site.manager.get("/messages/ja/greeting/sound")).status_code == 404


@pytest.mark.req("BASE-6")
async def test_a_bad_file_is_a_problem_at_its_field(site: Site) -> None:
    reply = await site.admin.post(
        "/messages/en/greeting/sound", files={"file": ("x.mp3", b"<html>")}, data={"version": "0"}
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "bad_sound")
    assert (reply.json()["field"], reply.json()["reason"]) == ("file", "disguised")
    huge = {"file": ("x.wav", bytes(300 * KIB))}
    reply = await site.admin.post("/messages/en/greeting/sound", files=huge, data={"version": "0"})
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")


@pytest.mark.req("BASE-6")
async def test_a_text_is_heard_before_it_is_saved(site: Site) -> None:
    asked = {"message": "greeting", "language": "en", "text": "Hello from @{COMPANY}."}
    reply = await site.manager.post("/messages/preview", json=asked)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "audio/wav")
    assert reply.content[:4] == b"RIFF"
    assert site.page.speech.said == [("en", "Hello from Madoguchi.")]
    korean = await site.manager.post("/messages/preview", json=asked | {"language": "ko"})
    assert (korean.status_code, korean.json()["code"]) == (422, "no_voice")
    for _ in range(29):
        await site.manager.post("/messages/preview", json=asked)
    reply = await site.manager.post("/messages/preview", json=asked)
    assert (reply.status_code, reply.json()["code"]) == (429, "too_fast")


@pytest.mark.req("BASE-5")
async def test_languages_go_live_and_what_is_missing_is_told(site: Site) -> None:
    body = (await site.manager.get("/languages")).json()
    assert (body["version"], body["default"], body["missing"]) == (0, "ja", [])
    assert [one["language"] for one in body["languages"] if one["live"]] == ["ja", "en"]

    reply = await site.admin.put("/languages", json={"version": 0, "default": "en", "live": ["ko", "en"]})
    assert (reply.status_code, reply.json()["default"], reply.json()["version"]) == (200, "en", 1)
    assert {"language": "ko", "message": "greeting"} in reply.json()["missing"]
    assert {"language": "ko", "live": True, "built_in": False, "voice": False} in reply.json()["languages"]

    reply = await site.admin.put("/languages", json={"version": 1, "default": "ja", "live": ["en"]})
    assert (reply.status_code, reply.json()["field"], reply.json()["reason"]) == (422, "default", "default_not_live")
    reply = await site.admin.put("/languages", json={"version": 0, "default": "en", "live": ["en"]})
    assert reply.status_code == 409


@pytest.mark.req("BASE-3")
async def test_managers_look_and_agents_do_not(site: Site) -> None:
    for path in ("/languages", "/messages", "/messages/en/greeting/sound"):
        assert (await site.agent.get(path)).status_code == 403
    change = {"version": 0, "text": "Hello."}
    assert (await site.manager.put("/messages/en/greeting", json=change)).status_code == 403
    assert (await site.manager.delete("/messages/en/greeting?version=0")).status_code == 403
    assert (
        await site.manager.put("/languages", json={"version": 0, "default": "en", "live": ["en"]})
    ).status_code == 403
    files = a_file(site)
    reply = await site.manager.post("/messages/en/greeting/sound", files=files, data={"version": "0"})
    assert reply.status_code == 403
