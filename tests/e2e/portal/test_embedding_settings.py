"""The page on which administrators say which sites may embed the desk."""

import pytest
from playwright.sync_api import expect

from tests.e2e.portal import scenes
from tests.e2e.portal.backend import Backend
from tests.e2e.portal.conftest import OpenPortal, Portal

pytestmark = [pytest.mark.browser, pytest.mark.req("BASE-11")]

PATH = "/settings/embedding"
KEPT = ["https://crm.example.com", "https://help.example.com:8443"]
NEW = "https://new.example.com"


def opened(open_portal: OpenPortal, language: str = "en") -> Portal:
    return open_portal(scenes.busy_floor, PATH, language=language)


def test_a_site_is_added_and_another_removed_by_keyboard(open_portal: OpenPortal) -> None:
    portal = opened(open_portal)
    page, backend = portal.page, portal.backend
    page.get_by_role("button", name="Remove site 2").press("Enter")
    page.get_by_role("button", name="Add a site").press("Enter")
    expect(page.get_by_label("Site 2", exact=True)).to_be_focused()
    page.keyboard.type(NEW)
    saved = {"version": 4, "origins": [KEPT[0], NEW], "fixed": ["'self'"]}
    backend.answers["PUT", PATH] = (200, saved)
    page.keyboard.press("Enter")
    portal.expect_asked("PUT", PATH, {"version": 3, "origins": [KEPT[0], NEW]})
    expect(page.get_by_text("The sites were saved.").first).to_be_visible()
    expect(page.get_by_label("Site 2", exact=True)).to_have_value(NEW)


def test_what_is_wrong_stands_beside_its_field(open_portal: OpenPortal) -> None:
    portal = opened(open_portal, "ja")
    page, backend = portal.page, portal.backend
    errors = [{"field": "origins.1", "reason": "https", "detail": "x", "params": {}}]
    problem = {"title": "No.", "status": 422, "code": "invalid_fields", "detail": "", "field": "origins.1"}
    backend.answers["PUT", PATH] = (422, problem | {"errors": errors})
    field = page.get_by_label("サイト 2", exact=True)
    field.fill("http://help.example.com")
    page.get_by_role("button", name="保存").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.get_by_text("https:// で始めてください。")).to_be_visible()
    field.fill("https://help.example.com")
    expect(page.get_by_text("https:// で始めてください。")).to_be_hidden()


def test_who_was_slower_sees_what_holds_now(open_portal: OpenPortal) -> None:
    portal = opened(open_portal)
    page, backend = portal.page, portal.backend
    page.get_by_label("Site 1", exact=True).fill(NEW)
    problem = {"title": "No.", "status": 409, "code": "stale_version", "detail": "", "field": "version"}
    backend.answers["PUT", PATH] = (409, problem)
    backend.answers["GET", PATH] = (200, {"version": 4, "origins": [], "fixed": ["'self'"]})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else has changed the sites meanwhile.").first).to_be_visible()
    expect(page.get_by_text("No other site may embed the portal.")).to_be_visible()


def test_it_is_for_administrators_and_tells_when_it_cannot_be_read(open_portal: OpenPortal) -> None:
    agent = open_portal(scenes.available, PATH)
    expect(agent.page.get_by_label("Site 1", exact=True)).to_have_count(0)
    expect(agent.page.locator(".nothing")).to_be_visible()

    def broken(backend: Backend) -> None:
        scenes.busy_floor(backend)
        backend.answers["GET", PATH] = (503, {"code": "storage_unavailable", "status": 503})

    failed = open_portal(broken, PATH)
    expect(failed.page.get_by_role("button", name="Try again")).to_be_visible()
