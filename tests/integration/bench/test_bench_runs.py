"""The benchmarks run. What they measure here means nothing, so nothing is said of it but that it is there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "parts",
    [
        ("voice", "supervision"),
        ("setup", "chat", "sockets"),
        ("routing",),
        pytest.param(("boards",), marks=pytest.mark.browser),
    ],
    ids=" ".join,
)
def test_a_quick_run_writes_its_results(parts: tuple[str, ...], tmp_path: Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")}

    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench", *parts, "--quick", "--results", str(tmp_path)],
        cwd=ROOT,
        env=inherited | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-4000:]
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    for part in parts:
        found = json.loads((tmp_path / f"{part}.json").read_text(encoding="utf-8"))
        assert found["tables"]
        assert all(table["rows"] for table in found["tables"])
        assert found["about"]["commit"]
        first = found["tables"][0]["rows"][0]
        assert f"| {first[next(iter(first))]} |" in page
