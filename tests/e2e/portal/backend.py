"""A backend in the browser's network: the built portal from disk, HTTP answers and the realtime socket from memory.

It lets every screen be looked at in states that a real server reaches only with many people and much time.
"""

import json
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Route, WebSocketRoute

from madoguchi import __file__ as _package
from tests.e2e.portal.figures import figures_answer
from tests.e2e.portal.rows import AGENT, Row, ago, message, queue, text

ORIGIN = "http://localhost:8099"
PORTAL = Path(_package).parent / "static" / "portal"
CSP = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'"

Scene = Callable[["Backend"], None]


@dataclass
class Backend:
    """What the portal sees of the world. Change `views` with `put` and `gone`; everything sent to it is in `asked`."""

    permissions: list[str] = field(default_factory=lambda: ["desk"])
    signed_in: bool = True
    views: dict[str, dict[str, Row]] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    """(method, path below the base) to (status, body); overrides the usual answer."""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    commands: list[tuple[str, Row]] = field(default_factory=list)
    refuse: dict[str, Row] = field(default_factory=dict)
    """View name to problem."""
    figures: Callable[[dict[str, str]], Row] = figures_answer
    """What a question about figures is answered."""
    socket_down: bool = False
    mute_views: set[str] = field(default_factory=set)
    """Views that never answer."""
    _sockets: list[WebSocketRoute] = field(default_factory=list)
    _watching: list[tuple[WebSocketRoute, str, str]] = field(default_factory=list)
    _seq: int = 0
    _query: dict[str, str] = field(default_factory=dict)

    def install(self, context: BrowserContext) -> None:
        """Answer everything that pages of `context` ask."""
        context.route(f"{ORIGIN}/**", self._http)
        context.route_web_socket("**/api/v1/realtime", self._socket)

    def put(self, view: str, *rows: Row) -> None:
        """Add or change rows and tell whoever watches."""
        self.views.setdefault(view, {}).update({row["id"]: row for row in rows})
        self._tell(view, list(rows), [])

    def gone(self, view: str, *ids: str) -> None:
        """Take rows away and tell whoever watches."""
        for each in ids:
            self.views.get(view, {}).pop(each, None)
        self._tell(view, [], list(ids))

    def cut(self, code: int = 1006) -> None:
        """Lose every socket."""
        sockets, self._sockets, self._watching = self._sockets, [], []
        for each in sockets:
            each.close(code=4000 if code == 1006 else code)

    def _tell(self, view: str, put: list[Row], gone: list[str]) -> None:
        self._seq += 1
        for socket, name, ref in self._watching:
            if name == view:
                self._say(socket, {"type": "delta", "ref": ref, "cursor": f"e:{self._seq}", "put": put, "gone": gone})

    def _say(self, socket: WebSocketRoute, frame: Row) -> None:
        socket.send(json.dumps(frame))

    def _socket(self, socket: WebSocketRoute) -> None:
        if self.socket_down:
            socket.close(code=4000)
            return
        self._sockets.append(socket)
        socket.on_message(lambda data: self._frame(socket, json.loads(data)))

    def _frame(self, socket: WebSocketRoute, frame: Row) -> None:
        match frame["type"]:
            case "hello":
                if not self.signed_in:
                    socket.close(code=4401)
                    return
                self._say(socket, {"type": "welcome", "session": "s", "now": ago(0), "heartbeat_s": 10})
            case "ping":
                self._say(socket, {"type": "pong", "now": ago(0)})
            case "subscribe":
                name = frame["view"] if "params" not in frame else f"{frame['view']} {frame['params']['chat']}"
                ref = frame["ref"]
                if name in self.mute_views:
                    return
                if name in self.refuse:
                    self._say(socket, {"type": "problem", "ref": ref, **self.refuse[name]})
                    return
                self._watching.append((socket, name, ref))
                rows = list(self.views.get(name, {}).values())
                self._say(socket, {"type": "snapshot", "ref": ref, "cursor": f"e:{self._seq}", "rows": rows})
            case "unsubscribe":
                self._watching = [each for each in self._watching if each[2] != frame["ref"]]
            case "command":
                self._command(socket, frame)
            case other:
                raise AssertionError(f"the portal sent a frame of the type {other}")

    def _command(self, socket: WebSocketRoute, frame: Row) -> None:
        data = frame["data"]
        self.commands.append((frame["name"], data))
        reply: Row = {}
        if frame["name"] == "chat.send":
            view = self.views.setdefault(f"chat {data['chat']}", {})
            seq = sum(1 for row in view.values() if row["kind"] == "message") + 1
            reply = {"seq": seq}
            row = message(seq, "agent", AGENT["name"], text(data["text"]), client_id=data["client_id"], at=ago(0))
            self.put(f"chat {data['chat']}", row)
        self._say(socket, {"type": "reply", "ref": frame["ref"], "data": reply})

    def _http(self, route: Route) -> None:
        request = route.request
        path = urlsplit(request.url).path
        if not path.startswith("/api/v1"):
            self._file(route, path)
            return
        path = path.removeprefix("/api/v1")
        self._query = {name: found[0] for name, found in parse_qs(urlsplit(request.url).query).items()}
        body = (
            request.post_data_json
            if request.post_data and "json" in (request.header_value("content-type") or "")
            else None
        )
        self.asked.append((request.method, path, body))
        status, answer = self.answers.get((request.method, path)) or self._answer(request.method, path, body)
        route.fulfill(status=status, content_type="application/json", body="" if answer is None else json.dumps(answer))

    def _answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if method == "GET":
            return self._read(path)
        if (method, path) == ("POST", "/session"):
            if body["password"] != "right":
                return _problem(401, "wrong_credentials")
            self.signed_in = True
            return 200, {}
        if (method, path) == ("DELETE", "/session"):
            self.signed_in = False
        return 204, None

    def _read(self, path: str) -> tuple[int, Any]:
        if path == "/session":
            user = {"email": "watanabe@example.test", "roles": ["agent"], "languages": ["ja", "en"], "chat_limit": 5}
            session = {"user": AGENT | user, "permissions": self.permissions, "branding": {"name": "Madoguchi"}}
            return (200, session) if self.signed_in else _problem(401, "sign_in_needed")
        fixed = self._fixed(path)
        if fixed is not None:
            return 200, fixed
        if path.startswith("/completed/"):
            return 200, {"rows": list(self.views.get(path.removeprefix("/"), {}).values()), "next": None}
        if path.startswith("/calls/"):
            return self._call(path.removeprefix("/calls/"))
        if path.endswith("/transcript"):
            rows = self.views.get(f"chat {path.split('/')[2]}", {}).values()
            return 200, {"messages": [row for row in rows if row["kind"] == "message"]}
        return _problem(404, "not_found")

    def _fixed(self, path: str) -> Any:
        if path == "/figures":
            return self.figures(self._query)
        if path.startswith("/consumers/"):
            return self._history(path.split("/")[2])
        return ROUTING if path.endswith("/routing") else FIXED.get(path)

    def _history(self, consumer: str) -> Row:
        """A page of two of the rows in the view `history <consumer>`; the cursor is how many were told before."""
        rows = list(self.views.get(f"history {consumer}", {}).values())
        first = int(self._query.get("before", "0"))
        return {"rows": rows[first : first + 2], "next": str(first + 2) if len(rows) > first + 2 else None}

    def _call(self, call: str) -> tuple[int, Any]:
        row = self.views.get("calls", {}).get(call) or self.views.get("completed/calls", {}).get(call)
        if row is None:
            return _problem(404, "not_found")
        recordings = [{"id": "rec_1", "state": "ready", "span_s": 271.5, "size": 1_200_000}]
        return 200, row | {"timeline": [{"at": ago(300), "kind": "enqueued", "data": {}}], "recordings": recordings}

    def _file(self, route: Route, path: str) -> None:
        file = PORTAL / path.lstrip("/")
        if not file.is_file():
            file = PORTAL / "index.html"
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), headers={"Content-Type": kind, "Content-Security-Policy": CSP})


