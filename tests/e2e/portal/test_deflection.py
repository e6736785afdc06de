"""Settings > Calls, Settings > Chat, and the transfer dialog: what is offered after hours, and who is sent where."""

import pytest
from playwright.sync_api import expect

from tests.e2e.portal import scenes
from tests.e2e.portal.backend import DEFLECTION, Backend
from tests.e2e.portal.conftest import OpenPortal

pytestmark = [pytest.mark.browser, pytest.mark.req("DEF-1")]

PATH = "/settings/deflection/calls"


def test_what_callers_get_is_chosen_and_set(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/settings/calls", language="ja")
    page, backend = portal.page, portal.backend
    expect(page.get_by_role("heading", name="営業時間外の転送")).to_be_visible()
    expect(page.get_by_text("「請求・お支払い」は営業時間がありません。")).to_be_visible()
    voicemail = page.get_by_role("radio", name="ボイスメール")
    expect(voicemail).to_be_disabled()
    page.get_by_role("radio", name="電話番号").check()
    page.get_by_label("転送先の電話番号").fill("119")
    errors = [{"field": "phone.number", "reason": "number_blocked", "detail": "x", "params": {}}]
    problem = {"title": "No.", "status": 422, "code": "invalid_fields", "detail": "", "field": "phone.number"}
    backend.answers["PUT", PATH] = (422, problem | {"errors": errors})
    page.get_by_role("button", name="転送を設定").click()
    expect(page.get_by_label("転送先の電話番号")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("この番号には発信できません。")).to_be_visible()
    page.get_by_label("転送先の電話番号").fill("03-1234-5678")
    backend.answers["PUT", PATH] = (200, DEFLECTION["calls"])
    page.get_by_role("button", name="転送を設定").click()
    portal.expect_asked(
        "PUT",
        PATH,
        {
            "version": 3,
            "enabled": True,
            "transfers": True,
            "phone": {"kinds": ["phone_number"], "queue": "queue_billing", "number": "03-1234-5678", "texts": {}},
            "pages": DEFLECTION["calls"]["pages"],
        },
    )
    expect(page.get_by_text("営業時間外の転送を保存しました。").first).to_be_visible()
    # The preview tells the way from queue to queue.
    trail = page.get_by_role("status").filter(has_text="営業時間外")
    expect(trail.get_by_text("→ キュー: 請求・お支払い")).to_be_visible()
    expect(trail.get_by_text("→ キューで待ちます")).to_be_visible()


def test_chats_are_deflected_by_keyboard_and_what_cannot_be_read_is_told(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/settings/chats", language="en")
    page, backend = portal.page, portal.backend
    page.get_by_label("Enable deflection of chat requests after hours").press("Space")
    expect(page.get_by_label("Allow transfers to queues outside of operation hours while")).to_be_disabled()
    page.get_by_label("Email", exact=True).press("Space")
    backend.answers["PUT", "/settings/deflection/chats"] = (200, DEFLECTION["chats"])
    page.get_by_role("button", name="Set deflection").press("Enter")
    pages = {"kinds": ["email"], "queue": "", "number": "", "texts": {}}
    wanted = {"version": 1, "enabled": True, "transfers": True, "pages": pages}
    portal.expect_asked("PUT", "/settings/deflection/chats", wanted)

    def broken(backend: Backend) -> None:
        scenes.busy_floor(backend)
        backend.answers["GET", "/settings/deflection"] = (503, {"code": "storage_unavailable", "status": 503})

    failed = open_portal(broken, "/settings/calls")
    expect(failed.page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.req("DEF-6")
def test_the_transfer_dialog_says_why_queues_are_not_listed(open_portal: OpenPortal) -> None:
    page = open_portal(scenes.busy_desk, "/desk", language="en").page
    page.get_by_role("button", name="Transfer").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="Billing")).to_be_visible()
    expect(dialog.get_by_text("After hours, with deflection")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Technical support")).to_have_count(0)
    dialog.get_by_text("Queues that are not listed (1)").click()
    expect(dialog.get_by_text("Closed, and no agent is signed in")).to_be_visible()
