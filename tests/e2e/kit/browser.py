"""Chromium with a microphone that says a tone, and pages whose ears can be asked."""

import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Error, Page, WebSocket, async_playwright, expect

from madoguchi.testing.tones import write_tone
from tests.chromium import CHROMIUM

EARS: Final = Path(__file__).with_name("ears.js").read_text(encoding="utf-8")
PATIENCE_MS: Final = 30_000
TONES: Final = (440, 500, 700, 900, 1100)
"""What tests say; nobody else says these."""

expect.set_options(timeout=PATIENCE_MS)


@asynccontextmanager
async def chromium(folder: Path, hertz: int) -> AsyncIterator[Browser]:
    """Yield a browser whose microphone says `hertz`; a page may use it where its context allows."""
    sound = write_tone(folder / f"microphone-{hertz}.wav", (hertz,), 4, 48_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={sound}"],
        )
        try:
            yield browser
        finally:
            await browser.close()


async def a_context(
    browser: Browser, *, microphone: bool = True, hertz: int | None = None, locale: str = "en-US", **options: Any
) -> BrowserContext:
    """Return a context of its own, as of another person on another machine.

    Args:
        browser: where.
        microphone: whether its owner has allowed the microphone.
        hertz: what it says instead of the browser's microphone.
        locale: the language of its owner.
        options: of the browser's context, such as `viewport`.
    """
    allowed = ["microphone"] if microphone else []
    window = {"viewport": {"width": 1280, "height": 800}, **options}
    context = await browser.new_context(locale=locale, permissions=allowed, **window)
    context.set_default_timeout(PATIENCE_MS)
    await context.add_init_script(f"const SETUP = {json.dumps({'hertz': hertz})};\n{EARS}")
    return context


async def crash(page: Page) -> None:
    """Kill the page's process, as a fault in the browser would; the page says no goodbye."""
    with suppress(Error):
        await page.goto("chrome://crash", timeout=5_000)


class Ears:
    """What a page hears, and what it was told by the server."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[dict[str, Any]] = []
        """Frames of the realtime socket that it has received, without heartbeats."""
        self.errors: list[str] = []
        """Exceptions of the page's own code."""
        page.on("websocket", self._watch)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._take)

    def _take(self, data: str | bytes) -> None:
        frame = json.loads(data)
        if frame.get("type") != "pong":
            self.frames.append(frame)

    async def hears(self, *tones: int) -> None:
        """Wait until exactly these of `TONES` are heard.

        Raises:
            AssertionError: it does not come to that.
        """
        try:
            await self.page.wait_for_function(
                "([wanted, all]) => String(window.__ears.hears(all)) === String(wanted)",
                arg=[sorted(tones), sorted(TONES)],
                polling=100,
            )
        except Exception as error:
            raise AssertionError(f"{sorted(tones)} should be heard, but: {await self.amplitudes()}") from error

    async def heard_for(self, seconds: float, tones: Collection[int] = TONES) -> set[int]:
        """Listen for a while; return all tones that were heard."""
        return set(
            await self.page.evaluate(
                """async ([ms, all]) => {
                  const found = new Set();
                  for (const end = performance.now() + ms; performance.now() < end; ) {
                    for (const hertz of window.__ears.hears(all)) found.add(hertz);
                    await new Promise((resolve) => setTimeout(resolve, 100));
                  }
                  return [...found];
                }""",
                [seconds * 1000, sorted(tones)],
            )
        )

    async def amplitudes(self) -> dict[str, float]:
        """Return how loud each of `TONES` is."""
        found: dict[str, float] = await self.page.evaluate("all => window.__ears.amplitudes(all)", sorted(TONES))
        return found

    async def streams(self) -> list[dict[str, int]]:
        """Return what is received, as the browser counts it: `ssrc`, `lost`, `received`."""
        found: list[dict[str, int]] = await self.page.evaluate("window.__ears.streams()")
        return found

    async def watch(self) -> None:
        """Begin to note changes of the page; see `noticed`."""
        self.frames.clear()
        await self.page.evaluate("window.__ears.watch()")

    async def noticed(self) -> list[Any]:
        """Return what has changed on the page since `watch`, and what the server has told it."""
        changes: list[Any] = await self.page.evaluate("window.__ears.changes")
        return [*changes, *self.frames]

    async def media(self) -> dict[str, Any]:
        """Return how often the microphone was asked for, how many paths were agreed, and what befell the tracks."""
        found: dict[str, Any] = await self.page.evaluate(
            """({
              asked: window.__ears.asked,
              answers: window.__ears.answers,
              peers: window.__ears.peers.length,
              events: window.__ears.peers.map((peer) => peer.events.filter((event) => event !== "unmute")),
            })"""
        )
        return found
