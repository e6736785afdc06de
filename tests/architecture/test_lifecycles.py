"""The diagrams of the lifecycles say what the tables say."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lifecycles", ROOT / "tools" / "lifecycles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(tool().pages()), ids=lambda path: path.stem)
def test_the_diagram_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == tool().pages()[path], "run `python tools/lifecycles.py`"


def test_there_is_no_diagram_without_a_machine() -> None:
    assert sorted((ROOT / "docs" / "lifecycles").glob("*.md")) == sorted(tool().pages())
