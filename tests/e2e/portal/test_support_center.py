"""Settings > Support center details, on the real server: hours, holidays, custom hours, and why it is closed."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.house import requests_of
from tests.e2e.portal.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.req("BASE-7")]

PATH = "/settings/support-center"
SIZES: dict[str, Any] = {"desktop": {"width": 1440, "height": 1000}, "phone": {"width": 390, "height": 844}}


class Office:
    """A user's requests beside the screen."""

    def __init__(self, server: RealServer, role: str) -> None:
        self.http = requests_of(server, role)

    def center(self, **change: Any) -> dict[str, Any]:
        """Change the details as somebody else would."""
        now = self.http.get("/support-center").raise_for_status().json()
        kept = {name: now[name] for name in ("version", "name", "email", "phone", "zone", "weekly", "holidays")}
        reply: dict[str, Any] = self.http.put("/support-center", json=kept | change).raise_for_status().json()
        return reply

    def clear(self) -> None:
        """Make everything as installed, but for the version."""
        for kind, many in (("custom", "custom"), ("holidays", "folders")):
            for one in self.http.get(f"/hours/{kind}").json()[many]:
                self.http.delete(f"/hours/{kind}/{one['id']}?version={one['version']}").raise_for_status()
        self.center(name="Madoguchi", email="", phone="", weekly={"mode": "always"}, holidays=True)


@pytest.fixture
def office(server: RealServer) -> Iterator[Office]:
    made = Office(server, "admin")
    made.clear()
    yield made
    made.http.close()


@contextmanager
def a_page(
    browser: Browser,
    server: RealServer,
    role: str = "admin",
    *,
    language: str = "en",
    theme: Any = "light",
    size: str = "desktop",
) -> Iterator[Page]:
    """The page, as somebody signed in sees it."""
    context = browser.new_context(
        locale={"en": "en-US", "ja": "ja-JP"}[language],
        timezone_id="Asia/Tokyo",
        color_scheme=theme,
        viewport=SIZES[size],
        reduced_motion="reduce",
    )
    origin = server.url.replace("127.0.0.1", "localhost")
    email, password = server.sign_in_of(role)
    signed = context.request.post(
        f"{origin}/api/v1/session", data={"email": email, "password": password}, headers={"X-Madoguchi": "1"}
    )
    assert signed.ok
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(origin + PATH)
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def look(page: Page, name: str, *, whole: bool = True) -> None:
    """Keep a picture where somebody wants to look."""
    folder = os.environ.get("MADOGUCHI_LOOKS")
    if folder is not None:
        if whole:
            height = page.evaluate("document.querySelector('main').scrollHeight")
            page.set_viewport_size({"width": page.viewport_size["width"], "height": height + 60})  # type: ignore[index] # it has one
        page.screenshot(path=Path(folder) / f"{name}.png")


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def test_an_admin_sets_hours_with_a_lunch_break_and_a_night_shift(
    browser: Browser, server: RealServer, office: Office
) -> None:
    with a_page(browser, server) as page:
        details = card(page, "Details and opening hours")
        expect(details.get_by_text("Open now")).to_be_visible()
        save = details.get_by_role("button", name="Save details")
        expect(save).to_be_disabled()

        details.get_by_label("Name").fill("")
        details.get_by_role("radio", name="Day by day").check()
        expect(details.get_by_text("You have unsaved changes")).to_be_visible()
        details.get_by_label("Monday, span 1: to").fill("12")
        details.get_by_role("button", name="Add a span: Monday").click()
        expect(details.get_by_label("Monday, span 1: to")).to_have_value("12:00")
        details.get_by_label("Monday, span 2: from").fill("11:00")
        save.click()

        expect(details.get_by_text("Please correct what is marked.")).to_be_visible()
        expect(details.get_by_text("This overlaps with 09:00–12:00.")).to_be_visible()
        expect(details.get_by_label("Monday, span 2: from")).to_have_attribute("aria-invalid", "true")
        expect(details.get_by_label("Name")).to_have_attribute("aria-invalid", "true")

        details.get_by_label("Name").fill("Tanaka Shop")
        details.get_by_label("Monday, span 2: from").fill("13:00")
        details.get_by_label("Monday, span 2: to").fill("18:00")
        details.get_by_role("button", name="Copy to other days: Monday").click()
        details.get_by_role("button", name="Add a span: Friday").click()
        details.get_by_label("Friday, span 3: from").fill("22:00")
        details.get_by_label("Friday, span 3: to").fill("2:00")
        save.press("Enter")
        expect(details.get_by_text("next day")).to_be_visible()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        expect(save).to_be_disabled()

    stored = office.http.get("/support-center").json()
    assert stored["name"] == "Tanaka Shop"
    assert stored["weekly"]["days"]["sun"] == [
        {"start": "09:00", "end": "12:00"},
        {"start": "13:00", "end": "18:00"},
    ]
    assert stored["weekly"]["days"]["fri"][2] == {"start": "22:00", "end": "02:00"}


