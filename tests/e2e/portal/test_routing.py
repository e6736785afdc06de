"""Statuses, why a call went where it went, and offers that are taken by themselves."""

import pytest
from playwright.sync_api import expect

from tests.e2e.portal import scenes
from tests.e2e.portal.backend import ROUTING, STATUSES, Backend
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.rows import ago, call_row, consumer, queue
from tests.e2e.portal.test_accessibility import violations

pytestmark = pytest.mark.browser

TRAINING = {key: STATUSES[0][key] for key in ("id", "names", "colour")}


def training(backend: Backend) -> None:
    scenes.busy_desk(backend)
    row = backend.views["desk"]["presence"]
    backend.put("desk", row | {"status": "custom", "custom": TRAINING, "next_status": "meal"})


@pytest.mark.req("BASE-10")
@pytest.mark.parametrize(("language", "name", "after"), [("ja", "研修", "食事"), ("en", "Training", "Meal")])
def test_an_agent_has_and_chooses_the_organisations_own_statuses(
    open_portal: OpenPortal, language: str, name: str, after: str
) -> None:
    portal = open_portal(training, "/desk", language=language)
    page, asked = portal.page, portal.backend.asked
    button = page.locator(".presence")
    expect(button).to_contain_text(name)
    expect(button).to_contain_text(after)
    button.click()
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitemradio", name=name).first).to_have_attribute("aria-checked", "true")
    expect(menu.get_by_text("特別業務" if language == "ja" else "Special task")).to_have_count(0)
    assert violations(page) == []
    with page.expect_response("**/desk/presence", timeout=20_000):
        menu.get_by_role("menuitemradio", name="SNS 対応" if language == "ja" else "Social media").last.click()
    expect(menu).to_be_hidden()
    assert ("PUT", "/desk/presence", {"status": "status_2", "when": "next"}) in asked


def supervised(backend: Backend) -> None:
    scenes.busy_floor(backend)
    common = {
        "kind": "agent",
        "email": "x@example.test",
        "calls": [],
        "chats": [],
        "chat_limit": 3,
        "languages": ["ja"],
        "occupancy": "idle",
        "calls_today": 1,
        "chats_today": 2,
        "queues": [queue("returns")],
    }
    backend.views["agents"] = {}
    backend.put(
        "agents",
        {"id": "user_1", "name": "Ana", "status": "custom", "custom": TRAINING, "since": ago(40 * 60)} | common,
        {"id": "user_2", "name": "Ben", "status": "unresponsive", "since": ago(70 * 60)} | common,
        {"id": "user_3", "name": "Chie", "status": "available", "since": ago(60), "next_status": "meal"} | common,
    )


@pytest.mark.req("BASE-10")
def test_the_board_shows_statuses_how_long_they_last_and_what_comes_next(open_portal: OpenPortal) -> None:
    portal = open_portal(supervised, "/agents")
    page = portal.page
    ana, ben, chie = (page.locator(f"[data-row=user_{number}]") for number in (1, 2, 3))
    expect(ana).to_contain_text("Training")
    expect(ana.locator(".elapsed").first).to_have_attribute("data-level", "warning")
    expect(ben).to_contain_text("Unresponsive")
    expect(ben.locator(".elapsed").first).to_have_attribute("data-level", "danger")
    expect(chie).to_contain_text("Meal")
    page.get_by_label("Status", exact=True).select_option("missed")
    expect(page.locator("[data-row]")).to_have_count(1)

    ben.get_by_role("button", name="Actions for Ben").click()
    page.get_by_role("menuitemradio", name="Special task").click()
    expect(page.get_by_role("menu")).to_be_hidden()
    portal.expect_asked("PUT", "/agents/user_2/presence", {"status": "special_task"})


@pytest.mark.req("BASE-9")
@pytest.mark.parametrize("language", ["ja", "en"])
def test_call_details_tell_why_it_went_to_her(open_portal: OpenPortal, language: str) -> None:
    portal = open_portal(scenes.busy_floor, "/calls/connected?call=call_0004", language=language)
    why = portal.page.locator(".routing-why")
    why.locator("li").first.wait_for()
    first, second = (why.locator("ol > li").nth(number) for number in (0, 1))
    expect(first).to_contain_text("伊藤 直子")
    expect(first).to_contain_text("辞退" if language == "ja" else "Declined")
    expect(first).to_contain_text("14:05")
    expect(second).to_contain_text("応答" if language == "ja" else "Accepted")
    first.locator("summary").click()
    expect(first).to_contain_text("オフライン(14)" if language == "ja" else "Signed out (14)")
    expect(first).to_contain_text("ほか 11 人" if language == "ja" else "and 11 more")


