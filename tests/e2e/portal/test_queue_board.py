"""The queues as supervisors watch them, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.portal import scenes
from tests.e2e.portal.conftest import OpenPortal
from tests.e2e.portal.queues import live_queue

pytestmark = [pytest.mark.browser, pytest.mark.req("MON-14")]


def test_queues_are_filtered_sorted_and_led_on_from(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/queues-live")
    page = portal.page
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    expect(page.locator("[data-row=queue_returns]")).to_contain_text("Orders > Returns")
    expect(page.locator("[data-row=queue_returns]")).to_contain_text("Deltacast · Cascade")
    page.get_by_label("Calls or chats").select_option("call")
    expect(page).to_have_url(re.compile("channel=call"))
    page.get_by_role("button", name="Waiting").click()
    expect(page).to_have_url(re.compile("sort=waiting"))
    expect(rows.first).to_have_attribute("data-row", "queue_delivery")
    page.get_by_label("Channels").select_option("ivr")
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Actions for Billing").click()
    expect(page.get_by_role("menuitem")).to_have_text(
        ["View connected calls", "View queued calls", "View completed calls", "Add agents"]
    )
    page.get_by_role("menuitem", name="View queued calls").click()
    expect(page).to_have_url(re.compile(r"/calls/queued\?queue=queue_billing"))
    expect(page.get_by_role("heading", name="Queued calls")).to_be_visible()
    assert portal.complaints == []


def test_a_queue_changes_live_in_japanese_and_on_a_phone(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_floor, "/queues-live", language="ja", theme="dark", width=390, height=800)
    page = portal.page
    expect(page.get_by_role("heading", name="キュー (ライブ)")).to_be_visible()
    row = page.locator("[data-row=queue_billing]")
    expect(row.get_by_role("cell").nth(7)).to_have_text("3")
    portal.backend.put("queues_live", live_queue("billing", "ivr", calls=9))
    expect(row.get_by_role("cell").nth(7)).to_have_text("9")
    page.get_by_label("キュー・メニューパスで検索").fill("返品")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_the_permission_there_is_no_page(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.available, "/queues-live")
    expect(portal.page.get_by_role("heading", name="You may not see this page")).to_be_visible()
