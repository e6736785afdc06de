"""How fast calls come about: set-ups per second, and what caller and agent wait for."""

import asyncio
import csv
import shutil
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import numpy as np

from bench import machine
from bench.figures import Table, quantile, spread
from bench.house import House, a_house
from bench.light_browser import LightBrowser
from bench.streams import FRAME, udp_socket
from madoguchi.media import g711, rtp, srtp
from madoguchi.testing.realtime_client import RealtimeClient, View, open_realtime
from madoguchi.testing.server import free_port
from madoguchi.testing.sip_caller import Callee, encoded, looped, open_call
from madoguchi.testing.tones import tone

_HOLD_MS: Final = 1000
_AGENT_HZ: Final = 1900
"""Not in the hold music, nor near a tone of a menu's voice for long."""
_CALLER_HZ: Final = 700
_PURE: Final = 0.7
"""Share of a frame's energy at a tone's frequency from which on the tone is what is heard."""
_LOUD: Final = 300.0
_WAIT_S: Final = 30.0

_SCENARIO: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="set-ups">
<send retrans="500" start_rtd="answer"><![CDATA[
INVITE sip:bench@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+813555[call_number]@[local_ip]>;tag=[pid]t[call_number]
To: <sip:bench@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:bench@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=sendrecv
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true" rtd="answer"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:+813555[call_number]@[local_ip]>;tag=[pid]t[call_number]
To: <sip:bench@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<pause milliseconds="{_HOLD_MS}"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:+813555[call_number]@[local_ip]>;tag=[pid]t[call_number]
To: <sip:bench@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""


async def run(*, quick: bool, shared: House | None = None) -> list[Table]:
    """Measure set-up rates, then the delays of single calls."""
    tables = []
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        async with a_house(shared, agents=1) as place:
            if shutil.which("sipp") is not None:
                rates, seconds = ((5,), 2) if quick else ((10, 20, 40, 60), 6)
                rows = []
                for rate in rates:
                    rows.append(await _set_ups(place, folder, rate, seconds))
                    print("  " + ", ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
                    await asyncio.sleep(2)
                tables.append(Table("Call set-ups", rows, _RATE_NOTES))
            tables.append(await _delays(place, 2 if quick else 30))
    return tables


_RATE_NOTES: Final = (
    (
        f"sipp calls, is answered, hears the greeting for {_HOLD_MS} ms and hangs up; each call is a live "
        "interaction with its journal on disk. CPU is that of the server process and of its media worker; sipp runs "
        "beside them."
    ),
)


async def _set_ups(place: House, folder: Path, rate: int, seconds: int) -> dict[str, Any]:
    scenario = folder / "set_ups.xml"
    scenario.write_text(_SCENARIO, encoding="utf-8")
    work = folder / f"sipp-{rate}"
    work.mkdir()
    pids = [place.server.pid, *machine.children(place.server.pid)]
    before = [machine.cpu_s(pid) for pid in pids]
    began = time.monotonic()
    arguments = (
        f"-sf {scenario} -r {rate} -m {rate * seconds} -l {rate * 20} -i 127.0.0.1 -nostdin -trace_rtt -rtt_freq 1"
    )
    process = await asyncio.create_subprocess_exec(
        "sipp",
        *arguments.split(),
        "-timeout",
        "60",
        "-p",
        str(free_port(socket.SOCK_DGRAM)),
        f"127.0.0.1:{place.server.sip_port}",
        cwd=work,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"TERM": "dumb"},
    )
    await process.wait()
    took = time.monotonic() - began
    used = [machine.cpu_s(pid) - then for pid, then in zip(pids, before, strict=True)]
    answers = _response_times(work)
    calls = rate * seconds
    return {
        "calls per s": rate,
        "calls": calls,
        "answered": len(answers),
        "all went well": "yes" if process.returncode == 0 else "no",
        "INVITE to 200 p50 ms": quantile(answers, 0.5),
        "p95 ms": quantile(answers, 0.95),
        "p99 ms": quantile(answers, 0.99),
        "server CPU ms per call": round(1000 * used[0] / max(1, len(answers)), 1),
        "worker CPU ms per call": round(1000 * sum(used[1:]) / max(1, len(answers)), 1),
        "server CPU %": round(100 * used[0] / took),
    }


def _response_times(folder: Path) -> list[float]:
    found: list[float] = []
    for path in folder.glob("*_rtt.csv"):
        with path.open(encoding="ascii", errors="replace") as file:
            for row in csv.reader(file, delimiter=";"):
                times = row[1:2]
                found += [float(each) for each in times if each.strip().replace(".", "").isdigit()]
    return found


# --- One call after the other, with an agent ---


@dataclass
class Delays:
    """Seconds, one of each a call."""

    answer: list[float] = field(default_factory=list)
    ring: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    agent_hears: list[float] = field(default_factory=list)
    caller_hears: list[float] = field(default_factory=list)


def share_of(samples: np.ndarray[Any, Any], hertz: int) -> float:
    """Return how much of the energy of `samples` (8 kHz) is at `hertz`."""
    values = samples.astype(np.float64)
    energy = float(values @ values)
    if energy < _LOUD**2 * len(values):
        return 0.0
    turn = np.exp(-2j * np.pi * hertz / 8000 * np.arange(len(values)))
    return float(2 * abs(values @ turn) ** 2 / (len(values) * energy))


class TalkingBrowser(threading.Thread):
    """An agent's browser in a call: says a tone, and notes when it first hears another one."""

    def __init__(self, attach: Callable[[str], str]) -> None:
        super().__init__(daemon=True)
        self.heard_at = 0.0
        self.over = threading.Event()
        self.failure = ""
        self._attach = attach

    def run(self) -> None:
        """Connect, then talk until `over`."""
        try:
            with udp_socket() as made:
                browser = LightBrowser("PCMU", made)
                browser.connect(self._attach(browser.offer(int(time.monotonic() * 1000))))
                self._talk(browser)
        except Exception as error:  # noqa: BLE001 - told to whoever looks at the figures
            self.failure = repr(error)

    def _talk(self, browser: LightBrowser) -> None:
        assert browser.sender is not None
        sound = g711.encode(tone((_AGENT_HZ,), 1.0), g711.MU).reshape(-1, FRAME)
        packet, tick, due = bytearray(12 + FRAME + srtp.TRAILER), 0, time.monotonic()
        browser.socket.settimeout(0.002)
        while not self.over.is_set():
            if time.monotonic() >= due:
                rtp.HEADER.pack_into(packet, 0, rtp.VERSION, 0, tick & 0xFFFF, tick * FRAME, 99)
                packet[12 : 12 + FRAME] = sound[tick % len(sound)].tobytes()
                length = browser.sender.protect(packet, 12 + FRAME)
                browser.socket.send(memoryview(packet)[:length])
                tick, due = tick + 1, due + 0.02
            self._listen(browser)

    def _listen(self, browser: LightBrowser) -> None:
        assert browser.receiver is not None
        try:
            data = browser.socket.recv(2048)
        except (TimeoutError, socket.timeout, BlockingIOError):  # noqa: UP041 - one class, two names
            return
        if self.heard_at or data[0] != rtp.VERSION or rtp.is_rtcp(data):
            return
        plain = browser.receiver.unprotect(data)
        if plain is None:
            return
        heard = g711.DECODED[g711.MU][np.frombuffer(plain[12:], np.uint8)]
        if share_of(heard, _CALLER_HZ) > _PURE:
            self.heard_at = time.monotonic()


async def _delays(place: House, calls: int) -> Table:
    found = Delays()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(place.agent(0))
        realtime = await stack.enter_async_context(open_realtime(place.server.url, cookie=place.cookies[0]))
        desk = await realtime.view("desk")
        await desk.until(lambda rows: "presence" in rows, _WAIT_S)
        (await http.put("/desk/presence", json={"status": "available"})).raise_for_status()
        failures = []
        for number in range(calls):
            try:
                await _one_call(place, http, realtime, desk, found, number)
            except (TimeoutError, httpx.HTTPError) as failure:
                failures.append(repr(failure))
    rows = [
        {"from": first, "to": last, "calls": len(values)} | {f"{k} ms": v for k, v in spread(values, 1000).items()}
        for first, last, values in (
            ("INVITE", "200 OK at the caller", found.answer),
            ("the offer's making", "ring on the agent's socket", found.ring),
            ("Accept", "answer to it", found.accepted),
            ("Accept", "agent hears the caller", found.agent_hears),
            ("Accept", "caller hears the agent", found.caller_hears),
        )
    ]
    for row in rows:
        print("  " + ", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    return Table("What people wait for", rows, (*_DELAY_NOTES, *(f"A call failed: {each}" for each in failures)))


_DELAY_NOTES: Final = (
    (
        "One call after the other on an otherwise idle server: caller by SIP over UDP with G.711, agent with a light "
        "browser client (ICE check, DTLS, SRTP, PCMU) that makes its offer when Accept was answered. A real browser "
        "adds its own time to gather candidates, and a jitter buffer. *Hears* is the first frame of 20 ms that is "
        "the other one's tone."
    ),
)


async def _one_call(
    place: House, http: httpx.AsyncClient, realtime: RealtimeClient, desk: View, found: Delays, number: int
) -> None:
    del realtime
    await desk.until(
        lambda rows: not any(row["kind"] in {"call", "wrap_up", "offer"} for row in rows.values()), _WAIT_S
    )
    heard_at = 0.0

    def caller_hears(codes: bytes) -> None:
        nonlocal heard_at
        if not heard_at and share_of(g711.DECODED[g711.MU][np.frombuffer(codes, np.uint8)], _AGENT_HZ) > _PURE:
            heard_at = time.monotonic()

    callee = Callee("127.0.0.1", place.server.sip_port)
    began = time.monotonic()
    sound = looped(encoded(tone((_CALLER_HZ,), 1.0)))
    async with open_call(callee, number=f"+81355501{number:02d}", sound=sound, heard=caller_hears) as call:
        found.answer.append(time.monotonic() - began)
        await asyncio.sleep(0.3)
        call.press("1")
        offer = await desk.until(
            lambda rows: next((row for row in rows.values() if row["kind"] == "offer"), None), _WAIT_S
        )
        found.ring.append(
            datetime.now(tz=datetime.fromisoformat(offer["offered_at"]).tzinfo).timestamp()
            - datetime.fromisoformat(offer["offered_at"]).timestamp()
        )
        accepted = time.monotonic()
        taken = (await http.post(f"/offers/{offer['id']}/accept")).raise_for_status().json()
        found.accepted.append(time.monotonic() - accepted)
        heard_at = 0.0
        interaction = taken["interaction"]
        with httpx.Client(base_url=place.api, headers=dict(http.headers), timeout=30) as attaching:

            def attach(sdp: str) -> str:
                reply = attaching.post(f"/calls/{interaction}/media", json={"offer": sdp})
                return str(reply.raise_for_status().json()["answer"])

            browser = TalkingBrowser(attach)
            browser.start()
            try:
                async with asyncio.timeout(_WAIT_S):
                    while not (heard_at and browser.heard_at) and not browser.failure:  # noqa: ASYNC110 - threads
                        await asyncio.sleep(0.01)
                if browser.failure:
                    raise httpx.HTTPError(browser.failure)
                found.agent_hears.append(browser.heard_at - accepted)
                found.caller_hears.append(heard_at - accepted)
            finally:
                browser.over.set()
                await asyncio.to_thread(browser.join)
                await http.post(f"/calls/{interaction}/hang-up")
                await asyncio.wait_for(call.ended.wait(), _WAIT_S)
