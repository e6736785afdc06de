"""Rows as the server sends them; each builder asks only for what a story cares about."""

from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]

AGENT = {"id": "user_1", "name": "渡辺 大輔"}


def ago(seconds: float) -> str:
    """Return the time that many seconds before now, as the wire has it."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def consumer(number: int, name: str, *, phone: str | None = None) -> Row:
    return {"id": f"cons_{number:04}", "name": name, "phone": phone, "anonymous": phone is None}


def queue(key: str) -> Row:
    names = {
        "returns": {"en": "Returns", "ja": "返品・交換"},
        "delivery": {"en": "Delivery status", "ja": "配送状況の確認"},
        "billing": {"en": "Billing", "ja": "請求・お支払い"},
        "technical": {"en": "Technical support", "ja": "技術サポート"},
    }[key]
    parents = [] if key in {"billing", "technical"} else [{"en": "Orders", "ja": "注文・配送"}]
    return {"id": f"queue_{key}", "names": names, "path": [*parents, names]}


def call_row(number: int, who: Row, **more: Any) -> Row:
    return {
        "id": f"call_{number:04}",
        "kind": "call",
        "state": "talking",
        "medium": "phone" if who["phone"] else "web",
        "language": "ja",
        "consumer": who,
        "queue": queue("returns"),
        "agent": AGENT,
        "offered_to": [],
        "position": None,
        "started_at": ago(320),
        "queued_at": ago(300),
        "answered_at": ago(272),
        "ended_at": None,
        "on_hold": False,
        "recording": "recording",
        "transfers": [],
        "participants": [
            {"party": "p1", "role": "consumer", "name": who["name"], "since": ago(320), "connected": True},
            {"party": "p2", "role": "agent", "name": AGENT["name"], "since": ago(272), "connected": True},
        ],
        "end_reason": None,
    } | more


def chat_row(number: int, who: Row, text: str, **more: Any) -> Row:
    return {
        "id": f"chat_{number:04}",
        "kind": "chat",
        "state": "chatting",
        "language": "ja",
        "consumer": who,
        "queue": queue("delivery"),
        "agent": AGENT,
        "offered_to": [],
        "started_at": ago(500),
        "queued_at": ago(500),
        "answered_at": ago(480),
        "ended_at": None,
        "waiting_since": None,
        "last_message": {"at": ago(60), "sender": "consumer", "text": text},
        "transfers": [],
        "typing": {"consumer": False, "agent": False},
        "delivered": {"consumer": 0, "agent": 0},
        "read": {"consumer": 0, "agent": 0},
        "end_reason": None,
    } | more


def message(seq: int, sender: str, name: str, body: Row, **more: Any) -> Row:
    return {
        "id": f"m{seq}",
        "kind": "message",
        "seq": seq,
        "at": ago(400 - 20 * seq),
        "sender": sender,
        "sender_id": sender,
        "sender_name": name,
        "client_id": None,
        "body": body,
    } | more


def text(line: str) -> Row:
    return {"type": "text", "text": line}


def past(number: int, channel: str = "call", **more: Any) -> Row:
    """A row of a consumer's history."""
    return {
        "id": f"{channel}_9{number:03}",
        "channel": channel,
        "medium": "phone" if channel == "call" else "web",
        "direction": "inbound",
        "state": "ended" if channel == "call" else "finished",
        "language": "ja",
        "queue": queue("returns"),
        "agent": AGENT,
        "started_at": ago(86_400 * number + 400),
        "answered_at": ago(86_400 * number + 380),
        "ended_at": ago(86_400 * number),
        "end_reason": None,
        "opens": True,
        "handlings": [],
    } | more