@pytest.mark.req("BASE-9")
def test_call_details_tell_why_nobody_gets_a_call_that_waits(open_portal: OpenPortal) -> None:
    def waits(backend: Backend) -> None:
        scenes.busy_floor(backend)
        waiting = {"state": "queued", "answered_at": None, "agent": None, "recording": "off"}
        backend.put("calls", call_row(950, consumer(950, "中村 蓮"), **waiting))
        now = ROUTING["decisions"][0] | {"rule": "nobody", "rung": [], "at": ago(0)}
        backend.answers["GET", "/calls/call_0950/routing"] = (200, {"decisions": [], "now": now})

    portal = open_portal(waits, "/calls/queued?call=call_0950")
    why = portal.page.locator(".routing-why")
    expect(why).to_contain_text("Nobody can be rung at present")
    expect(why).to_contain_text("Busy (2): 鈴木 翔太, 田中 由美")


@pytest.mark.req("BASE-9")
def test_a_failing_answer_says_so_and_can_be_asked_for_again(open_portal: OpenPortal) -> None:
    def broken(backend: Backend) -> None:
        scenes.busy_floor(backend)
        problem = {"title": "No.", "status": 503, "code": "unavailable", "detail": ""}
        backend.answers["GET", "/calls/call_0004/routing"] = (503, problem)

    portal = open_portal(broken, "/calls/connected?call=call_0004")
    retry = portal.page.get_by_role("dialog").get_by_role("button", name="Try again")
    retry.wait_for(timeout=20_000)
    del portal.backend.answers["GET", "/calls/call_0004/routing"]
    retry.click()
    portal.page.locator(".routing-why").wait_for()


@pytest.mark.req("BASE-9")
def test_the_desk_takes_by_itself_what_the_queue_wants_so(open_portal: OpenPortal) -> None:
    offer = scenes.offer(5, "chat", seconds=120) | {"auto_answer": True}

    def rings(backend: Backend) -> None:
        scenes.available(backend)
        backend.put("desk", offer | {"offered_at": ago(-60)})

    portal = open_portal(rings, "/desk")
    page = portal.page
    expect(page.locator("[data-offer]")).to_contain_text("Answers by itself in")
    with page.expect_response("**/offers/offer_5/accept", timeout=20_000):
        portal.backend.put("desk", offer | {"offered_at": ago(5)})
    assert [each[:2] for each in portal.backend.asked].count(("POST", "/offers/offer_5/accept")) == 1


@pytest.mark.req("BASE-10")
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_manager_makes_changes_and_removes_statuses(open_portal: OpenPortal, language: str) -> None:
    portal = open_portal(scenes.busy_floor, "/settings/statuses", language=language)
    page, backend = portal.page, portal.backend
    ja = language == "ja"
    expect(page.locator("tbody tr")).to_have_count(2)
    taken = {
        "title": "No.",
        "status": 409,
        "code": "conflict",
        "reason": "name_taken",
        "field": "names.en",
        "detail": "",
    }
    backend.answers["POST", "/agent-statuses"] = (409, taken)
    page.get_by_role("button", name="ステータスを追加" if ja else "Add a status").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("日本語名" if ja else "Japanese name").fill("会議")
    english = dialog.get_by_label("英語名" if ja else "English name")
    english.fill("Training")
    english.press("Enter")
    expect(english).to_have_attribute("aria-invalid", "true")
    expect(dialog).to_contain_text("同じ名前のステータスがあります。" if ja else "Another status has this name.")
    assert violations(page) == []
    backend.answers["POST", "/agent-statuses"] = (201, STATUSES[0] | {"id": "status_3"})
    english.fill("Meeting")
    dialog.get_by_role("button", name="保存" if ja else "Save").click()
    expect(dialog).to_be_hidden()
    names = {"ja": "会議", "en": "Meeting"}
    portal.expect_asked("POST", "/agent-statuses", {"names": names, "colour": "violet", "away": True})

    page.get_by_role("button", name="研修 を削除" if ja else "Remove Training").click()
    page.get_by_role("alertdialog").get_by_role("button", name="削除" if ja else "Remove").click()
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    portal.expect_asked("DELETE", "/agent-statuses/status_1")
    assert portal.complaints == []


@pytest.mark.req("BASE-10")
def test_without_statuses_the_page_says_so_and_without_permission_it_is_closed(open_portal: OpenPortal) -> None:
    def empty(backend: Backend) -> None:
        scenes.busy_floor(backend)
        backend.answers["GET", "/agent-statuses"] = (200, {"statuses": []})

    expect(open_portal(empty, "/settings/statuses").page.locator(".nothing")).to_contain_text("no statuses of your own")
    refused = open_portal(scenes.busy_desk, "/settings/statuses").page
    expect(refused.locator(".nothing")).to_be_visible()
    expect(refused.get_by_role("link", name="Statuses")).to_have_count(0)
