"""What a busy board costs the page that shows it: its main thread, and the time from a change to what one sees."""

import asyncio
import random
import shutil
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from bench import machine
from bench.figures import Table, quantile
from bench.floor_server import FloorServer, call_row

ROWS: Final = 2_000
PER_S: Final = 50
TARGET_MS_PER_S: Final = 200
TARGET_P95_MS: Final = 50
_SEEN: Final = 5
"""Every so many changes, one is of a row in sight."""
_COMES_AND_GOES: Final = 10
"""Every so many changes, a call ends and another begins."""
_PAGES: Final = (
    ("by talk time: rows keep their places", "/calls/connected"),
    ("by state: changed rows move", "/calls/connected?sort=state"),
    ("one queue of four", "/calls/connected?queue=queue_Returns"),
)
_LISTEN: Final = """() => {
    window.seenMarks = [];
    const look = node => {
        const found = /#(\\d+)$/.exec(node.textContent || "");
        if (found) window.seenMarks.push([Number(found[1]), performance.timeOrigin + performance.now()]);
    };
    new MutationObserver(changes => {
        for (const change of changes) {
            if (change.type === "characterData") look(change.target);
            else for (const node of change.addedNodes) if (node.nodeType === Node.TEXT_NODE) look(node);
        }
    }).observe(document.querySelector(".table-body"), { subtree: true, childList: true, characterData: true });
}"""
_NOTES: Final = (
    (
        f"The built portal in headless Chromium (1440 by 900) shows *Calls > Connected* with {ROWS:,} calls; a server "
        f"in this process sends {PER_S} changes a second, each in a frame of its own, every {_SEEN}th of a row in "
        f"sight; with every {_COMES_AND_GOES}th a call ends and another begins. *Main thread* is the CPU time that the "
        "page's main thread spends in tasks (Chromium's `TaskDuration` in thread ticks), scripts, style, layout and "
        "all; *at rest* is the same page before the changes, whose clocks tick each second. *To DOM* is from giving "
        "the frame to the socket until the row's text has changed in the document, by the wall's clock, so that it "
        "includes what other work on the machine takes."
    ),
    f"**Targets**: main thread below {TARGET_MS_PER_S} ms/s, p95 to DOM below {TARGET_P95_MS} ms.",
)


async def run(*, quick: bool) -> list[Table]:
    """Show the board and change it."""
    seconds = 2.0 if quick else 20.0
    rows = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        await _hurry(browser)
        for what, path in _PAGES[: 1 if quick else None]:
            floor = FloorServer(ROWS)
            async with floor.running():
                page = await browser.new_page(viewport={"width": 1440, "height": 900})
                await page.goto(floor.url + path)
                rows.append({"order": what} | await _measured(floor, page, seconds))
                await page.close()
            print("  " + ", ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
        await browser.close()
    return [Table("A board of 2,000 calls", rows, _NOTES)]


async def _hurry(browser: Browser) -> None:
    """Put the browser before the machine's other work, where that is allowed; what it starts later inherits that."""
    session = await browser.new_browser_cdp_session()
    for process in (await session.send("SystemInfo.getProcessInfo"))["processInfo"]:
        machine.hurry(process["id"])


@dataclass(frozen=True)
class _Thread:
    """What the page's main thread has spent, in seconds of CPU."""

    task: float
    script: float


async def _measured(floor: FloorServer, page: Page, seconds: float) -> dict[str, Any]:
    await page.locator("[data-row]").first.wait_for(timeout=60_000)
    await page.evaluate(_LISTEN)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    await asyncio.sleep(1)
    loop = asyncio.get_running_loop()
    began, before = loop.time(), await _spent(devtools)
    await asyncio.sleep(seconds / 4)
    rest = (await _spent(devtools)).task - before.task
    rest_s = loop.time() - began
    await _changes(floor, page, seconds / 4)  # so that the page's code is compiled
    floor.sent.clear()
    began, before = loop.time(), await _spent(devtools)
    sent = await _changes(floor, page, seconds)
    took, after = loop.time() - began, await _spent(devtools)
    await asyncio.sleep(0.5)
    marks: list[tuple[int, float]] = await page.evaluate("window.seenMarks")
    waits = (at - floor.sent.get(mark, float("inf")) * 1000 for mark, at in marks)
    delays = [wait for wait in waits if wait >= 0]  # what was changed before we began is none
    return {
        "rows": len(floor.rows),
        "changes per s": round(sent / took, 1),
        "main thread ms/s": round(1000 * (after.task - before.task) / took),
        "of it scripts ms/s": round(1000 * (after.script - before.script) / took),
        "at rest ms/s": round(1000 * rest / rest_s),
        "seen changes": len(delays),
        "to DOM p50 ms": round(quantile(delays, 0.5), 1),
        "p95 ms": round(quantile(delays, 0.95), 1),
        "p99 ms": round(quantile(delays, 0.99), 1),
    }


async def _changes(floor: FloorServer, page: Page, seconds: float) -> int:
    """Send changes at an even rate; return how many."""
    chance = random.Random(1)
    loop = asyncio.get_running_loop()
    began, seen = loop.time(), list[str]()
    count = round(seconds * PER_S)
    for mark in range(1, count + 1):
        if mark % PER_S == 1:
            seen = await page.eval_on_selector_all("[data-row]", "rows => rows.map(row => row.dataset.row)")
        if mark % _COMES_AND_GOES == 0:
            await floor.change(call_row(floor.begun, mark), chance.choice(list(floor.rows)), mark)
            floor.begun += 1
        else:
            there = [one for one in seen if one in floor.rows] if mark % _SEEN == 1 else []
            row = floor.rows[chance.choice(there or list(floor.rows))]
            agent = row["agent"] | {"name": f"{row['agent']['name'].partition(' #')[0]} #{mark}"}
            await floor.change(row | {"agent": agent, "on_hold": chance.random() < 1 / 3}, mark=mark)
        await asyncio.sleep(max(0.0, began + mark / PER_S - loop.time()))
    return count


async def _spent(devtools: CDPSession) -> _Thread:
    found = {one["name"]: one["value"] for one in (await devtools.send("Performance.getMetrics"))["metrics"]}
    return _Thread(found["TaskDuration"], found["ScriptDuration"])
