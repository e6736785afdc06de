"""Chromium on the other side: what a page says and hears, presses and survives."""

import asyncio
import contextlib
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from madoguchi.kernel.ids import LegId
from madoguchi.media.protocol import BrowserConnected
from madoguchi.media.webrtc.events import Address, Closed, CloseReason, Connected
from tests.chromium import CHROMIUM
from tests.integration.media.plane import a_scene
from tests.integration.media.test_phones import TALK
from tests.integration.webrtc.harness import running_worker, udp_socket

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ORIGIN = "http://localhost:8123"
PAGE = Path(__file__).with_name("page.html")
LEG = LegId("leg_1")


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fake microphone says: 700 Hz."""
    path = tmp_path_factory.mktemp("microphone") / "700.wav"
    at = np.arange(48_000 * 2) / 48_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((12_000 * np.sin(2 * np.pi * 700 * at)).astype(np.int16).tobytes())
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talking(microphone: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone is a file."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listening() -> AsyncIterator[Browser]:
    """A browser on a machine without a microphone, in which nobody has allowed anything."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        await browser.close()


@contextlib.asynccontextmanager
async def a_page(browser: Browser, answer: Callable[[str], str | Awaitable[str]]) -> AsyncIterator[Page]:
    """A page that can call; `answer` answers its offers."""
    context = await browser.new_context()
    try:
        await context.route(
            f"{ORIGIN}/**", lambda route: route.fulfill(body=PAGE.read_text(), content_type="text/html")
        )
        page = await context.new_page()
        await page.expose_function("answerOffer", answer)
        await page.goto(f"{ORIGIN}/")
        yield page
    finally:
        await context.close()


async def hears(page: Page, hertz: float) -> None:
    """Wait until the page hears a tone of `hertz`."""
    await page.wait_for_function("wanted => Math.abs(heard() - wanted) < 15", arg=hertz, timeout=15_000, polling=50)


class Translator:
    """Stands between browser and worker as a home router does, and can change the port that it uses outside."""

    def __init__(self) -> None:
        self.port = 0
        self.worker_port = 0
        self.browser: Address | None = None
        self.outside: asyncio.DatagramTransport
        self.inside: asyncio.DatagramTransport

    async def open(self) -> None:
        self.inside, self.port = await udp_socket(self._from_browser)
        self.outside, _ = await udp_socket(self._from_worker)

    async def change_network(self) -> Address:
        """Go on from another port; the former one is dead."""
        self.outside.close()
        self.outside, port = await udp_socket(self._from_worker)
        return "127.0.0.1", port

    def close(self) -> None:
        self.inside.close()
        self.outside.close()

    def _from_browser(self, data: bytes, address: Address) -> None:
        self.browser = address
        if not self.outside.is_closing():
            self.outside.sendto(data, ("127.0.0.1", self.worker_port))

    def _from_worker(self, data: bytes, _: Address) -> None:
        if self.browser is not None:
            self.inside.sendto(data, self.browser)