def _problem(status: int, code: str) -> tuple[int, Row]:
    return status, {"title": "No.", "status": status, "code": code, "detail": ""}


def _agents(*names: str, idle_s: float | None = None) -> list[Row]:
    return [{"agent": f"user_{name}", "name": name, "idle_s": idle_s} for name in names]


_ASKED: Row = {"attempt": 1, "language": "ja", "skills": ["請求"], "skills_given_up": False, "groups": []}
ROUTING: Row = {
    "decisions": [
        _ASKED
        | {
            "at": ago(290),
            "rule": "longest_since_call",
            "rung": [_agents("伊藤 直子", idle_s=845.0)[0] | {"outcome": "declined"}],
            "passed": [
                {"reason": "signed_out", "count": 14, "agents": _agents("加藤 蓮", "吉田 葵", "Ben Carter")},
                {"reason": "busy", "count": 2, "agents": _agents("鈴木 翔太", "田中 由美", idle_s=20.0)},
                {"reason": "language", "count": 1, "agents": _agents("Maria García")},
            ],
        },
        _ASKED
        | {
            "at": ago(275),
            "rule": "fell_back",
            "attempt": 2,
            "rung": [_agents("渡辺 大輔")[0] | {"outcome": "accepted"}],
            "passed": [{"reason": "pause", "count": 1, "agents": _agents("伊藤 直子", idle_s=860.0)}],
        },
    ],
    "now": None,
}
STATUSES: list[Row] = [
    {"id": "status_1", "version": 1, "names": {"en": "Training", "ja": "研修"}, "colour": "violet", "away": True},
    {
        "id": "status_2",
        "version": 1,
        "names": {"en": "Social media", "ja": "SNS 対応"},
        "colour": "blue",
        "away": False,
    },
]
_NO_PLAN: Row = {"kinds": [], "queue": "", "number": "", "texts": {}}
_GIVEN = {"queue", "phone_number", "message", "email"}


