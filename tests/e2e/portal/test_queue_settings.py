"""Settings > Queues on the real server: two managers build a menu by keyboard, in both languages and themes."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.house import requests_of
from tests.e2e.portal.conftest import WEB
from tests.e2e.portal.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.req("BASE-4"), pytest.mark.timeout(180)]

PATIENCE = 30_000
TEXTS: dict[str, dict[str, str]] = {
    language: json.loads((WEB / "apps" / "portal" / "src" / "text" / f"{language}.json").read_text(encoding="utf-8"))
    for language in ("en", "ja")
}
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


class Manager:
    """A manager at the page, and his requests beside it."""

    def __init__(self, page: Page, http: httpx.Client, language: str) -> None:
        self.page = page
        self.http = http
        self.texts = TEXTS[language]

    def text(self, key: str, **values: object) -> str:
        """Return a text of the page."""
        return re.sub(r"{(\w+)}", lambda found: str(values[found[1]]), self.texts[key])

    @property
    def tree(self) -> Locator:
        return self.page.get_by_role("tree")

    def item(self, name: str) -> Locator:
        return self.tree.get_by_role("treeitem", name=name)

    def names(self) -> list[str]:
        return [str(text).strip() for text in self.tree.locator(".text").all_inner_texts()]

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.text(key), exact=True)

    def box(self, name: str) -> Locator:
        """Return a text box; the button that resets it has its name as well."""
        return self.page.get_by_role("textbox", name=name)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def offered_below_orders(self) -> list[str]:
        """Return what consumers can choose on the first level of the web menu."""
        config = self.http.get("/consumer/config").raise_for_status().json()
        return [one["names"]["en"] for one in config["menu"][0]["entries"]]

    def add(self, **names: str) -> str:
        """Add a queue of the web menu by HTTP; return it."""
        body = {"channel": "web", "names": names}
        made = self.http.post("/settings/queues", json=body).raise_for_status().json()
        return str(made["queues"][0])


@contextmanager
def trees_as_they_were(server: RealServer) -> Iterator[None]:
    """Delete the queues that are there at the end and were not there before: a test finds no other test's queues."""
    with closing(requests_of(server)) as http:

        def parents() -> dict[str, str | None]:
            nodes = http.get("/settings/queues").raise_for_status().json()["rows"]
            return {node["id"]: node["parent"] for node in nodes}

        before = parents()
        yield
        added = {queue: parent for queue, parent in parents().items() if queue not in before}
        for queue, parent in added.items():
            if parent not in added:
                http.delete(f"/settings/queues/{queue}", params={"confirmed": True}).raise_for_status()


@pytest.fixture
def manager(browser: Browser, server: RealServer) -> Iterator[Callable[..., Any]]:
    """Signs in managers; pages of a real server need more patience than others."""
    expect.set_options(timeout=PATIENCE)

    @contextmanager
    def signed_in(language: str = "en", theme: Any = "light", size: str = "desktop") -> Iterator[Manager]:
        email, password = server.sign_in_of("manager")
        width, height = SIZES[size]
        context = browser.new_context(
            locale={"en": "en-US", "ja": "ja-JP"}[language],
            color_scheme=theme,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        origin = server.url.replace("127.0.0.1", "localhost")
        given = {"email": email, "password": password}
        context.request.post(f"{origin}/api/v1/session", data=given, headers={"X-Madoguchi": "1"})
        page.goto(f"{origin}/settings/queues/web")
        with closing(requests_of(server)) as http:
            yield Manager(page, http, language)
        context.close()

    with trees_as_they_were(server):
        yield signed_in
    expect.set_options(timeout=5_000)


def look(manager: Manager, name: str) -> None:
    """Axe must find nothing; `MADOGUCHI_LOOKS` keeps the picture."""
    folder = os.environ.get("MADOGUCHI_LOOKS")
    if folder is not None:
        manager.page.screenshot(path=Path(folder) / "queues" / f"{name}.png")
    assert violations(manager.page) == [], name


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("ja", "light", "desktop"), ("en", "dark", "desktop"), ("ja", "dark", "phone"), ("en", "light", "phone")],
)
def test_the_page_has_no_violation(manager: Callable[..., Any], language: str, theme: str, size: str) -> None:
    with manager(language, theme, size) as at:
        name = f"{language}-{theme}-{size}"
        at.item(at.text("queues.global")).wait_for()
        at.page.get_by_role("form").wait_for()
        look(at, f"1-global-{name}")
        at.item({"en": "Returns", "ja": "返品"}[language]).click()
        at.page.get_by_label(at.text("queues.find_agent")).wait_for()
        offer_s = at.box(at.text("queues.field.offer_s"))
        offer_s.fill("1")
        at.button("queues.save").click()
        expect(offer_s).to_have_attribute("aria-invalid", "true")
        look(at, f"2-queue-{name}")
        at.button("queues.discard").click()
        at.button("queues.add").click()
        at.page.get_by_role("dialog").wait_for()
        look(at, f"3-add-{name}")


