"""Consultation, conference and transfer on the desk, played against a backend from memory."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.portal import scenes
from tests.e2e.portal.backend import Backend
from tests.e2e.portal.conftest import OpenPortal, Portal
from tests.e2e.portal.rows import AGENT, Row, ago
from tests.e2e.portal.test_accessibility import violations

pytestmark = pytest.mark.browser

THIRD: Row = {
    "party": "p3",
    "role": "third_party",
    "name": "03-1234-5678",
    "since": ago(5),
    "connected": True,
    "on_hold": False,
    "muted": False,
    "number": "03-1234-5678",
}


def consult(state: str, **more: Any) -> Row:
    return {
        "id": "consult_1",
        "by": AGENT,
        "target": "number",
        "name": "03-1234-5678",
        "private": True,
        "state": state,
        "party": "p3",
        "note": "",
        "began_at": ago(5),
    } | more


def show(backend: Backend, *, third: bool = False, **more: Any) -> None:
    """Change the running call's row."""
    row = backend.views["desk"]["call_0001"]
    people = [one for one in row["participants"] if one["role"] != "third_party"]
    backend.put("desk", row | {"participants": [*people, THIRD] if third else people, "part": "agent"} | more)


def a_call(open_portal: OpenPortal, **more: Any) -> Portal:
    portal = open_portal(scenes.busy_desk, "/desk?s=call_0001", **more)
    portal.backend.permissions = [*portal.backend.permissions, "outbound"]
    portal.page.reload()
    portal.page.locator(".call-view").wait_for()
    return portal


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("MADOGUCHI_LOOKS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.req("BASE-11")
def test_a_phone_is_consulted_and_each_step_offers_what_can_follow(open_portal: OpenPortal) -> None:
    portal = a_call(open_portal)
    page, backend = portal.page, portal.backend
    page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Phone number").click()
    expect(dialog.get_by_role("button", name="Consult first")).to_be_disabled()
    dialog.get_by_label("Phone number or extension").fill("110")
    problem = {"title": "No.", "status": 403, "code": "number_blocked", "detail": "", "field": "number"}
    backend.answers["POST", "/calls/call_0001/consult"] = (403, problem)
    dialog.get_by_role("button", name="Consult first").click()
    expect(dialog.get_by_label("Phone number or extension")).to_have_accessible_description(
        re.compile("This number may not be called.")
    )
    del backend.answers["POST", "/calls/call_0001/consult"]
    dialog.get_by_label("Phone number or extension").fill("03-1234-5678")
    expect(dialog.get_by_label("Note for your colleague")).to_be_hidden()
    look(page, "dialog")
    dialog.get_by_role("button", name="Consult first").click()
    expect(dialog).to_be_hidden()
    portal.expect_asked("POST", "/calls/call_0001/consult", {"number": "03-1234-5678", "private": True, "note": ""})

    show(backend, on_hold=True, consult=consult("ringing"))
    expect(page.get_by_text("Calling 03-1234-5678…")).to_be_visible()
    expect(page.locator(".call-view").get_by_role("button", name="Hold")).to_have_count(0)
    show(backend, third=True, on_hold=True, consult=consult("consulting"))
    expect(page.get_by_text("You are talking to 03-1234-5678.")).to_be_visible()
    look(page, "consulting")
    for button, step in (("Swap", "swap"), ("Three-way call", "join"), ("Complete transfer", "complete")):
        page.get_by_role("button", name=button).click()
        portal.expect_asked("POST", f"/calls/call_0001/consult/{step}")

    show(backend, third=True, on_hold=False, consult=None)
    expect(page.get_by_text("Everybody in the call hears each other.")).to_be_visible()
    page.get_by_role("button", name="Mute 03-1234-5678").click()
    portal.expect_asked("POST", "/calls/call_0001/parties/p3/mute", {"on": True})
    page.get_by_role("button", name="Put 03-1234-5678 on hold").click()
    portal.expect_asked("POST", "/calls/call_0001/parties/p3/hold", {"on": True})
    look(page, "conference")
    page.get_by_role("button", name="Remove 03-1234-5678").click()
    portal.expect_asked("POST", "/calls/call_0001/parties/p3/remove")
    assert portal.complaints == []


@pytest.mark.req("BASE-11")
@pytest.mark.parametrize(
    ("outcome", "text"), [("busy", "is busy"), ("no_answer", "did not answer"), ("hung_up", "has left")]
)
def test_a_consultation_that_fails_says_why_and_leads_back(open_portal: OpenPortal, outcome: str, text: str) -> None:
    portal = a_call(open_portal)
    page, backend = portal.page, portal.backend
    failure = {"name": "03-1234-5678", "outcome": outcome, "at": ago(1)}
    show(backend, on_hold=True, consult=None, consult_failure=failure)
    bar = page.get_by_role("alert").filter(has_text="03-1234-5678")
    expect(bar).to_contain_text(text)
    expect(bar).to_contain_text("is still on hold")
    bar.get_by_role("button", name="Back to the consumer").click()
    portal.expect_asked("POST", "/calls/call_0001/hold", {"on": False})


@pytest.mark.req("BASE-11")
def test_who_was_asked_in_sees_why_and_can_only_mute_himself_and_leave(open_portal: OpenPortal) -> None:
    portal = a_call(open_portal)
    page, backend = portal.page, portal.backend
    by = {"id": "user_2", "name": "伊藤 直子"}
    show(backend, part="third_party", consult=consult("three_way", by=by, note="refund?"))
    expect(page.get_by_text("伊藤 直子 asked you into this call.")).to_be_visible()
    expect(page.get_by_text("refund?")).to_be_visible()
    for name in ("Hold", "Transfer", "Add participant"):
        expect(page.locator(".call-view").get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="Leave call").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("The others go on talking")


@pytest.mark.req("BASE-12")
def test_a_number_is_dialled_by_keyboard_and_what_became_of_it_is_said(open_portal: OpenPortal) -> None:
    portal = a_call(open_portal)
    page, backend = portal.page, portal.backend
    page.keyboard.press("Alt+p")
    dialog = page.get_by_role("dialog", name="Make a call")
    page.keyboard.type("03-12")
    problem = {"title": "No.", "status": 422, "code": "bad_phone_number", "detail": "", "field": "number"}
    backend.answers["POST", "/calls"] = (422, problem)
    page.keyboard.press("Enter")
    field = dialog.get_by_label("Phone number or extension")
    expect(field).to_have_accessible_description(re.compile("This is no phone number."))
    backend.answers["POST", "/calls"] = (200, {"call": "call_0007"})
    dialog.get_by_role("button", name="3", exact=True).click()
    expect(field).to_have_value("03-123")
    dialog.get_by_label("On behalf of").select_option(label="Billing")
    look(page, "dial")
    dialog.get_by_role("button", name="Call", exact=True).click()
    expect(dialog).to_be_hidden()
    portal.expect_asked("POST", "/calls", {"number": "03-12", "queue": None})
    portal.expect_asked("POST", "/calls", {"number": "03-123", "queue": "queue_billing"})

    call = backend.views["desk"]["call_0001"] | {"id": "call_0007", "state": "dialling", "direction": "outbound"}
    backend.put("desk", call)
    expect(page.locator(".call-view .badge").first).to_have_text(re.compile("Dialling"))
    expect(page.locator(".call-view").get_by_role("button", name="Hold")).to_have_count(0)
    look(page, "dialling")
    backend.views.setdefault("completed/calls", {})["call_0007"] = call | {"end_reason": "busy", "state": "ended"}
    backend.gone("desk", "call_0007")
    expect(page.get_by_text("was not reached").first).to_be_visible()
    expect(page.get_by_text("Busy").first).to_be_visible()


@pytest.mark.req("BASE-11")
@pytest.mark.parametrize(("language", "theme", "width"), [("ja", "dark", 1440), ("ja", "light", 390)])
def test_the_conference_looks_right_and_breaks_no_rule(
    open_portal: OpenPortal, language: str, theme: str, width: int
) -> None:
    portal = a_call(open_portal, language=language, theme=theme, width=width)
    page = portal.page
    show(portal.backend, third=True, on_hold=True, consult=consult("consulting"))
    expect(page.get_by_text(re.compile("相談中です"))).to_be_visible()
    look(page, f"consulting-{language}-{theme}-{width}")
    assert violations(page) == []
    assert portal.complaints == []


@pytest.mark.req("BASE-13")
def test_a_canned_reply_is_found_by_a_slash_and_put_in_with_the_names(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk?s=chat_0003")
    page = portal.page
    box = page.get_by_label("Message", exact=True)
    box.fill("/hel")
    expect(page.get_by_role("option")).to_have_count(1)
    box.press("Enter")
    expect(box).to_have_value(f"Hello 山本 健一, {AGENT['name']} here.")
    assert not [name for name, _ in portal.backend.commands if name == "chat.send"]


@pytest.mark.req("BASE-11")
def test_what_is_written_in_wrap_up_is_kept_and_a_refusal_is_shown_beside_its_field(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk?s=hand_9")
    page, backend = portal.page, portal.backend
    page.get_by_label("Notes").fill("he calls again")
    portal.expect_asked("PUT", "/handlings/hand_9/draft", {"disposition": "", "notes": "he calls again"})
    problem = {"title": "No.", "status": 422, "code": "invalid_input", "detail": "", "field": "disposition"}
    backend.answers["POST", "/handlings/hand_9/finish"] = (422, problem | {"reason": "required"})
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_label("Result")).to_have_accessible_description(re.compile("Choose a result."))
