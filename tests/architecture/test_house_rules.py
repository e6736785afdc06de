"""Rules of the house that no linter knows."""

import ast
import importlib.util
import inspect
from pathlib import Path
from types import ModuleType

import pytest

import madoguchi
from madoguchi.kernel.errors import Kind

SOURCE = Path(madoguchi.__file__).parent
ROOT = SOURCE.parent.parent
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


def error_codes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("error_codes", ROOT / "tools" / "error_codes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_error_has_a_kind_a_code_of_its_own_and_a_title() -> None:
    errors = error_codes().all_errors()
    codes = [error.code for error in errors]

    assert all(isinstance(error.kind, Kind) for error in errors)
    assert sorted(codes) == sorted(set(codes)), "two errors share a code"
    assert all(inspect.getdoc(error) and "code" in vars(error) for error in errors)


def test_the_list_of_error_codes_is_current() -> None:
    tool = error_codes()

    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(), "run `make docs`"


def test_no_lock_file_names_an_index() -> None:
    python, node = list(ROOT.glob("locks/*.txt")), ROOT / "web" / "package-lock.json"

    assert len(python) == 3
    assert [lock.name for lock in python if "://" in lock.read_text()] == []
    assert '"resolved": "http' not in node.read_text()
