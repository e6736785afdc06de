"""`python -m bench [voice|setup|chat|sockets|routing|all] [--quick] [--results FOLDER]`."""

import argparse
import asyncio
import logging
from pathlib import Path
from typing import Any, Final

from bench import calibration, chat, machine, pages, routing, setup, sockets, voice

PARTS: Final[dict[str, Any]] = {
    "voice": voice.run,
    "setup": setup.run,
    "chat": chat.run,
    "sockets": sockets.run,
    "routing": routing.run,
}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures what calls and chats cost.")
    parser.add_argument("part", nargs="?", default="all", choices=[*PARTS, "all"])
    parser.add_argument("--quick", action="store_true", help="only show that it runs; the figures mean little")
    parser.add_argument("--results", type=Path, help="where results go; bench/results if not quick")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    folder: Path | None = given.results or (None if given.quick else pages.HERE / "results")
    if not given.quick:
        machine.hurry(machine.own_pid())
    for name in PARTS if given.part == "all" else [given.part]:
        print(f"{name}:", flush=True)
        about = machine.describe() | {"speed_before": calibration.measure()}
        tables = asyncio.run(PARTS[name](quick=given.quick))
        about["speed_after"] = calibration.measure()
        for table in tables:
            print("\n" + table.markdown(), flush=True)
        if folder is not None:
            pages.keep(folder, name, about, tables)
            pages.render(folder, (folder.parent if folder == pages.HERE / "results" else folder) / "README.md")


if __name__ == "__main__":
    main()
