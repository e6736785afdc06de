"""The dashboard: from memory for its states, and on a real server with real work."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from madoguchi.testing.server import RealServer
from tests.e2e.portal import scenes
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.figures import live_rows

pytestmark = [pytest.mark.browser, pytest.mark.req("BASE-15")]


def card(page: Page, label: str) -> str:
    """What a card at the top says."""
    return page.locator(".figure", has=page.get_by_text(label, exact=True)).locator("dd").inner_text()


def test_cards_follow_the_stream_and_say_what_is_amiss(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/dashboard")
    page = portal.page
    expect(page.locator(".figure[data-level=danger]")).to_have_count(2)
    assert card(page, "Waiting now").startswith("8")
    assert "far from target" in card(page, "Service level")

    all_rows = live_rows()[-1]
    portal.backend.put("figures", all_rows | {"call": {"waiting": 41, "longest_since": None, "working": 0}})

    expect(page.locator(".figure", has=page.get_by_text("Waiting now")).locator("dd")).to_have_text("44")
    assert portal.complaints == []


def test_period_channel_and_queue_live_in_the_address(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/dashboard")
    page = portal.page
    page.get_by_label("Channel").select_option(label="Chats")
    expect(page).to_have_url(re.compile(r"channel=chat"))
    expect(page.get_by_role("region", name="Calls over time")).to_have_count(0)
    page.get_by_label("Period", exact=True).select_option(label="Last 7 days")
    expect(page.get_by_text("2026-11-17 – 2026-11-23 (Asia/Tokyo)")).to_be_visible()
    page.get_by_label("Queue", exact=True).select_option(label="Billing")
    expect(page).to_have_url(re.compile(r"queue=queue_billing"))

    page.reload()

    expect(page.get_by_text("2026-11-17 – 2026-11-23 (Asia/Tokyo)")).to_be_visible()
    expect(page.get_by_label("Channel")).to_have_value("chat")


def test_a_period_that_the_server_refuses_says_so_beside_the_day(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/dashboard")
    problem = {
        "title": "No.",
        "status": 422,
        "code": "invalid_input",
        "detail": "at most 90 days at once",
        "field": "to",
    }
    portal.backend.answers["GET", "/figures"] = (422, problem)
    portal.page.goto(portal.page.url + "?period=custom&from=2026-01-01&to=2026-11-23")
    expect(portal.page.get_by_label("To", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(portal.page.get_by_text("at most 90 days at once")).to_be_visible()


def test_everything_is_done_by_keyboard(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/dashboard")
    page = portal.page
    chart = page.get_by_role("region", name="Calls over time")
    chart.get_by_role("img").wait_for()
    chart.get_by_role("button", name="Show as table").focus()
    page.keyboard.press("Enter")
    expect(chart.get_by_role("row")).to_have_count(25)

    page.get_by_role("tab", name="By queue").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("region", name="By agent")).to_contain_text("71%")
    expect(page).to_have_url(re.compile("tab=agents"))
    page.keyboard.press("ArrowLeft")
    page.get_by_role("link", name="Orders > Returns").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/calls/queued\?queue=queue_returns"))


def test_goals_are_set_and_checked(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/dashboard")
    page = portal.page
    page.get_by_role("button", name="Set goals").click()
    dialog = page.get_by_role("dialog", name="Goals", exact=True)
    dialog.get_by_label("Service level (%)").fill("120")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("A number between 1 and 100")).to_be_visible()
    dialog.get_by_label("Service level (%)").fill("90")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    goals = {"version": 4, "answer_s": 20, "service_level": 0.9, "short_abandon_s": 5}
    portal.expect_asked("PUT", "/figures/goals", goals)


def test_it_fits_a_phone(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/dashboard", width=360, height=740, language="ja")
    portal.page.locator(".plot canvas").first.wait_for()
    assert portal.page.evaluate("document.documentElement.scrollWidth") <= 360


def chats_that_nobody_answers(server: RealServer, count: int) -> None:
    """Let consumers come and give up."""
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as http:
        queue = str(http.get("/consumer/config").json()["queues"][0]["id"])
        for _ in range(count):
            token = http.post("/consumer/sessions", json={"language": "ja"}).json()["token"]
            mine = {"Authorization": f"Bearer {token}"}
            chat = http.post("/consumer/chats", json={"queue": queue, "language": "ja"}, headers=mine).json()["chat"]
            http.post(f"/consumer/chats/{chat}/end", headers=mine).raise_for_status()


@pytest.mark.timeout(240)
@pytest.mark.req("BASE-14")
def test_work_on_a_real_server_appears_by_itself(browser: Browser, server: RealServer) -> None:
    context = browser.new_context(locale="ja-JP", viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(40_000)
    url = server.url.replace("127.0.0.1", "localhost")
    page.goto(f"{url}/dashboard")
    email, password = server.sign_in_of("manager")
    page.get_by_label("メール アドレス").fill(email)
    page.get_by_label("パスワード").fill(password)
    page.keyboard.press("Enter")
    shown = page.locator(".figure", has=page.get_by_text("短時間放棄"))
    page.get_by_role("heading", name="ダッシュボード").wait_for()

    chats_that_nobody_answers(server, 2)

    # They gave up too soon to count, which the page says by itself, without being loaded again.
    expect(shown.locator(".note")).to_contain_text("対象外", timeout=20_000)
    counted = int(re.sub(r"\D", "", shown.locator(".note").inner_text()))
    assert counted >= 2

    with page.expect_download() as downloading:
        page.get_by_role("button", name="CSV をダウンロード").click()
        page.get_by_role("menuitem", name="キュー別の集計").click()
    table = downloading.value.path().read_text(encoding="utf-8-sig")
    assert table.splitlines()[0].startswith("キュー,キュー ID,着信数")

    page.goto(f"{url}/chats/completed")
    with page.expect_download() as metadata:
        page.get_by_role("link", name="メタデータをダウンロード").first.click()
    assert '"v":1' in metadata.value.path().read_text(encoding="utf-8")
    context.close()
