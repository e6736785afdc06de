"""An empty organisation becomes a centre by its portal alone: languages, trees, hours, people; a call and a chat."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import create_user
from madoguchi.domain.access.permissions import Role
from madoguchi.testing.server import RealServer
from madoguchi.testing.sip_caller import Callee, encoded, looped, open_call
from madoguchi.testing.tones import tone
from tests.e2e.kit.browser import a_context, chromium
from tests.e2e.kit.house import until
from tests.e2e.kit.widget import Widget
from tests.e2e.portal.conftest import WEB

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

EMAIL: Final = "kobayashi@new.example"
PASSWORD: Final = "correct horse battery"
PLANTS: Final = {"ja": "植物", "en": "Plants"}
TREES: Final = {"ja": "樹木", "en": "Trees"}
CARE: Final = {"ja": "育て方", "en": "Care"}
ORDERS: Final = {"ja": "ご注文", "en": "Orders"}
SKILL: Final = "fern"
"""The queue about care asks for it at level 2, which the first of the agents has not, who is free for longest."""
AGENTS: Final = (("森", "葵"), ("林", "樹"), ("花田", "桃"), ("木村", "楓"), ("竹内", "蓮"))
LANGUAGES: Final = {"ja": {"ja": "日本語", "en": "英語"}, "en": {"ja": "Japanese", "en": "English"}}
_LOUD: Final = 40
"""µ-law frames that are no silence, which make some words."""


class Screen:
    """Somebody's portal in his language."""

    def __init__(self, server: RealServer, page: Page, language: str) -> None:
        self.server = server
        self.page = page
        self.language = language
        texts = WEB / "apps" / "portal" / "src" / "text" / f"{language}.json"
        self._texts: dict[str, str] = json.loads(texts.read_text(encoding="utf-8"))

    def text(self, key: str, **values: object) -> str:
        """Return a text of the portal."""
        return re.sub(r"{(\w+)}", lambda found: str(values[found[1]]), self._texts[key])

    def button(self, key: str, **values: object) -> Locator:
        """Return a button by its text."""
        return self.page.get_by_role("button", name=self.text(key, **values), exact=True)

    def region(self, key: str) -> Locator:
        """Return a part of the page."""
        return self.page.get_by_role("region", name=self.text(key), exact=True)

    @property
    def dialog(self) -> Locator:
        """The open dialog."""
        return self.page.locator("[role=dialog]:not(.toast)")

    def language_name(self, of: str) -> str:
        """Return how the portal calls a language."""
        return LANGUAGES[self.language][of]

    async def go(self, path: str) -> None:
        """Go to a page, and wait for it."""
        await self.page.goto(f"http://localhost:{self.server.port}{path}")
        await self.page.locator("#main").wait_for()

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in."""
        await self.page.goto(f"http://localhost:{self.server.port}/")
        await self.page.get_by_label(self.text("sign_in.email")).fill(email)
        await self.page.get_by_label(self.text("sign_in.password")).fill(password)
        await self.page.keyboard.press("Enter")
        await self.page.get_by_role("banner").wait_for()

    async def look(self, name: str) -> None:
        """The page must fit its window; keep a picture where somebody wants to look."""
        too_high = await self.page.evaluate("document.scrollingElement.scrollHeight - innerHeight")
        assert too_high <= 0, f"the whole page scrolls by {too_high} px on {name}"
        if folder := os.environ.get("MADOGUCHI_LOOKS"):
            await self.page.screenshot(path=Path(folder) / f"centre-{self.language}-{name}.png")


@asynccontextmanager
async def a_screen(browser: Browser, server: RealServer, language: str) -> AsyncIterator[Screen]:
    """Yield a new browser profile with the portal."""
    context = await a_context(browser, locale={"en": "en-US", "ja": "ja-JP"}[language], reduced_motion="reduce")
    wrong: list[str] = []
    page = await context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        yield Screen(server, page, language)
        assert wrong == []
    except BaseException:
        if folder := os.environ.get("MADOGUCHI_LOOKS"):
            await page.screenshot(path=Path(folder) / f"failure-centre-{language}.png", timeout=5_000)
        raise
    finally:
        await context.close()


async def sets_the_languages(at: Screen) -> None:
    """Both languages are live."""
    await at.go("/settings/languages")
    for of in ("ja", "en"):
        live = at.page.get_by_role("switch", name=at.text("messages.live_of", language=at.language_name(of)))
        await live.check(force=True)
    save = at.button("messages.save_languages")
    if await save.is_enabled():
        await save.click()
        await expect(at.page.get_by_text(at.text("messages.languages_saved"))).to_be_visible()
    for of in ("ja", "en"):
        live = at.page.get_by_role("switch", name=at.text("messages.live_of", language=at.language_name(of)))
        await expect(live).to_be_checked()
    await at.look("languages")


async def adds_a_queue(at: Screen, names: dict[str, str], below: dict[str, str] | None) -> None:
    """Add a queue to the tree that is shown."""
    await at.button("queues.add").click()
    for of, name in names.items():
        await at.dialog.get_by_label(at.text("queues.name_in", language=at.language_name(of))).fill(name)
    where = below[at.language] if below is not None else at.text("queues.top_level")
    level = at.dialog.get_by_label(at.text("queues.where"))
    options = await level.locator("option").all_inner_texts()
    await level.select_option(label=next(one for one in options if one.strip().endswith(where)))
    await at.dialog.get_by_role("button", name=at.text("queues.add"), exact=True).click()
    await expect(at.page.get_by_role("treeitem", name=names[at.language])).to_have_attribute("aria-selected", "true")


async def builds_the_trees(at: Screen) -> None:
    """Three levels for telephones, two for the web page."""
    await at.go("/settings/queues/ivr")
    await expect(at.page.get_by_text(at.text("queues.empty"))).to_be_visible()
    await adds_a_queue(at, PLANTS, None)
    await adds_a_queue(at, TREES, PLANTS)
    await adds_a_queue(at, CARE, TREES)
    await adds_a_queue(at, ORDERS, None)
    await expect(at.page.get_by_role("treeitem", name=CARE[at.language])).to_have_attribute("aria-level", "4")
    await at.look("ivr")
    await at.go("/settings/queues/web")
    await adds_a_queue(at, PLANTS, None)
    await adds_a_queue(at, CARE, PLANTS)


async def sets_the_hours(at: Screen) -> None:
    """A lunch break, a night shift over midnight, national holidays; and plants are cared for round the clock."""
    await at.go("/settings/support-center")
    details = at.region("hours.details")
    await details.get_by_label(at.text("hours.name"), exact=True).fill("Green Shop")
    await details.get_by_role("radio", name=at.text("hours.mode.per_day")).check()
    monday = at.text("hours.day.mon")

    async def span(number: int, start: str, end: str) -> None:
        if number > 1:
            await details.get_by_role("button", name=at.text("hours.add_span", day=monday), exact=True).click()
        await details.get_by_label(at.text("hours.span_start", day=monday, number=number)).fill(start)
        await details.get_by_label(at.text("hours.span_end", day=monday, number=number)).fill(end)

    await span(1, "09:00", "12:00")
    await span(2, "13:00", "18:00")
    await span(3, "22:00", "02:00")
    await details.get_by_role("button", name=at.text("hours.copy_of", day=monday), exact=True).click()
    await details.get_by_role("button", name=at.text("hours.save_details"), exact=True).click()
    await expect(at.page.get_by_text(at.text("hours.saved"), exact=True)).to_be_visible()

    await at.button("hours.import").click()
    country = at.dialog.get_by_label(at.text("hours.country"), exact=True)
    await country.select_option("JP")
    add = at.dialog.get_by_role("button", name=at.text("hours.import_add"), exact=True)
    await expect(at.dialog.get_by_role("checkbox")).not_to_have_count(0)
    await expect(add).to_be_enabled()
    await add.click()
    await expect(at.dialog).to_have_count(0)

    await at.button("hours.add_custom").click()
    await at.dialog.get_by_label(at.text("hours.internal_name")).fill("Care")
    for path in ((PLANTS, TREES, CARE), (PLANTS, CARE)):
        name = " > ".join(names[at.language] for names in path)
        await at.dialog.get_by_role("checkbox", name=name, exact=True).check()
    await at.dialog.get_by_role("radio", name=at.text("hours.mode.always")).check()
    await at.dialog.get_by_role("checkbox", name=at.text("hours.observe_holidays")).uncheck()
    await at.dialog.get_by_role("button", name=at.text("hours.save_custom")).click()
    await expect(at.dialog).to_have_count(0)

    trial = at.region("hours.try")
    answer = trial.locator(".hours-answer")
    for instant, is_open in (
        ("2027-06-16T12:30", False),
        ("2027-06-16T13:30", True),
        ("2027-06-17T01:30", True),
        ("2027-06-17T02:30", False),
        ("2027-01-01T10:00", False),
    ):
        await trial.get_by_label(at.text("hours.at")).fill(instant)
        await expect(answer).to_contain_text(at.text("hours.open" if is_open else "hours.closed"))
        await expect(answer).to_contain_text(instant[-5:])
    await at.look("hours")


async def adds_people(at: Screen) -> dict[str, str]:
    """Two teams and five agents; return name to invitation link."""
    await at.go("/settings/users")
    for team in ("昼", "夜"):
        await at.button("people.team_add").click()
        await at.dialog.get_by_label(at.text("people.team_name"), exact=True).fill(team)
        await at.dialog.get_by_role("button", name=at.text("people.save"), exact=True).click()
        await expect(at.dialog).to_have_count(0)
    links = {}
    for number, (last, first) in enumerate(AGENTS):
        await at.button("people.invite").click()
        await at.dialog.get_by_label(at.text("people.last_name")).fill(last)
        await at.dialog.get_by_label(at.text("people.first_name")).fill(first)
        await at.dialog.get_by_label(at.text("people.email")).fill(f"agent{number}@new.example")
        await at.dialog.get_by_role("checkbox", name=at.text("roles.default.agent"), exact=True).check()
        for of in ("ja", "en"):
            await at.dialog.get_by_role("checkbox", name=at.language_name(of)).check()
        await at.dialog.get_by_label("昼" if number % 2 else "夜", exact=True).select_option("member")
        await at.dialog.get_by_role("button", name=at.text("people.skill_add"), exact=True).click()
        await at.dialog.get_by_label(at.text("people.skill_number", number=1), exact=True).fill(SKILL)
        level = at.dialog.get_by_label(at.text("people.level_number", number=1), exact=True)
        await level.select_option(label=at.text("people.level", level=number + 1))
        await at.dialog.get_by_role("button", name=at.text("people.invite_submit"), exact=True).click()
        link = at.page.get_by_label(at.text("people.link"), exact=True)
        links[f"{last} {first}"] = await link.input_value()
        await at.page.keyboard.press("Escape")
        await expect(at.page.get_by_role("row").filter(has_text=f"{last} {first}")).to_be_visible()
    await at.look("people")
    return links


async def assigns(at: Screen, channel: str, names: Sequence[str]) -> None:
    """Let agents serve the queue about care in a channel, which asks for a skill."""
    await at.go(f"/settings/queues/{channel}")
    await at.page.get_by_role("treeitem", name=CARE[at.language]).click()
    search = at.page.get_by_label(at.text("queues.find_agent"))
    for name in names:
        await search.fill(name)
        await at.page.get_by_role("checkbox", name=name).check()
    of = at.text("queues.field.skills")
    await at.page.get_by_role("button", name=at.text("queues.record_add", of=of), exact=True).click()
    needed = at.page.get_by_role("group", name=of, exact=True)
    await needed.get_by_label(at.text("queues.member.skill"), exact=True).fill(SKILL)
    await needed.get_by_label(at.text("queues.member.level"), exact=True).fill("2")
    await at.button("queues.save").click()
    await expect(at.page.get_by_text(at.text("queues.saved"))).to_be_visible()


async def comes_in(at: Screen, link: str, email: str) -> None:
    """Follow an invitation, sign in and become available."""
    await at.page.goto(link)
    await at.page.get_by_label(at.text("welcome.password")).fill(PASSWORD)
    await at.button("welcome.submit").click()
    await at.page.get_by_text(at.text("welcome.done")).wait_for()
    await at.sign_in(email, PASSWORD)
    await at.go("/desk")
    status = at.page.get_by_role("button", name=at.text("presence.label"))
    await status.click()
    await at.page.get_by_role("menuitemradio", name=at.text("status.available"), exact=True).first.click()
    await expect(at.page.get_by_role("heading", name=at.text("desk.idle_available"))).to_be_visible()


async def hears_somebody(agent: Screen) -> None:
    """Wait until the agent's level meter moves."""
    meter = agent.page.locator(".loudness i")
    for _ in range(400):
        if await meter.evaluate_all("bars => bars.some(bar => bar.offsetHeight > 7)"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the agent hears nothing")


async def takes_a_call(agent: Screen, server: RealServer) -> None:
    """Somebody calls, goes down three levels by keys, and talks to the agent."""
    heard: list[bytes] = []

    async def words() -> None:
        heard.clear()
        await until(lambda: sum(len(set(frame)) > 3 for frame in heard) > _LOUD, "the caller hears words")

    callee = Callee("127.0.0.1", server.sip_port)
    speech = looped(encoded(tone((440,), 2.0)))
    async with open_call(callee, number="+81355501234", sound=speech, heard=heard.append) as phone:
        for _ in range(3):
            await words()
            phone.press("1")
        await agent.page.locator("[data-offer]").wait_for()
        await expect(agent.page.locator("[data-offer]")).to_contain_text(CARE[agent.language])
        await agent.page.keyboard.press("Alt+a")
        await hears_somebody(agent)
        await words()
        await agent.look("call")
    wrap_up = agent.page.locator(".wrap-up")
    await wrap_up.get_by_label(agent.text("wrap_up.notes")).fill("Water less.")
    await wrap_up.get_by_role("button", name=agent.text("wrap_up.finish")).click()
    await expect(wrap_up).to_have_count(0)


async def takes_a_chat(agent: Screen, browser: Browser, server: RealServer) -> None:
    """Somebody opens the widget, goes to the same queue, and is answered."""
    context = await a_context(browser, locale={"en": "en-US", "ja": "ja-JP"}[agent.language])
    page = await context.new_page()
    await page.goto(f"http://localhost:{server.port}/demo-shop/?language={agent.language}")
    widget = Widget(page, agent.language)
    await widget.open()
    for names in (PLANTS, CARE):
        await widget.panel.get_by_role("button", name=names[agent.language]).click()
    await widget.panel.get_by_role("button", name=widget.texts["chat"]).click()
    await widget.say("My fern is yellow.")
    await agent.page.locator("[data-offer]").wait_for()
    await agent.page.keyboard.press("Alt+a")
    await expect(agent.page.get_by_role("log").get_by_text("My fern is yellow.")).to_be_visible()
    await agent.page.get_by_label(agent.text("chat.message"), exact=True).fill("Water it less.")
    await agent.page.keyboard.press("Enter")
    await expect(widget.log.get_by_text("Water it less.")).to_be_visible()
    await agent.look("chat")
    await context.close()


@pytest.mark.req("BASE-1")
@pytest.mark.req("BASE-4")
@pytest.mark.req("BASE-5")
@pytest.mark.req("BASE-7")
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_manager_makes_a_centre_of_an_empty_organisation_by_the_portal_alone(
    language: str, tmp_path: Path
) -> None:
    server = RealServer(tmp_path / "data")
    password = await create_user(Settings(data=str(server.data)), EMAIL, "小林", [Role.ADMIN], ["ja", "en"], [])
    await asyncio.to_thread(server.start)
    try:
        async with (
            chromium(tmp_path, 700) as browser,
            a_screen(browser, server, language) as at,
            a_screen(browser, server, language) as agent,
            a_screen(browser, server, language) as novice,
        ):
            await at.sign_in(EMAIL, password)
            await sets_the_languages(at)
            await builds_the_trees(at)
            await sets_the_hours(at)
            links = await adds_people(at)
            await comes_in(novice, links["森 葵"], "agent0@new.example")
            await comes_in(agent, links["林 樹"], "agent1@new.example")
            for channel in ("ivr", "web"):
                await assigns(at, channel, ("森 葵", "林 樹"))
            await takes_a_call(agent, server)
            await takes_a_chat(agent, browser, server)
            await expect(novice.page.get_by_role("heading", name=novice.text("desk.idle_available"))).to_be_visible()
    except BaseException:
        server.kill()
        raise
    await asyncio.to_thread(server.stop)
