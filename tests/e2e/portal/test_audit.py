"""Settings > Audit log: what was changed, in words; and whoever was slower learns what somebody else has changed."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from madoguchi.testing.server import RealServer
from tests.e2e.portal import scenes
from tests.e2e.portal.backend import STATUSES, Backend
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.rows import Row, ago
from tests.e2e.portal.test_accessibility import violations
from tests.e2e.portal.test_people import a_browser, admin, signs_in, url

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.req("OPS-4")]


def entry(number: int, action: str, subject: str, name: str, *changes: Row, **more: Any) -> Row:
    who: Row = {"by": "user_ada", "by_name": "渡辺 大輔", "address": "192.0.2.7"}
    thing = {"subject": subject, "thing": f"{subject}_1", "name": name, "action": action}
    return {"id": number, "at": ago(60 * (100 - number)), "changes": list(changes)} | who | thing | more


def change(field: str, before: Any, after: Any, told: str = "whole") -> Row:
    return {"field": field, "before": before, "after": after, "told": told}


QUEUE = entry(
    9,
    "changed",
    "queue",
    "返品 / Returns",
    change("settings.routing.offer_s", 15, 20),
    change("names.en", "Returns", "Returns and repairs"),
    change("assignments.*.users", [], ["user_2"], "part"),
)
USER = entry(8, "changed", "user", "伊藤 直子", change("avatar", None, None, "hidden"))
ROLE = entry(7, "changed", "role", "Lead", change("grants.settings.queues.edit", None, "all"))
REFUSED = entry(6, "sign_in_refused", "sign_in", "", by=None, by_name="", thing="")
FIRST = entry(1, "created", "disposition", "成約 / Sold", by=None, by_name="", address="")


def page_of(*rows: Row, following: int | None = None) -> tuple[int, Row]:
    return 200, {"rows": list(rows), "names": {"user_2": "伊藤 直子"}, "next": following}


def changes(backend: Backend) -> None:
    """Somebody may read the log, and there is something in it."""
    scenes.busy_floor(backend)
    backend.permissions.append("audit.view")
    backend.answers["GET", "/audit"] = page_of(QUEUE, USER, ROLE, REFUSED, following=6)


def look(page: Page, name: str) -> None:
    """Keep a picture of the page in the folder that `MADOGUCHI_LOOKS` names."""
    folder = os.environ.get("MADOGUCHI_LOOKS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


WORDS = {
    "en": ["Routing › How long an offer stands", "15", "20"],
    "ja": ["着信の割り当て › 着信の時間", "15", "20"],
}


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ja", "light", 1440), ("en", "dark", 1440), ("ja", "dark", 390), ("en", "light", 390)],
)
def test_an_entry_tells_from_what_to_what_in_words(
    open_portal: OpenPortal, language: str, theme: str, width: int
) -> None:
    portal = open_portal(changes, "/settings/audit", language=language, theme=theme, width=width)
    page = portal.page
    entries = page.locator(".audit-list > li")
    expect(entries).to_have_count(4)
    entries.first.locator("summary").focus()
    page.keyboard.press("Enter")
    rows = entries.first.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first.locator("th, td")).to_have_text(WORDS[language])
    expect(rows.nth(2).locator("td").last).to_have_text("+ 伊藤 直子")
    entries.nth(1).locator("summary").click()
    expect(entries.nth(1).locator("tbody td")).to_have_text(
        "変更されました（値は記録されません）。" if language == "ja" else "Changed; the values are not kept."
    )
    expect(entries.nth(3)).to_contain_text("未サインイン" if language == "ja" else "Not signed in")
    look(page, f"audit-{language}-{theme}-{width}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert portal.complaints == []


def test_it_is_filtered_read_page_by_page_and_taken_away(open_portal: OpenPortal) -> None:
    portal = open_portal(changes, "/settings/audit")
    page, backend = portal.page, portal.backend
    entries = page.locator(".audit-list > li")
    expect(entries).to_have_count(4)
    backend.answers["GET", "/audit"] = page_of(FIRST)
    with page.expect_request(lambda request: "/audit?" in request.url and "before=6" in request.url):
        page.get_by_role("button", name="Show more").click()
    expect(entries).to_have_count(5)
    expect(entries.last).to_contain_text("The system")
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)

    backend.answers["GET", "/audit"] = page_of(QUEUE)
    entries.first.locator("summary").click()
    with page.expect_request(lambda request: "/audit?by=user_ada" in request.url):
        page.get_by_role("button", name="Only what 渡辺 大輔 did").click()
    expect(entries).to_have_count(1)
    page.get_by_role("button", name="One person only").click()
    page.get_by_label("Kind").select_option(label="Canned reply")
    expect(page).to_have_url(re.compile(r"/settings/audit\?subject=reply$"))
    page.get_by_label("From", exact=True).fill("2026-11-26")
    with page.expect_request(lambda request: "text=hello" in request.url and "since=2026-11-2" in request.url):
        page.get_by_label("Search by person or thing").fill("hello")
    export = page.get_by_role("link", name="Export CSV")
    expect(export).to_have_attribute(
        "href", re.compile(r"/api/v1/audit/export\?text=hello&subject=reply&since=.+&language=en$")
    )
    assert portal.complaints == []


def test_it_says_that_it_is_empty_that_it_loads_and_that_it_failed(open_portal: OpenPortal) -> None:
    def empty(backend: Backend) -> None:
        changes(backend)
        backend.answers["GET", "/audit"] = page_of()

    portal = open_portal(empty, "/settings/audit", language="ja")
    expect(portal.page.locator(".nothing")).to_contain_text("まだ変更はありません")
    assert violations(portal.page) == []

    def failing(backend: Backend) -> None:
        changes(backend)
        problem = {"title": "No.", "status": 503, "code": "storage_unavailable", "detail": ""}
        backend.answers["GET", "/audit"] = (503, problem)

    portal = open_portal(failing, "/settings/audit")
    expect(portal.page.get_by_role("alert")).to_contain_text("This could not be loaded")
    changes(portal.backend)
    portal.page.get_by_role("button", name="Try again").click()
    expect(portal.page.locator(".audit-list > li")).to_have_count(4)

    portal = open_portal(changes, "/settings/statuses")
    portal.page.route("**/api/v1/audit?*", lambda _route: None)
    portal.page.get_by_role("link", name="Audit log").click()
    expect(portal.page.locator(".skeleton").first).to_be_visible()


def test_without_the_permission_there_is_no_such_page(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/settings/audit")
    expect(portal.page.locator(".nothing")).to_contain_text("You may not see this page")
    expect(portal.page.get_by_role("link", name="Audit log")).to_have_count(0)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_whoever_was_slower_reads_who_changed_which_fields(open_portal: OpenPortal, language: str) -> None:
    portal = open_portal(scenes.busy_floor, "/settings/statuses", language=language)
    page, backend = portal.page, portal.backend
    ja = language == "ja"
    done = {"by": "田中 由美", "at": ago(30), "action": "changed", "fields": ["colour", "names.en"]}
    stale = {
        "title": "No.",
        "status": 409,
        "code": "stale_version",
        "field": "version",
        "detail": "",
        "changed": [done],
    }
    backend.answers["PUT", "/agent-statuses/status_1"] = (409, stale)
    page.get_by_role("button", name="研修 を編集" if ja else "Edit Training").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("英語名" if ja else "English name").fill("Course")
    dialog.get_by_role("button", name="保存" if ja else "Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text(
        "田中 由美 が変更した項目: 色、名前 › 英語。" if ja else "田中 由美 changed: Colour, Name › English."
    )
    names = {"ja": "研修", "en": "Course"}
    body = {"names": names, "colour": "violet", "away": True, "version": STATUSES[0]["version"]}
    portal.expect_asked("PUT", "/agent-statuses/status_1", body)
    assert violations(page) == []


def test_two_edit_the_same_and_the_log_tells_of_the_first(browser: Browser, server: RealServer) -> None:
    with a_browser(browser) as page, a_browser(browser) as other:
        admin(page, server, "/settings/statuses")
        page.get_by_role("button", name="Add a status").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Japanese name").fill("監査の話")
        dialog.get_by_label("English name").fill("Audit story")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        signs_in(other, server, *server.sign_in_of("manager"), "/settings/statuses")
        for each in (page, other):
            each.get_by_role("button", name="Edit Audit story").click()
            each.get_by_role("dialog").get_by_label("Colour").wait_for()
        theirs = other.get_by_role("dialog")

        dialog.get_by_label("Colour").select_option(label="Red")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        theirs.get_by_label("Colour").select_option(label="Green")
        theirs.get_by_role("button", name="Save").click()
        expect(theirs.get_by_role("alert")).to_contain_text("Somebody else has changed this meanwhile.")
        expect(theirs.get_by_role("alert")).to_contain_text("changed: Colour.")
        theirs.get_by_role("button", name="Cancel").click()

        page.goto(url(server, "/settings/audit?q=audit+story"))
        entries = page.locator(".audit-list > li")
        expect(entries).to_have_count(2)
        expect(entries.first).to_contain_text("監査の話 / Audit story")
        entries.first.locator("summary").click()
        expect(entries.first.locator("tbody").get_by_role("cell")).to_have_text(["Violet", "Red"])
        with page.expect_download() as download:
            page.get_by_role("link", name="Export CSV").click()
        assert "Audit story" in download.value.path().read_text(encoding="utf-8-sig")

        page.goto(url(server, "/settings/statuses"))
        page.get_by_role("button", name="Remove Audit story").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
        expect(page.get_by_role("alertdialog")).to_have_count(0)
