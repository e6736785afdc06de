"""The desk within a CRM's page of another site, in a browser that gives third parties no cookies of their own."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from madoguchi.testing.server import RealServer
from tests.chromium import SHELL
from tests.e2e.kit.house import brisk_server, requests_of
from tests.e2e.portal.conftest import ARGUMENTS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.req("BASE-11")]

SAMPLE = Path(__file__).parents[3] / "docs" / "guides" / "embedding-sample.html"
PATIENCE = 40_000


@contextmanager
def another_site() -> Iterator[str]:
    """A site that serves the sample page; yields its origin, which is of another site than `localhost`."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(SAMPLE.read_bytes())

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_port}"
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, built_portal: Path) -> Iterator[RealServer]:
    assert built_portal.is_dir()
    with brisk_server(tmp_path_factory.mktemp("embedding") / "data") as running:
        yield running


@pytest.fixture
def strict_browser(server: RealServer) -> Iterator[Browser]:
    assert server.url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=SHELL, args=[*ARGUMENTS, "--test-third-party-cookie-phaseout"]
        )
        yield browser
        browser.close()


def allow(server: RealServer, *origins: str) -> None:
    with closing(requests_of(server, "admin")) as admin:
        version = admin.get("/settings/embedding").json()["version"]
        admin.put("/settings/embedding", json={"version": version, "origins": list(origins)}).raise_for_status()


def visit(browser: Browser, server: RealServer, site: str) -> tuple[Page, FrameLocator]:
    page = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site}/?desk=http://localhost:{server.port}")
    return page, page.frame_locator("iframe")


def sign_in(frame: FrameLocator, server: RealServer) -> None:
    email, password = server.sign_in_of("agent")
    frame.get_by_label("E-mail address").fill(email)
    frame.get_by_label("Password").fill(password)
    frame.get_by_role("button", name="Sign in").click()


@contextmanager
def a_chat_waits(server: RealServer) -> Iterator[None]:
    """A consumer who has begun a chat in every queue of the web menu that opens it."""
    with httpx.Client(base_url=f"{server.url}/api/v1/consumer", timeout=30) as http:
        token = http.post("/sessions", json={"resume": None, "language": "en"}).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        queues: list[dict[str, Any]] = http.get("/config").json()["queues"]
        chat = http.post("/chats", json={"queue": queues[0]["id"], "language": "en", "text": "Hello?"}).json()["chat"]
        yield
        http.post(f"/chats/{chat}/end")


def test_an_allowed_page_hears_of_a_chat_and_takes_it(server: RealServer, strict_browser: Browser) -> None:
    with another_site() as crm:
        allow(server, crm)
        page, frame = visit(strict_browser, server, crm)
        log = page.locator("#log li")
        sign_in(frame, server)
        expect(log.filter(has_text='"event":"ready"')).to_have_count(1)
        page.get_by_role("button", name="Available").click()
        expect(log.filter(has_text='"status":"available"')).to_have_count(1)
        with a_chat_waits(server):
            expect(log.filter(has_text='"event":"offer_arrived"')).to_contain_text('"channel":"chat"')
            page.get_by_role("button", name="Accept").click()
            expect(log.filter(has_text='"event":"interaction_started"')).to_have_count(1)
            expect(frame.get_by_role("button", name="End chat")).to_be_visible()
        expect(log.filter(has_text='"event":"interaction_ended"')).to_contain_text("consumer")
        frame.get_by_label("Result").select_option(index=1)
        frame.get_by_role("button", name="Finish").click()
        expect(log.filter(has_text='"event":"wrap_up_saved"')).to_have_count(1)

        # A page that goes on while its site is taken from the list is told nothing more.
        allow(server)
        said = log.count()
        frame.get_by_role("button", name="Your status:").click()
        frame.get_by_role("menuitemradio", name="Break").first.click()
        expect(frame.get_by_role("button", name="Your status:")).to_contain_text("Break")
        assert not [text for text in log.all_inner_texts()[said:] if "break" in text]


def test_a_page_that_is_not_allowed_sees_no_desk_and_hears_nothing(server: RealServer, strict_browser: Browser) -> None:
    with another_site() as crm, another_site() as stranger:
        allow(server, crm)
        page, frame = visit(strict_browser, server, stranger)
        refusals: list[str] = []
        page.on("console", lambda said: refusals.append(said.text))
        page.reload()
        expect(frame.locator("body")).to_be_attached()
        assert any("frame-ancestors" in text for text in refusals), refusals
        assert all("desk" not in each.url for each in page.frames[1:]), "the browser shows its own error in the frame"
        page.get_by_role("button", name="Available").click()
        page.wait_for_timeout(1_000)
        assert page.locator("#log li").count() == 0
