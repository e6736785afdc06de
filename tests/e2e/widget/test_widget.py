"""The widget on others' pages: hostile styles, strict policies, no storage, keys only, small screens, bad networks."""

import gzip
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from madoguchi import __file__ as package
from madoguchi.testing.server import RealServer
from tests.e2e.kit.backstage import an_agent_backstage
from tests.e2e.kit.browser import a_context
from tests.e2e.kit.files import a_file, mp4, png
from tests.e2e.kit.widget import Widget, a_visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

QUEUE = "Billing"
STATIC = Path(package).parent / "static" / "widget"
KB = 1024


@contextmanager
def another_site(body: str, policy: str = "") -> Iterator[str]:
    """A page of somebody else, at an origin of its own; yields its address."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_port}/"
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


def embedding(server: RealServer, head: str = "") -> str:
    """Return a page that embeds the widget as its maker would."""
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Somebody's shop</title>{head}
<script async src="http://localhost:{server.port}/widget/loader.js"></script></head>
<body><h1>Shop</h1><button>Buy</button></body></html>"""


HOSTILE = """<style>
* { color: red !important; font-size: 40px !important; line-height: 3 !important; }
body { text-transform: uppercase !important; letter-spacing: 9px !important; }
button { display: none !important; } div, section { float: left !important; }
</style>"""


@pytest.mark.req("CH-3")
async def test_a_hostile_page_changes_nothing_of_the_widget(browser: Browser, server: RealServer) -> None:
    context = await a_context(browser, microphone=False)
    with another_site(embedding(server, HOSTILE)) as address:
        page = await context.new_page()
        widget = Widget(page)
        await page.goto(address)
        await widget.open()
        await expect(page.get_by_role("heading", name="Shop")).to_have_css("color", "rgb(255, 0, 0)")
        choice = widget.panel.get_by_role("button", name=QUEUE)
        for style, value in (("font-size", "14px"), ("text-transform", "none"), ("color", "rgb(23, 27, 32)")):
            await expect(choice).to_have_css(style, value)
        assert await widget.panel.bounding_box() is not None
        box = await widget.launcher.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (56, 56)
        assert widget.ears.errors == []
    await context.close()


@pytest.mark.req("CH-3")
@pytest.mark.req("SMA-3")
async def test_a_strict_page_of_another_origin_has_chats_with_files(browser: Browser, server: RealServer) -> None:
    own = f"localhost:{server.port}"
    ours = f"script-src http://{own}; connect-src http://{own} ws://{own}"
    policy = f"default-src 'none'; {ours}; img-src blob:; media-src blob:"
    context = await a_context(browser, microphone=False)
    refused: list[str] = []
    with another_site(embedding(server), policy) as address:
        page = await context.new_page()
        page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
        widget = Widget(page)
        await page.goto(address)
        async with an_agent_backstage(server) as agent:
            await widget.begin_chat(QUEUE, "From another site")
            chat = await agent.take_chat()
            await agent.say(chat, "Welcome")
            await agent.attach(chat, "map.png", png())
            await expect(widget.lines).to_have_text(["From another site", "Welcome"])
            await expect(widget.log.get_by_role("img", name="Attachment: map.png")).to_have_js_property(
                "naturalWidth", 120
            )
            await widget.attach(a_file("clip.mp4", mp4()))
            await expect(widget.log.get_by_label("Attachment: clip.mp4")).to_have_js_property("videoWidth", 96)
            await expect(widget.panel).to_have_css("width", "380px")
            await expect(widget.panel).to_have_css("display", "flex")
            await widget.end()
            await widget.has_ended()
            assert "Welcome" in await widget.transcript()
        assert [line for line in refused if "favicon" not in line] == []
        assert widget.ears.errors == []
    await context.close()


@pytest.mark.req("CH-3")
async def test_everything_works_by_keyboard(browser: Browser, server: RealServer) -> None:
    async with a_visitor(browser, server) as widget:
        keys = widget.page.keyboard
        await expect(widget.launcher).to_be_visible()
        await widget.page.get_by_role("button", name="Contact us").first.focus()
        await keys.press("Tab")
        await expect(widget.launcher).to_be_focused()
        await keys.press("Enter")
        await expect(widget.panel).to_be_focused()
        choice = widget.panel.get_by_role("button", name=QUEUE)
        await expect(choice).to_be_visible()
        await tab_to(widget, choice)
        await keys.press("Enter")
        await expect(widget.panel.get_by_text("How would you like to talk to us?")).to_be_visible()
        await tab_to(widget, widget.panel.get_by_role("button", name=widget.texts["chat"]))
        await keys.press("Enter")
        await expect(widget.composer).to_be_focused()
        await keys.type("by keys")
        await keys.press("Shift+Enter")
        await keys.type("only")
        await keys.press("Enter")
        await expect(widget.lines).to_have_text(["by keys\nonly"])

        await tab_to(widget, widget.panel.get_by_role("button", name="End chat"))
        await keys.press("Enter")
        question = widget.panel.get_by_role("alertdialog")
        await expect(question.get_by_role("button", name="Cancel")).to_be_focused()
        await keys.press("Escape")
        await expect(question).to_have_count(0)
        await expect(widget.panel.get_by_role("button", name="End chat")).to_be_focused()

        await keys.press("Escape")
        await expect(widget.panel).to_have_count(0)
        await expect(widget.launcher).to_be_focused()
        await keys.press("Enter")
        await expect(widget.composer).to_be_focused()

        await tab_to(widget, widget.panel.get_by_role("button", name="End chat"))
        await keys.press("Enter")
        await keys.press("Tab")
        await keys.press("Enter")
        await widget.has_ended()
        await expect(widget.panel.get_by_role("button", name="Ask something else")).to_be_focused()
        await keys.press("Enter")
        await expect(choice).to_be_visible()
        await keys.press("Escape")
        await expect(widget.launcher).to_be_focused()


