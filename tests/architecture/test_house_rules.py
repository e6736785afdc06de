"""Rules of the house that no linter knows."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import madoguchi
from madoguchi.kernel.errors import Kind, MadoguchiError

SOURCE = Path(madoguchi.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_has_at_most_400_lines_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()

    assert len(text.splitlines()) <= 400, "it wants to be two modules"
    assert ast.get_docstring(ast.parse(text)), "its docstring is missing"


def test_no_module_has_a_vague_name() -> None:
    vague = [path for path in MODULES if path.stem in VAGUE or path.parent.name in VAGUE]

    assert vague == []


def all_errors() -> list[type[MadoguchiError]]:
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


def test_every_error_has_a_kind_a_code_of_its_own_and_a_title() -> None:
    errors = all_errors()
    codes = [error.code for error in errors]

    assert all(isinstance(error.kind, Kind) for error in errors)
    assert sorted(codes) == sorted(set(codes)), "two errors share a code"
    assert all(inspect.getdoc(error) and "code" in vars(error) for error in errors)


def test_no_lock_file_names_an_index() -> None:
    root = SOURCE.parent.parent
    python, node = list(root.glob("locks/*.txt")), root / "web" / "package-lock.json"

    assert len(python) == 3
    assert [lock.name for lock in python if "://" in lock.read_text()] == []
    assert '"resolved": "http' not in node.read_text()
