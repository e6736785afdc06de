"""Which sites may embed the portal: changed by administrators, effective at once, and safe for everybody's session."""

from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from tests.unit.adapters.http.conftest import Edge
from tests.unit.adapters.http.office import PASSWORD, Office, problem

pytestmark = pytest.mark.req("BASE-11")

CRM = "https://crm.example.com"
PATH = "/settings/embedding"


async def ancestors(browser: httpx.AsyncClient) -> str:
    policy = (await browser.get("/session")).headers["content-security-policy"]
    return str(dict(part.split(" ", 1) for part in policy.split("; "))["frame-ancestors"])


async def test_an_administrator_adds_a_site_and_the_next_answer_allows_it(office: Office) -> None:
    ada = await office.of("ada")
    assert (await ada.get(PATH)).json() == {"version": 0, "origins": [], "fixed": ["'self'"]}
    async with office.anybody() as browser:
        assert await ancestors(browser) == "'self'"
        saved = await ada.put(PATH, json={"version": 0, "origins": [f"{CRM}/"]})
        assert saved.json() == {"version": 1, "origins": [CRM], "fixed": ["'self'"]}
        assert await ancestors(browser) == f"'self' {CRM}"
        assert (await (await office.of("ana")).get("/session")).json()["embedders"] == [CRM]
        await ada.put(PATH, json={"version": 1, "origins": []})
        assert await ancestors(browser) == "'self'"


async def test_only_administrators_may(office: Office) -> None:
    for name in ("ana", "mia", "max"):
        who = await office.of(name)
        assert (await who.get(PATH)).status_code == 403
        assert (await who.put(PATH, json={"version": 0, "origins": []})).status_code == 403


async def test_who_was_slower_is_told_and_nothing_is_lost(office: Office) -> None:
    ada = await office.of("ada")
    await ada.put(PATH, json={"version": 0, "origins": [CRM]})
    late = await ada.put(PATH, json={"version": 0, "origins": []})
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    assert (await ada.get(PATH)).json()["origins"] == [CRM]


async def test_what_is_wrong_is_said_of_each_site(office: Office) -> None:
    ada = await office.of("ada")
    sites = ["https://*.example.com", CRM, "http://crm.example.com", f"{CRM}/x"]
    wrong = await ada.put(PATH, json={"version": 0, "origins": sites})
    assert wrong.status_code == 422
    found = [(one["field"], one["reason"]) for one in wrong.json()["errors"]]
    assert found == [("origins.0", "wildcard"), ("origins.2", "https"), ("origins.3", "path")]
    assert (await ada.get(PATH)).json()["version"] == 0


async def test_it_survives_a_restart(office: Office) -> None:
    await (await office.of("ada")).put(PATH, json={"version": 0, "origins": [CRM]})
    service = type(office.house.services.embedding)(office.storage.catalogue)
    await service.load()
    assert (service.settings.origins, service.settings.version) == ((CRM,), 1)


async def test_an_open_page_is_made_to_ask_again(office: Office) -> None:
    told: list[object] = []
    office.house.access.changed = told.append
    await (await office.of("ada")).put(PATH, json={"version": 0, "origins": [CRM]})
    assert told == [None]


def cookies(reply: httpx.Response) -> list[str]:
    return reply.headers.get_list("set-cookie")


LOGIN: dict[str, Any] = {"email": "ana@example.com", "password": "right", "embedded": True}


async def test_an_embedded_page_gets_a_cookie_that_comes_back_there_alone(edge: Edge) -> None:
    reply = await edge.anybody.post("https://desk.test/api/v1/session", json=LOGIN, headers={"X-Madoguchi": "1"})
    (cookie,) = cookies(reply)
    for part in ("madoguchi_session=ana-token", "HttpOnly", "SameSite=None", "Secure", "Partitioned", "Path=/"):
        assert part in cookie.split("; ")


async def test_without_https_an_embedded_page_gets_the_usual_cookie(edge: Edge) -> None:
    reply = await edge.anybody.post("/api/v1/session", json=LOGIN, headers={"X-Madoguchi": "1"})
    (cookie,) = cookies(reply)
    assert "SameSite=lax" in cookie
    assert "Partitioned" not in cookie


async def test_signing_out_forgets_either_cookie(edge: Edge) -> None:
    reply = await edge.agent.delete("https://desk.test/api/v1/session")
    usual, embedded = cookies(reply)
    assert SimpleCookie(usual)["madoguchi_session"]["max-age"] == "0"
    assert "Max-Age=0" in embedded
    assert "Partitioned" in embedded


@pytest.mark.parametrize("origin", [CRM, "https://desk.test.evil.example", "null", "http://desk.test:81"])
async def test_a_page_of_another_site_cannot_write_even_with_our_header(origin: str, edge: Edge) -> None:
    reply = await edge.agent.post("/api/v1/calls/call_1/hang-up", headers={"Origin": origin})
    assert (reply.status_code, reply.json()["code"]) == (403, "foreign_request")
    assert edge.services["calls"].calls == []


async def test_our_own_pages_can_write(edge: Edge) -> None:
    reply = await edge.agent.post("/api/v1/calls/call_1/hang-up", headers={"Origin": "http://desk.test"})
    assert reply.status_code == 204


async def test_an_embedding_page_cannot_read_with_the_session_itself(office: Office) -> None:
    await (await office.of("ada")).put(PATH, json={"version": 0, "origins": [CRM]})
    reply = await (await office.of("ana")).get("/session", headers={"Origin": CRM})
    assert "access-control-allow-origin" not in reply.headers
    async with office.anybody() as browser:
        body = {"email": "ana@example.com", "password": PASSWORD}
        foreign = await browser.post("/session", json=body, headers={"Origin": CRM})
        assert problem(foreign)[:2] == (403, "foreign_request")