@pytest.mark.parametrize("policy", [("opus",), ("PCMU",)], ids=["opus", "pcmu"])
async def test_page_and_worker_hear_each_other(talking: Browser, policy: tuple[str, ...]) -> None:
    async with (
        running_worker(policy) as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        await page.evaluate("start()")

        await worker.hears(LEG, 700)
        await hears(page, 1000)

        assert worker.happened == [Connected(LEG)]
        assert worker.talks[LEG].audio.codec == policy[0]


@pytest.mark.req("MON-9")
async def test_a_listener_needs_no_microphone(listening: Browser) -> None:
    async with (
        running_worker() as worker,
        a_page(listening, lambda offer: worker.answer(LEG, offer, listen_only=True)) as page,
    ):
        await page.evaluate("start({microphone: false})")

        await hears(page, 1000)

        assert (
            await page.evaluate("navigator.permissions.query({name: 'microphone'}).then(one => one.state)") != "granted"
        )
        assert worker.talks[LEG].packets == 0


@pytest.mark.parametrize("policy", [("opus",), ("PCMU",)], ids=["opus", "pcmu"])
async def test_pressed_keys_arrive(talking: Browser, policy: tuple[str, ...]) -> None:
    async with (
        running_worker(policy) as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        await page.evaluate("start()")
        await worker.hears(LEG, 700)

        await page.evaluate("call.sender.dtmf.insertDTMF('159#', 80, 50)")

        await worker.until(lambda: worker.talks[LEG].digits == "159#")


async def test_a_reloaded_page_is_gone_and_comes_back(talking: Browser) -> None:
    async with (
        running_worker() as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        await page.evaluate("start()")
        await worker.hears(LEG, 700)

        await page.reload()

        await worker.until(lambda: worker.happened == [Connected(LEG), Closed(LEG, CloseReason.PEER_CLOSED)])
        await page.evaluate("start()")
        await hears(page, 1000)
        assert worker.happened[2:] == [Connected(LEG)]


async def test_a_page_that_vanishes_is_given_up(talking: Browser) -> None:
    router = Translator()
    await router.open()
    async with (
        running_worker(advertised_port=router.port, silent_s=2.0) as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        router.worker_port = worker.transport.get_extra_info("sockname")[1]
        await page.evaluate("start()")
        await worker.hears(LEG, 700)
        await hears(page, 1000)  # a browser speaks before it has nominated its path; until then it has not come at all

        router.close()

        await worker.until(lambda: Closed(LEG, CloseReason.SILENT) in worker.happened)
        await page.evaluate("call.pc.close()")


async def test_a_page_that_hangs_up_is_noticed(talking: Browser) -> None:
    async with (
        running_worker() as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        await page.evaluate("start()")
        await worker.hears(LEG, 700)

        await page.evaluate("call.pc.close()")

        await worker.until(lambda: Closed(LEG, CloseReason.PEER_CLOSED) in worker.happened)


async def test_our_hanging_up_is_noticed_by_the_page(talking: Browser) -> None:
    async with (
        running_worker() as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        await page.evaluate("start()")
        await hears(page, 1000)

        worker.hub.close(LEG)

        await page.wait_for_function("call.pc.getReceivers()[0].transport.state === 'closed'", polling=50)


@pytest.mark.req("BASE-16")
async def test_a_call_survives_a_change_of_the_network_path(talking: Browser) -> None:
    router = Translator()
    await router.open()
    async with (
        running_worker(advertised_port=router.port) as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        router.worker_port = worker.transport.get_extra_info("sockname")[1]
        await page.evaluate("start()")
        await hears(page, 1000)
        await worker.hears(LEG, 700)

        address = await router.change_network()
        worker.talks[LEG].heard.clear()

        await worker.until(lambda: worker.addresses_used[LEG] == address)
        await worker.hears(LEG, 700)
        await hears(page, 1000)
        assert worker.happened == [Connected(LEG)]
        await page.evaluate("call.pc.close()")
    router.close()


@pytest.mark.req("BASE-16")
async def test_a_page_may_restart_ice_within_the_call(talking: Browser) -> None:
    async with (
        running_worker() as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        await page.evaluate("start()")
        await hears(page, 1000)
        ours = worker.hub._links[LEG].ice.credentials

        await page.evaluate("restart()")

        await worker.until(lambda: worker.hub._links[LEG].ice.selected is not None)
        assert worker.hub._links[LEG].ice.credentials != ours
        worker.talks[LEG].heard.clear()
        await worker.hears(LEG, 700)
        await hears(page, 1000)
        assert worker.happened == [Connected(LEG)]


async def test_the_page_measures_what_we_send(talking: Browser) -> None:
    async with (
        running_worker() as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        await page.evaluate("start()")

        measured: dict[str, Any] = await page.evaluate("report('remote-outbound-rtp')")

        assert measured["remote-outbound-rtp"]["packetsSent"] > 0
        assert measured["inbound-rtp"]["packetsLost"] == 0


async def test_a_page_without_udp_talks_with_a_phone_by_way_of_a_media_worker(talking: Browser) -> None:
    async with a_scene() as scene:
        phone = await scene.phone("leg_phone", 1000)

        async def answer(offer: str) -> str:
            return await scene.plane.open_browser(LEG, offer, listen_only=False)

        async with a_page(talking, answer) as page:
            await page.evaluate("start({candidates: 'tcp'})")
            await scene.happened(BrowserConnected(LEG))
            await scene.gains(["leg_phone", LEG], TALK)

            await scene.hears(phone, 700)
            await hears(page, 1000)


async def test_a_page_without_udp_talks_by_tcp(talking: Browser) -> None:
    async with (
        running_worker(tcp=True) as worker,
        a_page(talking, lambda offer: worker.answer(LEG, offer)) as page,
    ):
        await page.evaluate("start({candidates: 'tcp'})")

        await worker.hears(LEG, 700)
        await hears(page, 1000)
        await page.evaluate("call.sender.dtmf.insertDTMF('7', 80, 50)")
        await worker.until(lambda: worker.talks[LEG].digits == "7")

        assert worker.addresses_used[LEG][2] == "tcp"