def test_a_manager_builds_a_level_with_keys_alone(manager: Callable[..., Any]) -> None:
    with manager() as at:
        root = at.item("All queues (global)")
        root.focus()
        at.press("ArrowDown", "Enter")
        expect(at.item("Orders & delivery")).to_have_attribute("aria-selected", "true")
        expect(at.page).to_have_url(re.compile("q=queue_"))
        at.press("ArrowLeft")
        expect(at.item("Orders & delivery")).to_have_attribute("aria-expanded", "false")
        expect(at.item("Delivery status")).to_have_count(0)
        at.press("ArrowRight", "ArrowRight")
        expect(at.item("Delivery status")).to_be_focused()
        at.press("Home", "Enter")

        at.button("queues.add").press("Enter")
        dialog = at.page.get_by_role("dialog")
        expect(dialog.get_by_label("Name (Japanese)")).to_be_focused()
        at.press("Enter")
        expect(dialog.get_by_text("Enter a name in at least one language.")).to_be_visible()
        at.page.keyboard.type("会員")
        at.press("Tab")
        at.page.keyboard.type("Members")
        at.press("Enter")
        expect(at.item("Members")).to_have_attribute("aria-selected", "true")
        assert at.names()[-2:] == ["Technical support", "Members"]

        at.item("Members").focus()
        at.press("Alt+ArrowUp")
        expect(at.item("Members")).to_have_attribute("aria-posinset", "3")
        at.button("queues.up").press("Enter")
        expect(at.item("Members")).to_have_attribute("aria-posinset", "2")
        at.button("queues.move_into").press("Enter")
        at.page.get_by_role("dialog").get_by_label("Level").select_option(label="Orders & delivery")
        at.page.get_by_role("dialog").get_by_role("button", name="Move", exact=True).press("Enter")
        expect(at.item("Members")).to_have_attribute("aria-level", "3")
        config = at.http.get("/consumer/config").json()
        assert [one["names"]["en"] for one in config["menu"][0]["entries"]] == [
            "Delivery status",
            "Returns & exchanges",
        ]

        search = at.page.get_by_label("Find agents")
        search.focus()
        at.page.keyboard.type("emily")
        at.press("Tab", "Tab", "Space")
        expect(at.page.get_by_role("checkbox", name="Emily Parker")).to_be_checked()
        at.press("Enter")
        expect(at.page.get_by_text("Saved. It counts from the next call on.")).to_be_visible()
        assert at.offered_below_orders()[-1] == "Members"
        delete_by_key(at, "Members")


def delete_by_key(at: Manager, name: str) -> None:
    """Delete a queue with agents, as the page asks for it."""
    at.item(name).focus()
    at.press("Delete")
    confirm = at.page.get_by_role("alertdialog")
    expect(confirm.get_by_role("button", name="Cancel")).to_be_focused()
    confirm.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(confirm.get_by_text("Agents are assigned there.")).to_be_visible()
    confirm.get_by_role("button", name="Delete anyway").press("Enter")
    # As long as it asks, nothing behind it is there for whoever looks by roles.
    expect(confirm).to_have_count(0)
    expect(at.item(name)).to_have_count(0)


def test_a_value_says_where_it_comes_from_and_goes_back_to_the_parent(manager: Callable[..., Any]) -> None:
    with manager() as at:
        at.item("Orders & delivery").click()
        wrap_up = at.box("Wrap-up time (seconds)")
        expect(at.page.get_by_text("Global › Orders & delivery")).to_be_visible()
        wrap_up.fill("１５")
        expect(at.page.get_by_text("Set here")).to_be_visible()
        at.button("queues.save").click()
        expect(at.item("Orders & delivery")).to_contain_text("1 own")

        at.item("Returns & exchanges").click()
        expect(wrap_up).to_have_value("15")
        expect(wrap_up).to_have_accessible_description("Inherited from: Orders & delivery")
        wrap_up.fill("5")
        at.item("Billing").click()
        at.page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
        expect(wrap_up).to_have_value("5")
        at.button("queues.save").click()
        expect(at.item("Returns & exchanges")).to_contain_text("1 own")
        at.page.get_by_role("button", name="Reset to parent: Wrap-up time").click()
        expect(wrap_up).to_have_value("15")
        at.button("queues.save").click()
        expect(at.item("Returns & exchanges")).not_to_contain_text("own")
        at.item("Orders & delivery").click()
        at.page.get_by_role("button", name="Reset to parent: Wrap-up time").click()
        at.button("queues.save").click()
        expect(at.item("Orders & delivery")).not_to_contain_text("own")


