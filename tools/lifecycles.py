"""Draws the lifecycles: writes `docs/lifecycles/<machine>.md` from the tables in the code.

`python tools/lifecycles.py` writes the files; a test sees to it that they are current.
"""

import re
from pathlib import Path
from typing import Any, Final

from madoguchi.domain.agents.handling import HANDLING
from madoguchi.domain.agents.presence import PRESENCE
from madoguchi.domain.calls.consult import TRANSFER
from madoguchi.domain.calls.lifecycle import CALL
from madoguchi.domain.calls.parties import MEDIA
from madoguchi.domain.chats.lifecycle import CHAT
from madoguchi.domain.recording import RECORDING
from madoguchi.domain.routing.offers import OFFER
from madoguchi.kernel.machine import Machine

FOLDER: Final = Path(__file__).parent.parent / "docs" / "lifecycles"
MACHINES: Final[tuple[Machine[Any], ...]] = (CALL, TRANSFER, CHAT, OFFER, HANDLING, PRESENCE, MEDIA, RECORDING)
_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


def drawn(machine: Machine[Any]) -> str:
    """Return the page of one machine: a diagram, and its events with what they mean."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (before, event), after in machine.table.items():
        arrows.setdefault((before.value, after.value), []).append(event.__name__)
    lines = [f"    [*] --> {machine.initial.value}"]
    for (source, target), events in sorted(arrows.items()):
        lines.append(f"    {source} --> {target}: {', '.join(sorted(events))}")
    lines += [f"    {state} --> [*]" for state in sorted(state.value for state in machine.terminal)]
    events_of_all = sorted({event for _, event in machine.table}, key=lambda event: event.__name__)
    meanings = [f"| `{event.__name__}` | {(event.__doc__ or '').strip().splitlines()[0]} |" for event in events_of_all]
    title = _WORD.sub(" ", machine.name).capitalize()
    return "\n".join(
        [
            f"# {title}",
            "",
            "Drawn from the table in the code by `tools/lifecycles.py`; do not edit.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *lines,
            "```",
            "",
            "| event | meaning |",
            "|---|---|",
            *meanings,
            "",
        ]
    )


def pages() -> dict[Path, str]:
    """Return all pages by their files."""
    return {FOLDER / f"{machine.name}.md": drawn(machine) for machine in MACHINES}


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
