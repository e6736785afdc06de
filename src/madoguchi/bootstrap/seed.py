"""The demo organisation that a fresh installation starts with: agents, a supervisor, an administrator, queues."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.profile import full_name
from madoguchi.domain.access.teams import Team
from madoguchi.domain.access.users import Credentials, User
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.tree import Tree
from madoguchi.kernel.ids import QueueId, TeamId, UserId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.storage import Catalogue, Storage

PASSWORDS_FILE: Final = "first-passwords.json"
_PASSWORD_LENGTH: Final = 16

PEOPLE: Final = (
    ("美咲", "佐藤", "misaki.sato@example.com", Role.AGENT, ("ja", "en")),
    ("翔", "田中", "sho.tanaka@example.com", Role.AGENT, ("ja", "en")),
    ("Emily", "Parker", "emily.parker@example.com", Role.AGENT, ("en", "ja")),
    ("直子", "高橋", "naoko.takahashi@example.com", Role.MANAGER, ("ja", "en")),
    ("大輔", "山本", "admin@example.com", Role.ADMIN, ("ja", "en")),
)
TEAM: Final = "サポート"
"""The agents' team; the supervisor manages it."""
Names: TypeAlias = Mapping[str, str]
ORDERS: Final[Names] = {"en": "Orders & delivery", "ja": "注文・配送"}
DELIVERY: Final[Names] = {"en": "Delivery status", "ja": "配送状況の確認"}
RETURNS: Final[Names] = {"en": "Returns & exchanges", "ja": "返品・交換"}
BILLING: Final[Names] = {"en": "Billing", "ja": "請求・お支払い"}
SUPPORT: Final[Names] = {"en": "Technical support", "ja": "技術サポート"}
MENUS: Final[Mapping[MenuChannel, Sequence[tuple[Names, Sequence[Names]]]]] = {
    MenuChannel.IVR: ((SUPPORT, ()), (BILLING, ()), (ORDERS, (DELIVERY, RETURNS))),
    MenuChannel.WEB: ((ORDERS, (DELIVERY, RETURNS)), (BILLING, ()), (SUPPORT, ())),
}
"""Channel to the top level of its menu: names, and what is below."""
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


async def seed(storage: Storage, ids: IdSource, hashed: Callable[[str], str]) -> Sequence[FirstPassword]:
    """Fill an empty database; return the passwords made, or nothing where somebody works here already."""
    catalogue = storage.catalogue
    if await catalogue.users():
        return ()
    made = []
    agents, managers = [], []
    for first, last, email, role, languages in PEOPLE:
        name = full_name(first, last)
        user = User(
            UserId(ids.new("user")), name, email, frozenset({role}), languages, first_name=first, last_name=last
        )
        password = new_password(ids)
        await catalogue.add_user(user, Credentials(hashed(password)))
        made.append(FirstPassword(name, email, role, password))
        if role == Role.AGENT:
            agents.append(user.id)
        elif role == Role.MANAGER:
            managers.append(user.id)
    team = Team(TeamId(ids.new("team")), TEAM, members=frozenset(agents), managers=frozenset(managers))
    await storage.people.save_teams([team])
    stored = await storage.queues.load()
    await storage.queues.save(grown(ids, agents), revision=stored.revision)
    await catalogue.save_settings("branding", BRANDING)
    await catalogue.save_settings("support_center", {"time_zone": "Asia/Tokyo"})
    return made


def grown(ids: IdSource, agents: Sequence[UserId]) -> Sequence[Node]:
    """Return the menu trees, with `agents` assigned to every queue."""
    tree = Tree()
    for channel, tops in MENUS.items():
        for names, below in tops:
            top = QueueId(ids.new("queue"))
            tree = tree.with_(tree.add(top, channel, None, names))
            for each in below:
                tree = tree.with_(tree.add(QueueId(ids.new("queue")), channel, top, each))
    everybody = (Assignment(users=tuple(agents)),)
    return [replace(one, assignments=everybody) if tree.leaf(one) else one for one in tree.nodes.values()]


async def reset_passwords(catalogue: Catalogue, ids: IdSource, hashed: Callable[[str], str]) -> Sequence[FirstPassword]:
    """Give every user of the demo organisation a new password; return them."""
    demo = {email for _, _, email, _, _ in PEOPLE}
    made = []
    for user in await catalogue.users():
        if user.email in demo:
            password = new_password(ids)
            await catalogue.set_credentials(user.id, Credentials(hashed(password)))
            role = next(iter(sorted(user.roles)), "")
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
