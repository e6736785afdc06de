"""A database from before notes were kept with facts: those of earlier wrap-ups are read from the journal."""

import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from madoguchi.adapters.storage import migrations
from madoguchi.adapters.storage.postgres import PostgresDatabase
from madoguchi.adapters.storage.store import SqlStorage, postgres_storage, sqlite_storage
from tests.contract.storage.conftest import postgres_server

pytestmark = pytest.mark.req("BASE-11")

_numbers = itertools.count()


def as_before(connection: sa.Connection) -> None:
    """Make the schema as it was, with two closed handlings and an agent's journal."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "0008")
    tables = sa.MetaData()
    tables.reflect(connection)
    handling = {"channel": "call", "agent": "user_ana", "talk_ms": 1, "hold_ms": 0, "wrap_up_ms": 2}
    handling |= {"transferred": False, "disposition": "resolved", "queue": None}
    rows = [handling | {"id": f"handling_{n}", "interaction": f"call_{n}", "started_at": n} for n in (1, 2)]
    connection.execute(sa.insert(tables.tables["fact_handlings"]), rows)
    course = {"agent": "user_ana", "seq": 2, "data": json.dumps({"agent": "user_ana", "seq": 2})}
    connection.execute(sa.insert(tables.tables["fact_courses"]), [course])
    told = [
        {"handling": "handling_1", "interaction": "call_1", "notes": "返金済み"},
        {"handling": "handling_2", "interaction": "call_2", "notes": ""},
    ]
    journal = [
        {"interaction": "user_ana", "seq": n, "at": n, "kind": "HandlingClosed", "v": 1, "data": json.dumps(data)}
        for n, data in enumerate(told, 1)
    ]
    connection.execute(sa.insert(tables.tables["journal"]), journal)


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
        server, name = postgres_server(), f"notes_{next(_numbers)}"
        server.sql(f"CREATE DATABASE {name}")
        before = PostgresDatabase(server.url(name))
        await before.write(as_before)
        await before.close()
        storage = postgres_storage(server.url(name))
    await storage.open()
    yield storage
    await storage.close()


async def test_notes_of_earlier_wrap_ups_are_there_afterwards(upgraded: SqlStorage) -> None:
    found = await upgraded.facts.handlings_of(["call_1", "call_2"])
    assert [(one.id, one.notes) for one in found] == [("handling_1", "返金済み"), ("handling_2", "")]
