"""Recorded calls that a media worker carries without loss, and what each costs it.

The media plane and its workers are the product's; phones and browsers are load processes with real sockets, real RTP
and real DTLS-SRTP. What a worker costs is its own user and system time, not the machine's, so that other work on the
machine disturbs it little; lateness and loss are disturbed by everything.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.figures import Table
from bench.load import Load, load_process
from madoguchi.adapters.voice.embedded.media_plane import MediaPlane, MediaPlaneSettings
from madoguchi.kernel.ids import BridgeId, LegId, RecordingId
from madoguchi.media.protocol import BrowserConnected, MediaEvent, RtpCodec, RtpEndpoint, RtpSettings, WorkerStats

PLAN_SHARE: Final = 0.6
"""The share of a core that is planned with."""
TARGETS: Final = {"phone-phone": 300, "browser PCMU-phone": 160, "browser Opus-phone": 50}
_STEPS: Final = {
    "phone-phone": (50, 150, 300),
    "browser PCMU-phone": (40, 100, 160),
    "browser Opus-phone": (10, 30, 50),
}
_CODECS: Final = {"phone-phone": "", "browser PCMU-phone": "PCMU", "browser Opus-phone": "opus"}
_PCMU: Final = RtpCodec("PCMU", 0, 8000)
_BOTH: Final = ((0.0, 1.0), (1.0, 0.0))
_SETTLE_S, _QUICK_SETTLE_S = 2.0, 0.5
_CONNECT_S: Final = 60.0
_AT_ONCE: Final = 10


@dataclass(frozen=True)
class Case:
    """How many calls of which kind, on how many workers."""

    kind: str
    calls: int
    workers: int = 1

    @property
    def codec(self) -> str:
        """The browsers' codec; empty where both sides are phones."""
        return _CODECS[self.kind]


class _Scene:
    """The calls of a case on a running media plane."""

    def __init__(self, case: Case, plane: MediaPlane, folder: Path) -> None:
        self._case = case
        self._plane = plane
        self._folder = folder
        self.connected = asyncio.Semaphore(0)

    def take(self, event: MediaEvent) -> None:
        """Count browsers that are there."""
        if isinstance(event, BrowserConnected):
            self.connected.release()

    async def phones(self, load: Load, side: str) -> None:
        """Connect a phone to every call."""
        ports = await load.ask(do="open", streams=self._case.calls)
        targets = []
        for number, port in enumerate(ports):
            leg = LegId(f"{side}{number}")
            endpoint = await self._plane.reserve_rtp(leg, near=f"call{number}")
            await self._plane.connect_rtp(leg, RtpSettings(RtpEndpoint("127.0.0.1", port), _PCMU, 101))
            targets.append((endpoint.host, endpoint.port))
        await load.ask(do="targets", targets=targets)

    async def browsers(self, load: Load, side: str) -> None:
        """Connect a browser to every call."""
        offers = await load.ask(do="open", streams=self._case.calls, codec=self._case.codec)
        for first in range(0, len(offers), _AT_ONCE):
            answers = [
                await self._plane.open_browser(
                    LegId(f"{side}{number}"), offers[number], listen_only=False, near=f"call{number}"
                )
                for number in range(first, min(first + _AT_ONCE, len(offers)))
            ]
            await load.ask(do="answers", first=first, answers=answers)
        async with asyncio.timeout(_CONNECT_S):
            for _ in offers:
                await self.connected.acquire()

    async def talk(self) -> None:
        """Bridge and record every call."""
        for number in range(self._case.calls):
            legs = LegId(f"a{number}"), LegId(f"b{number}")
            await self._plane.set_gains(BridgeId(f"bridge{number}"), legs, _BOTH)
            tape = self._folder / f"{number}.wav"
            await self._plane.start_recording(RecordingId(f"tape{number}"), legs[0], tape, dual=True)


async def measure(case: Case, seconds: float, settle_s: float = _SETTLE_S) -> dict[str, Any]:
    """Hold the calls of `case` for `seconds` and return what that took."""
    settings = MediaPlaneSettings(
        ("127.0.0.1",), rtp_ports=(0, 0), webrtc_port=0, workers=case.workers, bind="127.0.0.1"
    )
    plane = MediaPlane(settings)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        scene = _Scene(case, plane, folder)
        await plane.start(scene.take)
        stack.push_async_callback(plane.close)
        loads = [await stack.enter_async_context(load_process("bench.phone_load"))]
        await scene.phones(loads[0], "a")
        if case.codec:
            loads.append(await stack.enter_async_context(load_process("bench.browser_load")))
            await scene.browsers(loads[1], "b")
        else:
            loads.append(await stack.enter_async_context(load_process("bench.phone_load")))
            await scene.phones(loads[1], "b")
        await scene.talk()
        for load in loads:
            await load.ask(do="run")
        await asyncio.sleep(settle_s)
        before = await plane.stats(restart=True)
        for load in loads:
            await load.ask(do="mark")
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        after = await plane.stats()
        took = asyncio.get_running_loop().time() - began
        heard = [await load.ask(do="read") for load in loads]
    return _row(case, before, after, heard, took)


