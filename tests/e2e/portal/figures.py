"""Figures as the server sends them: of a busy day, or of one on which nothing has happened yet."""

from typing import Any

from tests.e2e.portal.rows import AGENT, Row, ago, queue

NOTHING: Row = {
    "offered": 0,
    "answered": 0,
    "abandoned": 0,
    "short_abandoned": 0,
    "service_level": None,
    "abandon_rate": None,
    "asa_s": None,
    "longest_wait_s": 0,
    "handled": 0,
    "aht_s": None,
    "talk_s": None,
    "hold_s": None,
    "wrap_up_s": None,
    "transfers": 0,
}
GOALS: Row = {"version": 4, "answer_s": 20, "service_level": 0.8, "short_abandon_s": 5}
DAY = "2026-11-23"


def some(offered: int, *, level: float = 0.82, abandoned: int = 2, **more: Any) -> Row:
    """Figures of so many stays."""
    return {
        "offered": offered,
        "answered": offered - abandoned,
        "abandoned": abandoned,
        "short_abandoned": 3,
        "service_level": level,
        "abandon_rate": abandoned / offered,
        "asa_s": 18.2,
        "longest_wait_s": 252.0,
        "handled": offered - abandoned,
        "aht_s": 310.0,
        "talk_s": 250.0,
        "hold_s": 18.0,
        "wrap_up_s": 42.0,
        "transfers": 7,
    } | more


def live_rows(*, busy: bool = True) -> list[Row]:
    """The rows of the view `figures`."""
    none: Row = {"waiting": 0, "longest_since": None, "working": 0}
    rows = []
    since = [ago(200 - 30 * number) for number in range(4)]
    for number, key in enumerate(["returns", "delivery", "billing", "all"]):
        today = some(120 - 20 * number, level=0.86 - 0.09 * number, abandoned=2 + 5 * number)
        rows.append(
            {
                "id": key if key == "all" else f"queue_{key}",
                "kind": "figures",
                "queue": None if key == "all" else queue(key),
                "call": {"waiting": 2 + number, "longest_since": since[number], "working": 14} if busy else none,
                "chat": {"waiting": number, "longest_since": ago(70), "working": 5} if busy else none,
                "agents": {"assigned": 8, "signed_in": 6, "available": 3 if busy else 0},
                "day": DAY,
                "today": dict.fromkeys(("call", "chat", "all"), today if busy else NOTHING),
                "goals": GOALS,
            }
        )
    return rows


def figures_answer(query: dict[str, str], *, busy: bool = True) -> Row:
    """What `GET /figures` answers."""
    by = query.get("by", "queue")
    rows: list[Row] = []
    if by == "queue":
        rows = [{"id": f"queue_{key}", "queue": queue(key)} | some(400) for key in ("returns", "delivery", "billing")]
    elif by == "agent":
        idle = {"available": 6_200.0, "break": 900.0}
        work = {"occupancy": 0.71, "busy_s": 15_200.0, "idle_s": idle}
        rows = [{"id": f"user_{n}", "name": AGENT["name"], **work} | some(40 - n) for n in range(4)]
    elif query.get("from") == query.get("to"):
        rows = [{"id": f"{n}", "at": f"{DAY}T{n:02}:00+09:00"} | some(5 + (n * 7) % 23) for n in range(24)]
    else:
        rows = [{"id": f"{n}", "at": f"2026-11-{n:02}T00:00+09:00"} | some(300 + (n * 37) % 120) for n in range(17, 24)]
    if not busy:
        rows = [row | NOTHING for row in rows] if by == "interval" else []
    return {
        "from": query["from"],
        "to": query["to"],
        "zone": "Asia/Tokyo",
        "by": by,
        "interval": "hour" if query["from"] == query["to"] else "day",
        "channel": query.get("channel"),
        "goals": GOALS,
        "total": some(1200, level=0.68) if busy else NOTHING,
        "rows": rows,
    }
