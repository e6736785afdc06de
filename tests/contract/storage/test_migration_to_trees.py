"""A database from before there were trees: its queues are in the trees afterwards, and who chatted chats on."""

import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from madoguchi.adapters.storage import migrations
from madoguchi.adapters.storage.postgres import PostgresDatabase
from madoguchi.adapters.storage.store import SqlStorage, postgres_storage, sqlite_storage
from madoguchi.domain.calls.call import Call
from madoguchi.domain.queues.nodes import Assignment
from madoguchi.domain.queues.queue import MenuChannel, OfferPolicy, Queue
from madoguchi.domain.queues.resolve import Menus
from madoguchi.domain.queues.tree import Tree
from madoguchi.kernel.ids import UserId
from madoguchi.services.codec import Codec
from madoguchi.testing.builders import a_call_in_menu
from tests.contract.storage.conftest import postgres_server

pytestmark = pytest.mark.req("BASE-4")

Run = Callable[[Callable[[sa.Connection], None]], Awaitable[None]]
Open = Callable[[], SqlStorage]
_numbers = itertools.count()

USUAL: dict[str, Any] = {
    "channels": ["ivr", "web"],
    "agents": ["user_ana"],
    "offer_policy": "deltacast",
    "offer_s": 20.0,
    "attempts": 3,
    "wrap_up_s": 60.0,
    "recording": "record",
    "recording_channels": "mono",
    "parents": [],
}


def old(name: str, position: int, **rest: Any) -> dict[str, Any]:
    return {**USUAL, "id": f"queue_{name}", "names": {"en": name, "ja": f"{name}。"}, "position": position, **rest}


OLD = (
    old("billing", 2, channels=["web"]),
    old("sales", 1, agents=["user_ana", "user_ben"], offer_policy="multicast", offer_s=12.5, wrap_up_s=0.0),
    old("returns", 3, parents=[{"en": "Shop", "ja": "店"}], agents=[]),
    old("back_office", 10, channels=["ivr"]),
)


def as_before(connection: sa.Connection) -> None:
    """Make the first schema and fill it."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    table = sa.Table("queues", sa.MetaData(), autoload_with=connection)
    texts = ("channels", "names", "agents", "parents")
    connection.execute(sa.insert(table), [{**one, **{name: json.dumps(one[name]) for name in texts}} for one in OLD])


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlStorage]:
    """The store that opened the old database."""
    if request.param == "sqlite":
        engine = sa.create_engine(f"sqlite:///{tmp_path / 'old.db'}")
        with engine.begin() as connection:
            as_before(connection)
        engine.dispose()
        storage = sqlite_storage(tmp_path / "old.db")
    else:
        server, name = postgres_server(), f"trees_{next(_numbers)}"
        server.sql(f"CREATE DATABASE {name}")
        before = PostgresDatabase(server.url(name))
        await before.write(as_before)
        await before.close()
        storage = postgres_storage(server.url(name))
    await storage.open()
    yield storage
    await storage.close()


async def test_queues_of_both_menus_are_in_both_trees(upgraded: SqlStorage) -> None:
    stored = await upgraded.queues.load()
    tree = Tree.of(stored.nodes)

    def shown(channel: MenuChannel) -> list[tuple[str, str, int]]:
        return [(one.id, one.name("en"), len(tree.chain(one))) for one in tree.walk(channel)]

    level = tree.level(MenuChannel.WEB)[2].id
    assert shown(MenuChannel.WEB) == [
        ("queue_sales", "sales", 1),
        ("queue_billing", "billing", 1),
        (level, "Shop", 1),
        ("queue_returns", "returns", 2),
    ]
    phone_level = tree.level(MenuChannel.IVR)[1].id
    assert level != phone_level
    assert shown(MenuChannel.IVR) == [
        ("queue_salesivr", "sales", 1),
        (phone_level, "Shop", 1),
        ("queue_returnsivr", "returns", 2),
        ("queue_back_office", "back_office", 1),
    ]
    assert list(tree.keys(MenuChannel.IVR).values()) == [1, 2]
    assert [one.hidden for one in tree.level(MenuChannel.IVR)] == [False, False, True], "10 was no key"


async def test_what_takes_effect_is_what_took_effect(upgraded: SqlStorage) -> None:
    stored = await upgraded.queues.load()
    tree = Tree.of(stored.nodes)
    sales = next(one for one in stored.nodes if one.id == "queue_sales")
    assert sales.assignments == (Assignment(users=(UserId("user_ana"), UserId("user_ben"))),)
    assert sales.overrides == {
        "offers": {"offer_policy": "multicast", "offer_s": 12.5},
        "wrap_up": {"wrap_up_s": 0.0},
    }
    queue = next(one for one in Menus(tree).queues() if one.id == sales.id)
    assert (queue.offer_policy, queue.offer_s, queue.attempts, queue.wrap_up_s) == (OfferPolicy.MULTICAST, 12.5, 3, 0)
    billing = next(one for one in stored.nodes if one.id == "queue_billing")
    assert billing.overrides == {}


def test_interactions_that_were_stored_with_old_queues_can_be_read() -> None:
    before = {**OLD[1], "agents": ["user_ana"]}
    queue = Codec(Queue).state(before)
    assert queue.channels == {MenuChannel.IVR, MenuChannel.WEB}
    assert not queue.spoken
    call = a_call_in_menu().call
    stored = Codec(Call).dump(call)
    for new in ("choices", "path", "repeats"):
        del stored[new]
    read = Codec(Call).state({**stored, "menu": [before], "queue": before})
    assert read.queue is not None
    assert read.queue.id == "queue_sales"
    assert not read.choices
