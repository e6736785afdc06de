"""A consumer on the demo shop and an agent at his desk: a chat from the first line to the transcript."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from madoguchi.testing.server import RealServer
from tests.e2e.kit.chats import ChatDesk
from tests.e2e.kit.files import HTML, SVG, a_file, jpeg, mp4, png
from tests.e2e.kit.house import Office, with_a_desk
from tests.e2e.kit.portal import a_supervisor, an_agent, look
from tests.e2e.kit.widget import Widget, a_visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

QUEUE = "Billing"


@asynccontextmanager
async def chatting(browser: Browser, server: RealServer, first: str) -> AsyncIterator[tuple[Widget, ChatDesk]]:
    """A chat that an agent has accepted; it is over at the end."""
    async with an_agent(browser, server) as portal, a_visitor(browser, server) as widget:
        desk = ChatDesk(portal)
        await widget.begin_chat(QUEUE, first)
        await desk.accept()
        yield widget, desk
        if await widget.composer.count():
            await widget.end()


async def is_shown(picture: Locator) -> None:
    """Wait until an `img` has been drawn from real bytes."""
    await expect(picture).not_to_have_js_property("naturalWidth", 0)


async def plays(video: Locator) -> None:
    """Wait until a `video` has its first picture."""
    await expect(video).to_have_js_property("videoWidth", 96)


@pytest.mark.req("BASE-11")
@pytest.mark.req("BASE-13")
@pytest.mark.req("CH-3")
async def test_a_chat_from_the_queue_to_the_transcript(browser: Browser, server: RealServer) -> None:
    async with a_visitor(browser, server) as widget, an_agent(browser, server, available=False) as portal:
        desk = ChatDesk(portal)
        await widget.begin_chat(QUEUE, "Where is my invoice?")
        await expect(widget.log.get_by_text("You are number 1 in the queue")).to_be_visible()
        await expect(widget.log.get_by_text("Sent", exact=True)).to_be_visible()

        await portal.choose_status("Available")
        await expect(portal.offer).to_contain_text("New chat")
        await desk.accept()
        await expect(widget.log.get_by_text("joined")).to_be_visible()
        await expect(desk.lines).to_have_text(["Where is my invoice?"])
        await expect(widget.log.get_by_text("Read", exact=True)).to_be_visible()

        await desk.composer.press_sequentially("One", delay=20)
        await expect(widget.panel.get_by_text("is typing…")).to_be_visible()
        await desk.say("One moment, please.")
        await expect(widget.panel.get_by_text("is typing…")).to_have_count(0)
        await expect(widget.lines).to_have_text(["Where is my invoice?", "One moment, please."])
        await expect(desk.receipt).to_have_text("Read")

        await widget.composer.press_sequentially("Tha", delay=20)
        await expect(desk.typing).to_contain_text("is typing")
        await widget.say("Thanks.\nI wait.")
        await expect(desk.typing).to_have_count(0)
        await expect(desk.lines.last).to_have_text("Thanks.\nI wait.", use_inner_text=True)

        await widget.end()
        await widget.has_ended()
        await expect(portal.page.get_by_role("region", name=re.compile("^Wrap-up for"))).to_be_visible()
        await portal.finish_wrap_up()
        transcript = await widget.transcript()
    said = ["Where is my invoice?", "One moment, please.", "Thanks.", "I wait."]
    assert sorted(said, key=transcript.index) == said, transcript
    assert all(transcript.count(line) == 1 for line in said)


@pytest.mark.req("BASE-13")
async def test_a_line_is_delivered_before_it_is_read(browser: Browser, server: RealServer) -> None:
    async with chatting(browser, server, "Hello") as (widget, desk):
        await widget.panel.get_by_role("button", name="Back").click()
        await desk.say("Are you there?")
        await expect(desk.receipt).to_have_text("Delivered")
        unread = widget.panel.get_by_role("button", name=re.compile(QUEUE)).first
        await expect(unread).to_contain_text("1")
        await unread.click()
        await expect(desk.receipt).to_have_text("Read")


@pytest.mark.req("SMA-3")
@pytest.mark.req("BASE-13")
async def test_pictures_and_videos_go_both_ways(browser: Browser, server: RealServer) -> None:
    async with chatting(browser, server, "It came broken") as (widget, desk):
        for name, content in (("box.png", png()), ("inside.jpg", jpeg()), ("clip.mp4", mp4())):
            await widget.attach(a_file(name, content))
            await expect(desk.pane.get_by_role("link", name=name).last).to_be_visible()
        await is_shown(desk.pane.get_by_role("img", name="Picture: box.png"))
        await is_shown(desk.pane.get_by_role("img", name="Picture: inside.jpg"))
        await plays(desk.pane.get_by_label("Video: clip.mp4"))

        files = [a_file("label.png", png(60, 60)), a_file("how.jpg", jpeg()), a_file("steps.mp4", mp4())]
        await desk.attach(*files)
        await is_shown(widget.log.get_by_role("img", name="Attachment: label.png"))
        await is_shown(widget.log.get_by_role("img", name="Attachment: how.jpg"))
        await plays(widget.log.get_by_label("Attachment: steps.mp4"))
        await expect(desk.pane.get_by_role("list", name="Files being sent")).to_have_count(0)

        async with widget.page.expect_download() as saved:
            await widget.log.get_by_role("link", name="label.png").click()
        assert (await (await saved.value).path()).read_bytes().startswith(b"\x89PNG")

        await desk.end()
        await widget.has_ended()
        transcript = await widget.transcript()
        names = ["box.png", "inside.jpg", "clip.mp4", "label.png", "how.jpg", "steps.mp4"]
        assert [name for name in names if name not in transcript] == []


DISGUISED = "The file does not contain what its name says."
DAMAGED = "The file is damaged or incomplete."
REFUSED = (
    ("clip.png", mp4(), DISGUISED),
    ("drawing.png", SVG, DISGUISED),
    ("page.png", HTML, DISGUISED),
    ("half.jpg", jpeg()[: len(jpeg()) // 2], DAMAGED),
)


@pytest.mark.req("SMA-3")
async def test_a_file_that_is_not_what_it_says_is_refused_beside_the_input(
    browser: Browser, server: RealServer
) -> None:
    async with chatting(browser, server, "Look") as (widget, desk):
        for name, content, why in REFUSED:
            await widget.attach(a_file(name, content, "image/png"))
            await expect(widget.problem).to_have_text(why)
        await widget.attach(a_file("drawing.svg", SVG, "image/svg+xml"))
        await expect(widget.problem).to_have_text("Only .png, .jpg and .mp4 files can be sent.")
        await widget.attach(a_file("large.jpg", bytes(21 * 1024 * 1024), "image/jpeg"))
        await expect(widget.problem).to_have_text("The file is too large. Up to 20 MB can be sent.")

        await desk.attach(*(a_file(name, content, "image/png") for name, content, _ in REFUSED))
        await expect(desk.refusals).to_have_text([why for _, _, why in REFUSED])

        await widget.panel.get_by_role("button", name="日本語に切り替える").click()
        widget.texts["title"], widget.texts["write"] = "お問い合わせ", "メッセージを入力"
        await widget.attach(a_file("clip.png", mp4(), "image/png"))
        await expect(widget.problem).to_have_text("ファイルの内容が拡張子と一致しません。")
        await widget.composer.fill("ごめんなさい")
        await widget.composer.press("Enter")
        await expect(desk.lines).to_have_text(["Look", "ごめんなさい"])
        await expect(widget.problem).to_have_count(0)
        await expect(desk.pane.locator("figure")).to_have_count(0)
        await desk.end()
        await expect(widget.panel.get_by_text("チャットは終了しました。")).to_be_visible()


@pytest.mark.req("BASE-11")
async def test_an_agent_holds_three_chats_and_sees_what_is_unread(browser: Browser, server: RealServer) -> None:
    async with (
        an_agent(browser, server) as portal,
        a_visitor(browser, server) as ann,
        a_visitor(browser, server) as bob,
        a_visitor(browser, server) as cy,
    ):
        desk = ChatDesk(portal)
        for widget, name in ((ann, "Ann"), (bob, "Bob"), (cy, "Cy")):
            await widget.begin_chat(QUEUE, f"I am {name}")
            await desk.accept()
            await expect(desk.lines).to_have_text([f"I am {name}"])

        await ann.say("Ann again")
        await ann.say("Ann asks")
        await bob.say("Bob asks")
        await expect(desk.session("Ann asks")).to_contain_text("2")
        await expect(desk.session("Ann asks").get_by_label("2 unread")).to_be_visible()
        await expect(desk.session("Bob asks").get_by_label("1 unread")).to_be_visible()
        await expect(desk.session("I am Cy").get_by_label(re.compile("unread"))).to_have_count(0)
        await expect(ann.log.get_by_text("Delivered", exact=True).last).to_be_visible()

        await desk.composer.fill("a draft for Cy")
        await desk.session("Ann asks").click()
        await expect(desk.lines).to_have_text(["I am Ann", "Ann again", "Ann asks"])
        await expect(desk.session("Ann asks").get_by_label(re.compile("unread"))).to_have_count(0)
        await expect(ann.log.get_by_text("Read", exact=True).last).to_be_visible()
        await desk.say("Hello Ann")
        await expect(ann.lines.last).to_have_text("Hello Ann")
        await desk.session("I am Cy").click()
        await expect(desk.composer).to_have_value("a draft for Cy")
        assert await bob.lines.count() == 2
        for widget in (ann, bob, cy):
            await widget.end()
            await widget.has_ended()


@pytest.mark.req("MON-6")
async def test_a_supervisor_reads_along_and_leaves_no_trace(browser: Browser, server: RealServer) -> None:
    async with (
        a_supervisor(browser, server, path="/chats/connected") as manager,
        chatting(browser, server, "Hello") as (widget, desk),
    ):
        await widget.panel.get_by_role("button", name="Back").click()
        await desk.say("Not read yet")
        await expect(desk.receipt).to_have_text("Delivered")
        consumer = await desk.pane.get_by_role("heading").first.inner_text()
        await widget.ears.watch()
        await desk.portal.ears.watch()

        await manager.page.get_by_role("button", name=f"Actions for {consumer}").first.click()
        await manager.page.get_by_role("menuitem", name="View live chat").click()
        panel = manager.page.get_by_role("region", name=re.compile("^Chat of"))
        await expect(panel.locator("p.said")).to_have_text(["Hello", "Not read yet"])
        await expect(panel).to_contain_text(QUEUE)
        await expect(panel).to_contain_text("佐藤 美咲")
        assert [frame for frame in widget.ears.frames if frame["type"] == "delta"] == []
        assert [frame for frame in desk.portal.ears.frames if frame["type"] == "delta"] == []
        await expect(desk.receipt).to_have_text("Delivered")

        await desk.composer.press_sequentially("Hm", delay=20)
        await expect(panel.get_by_text("is typing")).to_be_visible()
        await desk.say("Live")
        await expect(panel.locator("p.said")).to_have_text(["Hello", "Not read yet", "Live"])
        told = str([*widget.ears.frames, *desk.portal.ears.frames])
        assert "monitor" not in told
        assert "高橋" not in told
        await panel.get_by_role("button", name="Close").click()
        await expect(panel).to_have_count(0)
        await widget.panel.get_by_role("button", name=re.compile(QUEUE)).first.click()


@pytest.mark.req("MON-7", "MON-8")
async def test_a_supervisor_whispers_joins_and_takes_over(
    browser: Browser, server: RealServer, looks: Path | None
) -> None:
    boss = with_a_desk(server)
    async with (
        a_supervisor(browser, server) as manager,
        chatting(browser, server, "It is broken") as (widget, desk),
    ):
        await manager.choose_status("Break")
        await manager.show("/chats/connected")
        consumer = await desk.pane.get_by_role("heading").first.inner_text()
        await manager.page.get_by_role("button", name=f"Actions for {consumer}").first.click()
        await manager.page.get_by_role("menuitem", name="View live chat").click()
        panel = manager.page.get_by_role("region", name=re.compile("^Chat of"))
        box = panel.get_by_role("textbox")
        await widget.ears.watch()

        await box.fill("Offer a refund")
        await box.press("Enter")
        await expect(desk.pane.get_by_role("region", name="Only the agent and supervisors see this")).to_contain_text(
            "Offer a refund"
        )
        await expect(box).to_have_value("")
        await look(looks, whispered=desk, whispers=manager)
        assert "refund" not in str(widget.ears.frames)

        await panel.get_by_role("button", name="Barge").click()
        await expect(panel.get_by_text("Both sides read what you write.")).to_be_visible()
        await box.fill("I look after it myself")
        await panel.get_by_role("button", name="Send").click()
        await expect(widget.lines).to_have_text(["It is broken", "I look after it myself"])
        await expect(desk.lines).to_have_text(["It is broken", "I look after it myself"])
        await expect(widget.log).to_contain_text(boss["name"])
        await look(looks, joined=manager, guest=widget)

        await panel.get_by_role("button", name="Take over").click()
        await manager.page.get_by_role("alertdialog").get_by_role("button", name="Take over").click()
        mine = ChatDesk(manager)
        await expect(mine.pane).to_be_visible()
        await expect(desk.pane).to_have_count(0)
        await mine.say("All yours")
        await expect(widget.lines.last).to_have_text("All yours")
        await desk.portal.finish_wrap_up("Handed over")
        await mine.end()
        await widget.has_ended()
        await manager.finish_wrap_up()


@pytest.mark.req("BASE-13")
@pytest.mark.parametrize("side", ["consumer", "agent"])
async def test_enter_while_an_input_method_composes_sends_nothing(
    browser: Browser, server: RealServer, side: str
) -> None:
    async with chatting(browser, server, "hello") as (widget, desk):
        page, composer, lines = (
            (widget.page, widget.composer, widget.lines)
            if side == "consumer"
            else (desk.page, desk.composer, desk.lines)
        )
        keyboard = await page.context.new_cdp_session(page)
        await composer.focus()
        for part in ("に", "にほ", "にほん"):
            caret = {"text": part, "selectionStart": len(part), "selectionEnd": len(part)}
            await keyboard.send("Input.imeSetComposition", caret)
        for kind in ("rawKeyDown", "keyUp"):
            key = {"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
            await keyboard.send("Input.dispatchKeyEvent", key)
        await keyboard.send("Input.insertText", {"text": "日本"})
        await expect(composer).to_have_value("日本")
        assert await lines.count() == 1
        await composer.press("Enter")
        await expect(lines).to_have_text(["hello", "日本"])
        await expect(composer).to_have_value("")


@pytest.mark.req("BASE-13")
async def test_the_transcript_of_a_supervisor_has_what_the_consumers_has(browser: Browser, server: RealServer) -> None:
    async with chatting(browser, server, "Bitte <b>fett</b> & 絵文字 😀") as (widget, desk):
        await desk.say("Gern")
        await expect(widget.lines).to_have_text(["Bitte <b>fett</b> & 絵文字 😀", "Gern"])
        await desk.end()
        await widget.has_ended()
        own = await widget.transcript()
    office = Office(server)
    try:
        newest = office.get("/completed/chats?limit=1")["rows"][0]
        kept = await asyncio.to_thread(office.http.get, f"/chats/{newest['id']}/transcript?format=txt")
    finally:
        office.close()
    assert kept.text == own
    assert "Bitte <b>fett</b> & 絵文字 😀" in own
