"""Durable chat lines per second, and the same load on a stock XMPP server in the same run.

Consumers write to agents. Closed loop: everybody writes the next line when the one before has arrived at the agent's
socket (and, with us, was acknowledged as stored), which finds the most that a server can do. Paced: a fixed number of
lines a second, which shows the delays of a server that is not at its limit.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from bench import machine
from bench.figures import Table, quantile
from bench.house import House, a_house
from bench.wire import Frame, Wire
from bench.xmpp import XmppClient, xmpp_server

CHATS_PER_AGENT: Final = 30
"""A socket carries at most 64 subscriptions."""
TEXT: Final = "Could you tell me where my parcel 4711 is? It should have arrived yesterday."
_SETUP_S: Final = 90.0
_FRAMES: Final = msgspec.json.Decoder(Frame)

Say = Callable[[int], Awaitable[float]]
"""Has a chat's next line written; returns the seconds until it was through."""


@dataclass
class Talks:
    """All chats of one server, ready to be written to."""

    say: Say
    chats: int
    pid: int
    acknowledged: list[float] = field(default_factory=list)
    """Seconds until a line was acknowledged, where that is told."""


async def closed_loop(talks: Talks, seconds: float) -> dict[str, Any]:
    """Let everybody write as fast as lines arrive."""
    until = time.monotonic() + seconds
    delays: list[float] = []

    async def one(chat: int) -> None:
        while time.monotonic() < until:
            delays.append(await talks.say(chat))

    return await _measured(talks, "as fast as possible", delays, [one(chat) for chat in range(talks.chats)])


async def paced(talks: Talks, seconds: float, rate: float) -> dict[str, Any]:
    """Have `rate` lines a second written, evenly by all."""
    delays: list[float] = []
    began = time.monotonic()
    turns = max(1, int(rate * seconds / talks.chats))

    async def one(chat: int) -> None:
        for turn in range(turns):
            due = began + (turn * talks.chats + chat) / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            delays.append(await talks.say(chat))

    return await _measured(talks, f"{rate:.0f} a second", delays, [one(chat) for chat in range(talks.chats)])


async def _measured(talks: Talks, load: str, delays: list[float], work: list[Any]) -> dict[str, Any]:
    talks.acknowledged.clear()
    cpu, began = machine.cpu_s(talks.pid), time.monotonic()
    mine = time.process_time()
    await asyncio.gather(*work)
    took = time.monotonic() - began
    cpu = machine.cpu_s(talks.pid) - cpu
    return {
        "load": load,
        "chats": talks.chats,
        "lines": len(delays),
        "lines per s": round(len(delays) / took),
        "to agent p50 ms": round(quantile(delays, 0.5) * 1000, 1),
        "p99 ms": round(quantile(delays, 0.99) * 1000, 1),
        "acknowledged p99 ms": round(quantile(talks.acknowledged, 0.99) * 1000, 1) if talks.acknowledged else "",
        "server CPU %": round(100 * cpu / took),
        "server CPU ms per line": round(1000 * cpu / max(1, len(delays)), 2),
        "load CPU %": round(100 * (time.process_time() - mine) / took),
    }


class _Ours:
    """Chats on our server."""

    def __init__(self, place: House, chats: int) -> None:
        self._place = place
        self._count = chats
        self._chats: list[str] = []
        self._wires: list[Wire] = []
        self._numbers = [0] * chats
        self._arrived: dict[str, asyncio.Future[None]] = {}
        self._stored: dict[str, asyncio.Future[float]] = {}
        self._offers: asyncio.Queue[tuple[int, str]] = asyncio.Queue()
        self._with: dict[str, int] = {}
        self.talks = Talks(self._say, chats, place.server.pid)

    async def begin(self, stack: AsyncExitStack) -> None:
        """Let all chats be accepted and watched by both sides."""
        url = self._place.server.url
        agents = []
        for number, cookie in enumerate(self._place.cookies):
            http = await stack.enter_async_context(self._place.agent(number))
            wire = await Wire.open(url, lambda body, who=number: self._at_agent(who, body), cookie=cookie)  # type: ignore[misc]
            wire.subscribe("desk", "desk")
            (await http.put("/desk/presence", json={"status": "available"})).raise_for_status()
            agents.append((http, wire))
            stack.callback(wire.close)
        for chat in range(self._count):
            headers = {"Authorization": f"Bearer {self._place.tokens[chat]}"}
            begin = {"queue": self._place.queue, "language": "en", "text": "Hello"}
            started = await agents[0][0].post("/consumer/chats", json=begin, headers=headers)
            self._chats.append(started.raise_for_status().json()["chat"])
            who, offer = await asyncio.wait_for(self._offers.get(), _SETUP_S)
            (await agents[who][0].post(f"/offers/{offer}/accept")).raise_for_status()
        async with asyncio.timeout(_SETUP_S):
            while len(self._with) < self._count:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
        for number, name in enumerate(self._chats):
            agents[self._with[name]][1].subscribe(name, "chat", chat=name)
            wire = await Wire.open(url, self._at_consumer, token=self._place.tokens[number])
            wire.subscribe(name, "chat", chat=name)
            self._wires.append(wire)
            stack.callback(wire.close)
        await asyncio.sleep(1)

    async def _say(self, chat: int) -> float:
        self._numbers[chat] += 1
        name = f"{chat}-{self._numbers[chat]}"
        loop = asyncio.get_running_loop()
        arrived, stored = loop.create_future(), loop.create_future()
        self._arrived[name], self._stored[name] = arrived, stored
        began = time.monotonic()
        self._wires[chat].command(name, "chat.send", chat=self._chats[chat], client_id=name, text=TEXT)
        self.talks.acknowledged.append(await stored - began)
        await arrived
        return time.monotonic() - began

    def _at_consumer(self, body: bytes) -> None:
        frame = _FRAMES.decode(body)
        if frame.type in {"reply", "problem"}:
            stored = self._stored.pop(frame.ref, None)
            if stored is None or stored.done():
                return
            if frame.type == "reply":
                stored.set_result(time.monotonic())
            else:
                stored.set_exception(RuntimeError(f"the line was refused: {frame.code}"))

    def _at_agent(self, who: int, body: bytes) -> None:
        frame = _FRAMES.decode(body)
        for row in (*frame.put, *frame.rows):
            match row["kind"]:
                case "offer":
                    self._offers.put_nowait((who, row["id"]))
                case "chat" if frame.ref == "desk":
                    self._with[row["id"]] = who
                case "message":
                    arrived = self._arrived.pop(row["client_id"], None)
                    if arrived is not None and not arrived.done():
                        arrived.set_result(None)


