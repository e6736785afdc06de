"""Every page in both themes: axe finds no violation of WCAG 2.2 AA, the browser no fault. Languages take turns."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.portal import scenes
from tests.e2e.portal.backend import Scene
from tests.e2e.portal.conftest import WEB, OpenPortal

pytestmark = pytest.mark.browser

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that a theme can change."""
LANGUAGES = ("ja", "en")

PAGES: list[tuple[str, Scene, str, str]] = [
    ("sign-in", scenes.signed_out, "/sign-in", "form"),
    ("desk, nothing to do", scenes.idle, "/desk", ".nothing"),
    ("desk, ringing", scenes.ringing, "/desk", "[data-offer]"),
    ("desk, a call", scenes.busy_desk, "/desk", ".call-view"),
    ("desk, a chat", scenes.busy_desk, "/desk?s=chat_0003", ".bubble"),
    ("desk, wrap-up", scenes.busy_desk, "/desk?s=hand_9", ".wrap-up"),
    ("calls connected", scenes.busy_floor, "/calls/connected", "[data-row]"),
    ("calls connected, empty", scenes.empty_floor, "/calls/connected", ".nothing"),
    ("calls connected, refused", scenes.refused_floor, "/calls/connected", ".nothing"),
    ("calls connected, loading", scenes.loading_floor, "/calls/connected", ".skeleton"),
    ("dashboard", scenes.busy_floor, "/dashboard", ".plot canvas"),
    ("dashboard, of days past", scenes.busy_floor, "/dashboard?period=week&tab=agents", "td"),
    ("dashboard, empty", scenes.empty_floor, "/dashboard", ".nothing"),
    ("dashboard, refused", scenes.refused_floor, "/dashboard", ".nothing"),
    ("dashboard, loading", scenes.loading_floor, "/dashboard", ".skeleton"),
    ("call details", scenes.busy_floor, "/calls/connected?call=call_0004", ".routing-why li"),
    ("calls queued", scenes.busy_floor, "/calls/queued", "[data-row]"),
    ("calls completed", scenes.busy_floor, "/calls/completed", "td"),
    ("chats connected, one watched", scenes.busy_floor, "/chats/connected?watch=%5B%22chat_0001%22%5D", ".bubble"),
    ("chats queued", scenes.busy_floor, "/chats/queued", "[data-row]"),
    ("chats completed", scenes.busy_floor, "/chats/completed", "td"),
    ("agents", scenes.busy_floor, "/agents", "[data-row]"),
    ("live queues", scenes.busy_floor, "/queues-live", "[data-row]"),
    ("live queues, empty", scenes.empty_floor, "/queues-live", ".nothing"),
    ("live queues, refused", scenes.refused_floor, "/queues-live", ".nothing"),
    ("live queues, loading", scenes.loading_floor, "/queues-live", ".skeleton"),
    ("statuses", scenes.busy_floor, "/settings/statuses", "td"),
    ("text messages", scenes.busy_floor, "/settings/sms", ".sms-part"),
    ("deflection of calls", scenes.busy_floor, "/settings/calls", ".deflection-trail"),
    ("deflection of chats", scenes.busy_floor, "/settings/chats", ".deflection-trail"),
    ("embedding", scenes.busy_floor, "/settings/embedding", ".embedding"),
    ("doctor", scenes.sick_floor, "/doctor", ".anomalies"),
    ("no permission", scenes.idle, "/agents", ".nothing"),
    ("no such page", scenes.idle, "/nowhere", ".nothing"),
]


def violations(page: Page, *more: str) -> list[str]:
    """Return what axe finds, one line each."""
    return found_by(page, {"type": "tag", "values": [*WCAG, *more]})


def found_by(page: Page, rules: Mapping[str, Any]) -> list[str]:
    """Return what axe's `rules` find, one line each."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        # The library's focus guards are hidden and focusable on purpose: they hand the focus on at once.
        """rules => axe.run({exclude: [['[data-base-ui-focus-guard]']]}, {runOnly: rules})
            .then(result => result.violations)""",
        rules,
    )
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.skipif(not AXE.is_file(), reason="SKIPPED LOUDLY: axe-core is not installed in web/node_modules")
@pytest.mark.parametrize(
    ("scene", "path", "ready", "language"),
    [(*page[1:], LANGUAGES[place % 2]) for place, page in enumerate(PAGES)],
    ids=[page[0] for page in PAGES],
)
def test_a_page_has_no_violation(open_portal: OpenPortal, scene: Scene, path: str, ready: str, language: str) -> None:
    portal = open_portal(scene, path, language=language)
    portal.page.locator(ready).first.wait_for()
    assert portal.page.locator("html").get_attribute("lang") == language
    assert violations(portal.page, "best-practice") == []
    portal.page.emulate_media(color_scheme="dark")
    assert found_by(portal.page, COLOURS) == []
    assert portal.complaints == []


@pytest.mark.skipif(not AXE.is_file(), reason="SKIPPED LOUDLY: axe-core is not installed in web/node_modules")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_menus_and_dialogs_have_no_violation(open_portal: OpenPortal, theme: str) -> None:
    portal = open_portal(scenes.busy_desk, "/desk", theme=theme)
    page = portal.page
    page.locator(".call-view").wait_for()
    page.keyboard.press("Alt+t")
    page.get_by_role("radio").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="End call").click()
    page.get_by_role("alertdialog").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Cancel").click()
    for button in ("Your status:", "Account of"):
        page.get_by_role("button", name=button).click()
        page.get_by_role("menu").wait_for()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("menu").wait_for(state="hidden")
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("menuitem", name="Sound and voice").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    assert portal.complaints == []


@pytest.mark.parametrize("path", ["/desk", "/desk?s=chat_0003", "/desk?s=call_0001", "/desk?s=hand_9"])
def test_the_desk_fits_a_phone(open_portal: OpenPortal, path: str) -> None:
    portal = open_portal(scenes.busy_desk, path, width=360, height=740, language="ja")
    page = portal.page
    page.locator(".workplace").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input, select')]
            .filter(each => each.checkVisibility() && !each.classList.contains('skip') && each.type !== 'file')
            .map(each => [each.textContent || each.ariaLabel, each.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
            .map(([name]) => name)"""
    )
    assert small == []
