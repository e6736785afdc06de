"""What the figures were measured on, and what a process has used."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
_CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")
_NICE: Final = -10
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def describe() -> dict[str, Any]:
    """Return commit, date and machine, with its load before anything is measured."""
    return {
        "commit": _git("rev-parse", "--short=12", "HEAD") or "unknown",
        "changed": bool(_git("status", "--porcelain", "--", "src", "bench/*.py")),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "model": _model(),
        "cores": os.cpu_count(),
        "load": [round(each, 1) for each in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def cpu_s(pid: int) -> float:
    """Return the seconds of CPU, user and system, that a process has used with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


def rss(pid: int) -> int:
    """Return the bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(each) for each in found]


def punctual() -> None:
    """Let this process make load on time whatever else the machine does, where the user may have that."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        return


def hurry(pid: int) -> None:
    """Put a process, its session and what it starts from now on before the machine's other work, where that is allowed.

    Linux shares the processor out among sessions first (sched(7), "The autogroup feature"), so a nice value alone
    would only count within the session.
    """
    try:
        os.setpriority(os.PRIO_PROCESS, pid, _NICE)
        Path(f"/proc/{pid}/autogroup").write_text(str(_NICE), encoding="ascii")
    except OSError:
        return


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["git", *arguments],  # noqa: S607 - wherever it is
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def own_pid() -> int:
    """Return this process."""
    return os.getpid()
