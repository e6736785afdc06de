"""The supervisor's pages, played against a backend from memory."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.portal import scenes
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.rows import ago, call_row, consumer

pytestmark = pytest.mark.browser


@pytest.mark.req("MON-14")
def test_filters_and_order_live_in_the_address(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/calls/connected")
    page = portal.page
    page.get_by_label("Search consumer, agent, queue, ID").fill("anna")
    expect(page).to_have_url(re.compile("q=anna"))
    expect(page.locator("[data-row]")).to_have_count(2)
    page.get_by_role("button", name="Talk time").click()
    expect(page).to_have_url(re.compile("sort=talk"))
    expect(page.get_by_role("columnheader", name="Talk time")).to_have_attribute("aria-sort", "ascending")
    page.reload()
    expect(page.get_by_label("Search consumer, agent, queue, ID")).to_have_value("anna")
    expect(page.locator("[data-row]")).to_have_count(2)


def test_rows_change_live_and_do_not_move_under_the_pointer(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/calls/connected")
    page, backend = portal.page, portal.backend
    first = page.locator("[data-row]").first
    first.wait_for()
    name = first.get_attribute("data-row")
    first.hover()
    backend.put("calls", call_row(500, consumer(500, "Zoe"), answered_at=ago(90_000), monitors=[]))
    expect(page.get_by_role("button", name="1 updates")).to_be_visible()
    assert first.get_attribute("data-row") == name
    page.get_by_role("heading", name="Connected calls").hover()
    expect(first).to_have_attribute("data-row", "call_0500")


@pytest.mark.req("MON-4")
def test_details_open_from_a_row_and_give_the_focus_back(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/calls/connected")
    page = portal.page
    row = page.locator("[data-row]").first.get_by_role("button").first
    row.press("Enter")
    dialog = page.get_by_role("dialog", name="Call details")
    expect(dialog).to_contain_text("Participants")
    expect(dialog.get_by_role("button", name="Monitor")).to_be_visible()
    expect(page).to_have_url(re.compile("call=call_"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(row).to_be_focused()


@pytest.mark.req("MON-14")
def test_agents_are_filtered_by_team_language_and_hold(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/agents")
    page = portal.page
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(7)
    page.get_by_label("Team").select_option("請求:夜間")
    expect(rows).to_have_count(3)
    page.get_by_label("On hold").select_option("on")
    expect(page).to_have_url(re.compile("team=team_1.*hold=on"))
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("cell").nth(3)).to_have_text(re.compile(r"^\d+:\d\d$"))
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("Language").select_option("en")
    expect(rows).to_have_count(1)


@pytest.mark.req("MON-3")
def test_a_monitoring_that_the_server_refuses_says_so(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/calls/connected")
    page = portal.page
    page.locator("[data-row]").first.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Monitor").click()
    bar = page.get_by_role("region", name="Monitoring")
    expect(bar).to_be_visible()
    expect(
        bar.get_by_role("button", name="Close").or_(bar.get_by_role("button", name="Stop monitoring"))
    ).to_be_visible()


@pytest.mark.req("MON-6")
def test_several_live_chats_are_read_beside_the_table(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/chats/connected?watch=%5B%22chat_0001%22%5D")
    page, backend = portal.page, portal.backend
    panel = page.get_by_role("region", name="Chat of 山本 健一")
    expect(panel).to_contain_text("配送状況を教えてください。")
    expect(panel).to_contain_text("山本 健一 is typing")
    expect(panel).to_contain_text("The participants cannot see you.")
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    assert [name for name, _ in backend.commands] == []


@pytest.mark.req("END-1")
@pytest.mark.parametrize("path", ["/calls/connected", "/calls/queued"])
def test_ending_a_call_from_its_row_asks_first_and_leaves_the_page_as_it_is(open_portal: OpenPortal, path: str) -> None:
    portal = open_portal(scenes.busy_floor, path)
    page, backend = portal.page, portal.backend
    call = str(page.locator("[data-row]").first.get_attribute("data-row"))
    row = page.locator(f"[data-row='{call}']")
    row.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="End call").click()
    dialog = page.get_by_role("alertdialog", name="End this call?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    expect(page.get_by_role("dialog", name="Call details")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert ("POST", f"/calls/{call}/end", None) not in backend.asked

    row.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="End call").click()
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).to_be_hidden()
    portal.expect_asked("POST", f"/calls/{call}/end")
    backend.gone("calls", call)
    page.get_by_role("heading", name=re.compile("calls$")).hover()
    expect(page.locator(f"[data-row='{call}']")).to_have_count(0)
    expect(page.get_by_role("main").get_by_label("Search consumer, agent, queue, ID")).to_be_visible()


@pytest.mark.req("END-1")
def test_ending_a_stuck_chat_asks_first(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/chats/queued")
    page = portal.page
    page.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="End chat").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).to_be_hidden()
    portal.expect_asked("POST", "/chats/chat_0077/end-stuck")


def test_a_page_without_permission_says_so_and_is_in_no_menu(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.available, "/calls/connected")
    expect(portal.page.get_by_role("heading", name="You may not see this page")).to_be_visible()
    expect(portal.page.get_by_role("navigation", name="Sections")).to_be_hidden()


def test_long_waits_and_times_change_colour_and_weight(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/agents")
    page = portal.page
    page.locator("[data-row]").first.wait_for()
    levels = {page.locator(f"[data-row=user_{n}] .elapsed").first.get_attribute("data-level") for n in (0, 2, 4)}
    assert levels == {None, "warning", "danger"}