def test_two_managers_do_not_overwrite_each_other_and_see_each_others_work(manager: Callable[..., Any]) -> None:
    with manager() as at, manager(language="ja") as other:
        at.add(en="Shared", ja="共用")
        other.item("共用").click()
        at.item("Shared").click()
        first, second = at.page.get_by_label("Name (English)"), other.page.get_by_label("名前（英語）")
        second.fill("Typing here")
        first.fill("Common")
        at.button("queues.save").click()

        expect(at.item("Common")).to_be_visible()
        conflict = other.page.get_by_text("ほかのユーザーがこの設定を変更しました。")
        expect(conflict).to_be_visible()
        other.button("queues.save").click()
        expect(other.page.get_by_role("button", name="再読み込み")).to_be_visible()
        expect(second).to_have_value("Typing here")
        other.button("queues.reload").click()
        expect(second).to_have_value("Common")
        second.fill("Together")
        other.button("queues.save").click()
        expect(at.item("Together")).to_be_visible()
        expect(first).to_have_value("Together")


def test_hundreds_of_queues_stay_clear(manager: Callable[..., Any]) -> None:
    with manager() as at:
        top = at.add(en="Large", ja="大")
        for number in range(25):
            body = {"channel": "web", "parent": top, "names": {"en": f"Q{number:02}"}}
            at.http.post("/settings/queues", json=body).raise_for_status()
        for _ in range(8):
            at.http.post("/settings/queues/copies", json={"queue": top, "channel": "web"}).raise_for_status()
        at.page.reload()
        expect(at.item("Large")).to_have_count(9)
        expect(at.item("Large").last).to_have_attribute("aria-expanded", "false")
        assert len(at.names()) < 20, "a large tree begins closed"
        at.item("Large").last.focus()
        at.press("ArrowRight", "End")
        expect(at.item("Q24")).to_be_focused()
        at.press("Enter")
        expect(at.page.get_by_label("Name (English)")).to_have_value("Q24")
        expect(at.item("Q24")).to_have_attribute("aria-setsize", "25")


def test_an_agent_has_no_such_page(browser: Browser, server: RealServer) -> None:
    email, password = server.sign_in_of("agent")
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    origin = server.url.replace("127.0.0.1", "localhost")
    context.request.post(
        f"{origin}/api/v1/session", data={"email": email, "password": password}, headers={"X-Madoguchi": "1"}
    )
    page.goto(f"{origin}/settings/queues/web")
    expect(page.get_by_role("heading", name="You may not see this page")).to_be_visible()
    context.close()


@pytest.mark.req("DEF-1")
@pytest.mark.parametrize(("language", "theme"), [("ja", "light"), ("en", "dark")])
def test_a_queue_of_the_phone_menu_gets_a_deflection_of_its_own(
    manager: Callable[..., Any], language: str, theme: str
) -> None:
    with manager(language, theme) as at:
        at.page.get_by_role("tab", name=at.text("queues.channel.ivr")).click()
        at.item({"en": "Billing", "ja": "請求"}[language]).click()
        own = at.page.get_by_role("form", name=at.text("deflection.custom"))
        own.get_by_label(at.text("deflection.custom_on")).check()
        own.get_by_role("radio", name=at.text("deflection.kind.queue"), exact=True).check()
        at.button("deflection.set_own").click()
        expect(own.get_by_label(at.text("deflection.to_queue"))).to_have_attribute("aria-invalid", "true")
        own.get_by_role("radio", name=at.text("deflection.kind.phone_number")).check()
        own.get_by_label(at.text("deflection.number")).fill("03-1234-5678")
        look(at, f"4-deflection-{language}-{theme}")
        # The button is disabled while it is still being saved, too.
        with at.page.expect_response(lambda one: "/deflection/queues/" in one.url and one.request.method == "PUT"):
            at.button("deflection.set_own").click()
        expect(at.button("deflection.set_own")).to_be_disabled()
        (kept,) = at.http.get("/settings/deflection").raise_for_status().json()["queues"]
        assert (kept["enabled"], kept["plan"]["number"]) == (True, "+81312345678")
        body = {"version": kept["version"], "enabled": False, "plan": {}}
        at.http.put(f"/settings/deflection/queues/{kept['queue']}", json=body).raise_for_status()
