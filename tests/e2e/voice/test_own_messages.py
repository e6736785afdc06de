"""An administrator uploads a greeting in the portal; the next caller hears it, and then the built-in menu."""

from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from madoguchi.testing.server import RealServer
from madoguchi.testing.tones import write_tone
from tests.e2e.kit.browser import TONES
from tests.e2e.kit.house import Office, nothing_is_live, until
from tests.e2e.kit.phone import a_phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300, func_only=True)]

GREETING_HERTZ = 900


@pytest.mark.req("BASE-6")
async def test_a_caller_hears_the_greeting_that_was_uploaded_in_the_portal(
    server: RealServer, browser: Browser, tmp_path: Path, looks: Path | None
) -> None:
    file = write_tone(tmp_path / "greeting.wav", (GREETING_HERTZ,), 4.0, 44_100)
    context = await browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(f"{server.url.replace('127.0.0.1', 'localhost')}/settings/languages")
    email, password = server.sign_in_of("admin")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")

    # What is spoken can be heard before anything is changed: by the voice that callers hear.
    await page.get_by_role("button", name="Play Greeting – Japanese").click(timeout=60_000)
    await expect(page.get_by_role("button", name="Stop Greeting – Japanese")).to_be_visible(timeout=60_000)
    await page.get_by_role("button", name="Edit Greeting – Japanese: Built-in").click()
    await page.get_by_test_id("sound-file").set_input_files(file)
    await expect(page.get_by_role("heading", name="Recording")).to_be_visible(timeout=60_000)
    await page.locator("audio").evaluate("audio => audio.play()")
    assert await page.locator("audio").evaluate("audio => audio.duration") == pytest.approx(4.0, abs=0.1)
    if looks is not None:
        await page.screenshot(path=looks / "uploaded.png")
    await context.close()

    async with a_phone() as phone:
        phone.call("127.0.0.1", server.sip_port, "madoguchi")
        await until(lambda: phone.voice.hears(TONES) == {GREETING_HERTZ}, "the caller hears the uploaded greeting")
        await until(
            lambda: np.abs(phone.voice.listen()).max(initial=0) > 1_000 and not phone.voice.hears({GREETING_HERTZ}),
            "the caller hears the built-in menu after it",
        )
        phone.hang_up()
        await until(phone.ended.is_set, "the call is over")

    admin = Office(server, "admin")
    admin.http.delete("/messages/ja/greeting?version=1").raise_for_status()
    admin.close()
    await nothing_is_live(server)
