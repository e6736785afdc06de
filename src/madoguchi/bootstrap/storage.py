"""Opens the data folder and the database, and does there what needs no running server: users, passwords, seeds."""

import fcntl
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from madoguchi.adapters.storage.store import SqlStorage, postgres_storage, sqlite_storage
from madoguchi.adapters.system import SystemIds
from madoguchi.bootstrap import seed
from madoguchi.bootstrap.settings import Settings
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.users import Credentials, User
from madoguchi.domain.queues.tree import Tree
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import RoleId, UserId
from madoguchi.services.sign_in import password_hash

LOCK: Final = "server.lock"
DATABASE: Final = "madoguchi.sqlite"


class StartError(Exception):
    """It cannot start; the message says why and what to do."""


def prepare(folder: Path) -> None:
    """Make the data folder, readable by its owner only.

    Raises:
        StartError: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StartError(f"the data folder {folder} cannot be made: {error.strerror}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StartError(f"the data folder {folder} cannot be written")


@contextmanager
def only_server(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process as long as the context lasts.

    Raises:
        StartError: another server uses it.
    """
    with (folder / LOCK).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError(f"another server uses the data folder {folder}; stop it, or set MADOGUCHI_DATA") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def storage_of(settings: Settings) -> SqlStorage:
    """Return the database that the settings name; it is not open yet."""
    if settings.database.startswith("postgresql://"):
        return postgres_storage(settings.database)
    named = settings.database.removeprefix("sqlite:///")
    return sqlite_storage(Path(named) if named else settings.data_folder / DATABASE)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[SqlStorage]:
    """Yield the open database."""
    prepare(settings.data_folder)
    storage = storage_of(settings)
    await storage.open()
    try:
        yield storage
    finally:
        await storage.close()


async def seed_passwords(settings: Settings, *, reset: bool) -> tuple[Sequence[seed.FirstPassword], Path]:
    """Make the demo organisation, or new passwords for it; return them, and the file that has them too."""
    async with opened(settings) as storage:
        made = await seed.seed(storage, SystemIds(), password_hash)
        if not made and reset:
            made = await seed.reset_passwords(storage.catalogue, SystemIds(), password_hash)
    return made, seed.keep(made, settings.data_folder) if made else settings.data_folder / seed.PASSWORDS_FILE


async def create_user(
    settings: Settings, email: str, name: str, roles: Sequence[RoleId], languages: Sequence[str], queues: Sequence[str]
) -> str:
    """Make a user and let him serve the queues with these English names (all, if none); return his password.

    Raises:
        ConflictError: the e-mail address is taken.
        InvalidInputError: a queue does not exist, or a name is missing.
    """
    if "@" not in email or not name.strip():
        raise InvalidInputError("a user needs an e-mail address and a name")
    ids = SystemIds()
    password = seed.new_password(ids)
    async with opened(settings) as storage:
        stored = await storage.queues.load()
        tree = Tree.of(stored.nodes)
        known = [one for one in tree.nodes.values() if not one.deleted and tree.leaf(one)]
        missing = set(queues) - {queue.name("en") for queue in known}
        if missing:
            raise InvalidInputError(f"there is no queue {', '.join(sorted(missing))}")
        user = User(
            UserId(ids.new("user")),
            name.strip(),
            email.strip(),
            frozenset(roles),
            tuple(languages),
            last_name=name.strip(),
        )
        await storage.catalogue.add_user(user, Credentials(password_hash(password)))
        if Role.AGENT in roles:
            chosen = [one for one in known if not queues or one.name("en") in queues]
            await storage.queues.save([one.with_user(user.id) for one in chosen], revision=stored.revision)
    return password
