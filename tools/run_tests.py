"""Run the project's checks, cheapest failures first; stop at the first that fails; say how long each took."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

LINT = (
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "src", "tests", "bench", "tools"]),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", "src", "tests", "bench", "tools"]),
    ("import rules", [str(BIN / "lint-imports"), "--no-cache"]),
)
TYPES = (("types", [str(BIN / "mypy")]),)
WEB = (
    ("web types", [sys.executable, "tools/build_web.py", "check"]),
    ("web lint", [sys.executable, "tools/build_web.py", "lint"]),
    ("web tests", [sys.executable, "tools/build_web.py", "test"]),
)
PYTEST = [sys.executable, "-m", "pytest", "-q", "--numprocesses=2", "--dist=loadgroup"]
COVERAGE = ["--cov", "--cov-report=term:skip-covered", "--cov-report=xml:.coverage.xml"]
FAST = ("tests/unit", "tests/property", "tests/architecture", "tests/contract")
SLOW = ("tests/integration", "tests/e2e")
UNIT = (("fast tests", [*PYTEST, *FAST]),)
E2E = (("end-to-end tests", [*PYTEST, "tests/e2e"]),)
ALL = (
    *LINT,
    *TYPES,
    *WEB,
    ("fast tests", [*PYTEST, *COVERAGE, *FAST]),
    ("coverage floors", [sys.executable, "tools/coverage_floors.py"]),
    ("integration and end-to-end tests", [*PYTEST, *SLOW]),
)
PLANS = {"all": ALL, "lint": LINT, "types": TYPES, "unit": UNIT, "e2e": E2E, "web": WEB}


def processor_s() -> float:
    """Return how long processors have worked for the steps so far: what a step costs on a busy machine, too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Run the plan named on the command line; return the first failing step's exit code."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "HYPOTHESIS_PROFILE": "ci"}
    for name, command in PLANS[sys.argv[1] if len(sys.argv) > 1 else "all"]:
        print(f"== {name}", flush=True)
        began, before = time.monotonic(), processor_s()
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603 - our own commands
        outcome = "ok" if done.returncode == 0 else "FAILED"
        took, busy = time.monotonic() - began, processor_s() - before
        print(f"== {name}: {outcome} in {took:.0f} s ({busy:.0f} s of processor time)", flush=True)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
