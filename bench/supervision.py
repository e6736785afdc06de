"""What supervisors change of the time between an agent's and a consumer's packets, beside what it is without any.

The media plane and its worker are the product's; the two who talk are phones that note the kernel's receive time of
every packet, the supervisor is a light browser client (ICE, DTLS-SRTP) that only listens until his part is another.
Windows with a deed and windows without one take turns, so that whatever else the machine does falls on both.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

from bench.figures import Table, quantile
from bench.load import Load, load_process
from madoguchi.adapters.voice.embedded.media_plane import MediaPlane, MediaPlaneSettings
from madoguchi.domain.supervision import Role, Voice, gain_matrix
from madoguchi.kernel.ids import BridgeId, LegId
from madoguchi.media.protocol import RtpCodec, RtpEndpoint, RtpSettings

TARGET_MS: Final = 5.0
QUIET: Final = "nothing"
_CONSUMER, _AGENT, _BRIDGE = LegId("leg_consumer"), LegId("leg_agent"), BridgeId("bridge_1")
_WINDOW_S: Final = 0.12
"""Six packets each: those around the deed, and few others that would hide them."""
_SETTLE_S: Final = 1.0

Deed = Callable[[], Awaitable[None]]


class _Scene:
    """A call with two phones, and a browser for each supervisor who will come."""

    def __init__(self, plane: MediaPlane, phones: Load, browsers: Load) -> None:
        self._plane = plane
        self._phones = phones
        self._browsers = browsers
        self._offers: list[str] = []
        self.gaps: dict[str, list[float]] = {QUIET: []}

    async def open(self, supervisors: int) -> None:
        """Let the two talk."""
        ports = await self._phones.ask(do="open", streams=2)
        targets = []
        for leg, port in zip((_CONSUMER, _AGENT), ports, strict=True):
            endpoint = await self._plane.reserve_rtp(leg)
            remote = RtpSettings(RtpEndpoint("127.0.0.1", port), RtpCodec("PCMU", 0, 8000), 101)
            await self._plane.connect_rtp(leg, remote)
            targets.append((endpoint.host, endpoint.port))
        self._offers = await self._browsers.ask(do="open", streams=supervisors, codec="opus")
        await self._order()
        await self._phones.ask(do="targets", targets=targets)
        await asyncio.sleep(_SETTLE_S)

    async def supervised(self, number: int, *, killed: bool) -> None:
        """Let a supervisor come, play every part, and go or be killed, each beside a window without a deed."""
        leg = LegId(f"leg_supervisor_{number}")

        async def joins() -> None:
            answer = await self._plane.open_browser(leg, self._offers[number], listen_only=True, near=_CONSUMER)
            await self._browsers.ask(do="answers", first=number, answers=[answer])
            await self._order(leg, Role.MONITOR)

        async def plays(role: Role) -> None:
            await self._plane.set_listen_only(leg, on=role is Role.MONITOR)
            await self._order(leg, role)

        async def goes() -> None:
            await self._order()
            await self._plane.close_leg(leg)

        async def dies() -> None:
            await self._browsers.ask(do="vanish", first=number)

        await self._measure("joins", joins)
        await self._measure("listen to whisper", lambda: plays(Role.WHISPER))
        await self._measure("whisper to barge", lambda: plays(Role.BARGE))
        await self._measure("barge to listen", lambda: plays(Role.MONITOR))
        if killed:
            await self._measure("is killed", dies)
            await goes()
        else:
            await self._measure("leaves", goes)

    async def _measure(self, name: str, deed: Deed) -> None:
        await self._phones.ask(do="gaps")
        await asyncio.sleep(_WINDOW_S)
        self.gaps[QUIET] += await self._heard()
        await deed()
        await asyncio.sleep(_WINDOW_S)
        self.gaps.setdefault(name, []).extend(await self._heard())

    async def _heard(self) -> list[float]:
        consumer, agent = await self._phones.ask(do="gaps")
        return [*consumer, *agent]

    async def _order(self, supervisor: LegId | None = None, role: Role = Role.MONITOR) -> None:
        voices = [Voice(_CONSUMER, Role.CONSUMER), Voice(_AGENT, Role.AGENT)]
        if supervisor is not None:
            voices.append(Voice(supervisor, role))
        await self._plane.set_gains(_BRIDGE, [one.leg for one in voices], gain_matrix(voices))


def rows_of(gaps: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    """Return what was measured, each beside the time without supervisors."""
    quiet = gaps[QUIET]
    rows = []
    for name, found in gaps.items():
        row: dict[str, Any] = {"the supervisor": name, "gaps": len(found)}
        for label, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0)):
            row[f"{label} ms"] = round(quantile(found, share), 2)
        for label, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0)):
            row[f"{label} changes by ms"] = round(quantile(found, share) - quantile(quiet, share), 2)
        row["beyond 25 ms %"] = round(100 * sum(gap > 25 for gap in found) / max(1, len(found)), 2)
        rows.append({**row, "target ms": TARGET_MS})
    return rows


_NOTES: Final = """\
Gaps between two packets that the consumer's or the agent's phone receives, by the kernel's receive time; 20 ms where
nothing disturbs. Each deed has windows of its own, from before it until six packets after it, and before each of them
is one of the same length in which nothing is done: *nothing* is all of those together. A join contains the whole DTLS
handshake. *Changes by* is the quantile less that of *nothing*, of the same run; *max* is one packet, and on a shared
machine mostly somebody else's. *Target* is what p50 and p95 may change by."""


async def run(*, quick: bool) -> list[Table]:
    """Let supervisors come and go, half of them killed."""
    rounds = 2 if quick else 100
    plane = MediaPlane(MediaPlaneSettings(("127.0.0.1",), rtp_ports=(0, 0), webrtc_port=0, workers=1, bind="127.0.0.1"))
    async with AsyncExitStack() as stack:
        await plane.start(lambda _event: None)
        stack.push_async_callback(plane.close)
        phones = await stack.enter_async_context(load_process("bench.gap_phones"))
        browsers = await stack.enter_async_context(load_process("bench.browser_load"))
        scene = _Scene(plane, phones, browsers)
        await scene.open(rounds)
        for number in range(rounds):
            await scene.supervised(number, killed=number % 2 == 1)
    return [Table("The time between packets while supervisors come, switch and go", rows_of(scene.gaps), (_NOTES,))]
