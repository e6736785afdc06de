"""The server as its operator and its callers meet it: no browser, but real processes, SIP, audio and sockets."""

import asyncio
import contextlib
import io
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import av
import httpx
import numpy as np
import pytest

from madoguchi.testing.demo import DemoPlan, run
from madoguchi.testing.demo_people import Pace
from madoguchi.testing.realtime_client import RealtimeClient, Row, View, open_realtime
from madoguchi.testing.server import RealServer
from madoguchi.testing.sip_caller import Callee, SipCaller, decoded, encoded, looped, open_call
from madoguchi.testing.tones import tone, tones_in
from tests.integration.media.plane import BrowserPeer

HZ = (440, 700, 1000)
StartServer = Callable[..., RealServer]


@dataclass
class Desk:
    """A signed-in user: requests with his cookie, and his socket."""

    http: httpx.AsyncClient
    realtime: RealtimeClient
    view: View

    async def row(self, kind: str, seconds: float = 30, **values: Any) -> Row:
        """Wait for a row on the desk."""

        def found(rows: Mapping[str, Row]) -> Row | None:
            wanted = {"kind": kind, **values}
            return next((row for row in rows.values() if wanted.items() <= row.items()), None)

        row: Row = await self.view.until(found, seconds)
        return row

    async def take(self, kind: str) -> Row:
        """Accept the offer that comes; return the call's or chat's row."""
        offer = await self.row("offer", channel=kind)
        (await self.http.post(f"/offers/{offer['id']}/accept")).raise_for_status()
        return await self.row(kind)


@contextlib.asynccontextmanager
async def signed_in(server: RealServer, role: str = "agent", view: str = "desk") -> AsyncIterator[Desk]:
    email, password = server.sign_in_of(role)
    async with httpx.AsyncClient(base_url=server.url + "/api/v1", headers={"X-Madoguchi": "1"}, timeout=30) as http:
        (await http.post("/session", json={"email": email, "password": password})).raise_for_status()
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        async with open_realtime(server.url, cookie=cookie) as realtime:
            watched = await realtime.view(view)
            if role == "agent":
                (await http.put("/desk/presence", json={"status": "available"})).raise_for_status()
            yield Desk(http, realtime, watched)


@contextlib.asynccontextmanager
async def talking(desk: Desk, call: str, *, hz: int = 1000) -> AsyncIterator[BrowserPeer]:
    """The agent's browser in the call, saying a tone; its media are connected and the call is recorded."""
    browser = BrowserPeer((hz,), microphone=True)
    try:
        reply = await desk.http.post(f"/calls/{call}/media", json={"offer": await browser.offer()})
        await browser.accept(reply.raise_for_status().json()["answer"])
        await desk.row("call", my_media="connected", recording="recording")
        yield browser
    finally:
        await browser.close()


@contextlib.asynccontextmanager
async def calling(server: RealServer, heard: list[bytes], *, hz: int = 700) -> AsyncIterator[SipCaller]:
    """A caller who says a tone and has chosen the first queue."""
    said = looped(encoded(tone((hz,), 1.0)))
    callee = Callee("127.0.0.1", server.sip_port)
    async with open_call(callee, number="+81355501234", sound=said, heard=heard.append) as call:
        await until(lambda: len(heard) > 25)
        call.press("1")
        yield call


