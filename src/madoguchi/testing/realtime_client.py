"""The other end of the realtime socket, for demonstrations and tests: views kept up to date, commands answered."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Row = Mapping[str, Any]


class CommandRefusedError(Exception):
    """The server refused a command or a view; `code` says why."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{problem.get('code')}: {problem.get('detail')}")
        self.code = str(problem.get("code"))


class View:
    """One subscribed view: its rows as they are now."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.cursor = ""
        self.loaded = False
        self.problem: Mapping[str, Any] | None = None
        self._changed = asyncio.Event()

    def take(self, frame: Mapping[str, Any]) -> None:
        """Apply a frame."""
        if frame["type"] == "problem":
            self.problem = frame
        else:
            if frame["type"] == "snapshot":
                self.rows = {}
            self.rows.update((row["id"], row) for row in frame.get("rows", frame.get("put", ())))
            for gone in frame.get("gone", ()):
                self.rows.pop(gone, None)
            self.cursor = frame["cursor"]
            self.loaded = True
        self._changed.set()

    async def until(self, true: Callable[[Mapping[str, Row]], Any], seconds: float) -> Any:
        """Wait until `true` of the rows is; return what it returned.

        Raises:
            TimeoutError: it was not in time.
            CommandRefusedError: the view was refused.
        """
        async with asyncio.timeout(seconds):
            while True:
                self._changed.clear()
                if self.problem is not None:
                    raise CommandRefusedError(self.problem)
                if self.loaded and (found := true(self.rows)):
                    return found
                await self._changed.wait()


class RealtimeClient:
    """One open socket."""

    def __init__(self, connection: ClientConnection, session: str) -> None:
        self.session = session
        self._connection = connection
        self._refs = itertools.count(1)
        self._views: dict[str, View] = {}
        self._answers: dict[str, asyncio.Future[Mapping[str, Any]]] = {}

    async def view(self, name: str, params: Mapping[str, Any] | None = None, cursor: str | None = None) -> View:
        """Subscribe; the view fills by itself."""
        ref = f"v{next(self._refs)}"
        view = self._views[ref] = View()
        frame = {"type": "subscribe", "ref": ref, "view": name, "params": params or {}}
        await self._connection.send(json.dumps(frame | ({"cursor": cursor} if cursor else {})))
        return view

    async def command(self, name: str, **data: Any) -> Mapping[str, Any]:
        """Have something done; return the answer.

        Raises:
            CommandRefusedError: it was refused.
        """
        ref = f"c{next(self._refs)}"
        answer = self._answers[ref] = asyncio.get_running_loop().create_future()
        await self._connection.send(json.dumps({"type": "command", "ref": ref, "name": name, "data": data}))
        frame = await answer
        if frame["type"] == "problem":
            raise CommandRefusedError(frame)
        data_out: Mapping[str, Any] = frame["data"]
        return data_out

    async def listen(self) -> None:
        """Take frames until the socket closes; then everything that waits fails."""
        try:
            with suppress(ConnectionClosed):
                async for text in self._connection:
                    self._take(json.loads(text))
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("the socket has closed"))

    def _take(self, frame: Mapping[str, Any]) -> None:
        ref = frame.get("ref", "")
        if ref in self._views:
            self._views[ref].take(frame)
        elif ref in self._answers:
            answer = self._answers.pop(ref)
            if not answer.done():
                answer.set_result(frame)


class ClosedError(Exception):
    """The server closed the socket; `code` says why."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@asynccontextmanager
async def open_realtime(
    url: str, *, token: str | None = None, cookie: str | None = None
) -> AsyncIterator[RealtimeClient]:
    """Yield an open socket of a consumer (`token`) or of a signed-in user (`cookie`, as `name=value`).

    Args:
        url: the server, `http://…`.
        token: a consumer's session token.
        cookie: a portal session's cookie.

    Raises:
        ClosedError: the hello was not accepted.
    """
    address = url.replace("http", "ws", 1) + "/api/v1/realtime"
    headers = {"Cookie": cookie} if cookie else {}
    async with connect(address, additional_headers=headers, max_size=None) as connection:
        hello = {"type": "hello", "version": 1} | ({"token": token} if token else {})
        await connection.send(json.dumps(hello))
        try:
            welcome = json.loads(await connection.recv())
        except ConnectionClosed:
            raise ClosedError(connection.close_code) from None
        client = RealtimeClient(connection, welcome["session"])
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(client.listen())
            try:
                yield client
            finally:
                listening.cancel()
