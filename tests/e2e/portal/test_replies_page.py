"""Settings > Canned replies and one's own, played against a backend from memory."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.portal.backend import Backend
from tests.e2e.portal.catalogues import HELLO, LOOKS, MINE, PARCEL, has_replies, look, problem, reply
from tests.e2e.portal.conftest import OpenPortal, Portal
from tests.e2e.portal.rows import AGENT, Row
from tests.e2e.portal.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.req("BASE-13")]

PATH = "/settings/replies"
ALL = (HELLO, MINE, PARCEL)


def the_page(open_portal: OpenPortal, *entries: Row, path: str = PATH, **more: object) -> Portal:
    def scene(backend: Backend) -> None:
        backend.signed_in = True
        backend.permissions = ["desk", "settings.replies.edit"]
        has_replies(backend, *entries)

    return open_portal(scene, path, **more)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_page_and_its_dialog_have_no_violation(
    open_portal: OpenPortal, language: str, theme: str, width: int
) -> None:
    portal = the_page(open_portal, *ALL, language=language, theme=theme, width=width)
    page, name = portal.page, f"replies-{language}-{theme}-{width}"
    page.locator(".catalogue-row").nth(1).wait_for()
    look(page, name)
    assert violations(page, "best-practice") == []
    page.locator(".catalogue-row").first.get_by_role("button").first.click()
    page.get_by_role("dialog").locator(".reply-preview").first.wait_for()
    look(page, f"{name}-dialog")
    assert violations(page) == []
    assert portal.complaints == []


def test_one_is_written_with_variables_and_a_preview_shows_how_it_reads(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *ALL)
    page, backend = portal.page, portal.backend
    page.get_by_role("button", name="Add a canned reply").click()
    dialog = page.get_by_role("dialog", name="Add a canned reply")
    dialog.get_by_label("Shortcut").fill("wait")
    dialog.get_by_label("Queue").select_option(label="Orders > Delivery status")
    english = dialog.get_by_label("Text (English)", exact=True)
    english.fill("One moment, ")
    dialog.get_by_role("group", name="Variables of Text (English)").get_by_role("button", name="Consumer").click()
    expect(english).to_have_value("One moment, {consumer}")
    expect(english).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(". {agent} {name}")
    expect(dialog.get_by_role("figure")).to_contain_text(f"One moment, Misaki Sato. {AGENT['name']} {{name}}")
    expect(dialog.get_by_text("{name} is no variable")).to_be_visible()

    backend.answers["POST", "/replies"] = problem(409, "conflict", "shortcut", "shortcut_taken")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Shortcut")).to_have_accessible_description(re.compile("This shortcut is taken."))
    backend.answers["POST", "/replies"] = (200, {"id": "reply_wait"})
    has_replies(backend, *ALL, reply("wait", "wait", texts={"en": "One moment"}, scope="queue", queue="queue_delivery"))
    dialog.get_by_role("button", name="Save").click()

    expect(page.get_by_role("button", name="Edit /wait")).to_be_visible()
    expect(dialog).to_be_hidden()
    body = [body for method, path, body in backend.asked if (method, path) == ("POST", "/replies")][-1]
    texts = {"ja": "", "en": "One moment, {consumer}. {agent} {name}"}
    assert body == {"shortcut": "wait", "texts": texts, "scope": "queue", "queue": "queue_delivery"}


def test_a_text_that_is_missing_is_said_beside_it(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *ALL, language="ja")
    page, backend = portal.page, portal.backend
    page.get_by_role("button", name="/荷物 を編集").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("本文（日本語）", exact=True).fill("")
    backend.answers["PUT", f"/replies/{PARCEL['id']}"] = problem(422, "invalid_input", "texts", "missing")
    dialog.get_by_role("button", name="保存").click()
    box = dialog.get_by_label("本文（日本語）", exact=True)
    expect(box).to_have_accessible_description(re.compile("入力してください"))
    expect(box).to_have_attribute("aria-invalid", "true")


def test_they_are_searched_and_narrowed_to_a_queue_and_others_own_ones_are_not_among_them(
    open_portal: OpenPortal,
) -> None:
    portal = the_page(open_portal, *ALL)
    page = portal.page
    rows = page.locator(".catalogue-row .kbd")
    expect(rows).to_have_text(["/hello", "/荷物"])
    page.get_by_label("Queue").select_option(label="Orders > Delivery status")
    expect(rows).to_have_text(["/荷物"])
    page.get_by_label("Queue").select_option(label="All canned replies")
    page.get_by_label("Search shortcuts and texts").fill("/HEL")
    expect(rows).to_have_text(["/hello"])
    page.get_by_label("Search shortcuts and texts").fill("zzz")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_one_is_deleted_after_asking(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, *ALL)
    page = portal.page
    page.get_by_role("button", name="Delete /hello").press("Enter")
    confirm = page.get_by_role("alertdialog")
    expect(confirm.get_by_role("button", name="Cancel")).to_be_focused()
    has_replies(portal.backend, MINE, PARCEL)
    confirm.get_by_role("button", name="Delete").press("Enter")
    expect(confirm).to_be_hidden()
    expect(page.locator(".catalogue-row")).to_have_count(1)
    assert ("DELETE", f"/replies/{HELLO['id']}", None) in portal.backend.asked


def test_none_is_said_and_so_is_a_failure(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal, MINE)
    page = portal.page
    expect(page.get_by_role("heading", name="There are no canned replies yet.")).to_be_visible()
    portal.backend.answers["GET", "/replies"] = problem(403, "not_allowed")
    page.reload()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    has_replies(portal.backend, HELLO)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Edit /hello")).to_be_visible()


def test_an_agent_has_his_own(open_portal: OpenPortal) -> None:
    def scene(backend: Backend) -> None:
        backend.signed_in = True
        backend.permissions = ["desk"]
        has_replies(backend, *ALL)

    portal = open_portal(scene, "/me/replies")
    page, backend = portal.page, portal.backend
    expect(page.locator(".catalogue-row .kbd")).to_have_text(["/bye"])
    page.get_by_role("button", name="Edit /bye").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Queue")).to_have_count(0)
    dialog.get_by_label("Shortcut").fill("ciao")
    has_replies(backend, HELLO, MINE | {"shortcut": "ciao"})
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit /ciao")).to_be_visible()
    texts = {"ja": "", "en": "Bye, {consumer}."}
    wanted = {"shortcut": "ciao", "texts": texts, "scope": "own", "queue": None}
    assert ("PUT", f"/replies/{MINE['id']}", wanted) in backend.asked
    assert violations(page, "best-practice") == []

    page.goto(page.url.replace("/me/replies", PATH))
    expect(page.get_by_role("heading", name="You may not see this page")).to_be_visible()