async def until(true: Callable[[], Any], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what happens in other processes has no event here
            await asyncio.sleep(0.02)


async def a_chat(server: RealServer, text: str = "Hello") -> tuple[str, str]:
    async with httpx.AsyncClient(base_url=server.url + "/api/v1/consumer", timeout=30) as http:
        token = (await http.post("/sessions", json={})).raise_for_status().json()["token"]
        queue = (await http.get("/config")).json()["queues"][0]["id"]
        begin = {"queue": queue, "language": "en", "text": text}
        headers = {"Authorization": f"Bearer {token}"}
        chat = (await http.post("/chats", json=begin, headers=headers)).raise_for_status().json()["chat"]
    return token, chat


@pytest.mark.req("CH-1")
@pytest.mark.req("REC-1")
async def test_a_phone_call_goes_through_the_menu_to_an_agent_and_leaves_a_recording(server: RealServer) -> None:
    heard: list[bytes] = []
    async with signed_in(server) as desk, signed_in(server, "manager", "calls") as manager:
        async with calling(server, heard):
            call = await desk.take("call")
            async with talking(desk, call["id"]) as browser:
                await manager.row("call", id=call["id"], state="talking", recording="recording")
                await until(lambda: browser.hears() == {700})
                await until(lambda: tones_in(decoded(b"".join(heard[-25:])), HZ) == {1000})
                await asyncio.sleep(1)
                (await desk.http.post(f"/calls/{call['id']}/hang-up")).raise_for_status()
        wrap_up = await desk.row("wrap_up")
        await desk.http.post(f"/handlings/{wrap_up['id']}/finish", json={"disposition": "answered"})
        recording = await ready_recording(manager.http, call["id"])
        sound = await manager.http.get(f"/recordings/{recording['id']}/audio")
        part = await manager.http.get(f"/recordings/{recording['id']}/audio", headers={"Range": "bytes=0-99"})
        ended = (await manager.http.get("/completed/calls")).json()["rows"]

    assert len(decoded(b"".join(heard))) > 8000, "the menu was spoken"
    assert tones_in(mp3_samples(sound.content)[-8000:], HZ) == {700, 1000}
    assert (part.status_code, part.content) == (206, sound.content[:100])
    assert call["id"] in {row["id"] for row in ended}


async def ready_recording(http: httpx.AsyncClient, call: str) -> Mapping[str, Any]:
    async with asyncio.timeout(30):
        while True:
            recordings = (await http.get(f"/calls/{call}")).raise_for_status().json()["recordings"]
            for one in recordings:
                if one["state"] == "ready":
                    found: Mapping[str, Any] = one
                    return found
            await asyncio.sleep(0.1)


def mp3_samples(content: bytes) -> "np.ndarray[Any, np.dtype[np.int16]]":
    """Return an MP3's sound, 8 kHz mono."""
    resampler = av.AudioResampler("s16", "mono", 8000)
    with av.open(io.BytesIO(content), "r") as file:
        frames = [part.to_ndarray()[0] for frame in file.decode(audio=0) for part in resampler.resample(frame)]
    samples: np.ndarray[Any, np.dtype[np.int16]] = np.concatenate(frames)
    return samples


@pytest.mark.req("BASE-17")
async def test_a_chat_goes_on_after_the_server_was_killed_with_every_line_that_was_acknowledged(
    start_server: StartServer,
) -> None:
    server = start_server()
    token, chat = await a_chat(server)
    async with signed_in(server) as desk, open_realtime(server.url, token=token) as consumer:
        await desk.take("chat")
        view = await consumer.view("chat", {"chat": chat})
        for number in range(20):
            await consumer.command("chat.send", chat=chat, client_id=f"c{number}", text=f"line {number}")
            await desk.realtime.command("chat.send", chat=chat, client_id=f"a{number}", text=f"answer {number}")
        await view.until(lambda rows: len(rows) >= 42, 10)
        cursor = view.cursor
        server.kill()

    server.start()
    async with signed_in(server) as desk, open_realtime(server.url, token=token) as consumer:
        again = await consumer.view("chat", {"chat": chat}, cursor)
        seq = (await consumer.command("chat.send", chat=chat, client_id="c19", text="line 19"))["seq"]
        await consumer.command("chat.send", chat=chat, client_id="after", text="still there?")
        await again.until(lambda rows: any(_text(row) == "still there?" for row in rows.values()), 10)
        lines = [_text(row) for row in again.rows.values() if row["kind"] == "message" and _text(row)]

    said = {f"line {number}" for number in range(20)} | {f"answer {number}" for number in range(20)}
    assert sorted(lines) == sorted({"Hello", "still there?"} | said)
    assert seq <= 42


def _text(row: Row) -> str:
    body = row.get("body", {})
    return str(body.get("text", "")) if body.get("type") == "text" else ""


@pytest.mark.req("REC-1")
async def test_a_call_that_lost_its_server_is_closed_with_a_reason_and_its_recording_plays(
    start_server: StartServer,
) -> None:
    server = start_server()
    heard: list[bytes] = []
    with contextlib.suppress(BaseExceptionGroup):
        async with signed_in(server) as desk, calling(server, heard) as caller:
            call = await desk.take("call")
            async with talking(desk, call["id"]):
                await asyncio.sleep(2.5)
                server.kill()
            caller.ended.set()

    server.start()
    async with signed_in(server, "manager", "calls") as manager:
        recording = await ready_recording(manager.http, call["id"])
        row = (await manager.http.get(f"/calls/{call['id']}")).json()
        sound = await manager.http.get(f"/recordings/{recording['id']}/audio")

    assert row["state"] in {"ended", "failed", "abandoned"}
    assert row["end_reason"]
    assert recording["span_s"] > 1.0
    assert tones_in(mp3_samples(sound.content)[-8000:], HZ) == {700, 1000}


async def test_a_server_that_is_told_to_stop_hangs_up_and_ends_well(start_server: StartServer) -> None:
    server = start_server()
    async with signed_in(server) as desk, calling(server, []) as caller:
        await desk.take("call")
        await asyncio.to_thread(server.stop)
        await asyncio.wait_for(caller.ended.wait(), 5)


def test_two_servers_cannot_use_the_same_data(server: RealServer) -> None:
    other = subprocess.run(
        [sys.executable, "-m", "madoguchi.bootstrap.main", "run"],
        env={"PATH": "/usr/bin", "MADOGUCHI_DATA": str(server.data), "MADOGUCHI_PORT": "0"},
        cwd=server.data,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert other.returncode == 1
    assert "another server uses the data folder" in other.stderr


@pytest.mark.req("OPS-5")
async def test_the_demonstration_brings_callers_chatters_and_agents(server: RealServer) -> None:
    told: list[str] = []
    plan = DemoPlan(
        url=server.url,
        sip=Callee("127.0.0.1", server.sip_port),
        callers=1,
        chatters=1,
        minutes=5,
        agents=[server.sign_in_of("agent", 1), server.sign_in_of("agent", 2)],
        pace=Pace(0.05),
    )

    def all_seen() -> bool:
        text = "\n".join(told)
        return all(part in text for part in ("call taken", "speaks with the caller", "chat taken", "the chat is over"))

    async with asyncio.TaskGroup() as group:
        running = group.create_task(run(plan, told.append))
        await until(lambda: running.done() or all_seen(), 100)
        running.cancel()

    assert all_seen(), told
    assert not [line for line in told if "gave up" in line]
