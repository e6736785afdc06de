"""Problems, limits, headers and pages."""

import gzip
import json

import httpx
import pytest

from madoguchi.adapters.http.middleware import RateLimit
from madoguchi.adapters.http.problems import STATUS, problem
from madoguchi.domain.chats.attachments import Refusal
from madoguchi.kernel.errors import Kind
from madoguchi.services.attachments import BadAttachmentError
from tests.unit.adapters.http.conftest import Edge

V1 = "/api/v1"
OWN = {"X-Madoguchi": "1"}


def test_every_kind_of_error_has_a_status() -> None:
    assert set(STATUS) == set(Kind)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
        ("PATCH", "/api/v1/session", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("GET", "/widget/nothing.js", 404, "not_found"),
        ("POST", "/somewhere", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_a_problem_too(method: str, path: str, status: int, code: str, edge: Edge) -> None:
    reply = await edge.anybody.request(method, path)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert reply.headers["content-type"] == "application/problem+json"


async def test_broken_json_is_named_as_such(edge: Edge) -> None:
    headers = {**OWN, "Content-Type": "application/json"}
    reply = await edge.anybody.post(f"{V1}/session", content=b'{"email": ', headers=headers)
    assert reply.status_code == 422
    assert reply.json()["errors"] == [{"field": "body", "detail": "is not JSON"}]


async def test_every_wrong_input_is_named_without_repeating_its_value(edge: Edge) -> None:
    given = {"email": {"secret": 1}, "password": "", "more": True}
    reply = await edge.anybody.post(f"{V1}/session", json=given, headers=OWN)
    assert {error["field"] for error in reply.json()["errors"]} == {"email", "password", "more"}
    assert "secret" not in reply.text


@pytest.mark.parametrize("escaped", [r"zero \u0000", r"half \ud800"])
async def test_text_that_no_database_takes_is_refused(escaped: str, edge: Edge) -> None:
    body = '{"email": "' + escaped + '", "password": "x"}'
    headers = {**OWN, "Content-Type": "application/json"}
    reply = await edge.anybody.post(f"{V1}/session", content=body, headers=headers)
    assert (reply.status_code, reply.json()["field"]) == (422, "email")


async def test_a_fault_of_ours_tells_nothing_about_our_inside(edge: Edge) -> None:
    edge.services["calls"].answers["hang_up"] = RuntimeError("password of the database")
    reply = await edge.agent.post(f"{V1}/calls/call_1/hang-up")
    assert (reply.status_code, reply.json()["code"]) == (500, "internal")
    assert "database" not in reply.text


async def test_a_body_that_announces_too_much_is_not_read(edge: Edge) -> None:
    reply = await edge.anybody.post(f"{V1}/session", content=b"x" * 2001, headers=OWN)
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")


async def test_a_body_that_grows_too_long_is_cut_off(edge: Edge) -> None:
    async def endless() -> object:
        for _ in range(100):
            yield b"x" * 100

    reply = await edge.anybody.post(f"{V1}/session", content=endless(), headers=OWN)  # type: ignore[arg-type] # a stream
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")


async def test_uploads_may_be_larger_than_other_bodies_but_not_endless(edge: Edge) -> None:
    edge.services["chats"].answers["attach"] = 1
    for size, status in ((4000, 200), (6000, 413)):
        reply = await edge.agent.post(
            f"{V1}/chats/chat_1/attachments", files={"file": ("a.png", b"x" * size)}, data={"client_id": "1"}
        )
        assert reply.status_code == status


async def test_a_consumer_in_a_hurry_is_slowed_down_and_told_for_how_long(edge: Edge) -> None:
    replies = [await edge.consumer.post(f"{V1}/consumer/calls/call_1/hang-up") for _ in range(30)]
    assert {reply.status_code for reply in replies} == {204, 429}
    refused = replies[-1]
    assert refused.json()["code"] == "too_many_requests"
    assert int(refused.headers["retry-after"]) >= 1


def limit(now: list[float]) -> RateLimit:
    async def nothing(*_: object) -> None: ...

    return RateLimit(nothing, rate=10, burst=5, monotonic=lambda: now[0])


def asker(address: str, token: str = "") -> dict[str, object]:
    headers = [(b"authorization", token.encode())] if token else []
    return {"type": "http", "client": (address, 1), "headers": headers}


def test_a_burst_is_allowed_and_then_the_rate_counts() -> None:
    now = [0.0]
    limiter = limit(now)
    assert [limiter._wait_s(asker("a")) for _ in range(6)] == [0, 0, 0, 0, 0, pytest.approx(0.1)]
    now[0] = 0.21
    assert [limiter._wait_s(asker("a")) > 0 for _ in range(3)] == [False, False, True]


def test_consumers_behind_one_address_do_not_slow_each_other_down() -> None:
    limiter = limit([0.0])
    assert all(limiter._wait_s(asker("a", f"Bearer {n}")) == 0 for n in range(50))


def test_inventing_tokens_gives_no_endless_allowance() -> None:
    limiter = limit([0.0])
    waits = [limiter._wait_s(asker("a", f"Bearer {n}")) for n in range(200)]
    assert waits[-1] > 0


async def test_portal_pages_run_only_our_own_scripts_and_show_only_in_named_frames(edge: Edge) -> None:
    edge.static.joinpath("portal").mkdir(parents=True)
    edge.static.joinpath("portal", "index.html").write_text("<title>Portal</title>")

    reply = await edge.anybody.get("/calls/connected")

    policy = dict(part.split(" ", 1) for part in reply.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["script-src"]) == ("'self'", "'self'")
    assert policy["frame-ancestors"] == "'self'"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "same-origin"
    assert reply.text == "<title>Portal</title>"


async def test_any_site_may_load_the_widget_and_use_the_consumers_routes(edge: Edge) -> None:
    edge.static.joinpath("widget").mkdir(parents=True)
    edge.static.joinpath("widget", "madoguchi.js").write_text("1")
    shop = {"Origin": "https://shop.example"}

    script = await edge.anybody.get("/widget/madoguchi.js", headers=shop)
    asked = await edge.anybody.options(
        f"{V1}/consumer/chats",
        headers={**shop, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"},
    )
    answered = await edge.consumer.post(f"{V1}/consumer/chats/chat_1/end", headers=shop)

    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert asked.status_code == 200
    for reply in (asked, answered):
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in reply.headers


async def test_no_other_site_may_read_the_portals_routes(edge: Edge) -> None:
    reply = await edge.agent.get(f"{V1}/session", headers={"Origin": "https://shop.example"})
    assert "access-control-allow-origin" not in reply.headers


async def test_pages_that_are_not_built_say_how_to_build_them(edge: Edge) -> None:
    for path in ("/", "/calls/connected", "/widget/", "/demo-shop/"):
        reply = await edge.anybody.get(path)
        assert reply.status_code == 503
        assert "make web" in reply.text


async def test_assets_are_kept_forever_and_pages_are_asked_for_anew(edge: Edge) -> None:
    assets = edge.static / "portal" / "assets"
    assets.mkdir(parents=True)
    (edge.static / "portal" / "index.html").write_text("page")
    (assets / "app-1a2b.js").write_text("plain")
    (assets / "app-1a2b.js.gz").write_bytes(gzip.compress(b"packed"))

    page = await edge.anybody.get("/")
    packed = await edge.anybody.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "br, gzip"})
    plain = await edge.anybody.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
    again = await edge.anybody.get("/", headers={"If-None-Match": page.headers["etag"]})

    assert page.headers["cache-control"] == "no-cache"
    assert again.status_code == 304
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == "text/javascript; charset=utf-8"
    assert packed.text == "packed"
    assert (plain.text, plain.headers["vary"]) == ("plain", "Accept-Encoding")
    assert (await edge.anybody.get("/assets/gone.js")).status_code == 404


@pytest.mark.parametrize("path", ["/%2e%2e/secret.html", "/..%2fsecret.html", "/widget/%2e%2e/secret.html", "/a%00.js"])
async def test_nothing_outside_the_pages_is_sent(path: str, edge: Edge) -> None:
    edge.static.joinpath("portal").mkdir(parents=True)
    edge.static.joinpath("portal", "index.html").write_text("page")
    edge.static.joinpath("secret.html").write_text("secret")
    reply = await edge.anybody.get(httpx.URL("http://desk.test" + path))
    assert reply.status_code in {200, 404, 503}
    assert reply.text != "secret"


def test_a_problem_names_which_case_it_is() -> None:
    refused = problem(BadAttachmentError("the file is empty", Refusal.EMPTY))
    body = json.loads(bytes(refused.body))
    said = (body["code"], body["reason"], body["field"])
    assert (refused.status_code, said) == (422, ("bad_attachment", "empty", "file"))
