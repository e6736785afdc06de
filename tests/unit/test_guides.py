"""What guides tell people to type must exist and work."""

import re
from pathlib import Path

import msgspec
import pytest

from madoguchi.bootstrap.main import app
from madoguchi.bootstrap.settings import FILE_VARIABLE, PREFIX, Settings, load
from madoguchi.media.protocol import WorkerStats

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md")), ROOT / "docs/operations/running.md"]
SETTINGS = {PREFIX + each.name.upper() for each in msgspec.structs.fields(Settings)} | {FILE_VARIABLE}
FILES = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
]


def ids(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("text", FILES)
def test_every_settings_file_that_is_shown_can_be_loaded(text: str, tmp_path: Path) -> None:
    (tmp_path / "madoguchi.toml").write_text(text, encoding="utf-8")

    loaded = load({}, tmp_path)

    assert loaded.origins
    assert not loaded.warnings


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_variable_that_is_named_is_a_setting(page: Path) -> None:
    named = set(re.findall(r"\bMADOGUCHI_[A-Z_]+", page.read_text(encoding="utf-8")))
    assert named <= SETTINGS


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = {
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    }
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert set(re.findall(r"(?:`|/)madoguchi ([a-z-]+)", text)) <= known
    made = re.findall(r"(?:`|&& |^)make ((?:[a-z-]+ ?)+)", text, re.MULTILINE)
    assert {target for line in made for target in line.split()} <= targets


def test_every_figure_that_is_named_is_measured() -> None:
    text = (ROOT / "docs/operations/running.md").read_text(encoding="utf-8")
    places = [
        *(ROOT / "src/madoguchi/bootstrap").glob("*.py"),
        *(ROOT / "src/madoguchi/adapters/observability").glob("*.py"),
    ]
    code = "".join(place.read_text(encoding="utf-8") for place in places)
    counted = {f"madoguchi_media_{name}_total" for name in WorkerStats.__struct_fields__}

    named = set(re.findall(r"madoguchi_[a-z0-9_]+", text))

    assert named
    whole = {name for name in named - counted if f'"{name.removesuffix("_total")}"' in code}
    parts = {name for name in named - counted if f'"{name.removeprefix("madoguchi_")}"' in code}
    assert named - counted - whole - parts == set()