def test_two_who_edit_the_same_page_cannot_overwrite_each_other_unknowingly(
    browser: Browser, server: RealServer, office: Office
) -> None:
    with a_page(browser, server) as page:
        details = card(page, "Details and opening hours")
        details.get_by_label("Name").fill("Mine")
        office.center(name="Theirs", email="theirs@example.com")
        details.get_by_role("button", name="Save details").click()

        warning = details.get_by_role("alert")
        expect(warning).to_contain_text("saved this at")
        expect(warning).to_contain_text("Different: Name, Email address.")
        expect(details.get_by_label("Name")).to_have_value("Mine")
        assert office.http.get("/support-center").json()["name"] == "Theirs"

        warning.get_by_role("button", name="Keep mine").click()
        details.get_by_role("button", name="Save details").click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert office.http.get("/support-center").json()["name"] == "Mine"


def test_leaving_with_unsaved_changes_asks_first(browser: Browser, server: RealServer, office: Office) -> None:
    with a_page(browser, server) as page:
        card(page, "Details and opening hours").get_by_label("Name").fill("Mine")
        page.get_by_role("link", name="Agents").click()
        asking = page.get_by_role("alertdialog")
        expect(asking.get_by_role("button", name="Stay")).to_be_focused()
        asking.get_by_role("button", name="Stay").click()
        expect(card(page, "Details and opening hours").get_by_label("Name")).to_have_value("Mine")
        page.get_by_role("link", name="Agents").click()
        asking.get_by_role("button", name="Leave").click()
        expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()
    assert office.http.get("/support-center").json()["name"] == "Madoguchi"


@pytest.mark.req("BASE-8")
def test_national_holidays_custom_hours_and_the_explanation_in_words(
    browser: Browser, server: RealServer, office: Office
) -> None:
    office.center(weekly={"mode": "per_day", "days": {"mon": [{"start": "09:00", "end": "18:00"}]}})
    with a_page(browser, server, language="ja") as page:
        holidays = card(page, "祝日")
        holidays.get_by_role("button", name="国の祝日を読み込む").click()
        dialog = page.get_by_role("dialog", name="国の祝日を読み込む")
        expect(dialog.get_by_label("国", exact=True)).to_have_value("JP")
        expect(dialog.get_by_role("checkbox", name=re.compile("勤労感謝の日"))).to_have_count(2, timeout=30_000)
        expect(dialog.get_by_role("checkbox", name=re.compile("国民の休日|振替休日"))).not_to_have_count(0)
        look(page, "import-ja", whole=False)
        dialog.get_by_role("checkbox", name=re.compile("海の日")).first.uncheck()
        dialog.get_by_role("button", name="祝日を追加する").click()
        expect(dialog).to_have_count(0)
        expect(holidays.get_by_role("heading", name="日本の祝日")).to_be_visible()

        customs = card(page, "カスタム営業時間")
        customs.get_by_role("button", name="カスタム営業時間を追加").click()
        dialog = page.get_by_role("dialog", name="カスタム営業時間を追加")
        dialog.get_by_label("内部名").fill("請求の夜間窓口")
        dialog.get_by_role("button", name="カスタム営業時間を保存").click()
        expect(dialog.get_by_text("チャネル、言語、キューのいずれかを選択してください。")).to_be_visible()
        dialog.get_by_role("checkbox", name="請求・お支払い · ウェブ").check()
        dialog.get_by_role("checkbox", name="祝日は休業").uncheck()
        look(page, "custom-ja", whole=False)
        dialog.get_by_role("button", name="カスタム営業時間を保存").click()
        expect(dialog).to_have_count(0)
        expect(customs.get_by_role("row", name=re.compile("請求の夜間窓口"))).to_contain_text("営業中")

        trial = card(page, "現在の判定を試す・1 週間の営業時間")
        trial.get_by_label("日時").fill("2026-11-23T10:00")
        answer = trial.locator(".hours-answer")
        expect(answer).to_contain_text("祝日「勤労感謝の日」による判定")
        expect(answer).to_contain_text("全般の営業時間を使用します。")
        expect(answer).to_contain_text("11/30(月) 09:00")
        expect(trial.get_by_role("row", name="11/23")).to_contain_text("勤労感謝の日")
        expect(trial.get_by_role("row", name="11/23")).to_contain_text("営業時間外")
        look(page, "page-ja")

        trial.get_by_label("キュー").select_option("請求・お支払い · ウェブ")
        expect(answer).to_contain_text(
            "キュー「請求・お支払い」を対象とするカスタム営業時間「請求の夜間窓口」を使用します。"
        )
        expect(answer).to_contain_text("24 時間営業です。")
        expect(answer).to_contain_text("予定なし")


