"""The demo organisation that a fresh installation starts with: agents, a supervisor, an administrator, queues."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.users import Credentials, User
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.storage import Catalogue

PASSWORDS_FILE: Final = "first-passwords.json"
_PASSWORD_LENGTH: Final = 16

PEOPLE: Final = (
    ("佐藤 美咲", "misaki.sato@example.com", Role.AGENT, ("ja", "en")),
    ("田中 翔", "sho.tanaka@example.com", Role.AGENT, ("ja", "en")),
    ("Emily Parker", "emily.parker@example.com", Role.AGENT, ("en", "ja")),
    ("高橋 直子", "naoko.takahashi@example.com", Role.MANAGER, ("ja", "en")),
    ("山本 大輔", "admin@example.com", Role.ADMIN, ("ja", "en")),
)
QUEUES: Final = (
    {"en": "Orders & delivery", "ja": "注文・配送"},
    {"en": "Billing", "ja": "請求・お支払い"},
    {"en": "Technical support", "ja": "技術サポート"},
)
BRANDING: Final[Mapping[str, Any]] = {"name": "Madoguchi Demo", "names": {"en": "Madoguchi Demo", "ja": "まどぐちデモ"}}


@dataclass(frozen=True)
class FirstPassword:
    """Somebody's password as it was made; it is stored only as a hash."""

    name: str
    email: str
    role: str
    password: str


def new_password(ids: IdSource) -> str:
    """Return a password of letters and digits, with about 95 bits of chance."""
    text = ""
    while len(text) < _PASSWORD_LENGTH:
        text += "".join(letter for letter in ids.secret() if letter.isalnum())
    return text[:_PASSWORD_LENGTH]


async def seed(catalogue: Catalogue, ids: IdSource, hashed: Callable[[str], str]) -> Sequence[FirstPassword]:
    """Fill an empty catalogue; return the passwords made, or nothing where somebody works here already."""
    if await catalogue.users():
        return ()
    made = []
    agents = []
    for name, email, role, languages in PEOPLE:
        user = User(UserId(ids.new("user")), name, email, frozenset({role}), languages)
        password = new_password(ids)
        await catalogue.add_user(user, Credentials(hashed(password)))
        made.append(FirstPassword(name, email, role.value, password))
        if role is Role.AGENT:
            agents.append(user.id)
    for position, names in enumerate(QUEUES, 1):
        channels = frozenset({MenuChannel.IVR, MenuChannel.WEB})
        await catalogue.save_queue(Queue(QueueId(ids.new("queue")), channels, names, position, tuple(agents)))
    await catalogue.save_settings("branding", BRANDING)
    await catalogue.save_settings("support_center", {"time_zone": "Asia/Tokyo"})
    return made


async def reset_passwords(catalogue: Catalogue, ids: IdSource, hashed: Callable[[str], str]) -> Sequence[FirstPassword]:
    """Give every user of the demo organisation a new password; return them."""
    demo = {email for _, email, _, _ in PEOPLE}
    made = []
    for user in await catalogue.users():
        if user.email in demo:
            password = new_password(ids)
            await catalogue.set_credentials(user.id, Credentials(hashed(password)))
            role = next(iter(sorted(role.value for role in user.roles)), "")
            made.append(FirstPassword(user.name, user.email, role, password))
    return made


def keep(passwords: Sequence[FirstPassword], folder: Path) -> Path:
    """Write the passwords to a file that only its owner can read; return it.

    `madoguchi demo` signs in with it. Whoever runs a real organisation deletes it with the demo users.
    """
    path = folder / PASSWORDS_FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(each) for each in passwords], file, ensure_ascii=False, indent=2)
    return path


def kept(folder: Path) -> Sequence[FirstPassword]:
    """Return the passwords that `keep` wrote; nothing where there is no such file."""
    path = folder / PASSWORDS_FILE
    if not path.exists():
        return ()
    return [FirstPassword(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
