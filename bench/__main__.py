"""`python -m bench [voice|supervision|setup|chat|sockets|routing|boards|all ...] [--quick] [--results FOLDER]`."""

import argparse
import asyncio
import logging
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from bench import boards, calibration, chat, machine, pages, routing, setup, sockets, supervision, voice
from bench.figures import Table
from bench.house import House, a_house

PARTS: Final[dict[str, Any]] = {
    "voice": voice.run,
    "supervision": supervision.run,
    "setup": setup.run,
    "chat": chat.run,
    "sockets": sockets.run,
    "routing": routing.run,
    "boards": boards.run,
}
_ON_A_SERVER: Final = frozenset({"setup", "chat", "sockets"})


async def _shown(parts: list[str]) -> dict[str, list[Table]]:
    """Only show that the parts run: all of them on one server, which is most of what each would cost."""
    async with AsyncExitStack() as stack:
        shared: House | None = None
        tables = {}
        for name in parts:
            print(f"{name}:", flush=True)
            if name in _ON_A_SERVER:
                if shared is None:
                    large = a_house(None, agents=1, consumers=100, chat_limit=chat.CHATS_PER_AGENT)
                    shared = await stack.enter_async_context(large)
                tables[name] = await PARTS[name](quick=True, shared=shared)
            else:
                tables[name] = await PARTS[name](quick=True)
        return tables


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures what calls and chats cost.")
    parser.add_argument("parts", nargs="*", default="all", choices=[*PARTS, "all"], metavar="part")
    parser.add_argument("--quick", action="store_true", help="only show that it runs; the figures mean little")
    parser.add_argument("--results", type=Path, help="where results go; bench/results if not quick")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    folder: Path | None = given.results or (None if given.quick else pages.HERE / "results")
    if not given.quick:
        machine.hurry(machine.own_pid())
    parts = [name for name in PARTS if name in given.parts or "all" in given.parts]
    if given.quick:
        about = machine.describe() | {"speed_before": calibration.measure()}
        results = asyncio.run(_shown(parts))
        about["speed_after"] = calibration.measure()
        for name, tables in results.items():
            _tell(name, about, tables, folder)
        return
    for name in parts:
        print(f"{name}:", flush=True)
        about = machine.describe() | {"speed_before": calibration.measure()}
        tables = asyncio.run(PARTS[name](quick=False))
        about["speed_after"] = calibration.measure()
        _tell(name, about, tables, folder)


def _tell(name: str, about: dict[str, Any], tables: list[Table], folder: Path | None) -> None:
    """Print a part's tables, and keep them where that is wanted."""
    for table in tables:
        print("\n" + table.markdown(), flush=True)
    if folder is not None:
        pages.keep(folder, name, about, tables)
        pages.render(folder, (folder.parent if folder == pages.HERE / "results" else folder) / "README.md")


if __name__ == "__main__":
    main()
