"""Settings > Dispositions, played against a backend from memory."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.portal.backend import Backend
from tests.e2e.portal.catalogues import (
    LOOKS,
    LOST,
    ORDERS,
    OTHER,
    RETURNED,
    TREE,
    disposition,
    has_dispositions,
    look,
    problem,
)
from tests.e2e.portal.conftest import OpenPortal, Portal
from tests.e2e.portal.rows import Row
from tests.e2e.portal.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.req("BASE-11")]

PATH = "/settings/dispositions"


def the_page(open_portal: OpenPortal, *entries: Row, path: str = PATH, **more: object) -> Portal:
    def scene(backend: Backend) -> None:
        backend.signed_in = True
        backend.permissions = ["settings.dispositions.edit"]
        has_dispositions(backend, *entries)

    return open_portal(scene, path, **more)


def names(portal: Portal) -> list[str]:
    return portal.page.locator(".catalogue-names > .text").all_inner_texts()


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_page_and_its_dialog_have_no_violation(
    open_portal: OpenPortal, language: str, theme: str, width: int
) -> None:
    portal = the_page(open_portal, *TREE, language=language, theme=theme, width=width)
    page, name = portal.page, f"dispositions-{language}-{theme}-{width}"
    page.locator(".catalogue-row").nth(3).wait_for()
    look(page, name)
    assert violations(page, "best-practice") == []
    page.locator(".catalogue-row").nth(3).get_by_role("button").nth(2).click()
    page.get_by_role("dialog").get_by_role("checkbox").first.wait_for()
    look(page, f"{name}-dialog")
    assert violations(page) == []
    assert portal.complaints == []


def test_one_is_added_under_a_heading_and_a_refusal_stands_beside_its_field(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *TREE)
    page, backend = portal.page, portal.backend
    page.get_by_role("button", name="Add a disposition").click()
    dialog = page.get_by_role("dialog", name="Add a disposition")
    backend.answers["POST", "/dispositions"] = problem(422, "invalid_input", "names.ja", "length")
    dialog.get_by_label("Name (English)").fill("Damaged")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Name (Japanese)")).to_have_accessible_description(re.compile("too long, or empty"))

    dialog.get_by_label("Name (Japanese)").fill("破損")
    dialog.get_by_label("Under the heading").select_option(label="Orders")
    dialog.get_by_label("Only in these queues").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Choose at least one queue.")).to_be_visible()
    dialog.get_by_label("Billing").check()
    dialog.get_by_label("Agents must write notes with it").check()
    backend.answers["POST", "/dispositions"] = (200, {"id": "disposition_new"})
    has_dispositions(
        backend, *TREE, disposition("new", "Damaged", "破損", parent=ORDERS["id"], queues=["queue_billing"])
    )
    dialog.get_by_role("button", name="Save").click()

    expect(page.get_by_role("button", name="Edit Damaged")).to_be_visible()
    expect(dialog).to_be_hidden()
    wanted = {"names": {"ja": "破損", "en": "Damaged"}, "parent": ORDERS["id"], "queues": ["queue_billing"]}
    body = [body for method, path, body in backend.asked if (method, path) == ("POST", "/dispositions")][-1]
    assert body == wanted | {"notes_required": True, "position": 0}


def test_one_is_changed_and_nothing_of_it_is_lost(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *TREE)
    page, backend = portal.page, portal.backend
    page.get_by_role("button", name="Edit Other").click()
    dialog = page.get_by_role("dialog", name="Edit the disposition")
    expect(dialog.get_by_label("Deleted queue")).to_be_checked()
    dialog.get_by_label("Deleted queue").uncheck()
    dialog.get_by_label("Name (English)").fill("Something else")
    has_dispositions(backend, *TREE[:3], OTHER | {"names": {"en": "Something else", "ja": "その他"}})
    dialog.get_by_role("button", name="Save").click()

    expect(page.get_by_role("button", name="Edit Something else")).to_be_visible()
    body = {"names": {"ja": "その他", "en": "Something else"}, "parent": None, "notes_required": False, "position": 0}
    wanted = ("PUT", f"/dispositions/{OTHER['id']}", body | {"queues": ["queue_returns", "queue_delivery"]})
    assert wanted in backend.asked

    page.get_by_role("button", name="Edit Orders").click()
    expect(dialog.get_by_label("Under the heading")).to_be_disabled()
    expect(dialog.get_by_label("Agents must write notes with it")).to_have_count(0)


def test_the_order_is_changed_with_keys_and_the_focus_stays(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *TREE)
    page, backend = portal.page, portal.backend
    expect(page.get_by_role("button", name="Move Orders up")).to_be_disabled()
    down = page.get_by_role("button", name="Move Returned down")
    down.focus()
    has_dispositions(backend, ORDERS, LOST, RETURNED, OTHER)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Returned moved down.")).to_be_attached()
    expect(page.locator(".catalogue-names > .text")).to_have_text(["Orders", "Lost on the way", "Returned", "Other"])
    expect(down).to_be_focused()
    wanted = [ORDERS["id"], LOST["id"], RETURNED["id"], OTHER["id"]]
    assert ("PUT", "/dispositions/order", {"dispositions": wanted}) in backend.asked

    has_dispositions(backend, OTHER, ORDERS, LOST, RETURNED)
    page.get_by_role("button", name="Edit Other").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".catalogue-names > .text").first).to_have_text("Other")
    backend.answers["PUT", "/dispositions/order"] = problem(409, "conflict", "dispositions", "others_now")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("alert")).to_contain_text("Somebody else added or deleted")


def test_they_are_searched_in_both_languages(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *TREE)
    page = portal.page
    page.get_by_label("Search dispositions").fill("返品")
    expect(page.locator(".catalogue-row")).to_have_count(2)
    assert names(portal) == ["Orders", "Returned"]
    expect(page.get_by_role("button", name="Move Returned up")).to_have_count(0)
    page.get_by_label("Search dispositions").fill("zzz")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_one_is_deleted_after_asking_but_no_heading(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *TREE)
    page, backend = portal.page, portal.backend
    expect(page.get_by_role("button", name="Delete Orders")).to_be_disabled()
    page.get_by_role("button", name="Delete Other").click()
    confirm = page.get_by_role("alertdialog")
    expect(confirm.get_by_role("button", name="Cancel")).to_be_focused()
    backend.answers["DELETE", f"/dispositions/{OTHER['id']}"] = problem(404, "not_found")
    confirm.get_by_role("button", name="Delete").click()
    expect(confirm.get_by_role("alert")).to_be_visible()
    del backend.answers["DELETE", f"/dispositions/{OTHER['id']}"]
    has_dispositions(backend, *TREE[:3])
    confirm.get_by_role("button", name="Delete").click()
    expect(confirm).to_be_hidden()
    expect(page.locator(".catalogue-row")).to_have_count(3)


def test_a_choice_can_be_required(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *TREE)
    box = portal.page.get_by_label("Agents must choose one")
    expect(box).not_to_be_checked()
    has_dispositions(portal.backend, *TREE, required=True)
    box.click()
    expect(box).to_be_checked()
    assert ("PUT", "/settings/wrap-up", {"required": True}) in portal.backend.asked


def test_none_is_said_and_so_is_a_failure(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal)
    page = portal.page
    expect(page.get_by_role("heading", name="There are no dispositions yet.")).to_be_visible()
    assert violations(page, "best-practice") == []
    portal.backend.answers["GET", "/dispositions"] = problem(403, "not_allowed")
    page.reload()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    has_dispositions(portal.backend, OTHER)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Edit Other")).to_be_visible()


@pytest.mark.req("BASE-3")
def test_who_may_not_set_them_up_has_no_such_page(open_portal: OpenPortal) -> None:
    def scene(backend: Backend) -> None:
        backend.signed_in = True
        backend.permissions = ["desk"]

    page = open_portal(scene, PATH).page
    expect(page.get_by_role("heading", name="You may not see this page")).to_be_visible()
    expect(page.get_by_role("link", name="Dispositions")).to_have_count(0)