def test_a_closed_queue_is_closed_in_the_widgets_eyes_at_once(server: RealServer, office: Office) -> None:
    office.center(weekly={"mode": "per_day", "days": {"mon": [{"start": "00:00", "end": "00:01"}]}})
    config = httpx.get(f"{server.url}/api/v1/consumer/config", timeout=10).json()
    assert len({one["queue"] for one in config["closed"]}) == len(config["queues"])
    assert all(one["opens_at"].endswith("T15:00:00.000Z") for one in config["closed"])


def test_a_manager_looks_and_cannot_change(browser: Browser, server: RealServer, office: Office) -> None:
    office.center(name="Shop")
    with a_page(browser, server, "manager") as page:
        details = card(page, "Details and opening hours")
        expect(details.get_by_label("Name")).to_be_disabled()
        expect(page.get_by_role("button", name=re.compile("^(Save|Add|Import)"))).to_have_count(0)
        expect(page.get_by_text("You may look at these settings")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("ja", "light", "desktop"), ("en", "dark", "desktop"), ("ja", "dark", "phone"), ("en", "light", "phone")],
)
def test_the_page_and_its_dialogs_have_no_violation(
    browser: Browser, server: RealServer, office: Office, language: str, theme: str, size: str
) -> None:
    lunch = [{"start": "09:00", "end": "12:00"}, {"start": "13:00", "end": "18:30"}]
    office.center(
        weekly={"mode": "per_day", "days": {"mon": lunch, "wed": lunch, "fri": [{"start": "22:00", "end": "02:00"}]}}
    )
    holiday = {
        "names": {"ja": "年末年始", "en": "New Year"},
        "fixed": {"start": {"month": 12, "day": 29}, "end": {"month": 1, "day": 3}},
        "messages": {"ja": "年末年始は休業いたします。"},
        "closed": [{"start": "12:00", "end": "24:00"}],
    }
    office.http.post(
        "/hours/holidays", json={"version": 0, "name": "年末年始", "holidays": [holiday]}
    ).raise_for_status()
    point = {"channel": "chat", "languages": ["en"], "queues": []}
    own = {"version": 0, "name": "English chats", "zone": "America/New_York", "weekly": {"mode": "always"}}
    office.http.post("/hours/custom", json=own | {"holidays": True, "entry_points": [point]}).raise_for_status()
    with a_page(browser, server, language=language, theme=theme, size=size) as page:
        page.locator(".hours-week tbody tr").first.wait_for()
        look(page, f"page-{language}-{theme}-{size}")
        assert "\n".join(violations(page, "best-practice")) == ""
        for name in ("年末年始", "English chats"):
            page.get_by_role("button", name=re.compile(name)).click()
            dialog = page.get_by_role("dialog")
            dialog.wait_for()
            if name == "年末年始":
                dialog.locator(".hours-holidays .link").click()
                dialog.locator(".hours-holiday").wait_for()
            look(page, f"dialog-{'holiday' if name == '年末年始' else 'custom'}-{language}-{theme}-{size}", whole=False)
            assert "\n".join(violations(page, "best-practice")) == ""
            page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
