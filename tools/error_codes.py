"""Lists the error codes: writes `docs/protocol/errors.md` from the classes in the code.

`python tools/error_codes.py` writes the page; a test sees to it that it is current.
"""

import importlib
import pkgutil
from pathlib import Path
from typing import Final

import madoguchi
from madoguchi.adapters.http.problems import STATUS, STATUS_OF_CODE
from madoguchi.kernel.errors import MadoguchiError

PAGE: Final = Path(__file__).parent.parent / "docs" / "protocol" / "errors.md"
HEAD: Final = """# Errors

Written from the classes in the code by `tools/error_codes.py`; do not edit. A `code` is stable; what is wrong in the
case at hand is in the problem's `detail`, and in `field` or `errors` where an input is. 503 means that nothing has
happened and that the same request may succeed later.

| code | status | title |
|---|---|---|
"""


def all_errors() -> list[type[MadoguchiError]]:
    """Return every class of error that the package has."""
    for module in pkgutil.walk_packages(madoguchi.__path__, "madoguchi."):
        if not module.name.endswith(("__main__", ".worker")) and ".migrations" not in module.name:
            importlib.import_module(module.name)
    found: list[type[MadoguchiError]] = []
    waiting = [MadoguchiError]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        found += subclasses
        waiting += subclasses
    return [error for error in found if error.__module__.startswith("madoguchi.")]


def title(error: type[MadoguchiError]) -> str:
    """Return the title that people are shown."""
    return (error.__doc__ or "").strip().splitlines()[0]


def page() -> str:
    """Return the page."""
    rows = [
        f"| `{error.code}` | {STATUS_OF_CODE.get(error.code, STATUS[error.kind])} | {title(error)} |"
        for error in sorted(all_errors(), key=lambda error: error.code)
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
