"""The portal on the real server: a call by telephone and a chat, from ringing to what is left of them."""

import asyncio
import re
import threading
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from madoguchi.testing.server import RealServer
from madoguchi.testing.sip_caller import Callee, encoded, looped, open_call
from madoguchi.testing.tones import tone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PATIENCE = 40_000


class Telephone(threading.Thread):
    """Calls, chooses the first queue, and speaks a tone until somebody hangs up."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._chosen = threading.Event()
        self.hung_up = threading.Event()
        """Set when this side is to hang up, or the other did."""
        self.ended_by_other_side = False

    def run(self) -> None:
        asyncio.run(self._call())

    async def _call(self) -> None:
        callee = Callee("127.0.0.1", self._port)
        async with open_call(callee, number="+819012345678", sound=looped(encoded(tone((440,), 2.0)))) as call:
            for _ in range(1_200):
                if self.hung_up.is_set() or call.ended.is_set():
                    break
                if not self._chosen.is_set():
                    await asyncio.sleep(3)
                    call.press("1")
                    self._chosen.set()
                await asyncio.sleep(0.1)
            self.ended_by_other_side = call.ended.is_set()
        self.hung_up.set()


@pytest.fixture
def telephone(server: RealServer) -> Iterator[Telephone]:
    caller = Telephone(server.sip_port)
    yield caller
    caller.hung_up.set()
    if caller.is_alive():
        caller.join(20)


def sign_in(browser: Browser, server: RealServer, role: str, path: str) -> Page:
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(server.url.replace("127.0.0.1", "localhost") + path)
    email, password = server.sign_in_of(role)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.get_by_role("banner").wait_for()
    return page


def become_available(page: Page) -> None:
    page.get_by_role("button", name="Your status:").click()
    page.get_by_role("menuitemradio", name="Available", exact=True).first.click()
    expect(page.get_by_role("button", name="Your status: Available")).to_be_visible()


def go_home(page: Page) -> None:
    """Leave nothing to the next story: no agent who is available and not there."""
    page.get_by_role("button", name="Your status:").click()
    page.get_by_role("menuitemradio", name="Break", exact=True).first.click()
    expect(page.get_by_role("button", name="Your status: Break")).to_be_visible()


def voice_is_up(page: Page) -> None:
    """Wait until the call has a voice and something is heard."""
    expect(page.locator(".call-view .bar")).to_have_count(0, timeout=PATIENCE)
    something_is_heard(page, ".loudness i")


def something_is_heard(page: Page, bars: str) -> None:
    """Wait until a level meter moves. The page's security policy forbids waiting by a function inside it."""
    for _ in range(400):
        if page.locator(bars).evaluate_all("bars => bars.some(bar => bar.offsetHeight > 7)"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing is heard")


@pytest.mark.req("BASE-11")
@pytest.mark.req("BASE-16")
@pytest.mark.req("MON-3")
def test_a_call_is_answered_survives_a_reload_is_heard_by_a_supervisor_and_leaves_a_recording(
    browser: Browser, server: RealServer, telephone: Telephone
) -> None:
    agent = sign_in(browser, server, "agent", "/desk")
    supervisor = sign_in(browser, server, "manager", "/calls/connected")
    become_available(agent)
    telephone.start()

    agent.locator("[data-offer]").wait_for()
    agent.keyboard.press("Alt+a")
    voice_is_up(agent)

    supervisor.get_by_role("button", name="Actions for").click()
    supervisor.get_by_role("menuitem", name="Monitor").click()
    bar = supervisor.get_by_role("region", name=re.compile("^Monitoring"))
    expect(bar).to_contain_text("The participants are not told.")
    something_is_heard(supervisor, ".monitor-bars .level i")

    agent.reload()
    voice_is_up(agent)
    agent.keyboard.press("Alt+h")
    expect(agent.get_by_role("button", name="Hold", exact=True)).to_have_attribute("aria-pressed", "true")
    agent.keyboard.press("Alt+h")
    expect(agent.get_by_role("button", name="Hold", exact=True)).to_have_attribute("aria-pressed", "false")

    bar.get_by_role("button", name="Stop monitoring").click()
    expect(bar).to_have_count(0)

    agent.get_by_role("button", name="End call").click()
    agent.get_by_role("alertdialog").get_by_role("button", name="End call").click()
    agent.get_by_label("Result").select_option("resolved")
    agent.get_by_role("button", name="Finish").click()
    expect(agent.get_by_role("heading", name="You are available")).to_be_visible()
    telephone.join(20)
    assert telephone.ended_by_other_side

    supervisor.goto(server.url.replace("127.0.0.1", "localhost") + "/calls/completed")
    supervisor.get_by_role("button", name="Details of").first.click()
    recording = supervisor.locator("audio")
    for _ in range(20):
        if recording.count():
            break
        supervisor.reload()
        supervisor.get_by_role("dialog").get_by_role("heading", name="Recording").wait_for()
    source = recording.get_attribute("src")
    answer = supervisor.request.get(server.url.replace("127.0.0.1", "localhost") + str(source))
    assert answer.status == 200
    assert answer.headers["content-type"] == "audio/mpeg"
    go_home(agent)
    for page in (agent, supervisor):
        page.context.close()


@pytest.mark.req("BASE-13")
@pytest.mark.req("MON-6")
def test_a_chat_is_answered_seen_by_a_supervisor_and_kept(browser: Browser, server: RealServer) -> None:
    agent = sign_in(browser, server, "agent", "/desk")
    supervisor = sign_in(browser, server, "manager", "/chats/connected")
    become_available(agent)
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as http:
        queue = http.get("/consumer/config").json()["queues"][0]["id"]
        token = http.post("/consumer/sessions", json={"language": "ja"}).json()["token"]
        start = {"queue": queue, "language": "ja", "text": "荷物が届きません。"}
        http.post("/consumer/chats", json=start, headers={"Authorization": f"Bearer {token}"}).raise_for_status()

    agent.locator("[data-offer]").wait_for()
    agent.keyboard.press("Alt+a")
    expect(agent.get_by_role("log")).to_contain_text("荷物が届きません。")
    agent.get_by_label("Message", exact=True).fill("お調べいたします。")
    agent.keyboard.press("Enter")
    expect(agent.locator(".receipt").last).to_have_text("Sent")

    supervisor.get_by_role("button", name="Actions for").click()
    supervisor.get_by_role("menuitem", name="View live chat").click()
    expect(supervisor.get_by_role("log")).to_contain_text("お調べいたします。")

    agent.get_by_role("button", name="End chat").click()
    agent.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
    agent.get_by_role("button", name="Finish").click()
    expect(agent.get_by_role("heading", name="You are available")).to_be_visible()

    supervisor.goto(server.url.replace("127.0.0.1", "localhost") + "/chats/completed")
    supervisor.get_by_role("button", name="Transcript of").first.click()
    expect(supervisor.get_by_role("dialog")).to_contain_text("お調べいたします。")
    go_home(agent)
    for page in (agent, supervisor):
        page.context.close()
