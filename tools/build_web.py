"""Build the front ends when their sources have changed.

Node comes from the Python environment, never from the machine.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
OUT = ROOT / "src" / "madoguchi" / "static"
STAMP = OUT / ".source-hash"
LEFT_OUT = {"node_modules", "dist", ".vite"}


def sources() -> list[Path]:
    """Return every file that the build reads, in a fixed order."""
    found = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        found += [Path(folder) / name for name in sorted(files) if not name.endswith(".tsbuildinfo")]
    return found


def source_hash(paths: list[Path]) -> str:
    """Return one hash over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(WEB)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def npm(*arguments: str) -> None:
    """Run npm in the workspace, with the Python environment's Node first on the path."""
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([tools / "npm", *arguments], cwd=WEB, env=environment, check=True)  # noqa: S603 - our own arguments


def install() -> None:
    """Install the locked packages when the lock has changed."""
    stamp = WEB / "node_modules" / ".lock-hash"
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(wanted)


def main() -> None:
    """Build, check or test: `build_web.py [build|check|lint|test|npm …]`."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "build"
    if wanted == "build":
        present = source_hash(sources())
        if STAMP.exists() and STAMP.read_text() == present:
            return
        print("Building the front ends ...", flush=True)
        install()
        npm("run", "--silent", "build")
        STAMP.write_text(present)
        return
    install()
    npm(*(sys.argv[2:] if wanted == "npm" else ("run", "--silent", wanted)))


if __name__ == "__main__":
    main()
