"""States of the world that stories start from."""

from tests.e2e.portal.backend import Backend
from tests.e2e.portal.figures import figures_answer, live_rows
from tests.e2e.portal.places import busy_desk, busy_floor
from tests.e2e.portal.rows import Row, ago, consumer, queue


def signed_out(backend: Backend) -> None:
    backend.signed_in = False


def presence(status: str = "available", **more: object) -> Row:
    row: Row = {"id": "presence", "kind": "presence", "status": status, "since": ago(3), "next_status": None}
    return row | {"calls": 0, "chats": 0, "chat_limit": 5} | more


def idle(backend: Backend) -> None:
    backend.put("desk", presence("break"))


def available(backend: Backend) -> None:
    backend.put("desk", presence())


def offer(number: int = 1, channel: str = "call", *, seconds: float = 20) -> Row:
    return {
        "id": f"offer_{number}",
        "kind": "offer",
        "offer": f"offer_{number}",
        "interaction": f"call_{number:04}",
        "channel": channel,
        "medium": "phone" if channel == "call" else "web",
        "consumer": consumer(number, "佐藤 美咲", phone="+81 90 1234 5678"),
        "queue": queue("returns"),
        "language": "ja",
        "queued_at": ago(18),
        "offered_at": ago(1),
        "expires_at": ago(-seconds),
    }


def ringing(backend: Backend) -> None:
    busy_desk(backend)
    backend.gone("desk", "call_0001")
    backend.put("desk", offer(5, seconds=120), offer(6, "chat", seconds=120))


def empty_floor(backend: Backend) -> None:
    busy_floor(backend, calls=0)
    for view in ("calls", "chats", "agents", "queues_live", "completed/calls", "completed/chats"):
        backend.views[view] = {}
    backend.put("figures", *live_rows(busy=False))
    backend.figures = lambda query: figures_answer(query, busy=False)


def anomaly(code: str, kind: str, remedy: str, name: str, **more: object) -> Row:
    """Something that is wrong, as the doctor tells it."""
    subject = f"{'user' if kind == 'agent' else kind}_0001"
    row: Row = {"id": f"{code}:{subject}", "code": code, "kind": kind, "subject": subject, "remedy": remedy}
    return row | {"name": name, "agent": "", "since": ago(400), "heals_at": None} | more


def sick_floor(backend: Backend) -> None:
    """Each kind of action is needed once, and once only patience."""
    busy_floor(backend)
    found = [
        anomaly("stuck", "call", "end_call", "佐藤 美咲", agent="伊藤 直子", since=ago(20_000)),
        anomaly("agent_gone", "chat", "end_chat", "Anna Schmidt", agent="Ben Carter", heals_at=ago(-300)),
        anomaly("handling_without_interaction", "agent", "free_agent", "加藤 蓮"),
        anomaly("reservation_without_offer", "agent", "nothing", "加藤 蓮", heals_at=ago(-20)),
    ]
    backend.answers["GET", "/doctor"] = (200, {"anomalies": found})


def refused_floor(backend: Backend) -> None:
    busy_floor(backend)
    backend.refuse["calls"] = {"code": "unavailable", "title": "Not now.", "detail": ""}
    backend.refuse["figures"] = backend.refuse["queues_live"] = backend.refuse["calls"]


def loading_floor(backend: Backend) -> None:
    busy_floor(backend)
    backend.mute_views |= {"calls", "figures", "queues_live"}


__all__ = [
    "available",
    "busy_desk",
    "busy_floor",
    "empty_floor",
    "idle",
    "loading_floor",
    "offer",
    "presence",
    "refused_floor",
    "ringing",
    "signed_out",
]
