"""How queues stand, as the view `queues_live` has it."""

from typing import Any

from tests.e2e.portal.rows import Row, ago, queue

NOTHING: Row = {"offered": 0, "connected": 0, "abandoned": 0} | dict.fromkeys(
    ("handle_s", "longest_handle_s", "wait_s", "longest_wait_s", "hold_s", "longest_hold_s")
)


def sums(offered: int) -> Row:
    return {
        "offered": offered,
        "connected": offered - 7,
        "abandoned": 7,
        "handle_s": 310.4,
        "longest_handle_s": 2_412.0,
        "wait_s": 17.6,
        "longest_wait_s": 254.0,
        "hold_s": 18.0,
        "longest_hold_s": 301.0,
    }


def live_queue(key: str, *channels: str, calls: int = 0, chats: int = 0, **more: Any) -> Row:
    """One queue with so many who wait."""
    both = sums(180) if calls or chats else NOTHING
    return {
        "id": f"queue_{key}",
        "kind": "queue",
        "queue": queue(key),
        "channels": list(channels),
        "policy": "deltacast",
        "spread": "all",
        "priority": 4,
        "agents": {"assigned": 8, "signed_in": 6, "busy": 4, "available": 2},
        "call": {"waiting": calls, "longest_since": ago(200) if calls else None, "working": 3 if calls else 0},
        "chat": {"waiting": chats, "longest_since": ago(70) if chats else None, "working": 5 if chats else 0},
        "last": {"call": sums(120) if calls else NOTHING, "chat": sums(60) if chats else NOTHING, "all": both},
    } | more


def live_queues() -> list[Row]:
    return [
        live_queue("returns", "web", calls=1, chats=2, spread="cascade"),
        live_queue("delivery", "web", chats=4, policy="multicast"),
        live_queue("billing", "ivr", calls=3, spread="percent", priority=1),
    ]