async def tab_to(widget: Widget, target: Locator) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(30):
        if await target.evaluate("element => element.getRootNode().activeElement === element"):
            return
        await widget.page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached")


@pytest.mark.req("CH-3")
async def test_it_fills_a_small_screen_and_a_reload_goes_on(browser: Browser, server: RealServer) -> None:
    async with a_visitor(browser, server, viewport={"width": 390, "height": 700}) as widget:
        await widget.begin_chat(QUEUE, "before the reload")
        await expect(widget.log.get_by_text("Sent", exact=True)).to_be_visible()
        box = await widget.panel.bounding_box()
        assert box == {"x": 0, "y": 0, "width": 390, "height": 700}
        await expect(widget.launcher).to_be_hidden()

        await widget.page.reload()
        await widget.launcher.click()
        await expect(widget.lines).to_have_text(["before the reload"])
        await widget.end()
        await widget.has_ended()


FORBIDDEN = """for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("forbidden", "SecurityError"); } });
}"""


@pytest.mark.req("CH-3")
async def test_it_works_where_storage_is_forbidden_and_after_a_network_failure(
    browser: Browser, server: RealServer
) -> None:
    async with a_visitor(browser, server) as widget:
        await widget.page.context.add_init_script(FORBIDDEN)
        await widget.page.reload()
        await widget.page.route("**/api/v1/consumer/**", lambda route: route.abort())
        await widget.launcher.click()
        await expect(widget.panel.get_by_role("alert")).to_contain_text("We could not be reached")
        await widget.page.unroute("**/api/v1/consumer/**")
        await widget.panel.get_by_role("button", name="Try again").click()
        await widget.choose(QUEUE, "chat")
        await widget.say("nothing is kept")
        await expect(widget.log.get_by_text("Sent", exact=True)).to_be_visible()
        await widget.end()
        await widget.has_ended()


SOUNDS = """window.__sounds = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.__sounds += 1; return start.apply(this, when); };"""
HIDE = """hidden => {
  Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.mark.req("CH-3")
async def test_a_line_that_nobody_sees_is_heard_counted_and_stands_in_the_title(
    browser: Browser, server: RealServer
) -> None:
    async with a_visitor(browser, server) as widget, an_agent_backstage(server) as agent:
        await widget.page.context.add_init_script(SOUNDS)
        await widget.page.reload()
        title = await widget.page.title()
        await widget.begin_chat(QUEUE, "Hello")
        chat = await agent.take_chat()
        await agent.say(chat, "seen")
        await expect(widget.lines).to_have_text(["Hello", "seen"])
        assert await widget.page.evaluate("window.__sounds") == 0

        await widget.panel.get_by_role("button", name="Close").click()
        await agent.say(chat, "unseen")
        await expect(widget.launcher).to_have_accessible_name("Contact us, 1 new messages")
        await expect(widget.page).to_have_title(f"(1) {title}")
        assert await widget.page.evaluate("window.__sounds") > 0
        await widget.launcher.click()
        await expect(widget.page).to_have_title(title)

        await widget.page.evaluate(HIDE, arg=True)
        await agent.say(chat, "behind another tab")
        await expect(widget.page).to_have_title(f"(1) {title}")
        await widget.page.evaluate(HIDE, arg=False)
        await expect(widget.page).to_have_title(title)
        await widget.end()
        await widget.has_ended()


@pytest.mark.parametrize(("name", "most"), [("loader.js", 2 * KB), ("widget.js", 25 * KB)])
async def test_the_scripts_are_light(name: str, most: int) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes(), 9)) <= most


async def test_a_guest_page_fetches_nothing_of_the_api_before_somebody_asks(
    browser: Browser, server: RealServer
) -> None:
    asked: list[str] = []
    context = await a_context(browser, microphone=False)
    page = await context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"http://localhost:{server.port}/demo-shop/")
    await expect(page.locator("madoguchi-widget .launcher")).to_be_visible()
    assert [url for url in asked if re.search("/api/", url)] == []
    await context.close()
