"""The page that says what is wrong and helps, and the marks on the boards."""

import pytest
from playwright.sync_api import expect

from tests.e2e.portal import scenes
from tests.e2e.portal.backend import Backend
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.rows import ago, call_row, consumer

pytestmark = [pytest.mark.browser, pytest.mark.req("END-3")]

DOCTOR, SETTINGS = "/doctor", "/doctor/settings"


def test_what_is_wrong_is_ended_by_keyboard_after_a_question_and_is_gone(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.sick_floor, DOCTOR)
    page, backend = portal.page, portal.backend
    rows = page.get_by_role("list", name="Doctor").get_by_role("listitem")
    expect(rows).to_have_count(4)
    expect(rows.nth(0)).to_contain_text("It has gone on for longer than the threshold.")
    expect(rows.nth(1)).to_contain_text("Heals by itself at")
    expect(rows.nth(3).get_by_role("button")).to_have_count(0)
    end = page.get_by_role("button", name="End call: 佐藤 美咲")
    end.press("Enter")
    dialog = page.get_by_role("alertdialog", name="End call")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(end).to_be_focused()
    end.press("Enter")
    backend.answers["POST", "/doctor/heal"] = (204, {})
    backend.answers["GET", DOCTOR] = (200, {"anomalies": []})
    dialog.get_by_role("button", name="Confirm").click()
    portal.expect_asked("POST", "/doctor/heal", {"anomaly": "stuck:call_0001"})
    expect(page.get_by_role("heading", name="Nothing is wrong")).to_be_visible()
    assert portal.complaints == []


def test_the_threshold_says_what_is_wrong_beside_its_field_and_is_saved(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, DOCTOR, language="ja", width=390, height=844)
    page, backend = portal.page, portal.backend
    expect(page.get_by_role("heading", name="異常はありません")).to_be_visible()
    field = page.get_by_label("滞留とみなすまで (分)")
    field.fill("3")
    page.get_by_role("button", name="保存").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.get_by_text("5 ～ 10,080 の整数を入力してください。")).to_be_visible()
    field.fill("60")
    expect(page.get_by_text("5 ～ 10,080 の整数を入力してください。")).to_be_hidden()
    saved = {"version": 2, "stuck_min": 60, "no_media_s": 120, "may_change": True}
    backend.answers["PUT", SETTINGS] = (200, saved)
    page.keyboard.press("Enter")
    portal.expect_asked("PUT", SETTINGS, {"version": 1, "stuck_min": 60, "no_media_s": 120})
    expect(page.get_by_text("しきい値を保存しました。").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_was_slower_is_told_what_has_changed(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, DOCTOR)
    page, backend = portal.page, portal.backend
    changed = [{"at": ago(5), "by": "Ada", "fields": ["stuck_min"]}]
    problem = {"title": "No.", "status": 409, "code": "stale_version", "detail": "", "field": "version"}
    backend.answers["PUT", SETTINGS] = (409, problem | {"changed": changed})
    page.get_by_label("Stuck after (minutes)").fill("90")
    backend.answers["GET", SETTINGS] = (200, {"version": 2, "stuck_min": 45, "no_media_s": 120, "may_change": True})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else has changed the thresholds meanwhile.").first).to_be_visible()
    expect(page.get_by_label("Stuck after (minutes)")).to_have_value("45")


def test_who_is_restricted_to_teams_reads_the_threshold_and_agents_see_nothing(open_portal: OpenPortal) -> None:
    def restricted(backend: Backend) -> None:
        scenes.sick_floor(backend)
        backend.answers["GET", SETTINGS] = (
            200,
            {"version": 1, "stuck_min": 300, "no_media_s": 120, "may_change": False},
        )

    page = open_portal(restricted, DOCTOR).page
    expect(page.get_by_label("Stuck after (minutes)")).to_be_disabled()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    agent = open_portal(scenes.available, DOCTOR).page
    expect(agent.locator(".nothing")).to_be_visible()
    expect(agent.get_by_label("Stuck after (minutes)")).to_have_count(0)


def test_it_tells_when_it_cannot_be_read(open_portal: OpenPortal) -> None:
    def broken(backend: Backend) -> None:
        scenes.busy_floor(backend)
        backend.answers["GET", DOCTOR] = (503, {"code": "storage_unavailable", "status": 503})

    portal = open_portal(broken, DOCTOR)
    retry = portal.page.get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    portal.backend.answers["GET", DOCTOR] = (200, {"anomalies": []})
    retry.click()
    expect(portal.page.get_by_role("heading", name="Nothing is wrong")).to_be_visible()


def test_a_board_marks_what_is_stuck(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/calls/connected")
    page = portal.page
    page.locator("[data-row]").first.wait_for()
    expect(page.get_by_title("Stuck")).to_have_count(0)
    old = call_row(700, consumer(700, "Zoe"), answered_at=ago(19_000), monitors=[]) | {"started_at": ago(19_000)}
    portal.backend.put("calls", old)
    expect(page.locator('[data-row="call_0700"]').get_by_title("Stuck")).to_be_visible()
