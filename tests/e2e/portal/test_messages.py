"""Settings > Languages & messages: looked at, edited by keyboard, refused beside the field, and never overwritten."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.portal import message_scenes as scenes
from tests.e2e.portal.backend import Scene
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.test_accessibility import AXE, violations

pytestmark = [pytest.mark.browser, pytest.mark.req("BASE-6")]

PLACE = "/settings/languages"


def problem(status: int, code: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return status, {"title": "No.", "status": status, "code": code, "detail": "", **more}


def cell(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=f"Edit {name}")


@pytest.mark.skipif(not AXE.is_file(), reason="SKIPPED LOUDLY: axe-core is not installed in web/node_modules")
@pytest.mark.parametrize(
    ("scene", "path", "ready"),
    [
        (scenes.incomplete, PLACE, ".messages-table"),
        (scenes.looked_at, PLACE, ".messages-table"),
        (scenes.failing, PLACE, ".nothing"),
        (scenes.editable, f"{PLACE}?edit=greeting.ja", ".message-editor"),
        (scenes.editable, f"{PLACE}?edit=menu_entry.en", ".message-editor"),
    ],
    ids=["missing", "read-only", "failing", "recorded", "own text"],
)
@pytest.mark.parametrize(("theme", "language"), [("light", "ja"), ("dark", "en")])
def test_the_page_has_no_violation(
    open_portal: OpenPortal, scene: Scene, path: str, ready: str, theme: str, language: str
) -> None:
    portal = open_portal(scene, path, theme=theme, language=language)
    portal.page.locator(ready).first.wait_for()
    assert violations(portal.page, "best-practice") == []
    assert portal.complaints == []


def test_the_page_fits_a_phone(open_portal: OpenPortal) -> None:
    page = open_portal(scenes.incomplete, PLACE, width=360, height=740, language="ja").page
    page.locator(".messages-table").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(page.url + "?edit=connecting.ja")
    page.get_by_role("dialog").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.req("BASE-3")
def test_nobody_without_the_permission_sees_the_page(open_portal: OpenPortal) -> None:
    page = open_portal(lambda _backend: None, PLACE).page
    expect(page.get_by_role("heading", name="You may not see this page")).to_be_visible()
    expect(page.get_by_role("link", name="Languages & messages")).to_have_count(0)


def test_who_may_only_look_finds_nothing_to_change(open_portal: OpenPortal) -> None:
    page = open_portal(scenes.looked_at, PLACE).page
    page.get_by_role("button", name="Show Connecting – Japanese: Own text").click()
    expect(page.get_by_role("textbox", name="Own text")).not_to_be_editable()
    expect(page.get_by_role("button", name="Listen")).to_be_visible()
    for name in ("Save text", "Choose a file…", "Reset to built-in"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("switch", name="English is live")).to_be_disabled()


def test_a_text_is_written_with_variables_by_keyboard_and_saved(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.editable, PLACE)
    page, backend = portal.page, portal.backend
    text = "For @{QUEUE}, press @{KEY}."
    saved = scenes.said("menu_entry", "en", way="text", text=text, version=1)
    backend.answers["PUT", "/messages/en/menu_entry"] = 200, {"said": saved, "missing": []}
    cell(page, "Menu entry – English").focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Own text")
    field.focus()
    page.keyboard.type("For , press a key.")
    expect(page.get_by_text("18 of 1,000 characters").or_(page.get_by_text("18 of 1000 characters"))).to_be_visible()
    expect(page.get_by_text("The variable “QUEUE” must be in the text.")).to_be_visible()
    field.evaluate("field => field.setSelectionRange(4, 4)")
    page.get_by_role("button", name="Queue (required)").press("Enter")
    expect(field).to_have_value("For @{QUEUE}, press a key.")
    expect(field).to_be_focused()
    field.fill(text)
    page.get_by_role("button", name="Save text").press("Enter")

    expect(page.locator(".message-editor")).to_have_count(0)
    expect(cell(page, "Menu entry – English: Own text")).to_contain_text(text)
    portal.expect_asked("PUT", "/messages/en/menu_entry", {"version": 0, "text": text})
    assert portal.complaints == []


def test_a_fault_is_told_beside_the_field_with_its_place(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.editable, f"{PLACE}?edit=greeting.en")
    field = portal.page.get_by_role("textbox", name="Own text")
    field.fill("Hello @{AGENT}!")
    wrong = portal.page.get_by_text("The variable “AGENT” has no value in this message (character 7).")
    expect(wrong).to_be_visible()
    assert field.get_attribute("aria-invalid") == "true"
    portal.page.get_by_role("button", name="Save text").click()
    expect(field).to_be_focused()
    assert field.evaluate("field => field.selectionStart") == 6
    assert not [one for one in portal.backend.asked if one[0] == "PUT"]

    field.fill("Hello!")
    answer = problem(422, "bad_text", reason="unknown_variable", position=2, detail="unknown variable @{X} at …")
    portal.backend.answers["PUT", "/messages/en/greeting"] = answer
    portal.page.get_by_role("button", name="Save text").click()
    expect(portal.page.get_by_text("There is no variable “X” (character 3).")).to_be_visible()


def test_two_who_edit_the_same_message_do_not_overwrite_each_other_unknowingly(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.editable, f"{PLACE}?edit=greeting.en")
    page, backend = portal.page, portal.backend
    page.get_by_role("textbox", name="Own text").fill("Mine")
    backend.answers["PUT", "/messages/en/greeting"] = problem(409, "stale_version", field="version")
    theirs = scenes.said("greeting", "en", way="text", text="Theirs", version=5)
    backend.answers["GET", "/messages"] = 200, scenes.messages(theirs)
    page.get_by_role("button", name="Save text").click()

    expect(page.get_by_role("alert").filter(has_text="It now says: Theirs")).to_be_visible()
    expect(page.get_by_role("textbox", name="Own text")).to_have_value("Mine")
    mine = theirs | {"text": "Mine", "version": 6}
    backend.answers["PUT", "/messages/en/greeting"] = 200, {"said": mine, "missing": []}
    page.get_by_role("button", name="Save text").click()
    expect(page.locator(".message-editor")).to_have_count(0)
    assert backend.asked[-1] == ("PUT", "/messages/en/greeting", {"version": 5, "text": "Mine"})


def test_changes_are_not_lost_by_a_slip(open_portal: OpenPortal) -> None:
    page = open_portal(scenes.editable, f"{PLACE}?edit=greeting.en").page
    page.get_by_role("textbox", name="Own text").fill("Half a sen")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("textbox", name="Own text")).to_have_value("Half a sen")


def test_a_file_is_refused_beside_its_field_and_uploaded_when_it_is_good(
    open_portal: OpenPortal, tmp_path: Path
) -> None:
    portal = open_portal(scenes.editable, f"{PLACE}?edit=goodbye.en")
    page, backend = portal.page, portal.backend
    chooser = page.get_by_test_id("sound-file")
    bad, good = tmp_path / "song.ogg", tmp_path / "bye.wav"
    bad.write_bytes(b"OggS")
    good.write_bytes(b"RIFF")
    chooser.set_input_files(bad)
    expect(page.get_by_role("alert")).to_have_text("Only .wav and .mp3 files can be played.")

    place = ("POST", "/messages/en/goodbye/sound")
    backend.answers[place] = problem(422, "bad_sound", field="file", reason="silent")
    chooser.set_input_files(good)
    expect(page.get_by_role("alert")).to_have_text("There is nothing but silence in the file.")

    changed = scenes.a_recording("goodbye", "en", version=1) | {
        "sound": {"name": "bye.wav", "span_s": 2, "size": 64_044}
    }
    backend.answers[place] = 200, {"said": changed, "missing": []}
    chooser.set_input_files(good)
    expect(page.get_by_role("heading", name="Recording")).to_be_visible()
    expect(page.locator("audio")).to_have_attribute("src", "/api/v1/messages/en/goodbye/sound?v=1")

    back = scenes.said("goodbye", "en", version=2)
    backend.answers["DELETE", "/messages/en/goodbye"] = 200, {"said": back, "missing": []}
    page.get_by_role("button", name="Reset to built-in").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("Your recording is deleted.")
    page.get_by_role("alertdialog").get_by_role("button", name="Reset to built-in").click()
    expect(cell(page, "Goodbye – English: Built-in")).to_be_visible()


@pytest.mark.req("BASE-5")
def test_languages_go_live_and_what_is_missing_is_listed(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.editable, PLACE)
    page, backend = portal.page, portal.backend
    lacking = (("greeting", "ko"), ("goodbye", "ko"))
    backend.answers["PUT", "/languages"] = 200, scenes.languages("en", "ja", "ko", missing=lacking, version=1)
    switch = page.get_by_role("switch", name="Korean is live")
    switch.focus()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="English is the default").check()
    expect(page.get_by_role("switch", name="English is live")).to_be_disabled()
    expect(page.get_by_text("There are changes that are not saved.")).to_be_visible()
    page.get_by_role("button", name="Save languages").click()

    expect(page.get_by_text("2 messages are missing in live languages").first).to_be_visible()
    portal.expect_asked("PUT", "/languages", {"version": 0, "default": "en", "live": ["ja", "en", "ko"]})
    page.locator("details.missing summary").click()
    page.get_by_role("button", name="Goodbye – Korean").first.click()
    expect(page.get_by_role("dialog", name="Goodbye – Korean")).to_be_visible()
    expect(page.get_by_text("No voice speaks this language: callers hear a recording only.")).to_be_visible()


@pytest.mark.req("BASE-5")
def test_another_change_of_the_languages_is_told(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.editable, PLACE)
    page = portal.page
    portal.backend.answers["PUT", "/languages"] = problem(409, "stale_version", field="version")
    portal.backend.answers["GET", "/languages"] = 200, scenes.languages("ja", version=4)
    page.get_by_role("switch", name="German is live").check()
    page.get_by_role("button", name="Save languages").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed the languages meanwhile.")
    portal.backend.answers["PUT", "/languages"] = 200, scenes.languages("ja", "de", version=5)
    page.get_by_role("button", name="Save languages").click()
    expect(page.get_by_text("The languages are saved")).to_be_visible()
    assert portal.backend.asked[-1][2]["version"] == 4