class _Xmpp:
    """The same chats on an XMPP server."""

    def __init__(self, chats: int, agents: int, pid: int) -> None:
        self._arrived: dict[str, asyncio.Future[None]] = {}
        self._numbers = [0] * chats
        self._agents = agents
        self._clients: list[XmppClient] = []
        self.talks = Talks(self._say, chats, pid)

    async def begin(self, port: int, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Sign everybody in; return what listens."""
        agents = [await XmppClient.sign_in(port, f"agent{number}") for number in range(self._agents)]
        self._clients = [await XmppClient.sign_in(port, f"consumer{number}") for number in range(self.talks.chats)]
        await asyncio.sleep(1)
        return [group.create_task(self._listen(agent)) for agent in agents]

    async def _listen(self, agent: XmppClient) -> None:
        async for name in agent.numbers():
            arrived = self._arrived.pop(name, None)
            if arrived is not None and not arrived.done():
                arrived.set_result(None)

    async def _say(self, chat: int) -> float:
        self._numbers[chat] += 1
        name = f"{chat}-{self._numbers[chat]}"
        arrived = self._arrived[name] = asyncio.get_running_loop().create_future()
        began = time.monotonic()
        self._clients[chat].send(f"agent{chat % self._agents}", name, TEXT)
        await arrived
        return time.monotonic() - began


async def run(*, quick: bool, shared: House | None = None) -> list[Table]:
    """Measure both servers, one after the other, with the same load."""
    agents, seconds = (1, 0.5) if quick else (8, 6.0)
    chats = 6 if quick else agents * CHATS_PER_AGENT
    rate = 12.0 if quick else 200.0
    rows = []
    async with a_house(shared, agents=agents, consumers=chats, chat_limit=CHATS_PER_AGENT) as place:
        ours = _Ours(place, chats)
        async with AsyncExitStack() as stack:
            await ours.begin(stack)
            rows += await _both("this server, 1 process", ours.talks, seconds, rate)
    notes = [_OURS_NOTE]
    if shutil.which("prosody") is None:
        notes.append("The XMPP server is not installed here (`make bench` installs it), so there is no ratio.")
    else:
        rows += await _xmpp(chats, agents, seconds, rate)
        notes += [_XMPP_NOTE, _ratio(rows)]
    return [Table("Chat lines", rows, notes)]


async def _xmpp(chats: int, agents: int, seconds: float, rate: float) -> list[dict[str, Any]]:
    users = [f"agent{number}" for number in range(agents)] + [f"consumer{number}" for number in range(chats)]
    with TemporaryDirectory(prefix="bench-") as name:
        before = set(machine.children(machine.own_pid()))
        async with xmpp_server(Path(name), users) as port, asyncio.TaskGroup() as group:
            (pid,) = set(machine.children(machine.own_pid())) - before
            theirs = _Xmpp(chats, agents, pid)
            listening = await theirs.begin(port, group)
            rows = await _both("prosody with message archive", theirs.talks, seconds, rate)
            for task in listening:
                task.cancel()
    return rows


async def _both(name: str, talks: Talks, seconds: float, rate: float) -> list[dict[str, Any]]:
    rows = []
    for row in (await closed_loop(talks, seconds), await paced(talks, seconds, rate)):
        rows.append({"server": name} | row)
        print("  " + ", ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    return rows


def _ratio(rows: list[dict[str, Any]]) -> str:
    ours, theirs = (next(row for row in rows if row["server"].startswith(name)) for name in ("this", "prosody"))
    return (
        f"**Ratio**, this server to prosody, as fast as possible: {ours['lines per s'] / theirs['lines per s']:.2f} in "
        f"lines per second, {ours['p99 ms'] / theirs['p99 ms']:.2f} in p99, "
        f"{ours['server CPU ms per line'] / theirs['server CPU ms per line']:.2f} in CPU per line."
    )


_OURS_NOTE: Final = (
    "A line counts when the consumer has its acknowledgement *and* the agent's socket has the line. With us the "
    "acknowledgement says that the line is on disk: SQLite in WAL mode with `synchronous=FULL`, one fsync per group "
    "of commits. Each line also updates the chat's snapshot, its journal, the agent's desk, the supervisors' list and "
    "both sides' views; the agent watches his desk and all his chats, the consumer his chat."
)
_XMPP_NOTE: Final = (
    "prosody (Debian's package, `mod_mam`, storage `internal`) appends each line to two archive files, the sender's "
    "and the receiver's, without fsync: a power cut may lose lines that were delivered, and the sender gets no "
    "acknowledgement. So it does less for a line than we do, and the ratio compares services, not programs."
)
