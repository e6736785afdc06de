"""What idle consumers' sockets cost: memory each, and CPU for all of them together."""

import asyncio
import gc
from contextlib import AsyncExitStack
from typing import Any, Final

from bench import machine
from bench.figures import Table
from bench.house import House, a_house
from bench.wire import Wire

PING_S: Final = 10.0
_PING: Final = b'{"type":"ping"}'
_AT_ONCE: Final = 50
_NOTES: Final = (
    (
        "Each socket is another consumer's page: welcomed, watching its `consumer` view, and sending the protocol's "
        "ping every 10 s. Memory is what the server process grew by from before the first socket. CPU is the "
        "server's user and system time over the idle window, pings included."
    ),
)


async def run(*, quick: bool, shared: House | None = None) -> list[Table]:
    """Open sockets, then watch the server while nothing happens."""
    steps, seconds = ((100,), 2.0) if quick else ((1000, 5000), 20.0)
    rows = []
    async with a_house(shared, agents=1, consumers=steps[-1]) as place, AsyncExitStack() as stack:
        await _warm_up(place)
        before = machine.rss(place.server.pid)
        wires: list[Wire] = []
        for step in steps:
            took = await _open(place, wires, step, stack)
            rows.append({"sockets": step} | await _idle(place, wires, before, seconds) | {"opened per s": took})
            print("  " + ", ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    return [Table("Idle sockets", rows, _NOTES)]


async def _warm_up(place: House) -> None:
    """Have the server do once what it has to load for."""
    wire = await Wire.open(place.server.url, _ignored, token=place.tokens[0])
    wire.subscribe("c", "consumer")
    await asyncio.sleep(0.5)
    wire.close()
    await asyncio.sleep(0.5)


async def _open(place: House, wires: list[Wire], count: int, stack: AsyncExitStack) -> int:
    """Open sockets until there are `count`; return how many a second."""
    loop = asyncio.get_running_loop()
    began, first = loop.time(), len(wires)
    while len(wires) < count:
        tokens = place.tokens[len(wires) : min(len(wires) + _AT_ONCE, count)]
        opened = await asyncio.gather(*(Wire.open(place.server.url, _ignored, token=token) for token in tokens))
        for wire in opened:
            wire.subscribe("c", "consumer")
            stack.callback(wire.close)
        wires += opened
    return round((count - first) / (loop.time() - began))


async def _idle(place: House, wires: list[Wire], before: int, seconds: float) -> dict[str, Any]:
    gc.collect()
    await asyncio.sleep(min(seconds, PING_S / 2))
    pid = place.server.pid
    cpu, began = machine.cpu_s(pid), asyncio.get_running_loop().time()
    loop = asyncio.get_running_loop()
    while (now := loop.time()) < began + seconds:
        # Pages came at all times, so their pings are spread evenly.
        await asyncio.sleep(0.1)
        share = len(wires) * 0.1 / PING_S
        first = int((now - began) / 0.1 * share)
        for number in range(first, first + max(1, round(share))):
            wires[number % len(wires)].send(_PING)
    took = loop.time() - began
    held = machine.rss(pid)
    return {
        "server MB": round(held / 1e6),
        "KB per socket": round((held - before) / len(wires) / 1000, 1),
        "idle CPU % of a core": round(100 * (machine.cpu_s(pid) - cpu) / took, 1),
    }


def _ignored(_body: bytes) -> None:
    """Nobody looks at what an idle page is told."""
