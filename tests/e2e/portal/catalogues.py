"""Settings pages of the desk's catalogues, played against a backend from memory."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.e2e.portal.backend import Backend
from tests.e2e.portal.rows import Row

LOOKS = [("ja", "light", 1440), ("en", "dark", 1440), ("ja", "dark", 390), ("en", "light", 390)]
"""Language, theme and width of the window in which pages are looked at."""


def disposition(key: str, en: str, ja: str, **more: Any) -> Row:
    """Return a disposition as the server sends it."""
    usual: Row = {"parent": None, "queues": [], "notes_required": False, "position": 0}
    return {"id": f"disposition_{key}", "names": {"en": en, "ja": ja}} | usual | more


ORDERS = disposition("orders", "Orders", "注文")
RETURNED = disposition("returned", "Returned", "返品受付", parent="disposition_orders", queues=["queue_returns"])
LOST = disposition("lost", "Lost on the way", "配送中の紛失", parent="disposition_orders", notes_required=True)
OTHER = disposition("other", "Other", "その他", queues=["queue_returns", "queue_delivery", "queue_gone"])
TREE = [ORDERS, RETURNED, LOST, OTHER]


def has_dispositions(backend: Backend, *entries: Row, required: bool = False) -> None:
    """Let the server have these dispositions."""
    backend.answers["GET", "/dispositions"] = (200, {"dispositions": list(entries), "required": required})


def reply(key: str, shortcut: str, **more: Any) -> Row:
    """Return a canned reply as the server sends it."""
    return {"id": f"reply_{key}", "shortcut": shortcut, "scope": "global", "queue": None} | more


HELLO = reply("hello", "hello", texts={"en": "Hello {consumer}, {agent} here.", "ja": "{consumer} 様、{agent} です。"})
PARCEL = reply("parcel", "荷物", texts={"ja": "お荷物の状況をお調べします。"}, scope="queue", queue="queue_delivery")
MINE = reply("mine", "bye", texts={"en": "Bye, {consumer}."}, scope="own")


def has_replies(backend: Backend, *entries: Row) -> None:
    """Let the server have these canned replies."""
    backend.answers["GET", "/replies"] = (200, {"replies": list(entries)})


def problem(status: int, code: str, field: str | None = None, reason: str | None = None) -> tuple[int, Row]:
    """Return an answer that refuses."""
    return status, {"title": "No.", "status": status, "code": code, "detail": "", "field": field, "reason": reason}


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("MADOGUCHI_LOOKS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
