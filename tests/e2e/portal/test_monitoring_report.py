"""Reports > Supervisor monitoring: who listened to what, and whether the ledger of it holds."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from madoguchi.testing.server import RealServer
from tests.e2e.portal import scenes
from tests.e2e.portal.backend import Backend
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.rows import Row, ago
from tests.e2e.portal.test_accessibility import violations
from tests.e2e.portal.test_audit import look
from tests.e2e.portal.test_people import a_browser, admin

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.req("MON-12")]

PATH = "/reports/monitoring"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def listened(number: int, name: str, *modes: str, **more: Any) -> Row:
    call = number % 3 != 0
    return {
        "id": f"monitoring_{number}",
        "supervisor": {"id": f"user_{number % 2}", "name": name},
        "interaction": f"{'call' if call else 'chat'}_01KB2Z7Q8W9X0Y1A2B3C4D5E6{number}",
        "channel": "call" if call else "chat",
        "started_at": ago(3600 * number),
        "ended_at": ago(3600 * number - 252),
        "because": "left",
        "duration_ms": 252_000,
        "heard_ms": 249_500,
        "hold_ms": 31_000 if call else 0,
        "others": number,
        "modes": list(modes),
        "agent": {"id": "user_2", "name": "伊藤 直子"},
        "queue": {"id": "queue_1", "name": "返品 / Returns"},
    } | more


ROWS = [
    listened(1, "渡辺 大輔", "listen", ended_at=None, duration_ms=None, because=None),
    listened(2, "鈴木 花子", "listen", "whisper", "barge", "take_over"),
    listened(3, "渡辺 大輔", "view"),
    listened(4, "鈴木 花子", "listen", because="server_stopped"),
]


def filled(backend: Backend) -> None:
    """Somebody may read the report, and there is something in it."""
    scenes.busy_floor(backend)
    backend.permissions.append("reports.monitoring.view")
    backend.answers["GET", PATH] = (200, {"rows": ROWS, "next": 9})
    people = [{"id": "user_0", "name": "鈴木 花子"}, {"id": "user_1", "name": "渡辺 大輔"}]
    backend.answers["GET", f"{PATH}/supervisors"] = (200, people)
    backend.answers["GET", f"{PATH}/state"] = (200, {"seq": 1204, "hash": HASH, "broken": None})


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ja", "light", 1440), ("en", "dark", 1440), ("ja", "dark", 390), ("en", "light", 390)],
)
def test_it_tells_who_listened_how_long_and_in_which_modes(
    open_portal: OpenPortal, language: str, theme: str, width: int
) -> None:
    portal = open_portal(filled, PATH, language=language, theme=theme, width=width)
    page, ja = portal.page, language == "ja"
    rows = page.locator(".plain-table tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("継続中" if ja else "Goes on")
    expect(rows.nth(1).locator("td").nth(2)).to_have_text("4:12")
    expect(rows.nth(1).locator("td").nth(4)).to_have_text("0:31")
    modes = "モニタリング → ささやき → 割り込み → 引き継ぎ" if ja else "Monitor → Whisper → Barge → Take over"
    expect(rows.nth(1).locator("td").last).to_have_text(modes)
    expect(rows.nth(3)).to_contain_text("サーバーの停止" if ja else "The server stopped")
    expect(page.get_by_role("status").filter(has_text="1204")).to_contain_text(
        "エントリ 1204 まで検証済み" if ja else "Verified up to entry 1204"
    )
    look(page, f"monitoring-{language}-{theme}-{width}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert portal.complaints == []


def test_it_is_filtered_in_the_url_read_page_by_page_and_taken_away(open_portal: OpenPortal) -> None:
    portal = open_portal(filled, PATH)
    page, backend = portal.page, portal.backend
    rows = page.locator(".plain-table tbody tr")
    expect(rows).to_have_count(4)
    backend.answers["GET", PATH] = (200, {"rows": [listened(5, "渡辺 大輔", "listen")], "next": None})
    with page.expect_request(lambda request: "/reports/monitoring?before=9" in request.url):
        page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(5)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)

    with page.expect_request(lambda request: "/reports/monitoring?supervisor=user_1" in request.url):
        page.get_by_label("Supervisor", exact=True).select_option(label="渡辺 大輔")
    page.get_by_label("From", exact=True).fill("2026-11-26")
    expect(page).to_have_url(re.compile(r"/reports/monitoring\?supervisor=user_1&from=2026-11-26$"))
    expect(rows).to_have_count(1)
    expect(page.get_by_role("link", name="Export CSV")).to_have_attribute(
        "href", re.compile(r"/monitoring/export\?since=.+&supervisor=user_1&language=en$")
    )
    ledger = page.get_by_role("link", name="Ledger (JSON)")
    expect(ledger).to_have_attribute("href", re.compile(r"/monitoring/ledger\?since=[^&]+&format=json$"))
    expect(page.get_by_role("link", name=re.compile("call_"))).to_have_attribute("href", re.compile(r"\?call=call_"))
    page.reload()
    expect(page.get_by_label("Supervisor", exact=True)).to_have_value("user_1")
    assert portal.complaints == []


def test_a_broken_ledger_is_said_aloud(open_portal: OpenPortal) -> None:
    def broken(backend: Backend) -> None:
        filled(backend)
        state = {"seq": 17, "hash": HASH, "broken": {"seq": 18, "fault": "hash"}}
        backend.answers["GET", f"{PATH}/state"] = (200, state)

    portal = open_portal(broken, PATH, language="ja")
    alert = portal.page.get_by_role("alert")
    expect(alert).to_contain_text("エントリ 18 に異常があります")
    expect(alert).to_contain_text("書き換えられています")
    look(portal.page, "monitoring-broken")
    assert violations(portal.page) == []


def test_it_says_that_it_is_empty_and_that_it_failed_and_is_there_by_permission_only(open_portal: OpenPortal) -> None:
    def empty(backend: Backend) -> None:
        filled(backend)
        backend.answers["GET", PATH] = (200, {"rows": [], "next": None})

    portal = open_portal(empty, PATH, language="ja")
    expect(portal.page.locator(".nothing")).to_contain_text("まだモニタリングは行われていません")

    def failing(backend: Backend) -> None:
        filled(backend)
        problem = {"title": "No.", "status": 503, "code": "storage_unavailable", "detail": ""}
        backend.answers["GET", PATH] = (503, problem)

    portal = open_portal(failing, PATH)
    expect(portal.page.get_by_role("alert")).to_contain_text("This could not be loaded")
    filled(portal.backend)
    portal.page.get_by_role("button", name="Try again").click()
    expect(portal.page.locator(".plain-table tbody tr")).to_have_count(4)

    portal = open_portal(scenes.busy_floor, PATH)
    expect(portal.page.locator(".nothing")).to_contain_text("You may not see this page")
    expect(portal.page.get_by_role("link", name="Monitoring")).to_have_count(0)


def test_on_a_real_server_the_page_is_there_for_administrators(browser: Browser, server: RealServer) -> None:
    with a_browser(browser) as page:
        admin(page, server, "/reports/monitoring")
        expect(page.get_by_role("heading", name="Supervisor monitoring")).to_be_visible()
        expect(page.get_by_text("Chain unbroken")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Ledger (JSON)").click()
        assert "entries" in json.loads(download.value.path().read_text())
