"""Accessibility, as far as a program can tell."""

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

AXE: Final = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_RUN: Final = """async ([selector, tags]) => {
  const found = await axe.run({ include: [[selector]] }, { runOnly: tags });
  const said = (nodes) => nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" | ");
  return found.violations.map(({ id, nodes }) => `${id}: ${said(nodes)}`);
}"""


async def violations(page: Page, selector: str = "body") -> list[Any]:
    """Return what axe finds wrong in a part of the page; shadow roots are looked into."""
    if not await page.evaluate("typeof window.axe === 'object'"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = await page.evaluate(_RUN, [selector, TAGS])
    return found
