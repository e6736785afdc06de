"""An agent without a screen, for stories that look at the consumer's side only."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx

from madoguchi.testing.realtime_client import RealtimeClient, Row, View, open_realtime
from madoguchi.testing.server import RealServer


class Backstage:
    """A signed-in agent who takes chats and writes lines."""

    def __init__(self, http: httpx.AsyncClient, realtime: RealtimeClient, desk: View) -> None:
        self._http = http
        self._realtime = realtime
        self._desk = desk
        self._numbers = count()

    async def take_chat(self) -> str:
        """Accept the chat that rings next; return its id."""
        offer = await self._desk.until(_row(kind="offer", channel="chat"), 30)
        reply = await self._http.post(f"/offers/{offer['id']}/accept")
        chat = str(reply.raise_for_status().json()["interaction"])
        await self._desk.until(_row(kind="chat", id=chat), 30)
        return chat

    def row(self, name: str) -> Row:
        """Return a row of the desk."""
        return self._desk.rows[name]

    async def say(self, chat: str, line: str) -> None:
        """Write a line."""
        await self._realtime.command("chat.send", chat=chat, client_id=f"b{next(self._numbers)}", text=line)

    async def types(self, chat: str) -> None:
        """Begin to type."""
        await self._realtime.command("chat.typing", chat=chat, typing=True)

    async def attach(self, chat: str, name: str, content: bytes) -> None:
        """Send a file."""
        form = {"client_id": f"b{next(self._numbers)}"}
        reply = await self._http.post(f"/chats/{chat}/attachments", data=form, files={"file": (name, content)})
        reply.raise_for_status()

    async def end(self, chat: str) -> None:
        """End a chat."""
        (await self._http.post(f"/chats/{chat}/end")).raise_for_status()


def _row(**wanted: Any) -> Any:
    def found(rows: Mapping[str, Row]) -> Row | None:
        return next((row for row in rows.values() if wanted.items() <= row.items()), None)

    return found


@asynccontextmanager
async def signed_in(
    server: RealServer, role: str, place: int = 0
) -> AsyncIterator[tuple[httpx.AsyncClient, RealtimeClient]]:
    """Yield a seeded user's requests and socket."""
    email, password = server.sign_in_of(role, place)
    async with httpx.AsyncClient(base_url=server.url + "/api/v1", headers={"X-Madoguchi": "1"}, timeout=30) as http:
        (await http.post("/session", json={"email": email, "password": password})).raise_for_status()
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        async with open_realtime(server.url, cookie=cookie) as realtime:
            yield http, realtime
        await http.delete("/session")


@asynccontextmanager
async def an_agent_backstage(server: RealServer, place: int = 0) -> AsyncIterator[Backstage]:
    """Yield an agent who is available; he signs out at the end."""
    async with signed_in(server, "agent", place) as (http, realtime):
        desk = await realtime.view("desk")
        (await http.put("/desk/presence", json={"status": "available"})).raise_for_status()
        yield Backstage(http, realtime, desk)


async def clear_the_floor(server: RealServer) -> None:
    """End every live chat, and the wrap-up of the first agent, who takes the chats of all stories."""
    async with signed_in(server, "admin") as (http, realtime):
        chats = await realtime.view("chats")
        await chats.until(lambda _rows: chats.loaded, 30)
        for chat in list(chats.rows):
            (await http.post(f"/chats/{chat}/end-stuck")).raise_for_status()
    async with signed_in(server, "agent") as (http, realtime):
        desk = await realtime.view("desk")
        await desk.until(_row(kind="presence"), 30)
        for row in list(desk.rows.values()):
            if row["kind"] == "wrap_up":
                (await http.post(f"/handlings/{row['handling']}/finish", json={})).raise_for_status()