def _row(
    case: Case, before: list[WorkerStats], after: list[WorkerStats], heard: list[dict[str, Any]], took: float
) -> dict[str, Any]:
    def grown(name: str) -> int:
        return int(sum(getattr(now, name) - getattr(then, name) for then, now in zip(before, after, strict=True)))

    cpu = sum(now.cpu_s - then.cpu_s for then, now in zip(before, after, strict=True)) / took
    ticks = sum(each.ticks for each in after)
    packets = grown("packets_in")
    capacity = case.calls / cpu * PLAN_SHARE
    return {
        "calls": case.kind,
        "n": case.calls,
        "workers": case.workers,
        "worker CPU %": round(100 * cpu, 1),
        "CPU % per call": round(100 * cpu / case.calls, 3),
        "calls per core at 60 %": round(capacity),
        "target": TARGETS[case.kind],
        "late ticks %": round(100 * sum(each.late_ticks for each in after) / max(1, ticks), 2),
        "late p50 ms": round(max(each.late_p50_ms for each in after), 1),
        "late p99 ms": round(max(each.late_p99_ms for each in after), 1),
        "tick's work p50 ms": round(max(each.work_p50_ms for each in after), 1),
        "p99 ms": round(max(each.work_p99_ms for each in after), 1),
        "packets in": packets,
        "lost in": grown("packets_lost"),
        "too late in": grown("packets_late"),
        "lost out": sum(each["lost"] for each in heard),
        "streams out": sum(each["streams"] for each in heard),
        "frames heard with sound %": round(100 * sum(each["sound"] for each in heard) / len(heard)),
        "recordings": sum(each.recordings for each in after),
        "load CPU %": "+".join(f"{each['cpu_percent']:.0f}" for each in heard),
        "load late p99 ms": max(each["late_p99_ms"] for each in heard),
    }


_NOTES: Final = (
    (
        "Every call has two legs, both speaking and hearing, and one recording of both sides (dual channel WAV). "
        "*Lost in* are gaps in the sequence numbers that the worker received, *lost out* those that phones and "
        "browsers received. A tick is late when it begins more than 5 ms after its time. *CPU* is the worker "
        "process' user and system time."
    ),
)


async def run(*, quick: bool) -> list[Table]:
    """Measure all cases."""
    seconds, settle_s = (1.0, _QUICK_SETTLE_S) if quick else (6.0, _SETTLE_S)
    cases = [Case(kind, calls) for kind, steps in _STEPS.items() for calls in ((steps[0] // 5,) if quick else steps)]
    rows = []
    for case in cases:
        rows.append(await measure(case, seconds, settle_s))
        _tell(rows[-1])
    tables = [Table("Calls held by one media worker", rows, _NOTES)]
    if not quick:
        tables.append(await _scaling(seconds))
    return tables


async def _scaling(seconds: float) -> Table:
    rows = []
    for kind, calls in (("phone-phone", 100), ("browser Opus-phone", 20)):
        one = await measure(Case(kind, calls), seconds)
        two = await measure(Case(kind, 2 * calls, workers=2), seconds)
        for row in (one, two):
            _tell(row)
        rows.append(
            {
                "calls": kind,
                "one worker": calls,
                "CPU % per call": one["CPU % per call"],
                "two workers": 2 * calls,
                "CPU % per call then": two["CPU % per call"],
                "capacity grows by": round(2 * one["CPU % per call"] / two["CPU % per call"], 2),
                "target": 1.8,
                "lost": two["lost in"] + two["lost out"],
                "late ticks %": two["late ticks %"],
            }
        )
    notes = ("Each worker has the same number of calls in both rows; capacity is calls per CPU second of the workers.",)
    return Table("Two workers against one", rows, notes)


def _tell(row: dict[str, Any]) -> None:
    print("  " + ", ".join(f"{name} {value}" for name, value in row.items()), flush=True)
