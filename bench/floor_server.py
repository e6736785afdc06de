"""A server with the built portal and a floor of calls whose changes are the benchmark's to send.

The page, its socket and its frames are the product's; who changes what and when is played, so that every change is
known to the moment, and the product's own server costs the page nothing.
"""

import asyncio
import json
import mimetypes
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from madoguchi.bootstrap.settings import Settings

PORTAL: Final = Settings().static_folder / "portal"
_RIGHTS: Final = ("calls.view", "agents.view", "monitor", "monitor_chats.edit")
_USER: Final = {"id": "user_1", "name": "Sue", "email": "sue@example.com", "roles": ["manager"], "languages": ["en"]}
_QUEUES: Final = ("Returns", "Delivery", "Billing", "Account")

Row = dict[str, Any]


def _now(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def call_row(number: int, mark: int = 0, *, held: bool = False) -> Row:
    """Return a call; `mark` is told in its agent's name, so that the page's own text says which change it shows."""
    name = _QUEUES[number % len(_QUEUES)]
    names = {"en": name, "ja": name}
    consumer = {"id": f"consumer_{number}", "name": f"Web User {number}", "phone": None, "anonymous": True}
    started = _now(seconds=60 + number % 3_000)
    return {
        "id": f"call_{number:06}",
        "kind": "call",
        "state": "talking",
        "medium": "web",
        "language": "en",
        "consumer": consumer,
        "queue": {"id": f"queue_{name}", "names": names, "path": [{"en": "Shop", "ja": "店"}, names]},
        "agent": {"id": f"user_{number}", "name": f"Agent {number} #{mark}"},
        "offered_to": [],
        "started_at": started,
        "queued_at": started,
        "answered_at": started,
        "ended_at": None,
        "on_hold": held,
        "recording": "recording",
        "transfers": [],
        "participants": [{"party": "p1", "role": "consumer", "name": "x", "since": started, "connected": True}],
        "monitors": [],
        "end_reason": None,
    }


class FloorServer:
    """The floor and the page that watches it."""

    def __init__(self, calls: int) -> None:
        self.rows = {row["id"]: row for row in (call_row(number) for number in range(calls))}
        self.sent: dict[int, float] = {}
        """Mark to the moment at which its change was given to the socket, in seconds since 1970."""
        self.url = ""
        self.begun = calls
        """How many calls there ever were."""
        self._seq = 0
        self._watching: list[tuple[WebSocket, str]] = []

    async def change(self, put: Row | None = None, gone: str | None = None, mark: int = 0) -> None:
        """Tell of one change."""
        if put is not None:
            self.rows[put["id"]] = put
        if gone is not None:
            del self.rows[gone]
        self._seq += 1
        parts = {"put": [put] if put is not None else [], "gone": [gone] if gone is not None else []}
        for watcher, ref in self._watching:
            frame = json.dumps({"type": "delta", "ref": ref, "cursor": f"e:{self._seq}", **parts})
            self.sent[mark] = time.time()
            await watcher.send_text(frame)

    async def _realtime(self, page: WebSocket) -> None:
        await page.accept()
        try:
            while True:
                await self._answer(page, json.loads(await page.receive_text()))
        except WebSocketDisconnect:
            self._watching = [each for each in self._watching if each[0] is not page]

    async def _answer(self, page: WebSocket, frame: Row) -> None:
        match frame["type"]:
            case "hello":
                await self._say(page, {"type": "welcome", "session": "s", "now": _now(), "heartbeat_s": 10})
            case "ping":
                await self._say(page, {"type": "pong", "now": _now()})
            case "subscribe":
                rows = list(self.rows.values()) if frame["view"] == "calls" else []
                ref = frame["ref"]
                await self._say(page, {"type": "snapshot", "ref": ref, "cursor": f"e:{self._seq}", "rows": rows})
                if frame["view"] == "calls":
                    self._watching.append((page, ref))
            case "unsubscribe":
                self._watching = [each for each in self._watching if each[1] != frame["ref"]]

    async def _say(self, page: WebSocket, frame: Row) -> None:
        await page.send_text(json.dumps(frame))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve on a free port of this machine."""
        routes = [
            WebSocketRoute("/api/v1/realtime", self._realtime),
            Route("/api/v1/{path:path}", _api, methods=["GET", "POST", "PUT"]),
            Route("/{path:path}", _file),
        ]
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            self.url = f"http://localhost:{listening.getsockname()[1]}"
            server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error", ws="websockets-sansio"))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(server.serve([listening]))
                try:
                    yield
                finally:
                    server.should_exit = True


async def _api(request: Request) -> Response:
    match request.path_params["path"]:
        case "session":
            user = _USER | {"chat_limit": 3}
            return JSONResponse({"user": user, "permissions": list(_RIGHTS), "branding": {"name": "Bench"}})
        case "queues":
            return JSONResponse({"queues": []})
        case _:
            return JSONResponse({"title": "No.", "status": 404, "code": "not_found", "detail": ""}, 404)


async def _file(request: Request) -> Response:
    file = PORTAL / request.path_params["path"]
    if not file.is_file():
        file = PORTAL / "index.html"
    return Response(file.read_bytes(), media_type=mimetypes.guess_type(file.name)[0])