def _options(*kinds: str) -> list[Row]:
    return [{"kind": kind, "given": kind in _GIVEN} for kind in kinds]


DEFLECTION: Row = {
    "calls": {
        "version": 3,
        "enabled": True,
        "transfers": True,
        "phone": _NO_PLAN | {"kinds": ["queue"], "queue": "queue_billing"},
        "pages": _NO_PLAN | {"kinds": ["email"]},
    },
    "chats": {"version": 1, "enabled": False, "transfers": True, "pages": _NO_PLAN},
    "queues": [],
    "findings": [
        {
            "fault": "queue_never_open",
            "place": "calls.phone",
            "field": "queue",
            "params": {"queue": "queue_billing"},
            "refused": True,
        }
    ],
    "email": "support@example.com",
    "languages": ["ja", "en"],
    "options": {
        "calls.ivr": _options("queue", "phone_number", "voicemail", "message"),
        "calls.mobile": _options("scheduled_call", "email", "phone_number", "voicemail"),
        "calls.web": _options("scheduled_call", "email"),
        "chats": _options("email"),
        "ivr": _options("queue", "phone_number", "voicemail", "message"),
        "mobile": _options("queue", "scheduled_call", "email", "phone_number", "voicemail"),
        "web": _options("scheduled_call", "email"),
        "sms": [{"kind": "message", "given": False}],
    },
}
PREVIEW: Row = {
    "at": "2026-11-24T11:00:00.000Z",
    "zone": "Asia/Tokyo",
    "trail": [
        {
            "queue": "queue_returns",
            "condition": "after_hours",
            "source": "global",
            "plan": _NO_PLAN | {"kinds": ["queue"], "queue": "queue_billing"},
            "steps": [{"code": one, "params": {}} for one in ("after_hours", "no_own", "common")],
        },
        {
            "queue": "queue_billing",
            "condition": "open",
            "source": None,
            "plan": None,
            "steps": [{"code": "open", "params": {}}],
        },
    ],
}
FIXED: Row = {
    "/doctor": {"anomalies": []},
    "/doctor/settings": {"version": 1, "stuck_min": 300, "no_media_s": 120, "may_change": True},
    "/settings/sms": {"connections": [], "numbers": [], "places": []},
    "/settings/embedding": {
        "version": 3,
        "origins": ["https://crm.example.com", "https://help.example.com:8443"],
        "fixed": ["'self'", "https://*.intra.example.com"],
    },
    "/agent-statuses": {"statuses": STATUSES},
    "/dispositions": {"dispositions": [], "required": False},
    "/replies": {
        "replies": [
            {"id": "reply_1", "version": 1, "shortcut": "hello", "texts": {"en": "Hello {consumer}, {agent} here."}}
            | {"scope": "global", "queue": None}
        ]
    },
    "/settings/deflection": DEFLECTION,
    "/settings/deflection/preview": PREVIEW,
    "/desk/transfer-queues": {
        "queues": [
            queue("returns") | {"channels": ["web"], "agents": 8, "available": 3, "ground": "open"},
            queue("delivery") | {"channels": ["web"], "agents": 8, "available": 3, "ground": "agents_there"},
            queue("billing") | {"channels": ["ivr"], "agents": 4, "available": 0, "ground": "deflected"},
        ],
        "hidden": [queue("technical") | {"channels": ["ivr"], "agents": 4, "available": 0, "ground": "nobody_there"}],
    },
    "/queues": {
        "queues": [
            queue("returns") | {"channels": ["web"], "agents": 8, "available": 3},
            queue("delivery") | {"channels": ["web"], "agents": 8, "available": 3},
            queue("billing") | {"channels": ["ivr"], "agents": 4, "available": 0},
        ]
    },
    "/colleagues": {
        "agents": [
            {"id": "user_2", "name": "伊藤 直子", "status": "available", "available": True},
            {"id": "user_3", "name": "Maria García", "status": "meal", "available": False},
        ]
    },
}
