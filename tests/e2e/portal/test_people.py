"""Users, teams, roles and the profile on the real server, as people use them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from madoguchi.testing.server import RealServer
from tests.e2e.portal.backend import Backend
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.test_accessibility import AXE, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PATIENCE = 40_000


def url(server: RealServer, path: str) -> str:
    return server.url.replace("127.0.0.1", "localhost") + path


@contextmanager
def a_browser(browser: Browser, language: str = "en", theme: Any = "light", width: int = 1440) -> Iterator[Page]:
    """A new browser profile."""
    locale = {"en": "en-US", "ja": "ja-JP"}[language]
    context = browser.new_context(locale=locale, color_scheme=theme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    try:
        yield page
    finally:
        context.close()


def signs_in(page: Page, server: RealServer, email: str, password: str, path: str = "/") -> None:
    page.goto(url(server, path))
    fields = page.locator("form input")
    fields.nth(0).fill(email)
    fields.nth(1).fill(password)
    page.keyboard.press("Enter")


def admin(page: Page, server: RealServer, path: str) -> None:
    signs_in(page, server, *server.sign_in_of("admin"), path)
    page.locator("#main h1").wait_for()


def look(page: Page, name: str) -> None:
    """Keep a picture of the page in the folder that `MADOGUCHI_LOOKS` names."""
    folder = os.environ.get("MADOGUCHI_LOOKS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.req("BASE-1")
@pytest.mark.req("BASE-2")
def test_a_user_is_invited_into_a_team_comes_in_by_the_link_and_is_let_go(browser: Browser, server: RealServer) -> None:
    with a_browser(browser) as page, a_browser(browser) as other:
        admin(page, server, "/settings/users")
        page.get_by_role("treeitem", name=re.compile("^サポート")).focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("team=team_"))
        page.get_by_role("button", name="Add team").click()
        team = page.get_by_role("dialog")
        team.get_by_label("Name", exact=True).fill("夜:間")
        team.get_by_role("button", name="Save").click()
        expect(team.locator(".error")).to_have_text("A team's name has no colon or semicolon.")
        team.get_by_label("Name", exact=True).fill("夜間")
        team.get_by_role("button", name="Save").click()
        night = page.get_by_role("treeitem", name=re.compile("^夜間"))
        expect(night).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("treeitem", name=re.compile("^サポート")).focus()
        page.keyboard.press("ArrowDown")
        expect(night).to_be_focused()
        page.keyboard.press("Enter")
        expect(night).to_have_attribute("aria-selected", "true")

        page.get_by_role("button", name="Invite user").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("サポート › 夜間")).to_have_value("member")
        dialog.get_by_label("Last name").fill("鈴木")
        dialog.get_by_label("First name").fill("陽子")
        dialog.get_by_label("E-mail address").fill("admin@example.com")
        dialog.get_by_role("button", name="Invite", exact=True).click()
        expect(dialog.locator(".error")).to_have_text("This is taken already.")
        dialog.get_by_label("E-mail address").fill("yoko@example.com")
        dialog.get_by_role("button", name="Invite", exact=True).click()
        link = page.get_by_label("Link", exact=True).input_value()
        page.keyboard.press("Escape")
        expect(page.get_by_role("row").filter(has_text="鈴木 陽子")).to_contain_text("Invited")

        other.goto(link)
        other.get_by_label("New password").fill("short")
        expect(other.get_by_role("button", name="Set password")).to_be_disabled()
        other.get_by_label("New password").fill("correct horse battery")
        expect(other.locator(".hint")).to_have_text("Strong")
        other.get_by_role("button", name="Set password").click()
        other.get_by_text("Your password is set.").wait_for()
        signs_in(other, server, "yoko@example.com", "correct horse battery", "/desk")
        other.get_by_role("button", name="Your status:").wait_for()

        page.get_by_role("button", name="Actions for 鈴木 陽子").click()
        page.get_by_role("menuitem", name="Deactivate").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Deactivate").click()
        expect(page.get_by_role("row").filter(has_text="鈴木 陽子")).to_have_count(0)
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.req("BASE-3")
def test_a_changed_role_reaches_whoever_is_signed_in_without_a_reload(browser: Browser, server: RealServer) -> None:
    with a_browser(browser) as page, a_browser(browser) as other:
        signs_in(other, server, *server.sign_in_of("manager"), "/calls/connected")
        expect(other.get_by_role("group", name="Chats")).to_be_visible()
        admin(page, server, "/settings/roles?role=manager")
        page.get_by_label("Search permissions").fill("chats")
        page.get_by_label("Chats: view", exact=True).uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("button", name="Save")).to_be_disabled()
        expect(other.get_by_role("group", name="Chats")).to_have_count(0)
        expect(other.get_by_role("group", name="Calls", exact=True)).to_be_visible()
        page.get_by_label("Chats: view", exact=True).check()
        page.get_by_role("button", name="Save").click()
        expect(other.get_by_role("group", name="Chats")).to_be_visible()


@pytest.mark.req("BASE-1")
def test_a_second_factor_is_set_up_and_asked_for(browser: Browser, server: RealServer) -> None:
    email, password = server.sign_in_of("agent", 2)
    with a_browser(browser) as page:
        signs_in(page, server, email, password, "/me")
        part = page.get_by_role("region", name="Second factor")
        part.get_by_role("button", name="Set up").click()
        expect(part.get_by_role("img")).to_be_visible()
        secret = part.locator("code").inner_text().replace(" ", "")
        part.get_by_label("Code").fill(pyotp.TOTP(secret).now())
        part.get_by_role("button", name="Confirm").click()
        kept = part.get_by_role("list", name="Recovery codes").get_by_role("listitem")
        expect(kept).to_have_count(10)
        codes = kept.all_inner_texts()
        assert len(codes) == 10
        look(page, "me-recovery")
        part.get_by_role("button", name="I have kept them").click()
        expect(part).to_contain_text("Recovery codes left: 10")
        page.context.clear_cookies()
        signs_in(page, server, email, password, "/me")
        page.get_by_label("Code of your authenticator app").fill("000000")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("This code is wrong or was used already.")
        page.get_by_label("Code of your authenticator app").fill(codes[0])
        page.keyboard.press("Enter")
        expect(part).to_contain_text("Recovery codes left: 9")


@pytest.mark.req("BASE-1")
def test_a_file_is_tried_and_then_applied(browser: Browser, server: RealServer, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    with a_browser(browser) as page:
        admin(page, server, "/settings/users")
        page.get_by_role("button", name="Import CSV").click()
        dialog = page.get_by_role("dialog")
        file.write_text("email,last_name,roles\nbad,伊藤,Agent\nnew1@example.com,伊藤,Wizard\n", encoding="utf-8")
        dialog.get_by_label("CSV file").set_input_files(file)
        expect(dialog.get_by_role("row")).to_have_count(3)
        expect(dialog).to_contain_text("There is no role “Wizard”.")
        expect(dialog.get_by_role("button", name="Apply")).to_be_disabled()
        look(page, "import")
        mended = tmp_path / "mended.csv"
        mended.write_text("email,last_name,roles\nnew1@example.com,伊藤,Agent\n", encoding="utf-8")
        dialog.get_by_label("CSV file").set_input_files(mended)
        expect(dialog.get_by_role("status")).to_have_text("1 new, 0 changed, 0 unchanged")
        dialog.get_by_role("button", name="Apply").click()
        expect(dialog.get_by_role("status")).to_contain_text("Applied: 1 new")
        page.keyboard.press("Escape")
        expect(page.get_by_role("row").filter(has_text="new1@example.com")).to_be_visible()


@pytest.mark.skipif(not AXE.is_file(), reason="SKIPPED LOUDLY: axe-core is not installed in web/node_modules")
@pytest.mark.parametrize(
    ("theme", "language", "width"), [("light", "ja", 1440), ("dark", "en", 1440), ("light", "en", 390)]
)
def test_pages_about_people_have_no_violation(
    browser: Browser, server: RealServer, theme: str, language: str, width: int
) -> None:
    with a_browser(browser, language, theme, width) as page:
        wrong: list[str] = []

        def check(name: str) -> None:
            look(page, f"{name}-{language}-{theme}-{width}")
            wrong.extend(f"{name}: {each}" for each in violations(page, "best-practice"))

        page.goto(url(server, "/forgotten"))
        page.locator("form input").wait_for()
        check("forgotten")
        page.goto(url(server, "/welcome#nothing"))
        page.get_by_role("alert").wait_for()
        check("welcome-over")
        admin(page, server, "/settings/users")
        page.locator("td").first.wait_for()
        page.get_by_role("treeitem").first.wait_for()
        check("users")
        page.locator("td .link").first.click()
        page.get_by_role("dialog").wait_for()
        check("user")
        page.goto(url(server, "/settings/roles?role=manager_team"))
        page.locator(".matrix td").first.wait_for()
        check("roles")
        page.goto(url(server, "/me"))
        page.locator(".me").wait_for()
        check("me")
        assert wrong == []


def people_fail(backend: Backend) -> None:
    """An administrator whose server cannot answer."""
    backend.permissions = ["users.view", "users.edit", "teams.view"]
    refused = (503, {"title": "No.", "status": 503, "code": "storage_unavailable", "detail": ""})
    backend.answers |= {("GET", path): refused for path in ("/users", "/teams", "/users/options")}


def people_are_none(backend: Backend) -> None:
    """An administrator who finds nobody."""
    backend.permissions = ["users.view", "teams.view"]
    options = {"roles": [], "teams": [], "everybody": True, "mails": False}
    backend.answers |= {
        ("GET", "/users"): (200, {"users": [], "total": 0}),
        ("GET", "/teams"): (200, {"teams": []}),
        ("GET", "/users/options"): (200, options),
    }


@pytest.mark.req("BASE-1")
def test_what_cannot_be_had_or_is_not_there_is_said(open_portal: OpenPortal) -> None:
    portal = open_portal(people_fail, "/settings/users")
    expect(portal.page.get_by_role("alert").last).to_contain_text("The service cannot store this just now.")
    portal = open_portal(people_are_none, "/settings/users", language="ja")
    expect(portal.page.get_by_text("チームはまだありません。")).to_be_visible()
    expect(portal.page.get_by_role("heading", level=2).last).to_be_visible()
    expect(portal.page.get_by_role("button", name="ユーザーを招待")).to_have_count(0)
    assert portal.complaints == []
    portal = open_portal(people_are_none, "/settings/roles")
    expect(portal.page.locator(".nothing")).to_be_visible()
