"""The agent's desk, played against a backend from memory."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.portal import scenes
from tests.e2e.portal.backend import ORIGIN
from tests.e2e.portal.conftest import OpenPortal, Portal
from tests.e2e.portal.rows import ago, chat_row, consumer, message, text

pytestmark = pytest.mark.browser


def active(page: Page) -> str:
    name: str = page.evaluate("document.activeElement?.textContent || document.activeElement?.ariaLabel || ''")
    return name


def test_signing_in_by_keyboard_leads_to_the_page_that_was_asked_for(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.signed_out, "/desk?s=x")
    page = portal.page
    expect(page).to_have_url(re.compile("/sign-in"))
    page.keyboard.type("watanabe@example.test")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Enter your password.")).to_be_visible()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("password is wrong")
    scenes.available(portal.backend)
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{ORIGIN}/desk?s=x")
    expect(page.get_by_role("heading", name="You are available")).to_be_visible()


def test_an_address_elsewhere_is_not_followed_after_signing_in(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.available, "/sign-in?next=%2F%2Fevil.example%2F")
    expect(portal.page).to_have_url(re.compile(f"^{ORIGIN}/"))


@pytest.mark.req("BASE-11")
def test_an_offer_rings_is_answered_by_key_and_shows_the_call(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.available, "/desk")
    page, backend = portal.page, portal.backend
    expect(page.get_by_role("heading", name="You are available")).to_be_visible()
    backend.answers["POST", "/offers/offer_5/accept"] = (200, {"interaction": "call_0005", "handling": "h5"})
    backend.put("desk", scenes.offer(5))
    expect(page.get_by_role("button", name="Accept")).to_be_focused()
    expect(page.get_by_text(re.compile(r"\d+ s left"))).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) ☎ Call – 佐藤 美咲"))
    page.keyboard.press("Alt+a")
    expect(page).to_have_url(re.compile("s=call_0005"))
    portal.expect_asked("POST", "/offers/offer_5/accept")


def test_an_offer_that_a_colleague_took_is_gone_with_its_noise(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.available, "/desk")
    page, backend = portal.page, portal.backend
    backend.put("desk", scenes.offer(5))
    expect(page.locator("[data-offer]")).to_be_visible()
    problem = {"title": "Gone.", "status": 409, "code": "offer_gone", "detail": ""}
    backend.answers["POST", "/offers/offer_5/accept"] = (409, problem)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("A colleague was faster, or the time ran out.").first).to_be_visible()
    backend.gone("desk", "offer_5")
    expect(page.locator("[data-offer]")).to_be_hidden()
    expect(page).to_have_title("Agent desk – Madoguchi")


def test_an_offer_does_not_take_the_focus_from_somebody_who_writes(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk?s=chat_0003")
    page = portal.page
    box = page.get_by_label("Message", exact=True)
    box.fill("half a sen")
    portal.backend.put("desk", scenes.offer(6, "chat"))
    expect(page.locator("[data-offer]")).to_be_visible()
    expect(box).to_be_focused()


def open_chat(open_portal: OpenPortal, **more: str) -> Portal:
    portal = open_portal(scenes.busy_desk, "/desk?s=chat_0003", **more)
    portal.page.locator(".bubble").first.wait_for()
    return portal


@pytest.mark.req("BASE-13")
def test_a_line_is_sent_once_and_its_way_is_shown(open_portal: OpenPortal) -> None:
    portal = open_chat(open_portal)
    page, backend = portal.page, portal.backend
    page.get_by_label("Message", exact=True).fill("こんにちは")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("こんにちは")).to_have_count(1)
    expect(page.locator(".receipt").last).to_have_text("Sent")
    chat = backend.views["desk"]["chat_0003"]
    backend.put("desk", chat | {"delivered": {"consumer": 6, "agent": 4}})
    expect(page.locator(".receipt").last).to_have_text("Delivered")
    backend.put("desk", chat | {"read": {"consumer": 6, "agent": 4}})
    expect(page.locator(".receipt").last).to_have_text("Read")
    assert [data["text"] for name, data in backend.commands if name == "chat.send"] == ["こんにちは"]


@pytest.mark.req("BASE-17")
def test_a_line_written_without_connection_goes_out_later_and_only_once(open_portal: OpenPortal) -> None:
    portal = open_chat(open_portal)
    page, backend = portal.page, portal.backend
    backend.socket_down = True
    backend.cut()
    expect(page.get_by_text("The connection was lost.")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="End chat")).to_be_disabled()
    page.get_by_label("Message", exact=True).fill("later")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sending…")).to_be_visible()
    backend.socket_down = False
    expect(page.get_by_text("The connection was lost.")).to_be_hidden(timeout=20_000)
    expect(page.get_by_role("log").get_by_text("later")).to_have_count(1)
    assert [data["text"] for name, data in backend.commands if name == "chat.send"] == ["later"]


def test_an_enter_that_ends_a_composition_does_not_send(open_portal: OpenPortal) -> None:
    portal = open_chat(open_portal, language="ja")
    page, backend = portal.page, portal.backend
    page.get_by_label("メッセージ", exact=True).focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    enter = {"windowsVirtualKeyCode": 229, "key": "Process", "code": "Enter"}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    session.send("Input.insertText", {"text": "日本"})
    expect(page.get_by_label("メッセージ", exact=True)).to_have_value("日本")
    assert not [name for name, _ in backend.commands if name == "chat.send"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("日本", exact=True)).to_have_count(1)


def test_what_arrives_is_told_delivered_and_read(open_portal: OpenPortal) -> None:
    portal = open_chat(open_portal)
    page, backend = portal.page, portal.backend
    backend.put("chat chat_0003", message(6, "consumer", "山本 健一", text("まだですか")))
    expect(page.get_by_role("log").get_by_text("まだですか")).to_be_visible()
    for name in ("chat.delivered", "chat.read"):
        until = {"chat": "chat_0003", "seq": 6}
        for _ in range(100):
            if (name, until) in backend.commands:
                break
            page.wait_for_timeout(50)
        assert (name, until) in backend.commands
    # The other chat is not on screen: its line has arrived, but nobody has seen it.
    assert ("chat.delivered", {"chat": "chat_0002", "seq": 1}) in backend.commands
    assert not [data for name, data in backend.commands if name == "chat.read" and data["chat"] == "chat_0002"]


@pytest.mark.req("CH-2")
def test_a_refused_file_says_why_beside_it(open_portal: OpenPortal) -> None:
    portal = open_chat(open_portal)
    page, backend = portal.page, portal.backend
    problem = {
        "title": "Bad.",
        "status": 422,
        "code": "bad_attachment",
        "detail": "it is no image",
        "reason": "damaged",
    }
    backend.answers["POST", "/chats/chat_0003/attachments"] = (422, problem)
    page.locator("input[type=file]").set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": b"MZ not a picture"}
    )
    expect(page.get_by_role("list", name="Files being sent")).to_contain_text("The file is damaged or incomplete.")
    page.get_by_role("button", name="Remove photo.png").click()
    expect(page.get_by_role("list", name="Files being sent")).to_be_hidden()


def test_unread_lines_are_counted_in_the_list(open_portal: OpenPortal) -> None:
    portal = open_chat(open_portal)
    expect(portal.page.get_by_role("img", name="2 unread")).to_be_visible()
    row = chat_row(2, consumer(2, "Web User 10/05 10:15"), "x") | {"handling": "h2", "unread": 0}
    portal.backend.put("desk", row)
    expect(portal.page.get_by_role("img", name="2 unread")).to_be_hidden()


@pytest.mark.req("BASE-11")
def test_a_call_is_handled_by_keyboard_alone(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk")
    page = portal.page
    page.locator(".call-view").wait_for()
    page.keyboard.press("Alt+m")
    page.keyboard.press("Alt+h")
    page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("bill")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Alt+t")
    page.keyboard.type("bill")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(dialog.get_by_text("Queues that are not listed (1)")).to_be_focused()
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Note for your colleague")).to_be_focused()
    for name in ("Cancel", "Consult first", "Transfer"):
        page.keyboard.press("Tab")
        assert active(page) == name
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    portal.expect_asked("POST", "/calls/call_0001/mute", {"on": True})
    portal.expect_asked("POST", "/calls/call_0001/hold", {"on": True})
    portal.expect_asked("POST", "/calls/call_0001/transfer", {"queue": "queue_billing"})


def test_ending_a_call_asks_first_with_the_focus_on_cancel(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk")
    page = portal.page
    page.get_by_role("button", name="End call").click()
    expect(page.get_by_role("alertdialog").get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    expect(page.get_by_role("button", name="End call")).to_be_focused()
    assert not [each for each in portal.backend.asked if each[1].endswith("/hang-up")]


def test_wrap_up_is_finished_with_result_and_notes(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk?s=hand_9")
    page = portal.page
    page.get_by_label("Result").select_option("resolved")
    page.get_by_label("Notes").fill("refund sent")
    page.get_by_role("button", name="One more minute").click()
    page.get_by_role("button", name="Finish").click()
    portal.expect_asked("POST", "/handlings/hand_9/extend")
    portal.expect_asked("POST", "/handlings/hand_9/finish", {"disposition": "resolved", "notes": "refund sent"})
    portal.backend.gone("desk", "hand_9")
    expect(page.locator(".wrap-up")).to_be_hidden()


@pytest.mark.req("BASE-10")
def test_a_status_is_chosen_from_the_list_now_or_for_later(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk")
    page = portal.page
    page.get_by_role("button", name="Your status:").click()
    page.get_by_role("group", name="After the present work").get_by_role("menuitemradio", name="Meal").click()
    portal.expect_asked("PUT", "/desk/presence", {"status": "meal", "when": "next"})
    assert [each[0] for each in portal.backend.asked].count("PUT") == 1


def test_the_language_changes_at_once_and_stays(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.available, "/desk")
    page = portal.page
    page.get_by_role("button", name="日本語").click()
    expect(page.get_by_role("heading", name="対応可能です")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.reload()
    expect(page.get_by_role("heading", name="対応可能です")).to_be_visible()


def test_a_session_that_ended_leads_to_signing_in_again(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.available, "/desk")
    expect(portal.page.get_by_role("heading", name="You are available")).to_be_visible()
    portal.backend.signed_in = False
    portal.backend.cut(4401)
    expect(portal.page.get_by_text("Your session has ended.")).to_be_visible()


@pytest.mark.req("BASE-11")
def test_the_consumers_history_is_beside_the_talk_in_pages_and_opens(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk")
    page, backend = portal.page, portal.backend
    past = page.get_by_role("region", name="Earlier contacts").get_by_role("listitem")
    expect(past).to_have_count(2)
    expect(past.first).to_contain_text("Refunded")
    expect(past.first).to_contain_text("次回は先に写真を依頼。")
    page.get_by_role("button", name="Show more").click()
    expect(past).to_have_count(4)
    expect(past.nth(2).get_by_role("button")).to_have_count(0)
    expect(past.nth(3)).to_contain_text("Abandoned")
    call = backend.views["desk"]["call_0001"] | {"id": "call_9001", "state": "ended", "ended_at": ago(9)}
    backend.answers["GET", "/calls/call_9001"] = (200, call | {"timeline": [], "recordings": []})
    past.first.get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_contain_text("call_9001")
    page.keyboard.press("Escape")
    past.nth(1).get_by_role("button").click()
    expect(page.get_by_role("dialog", name="Transcript of 佐藤 美咲")).to_be_visible()


@pytest.mark.req("BASE-11")
def test_a_history_that_is_empty_or_refused_says_so(open_portal: OpenPortal) -> None:
    portal = open_portal(scenes.busy_desk, "/desk?s=chat_0003")
    page, backend = portal.page, portal.backend
    history = page.get_by_role("region", name="Earlier contacts")
    expect(history).to_contain_text("There were none.")
    problem = {"title": "No.", "status": 503, "code": "storage_unavailable", "detail": ""}
    backend.answers["GET", "/consumers/cons_0002/interactions"] = (503, problem)
    page.goto(f"{ORIGIN}/desk?s=chat_0002")
    expect(history.get_by_role("button", name="Try again")).to_be_visible()
