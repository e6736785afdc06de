"""What `ListeningLedger` promises."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from madoguchi.adapters.storage.store import postgres_storage, sqlite_storage
from madoguchi.domain.listening.entries import GENESIS, Because, Mode, Named, Note, What, verify
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId
from madoguchi.ports.listening import ListeningLedger, ListeningQuery
from madoguchi.ports.storage import Storage
from tests.contract.storage import conftest

pytestmark = pytest.mark.req("MON-12")

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SUE, TOM = UserId("user_sue"), UserId("user_tom")


def began(listening: str = "monitoring_1", user: UserId = SUE, seconds: float = 0) -> Note:
    return Note(
        at=NOON + timedelta(seconds=seconds),
        listening=ListeningId(listening),
        number=1,
        user=user,
        user_name=f"鈴木 {user}",
        interaction=InteractionId("call_1"),
        channel=Channel.CALL,
        mode=Mode.LISTEN,
        what=What.BEGAN,
        agent=Named("user_ana", "Ana"),
        queue=Named("queue_1", "Sales"),
        others=1,
        node="main",
    )


def ended(first: Note, seconds: float = 60) -> Note:
    at = first.at + timedelta(seconds=seconds)
    return replace(first, at=at, number=first.number + 1, what=What.ENDED, because=Because.LEFT, heard_ms=60_000)


async def test_entries_come_back_as_they_were_noted_in_one_chain(storage: Storage) -> None:
    ledger = storage.listening
    assert await ledger.entries() == []
    assert await ledger.append([]) is None
    first, second = began(), ended(began())

    await ledger.append([first])
    head = await ledger.append([second, began("monitoring_2", TOM)])

    entries = await ledger.entries()
    assert [one.note for one in entries] == [first, second, began("monitoring_2", TOM)]
    assert [one.seq for one in entries] == [1, 2, 3]
    assert entries[0].previous == GENESIS
    assert head == entries[-1]
    assert verify(entries) is None
    assert await ledger.entries(after=1, limit=1) == entries[1:2]


async def test_what_is_noted_twice_is_there_once(storage: Storage) -> None:
    ledger = storage.listening
    await ledger.append([began()])
    head = await ledger.append([began(), ended(began()), ended(began())])
    assert head is not None
    assert head.seq == 2
    assert await ledger.append([began()]) == head
    assert len(await ledger.entries()) == 2


async def test_nothing_in_it_can_be_changed() -> None:
    writes = {name for name, _ in inspect.getmembers(ListeningLedger, inspect.isfunction) if not name.startswith("_")}
    assert writes == {
        "append",
        "sign",
        "entries",
        "stretch",
        "begun",
        "of",
        "unfinished",
        "listeners",
        "last_sign",
    }


async def test_listenings_are_found_by_their_beginning_page_by_page(storage: Storage) -> None:
    ledger = storage.listening
    notes = [began(f"monitoring_{n}", SUE if n % 2 else TOM, n * 10) for n in range(1, 7)]
    for note in notes:
        await ledger.append([note, ended(note)])

    page = await ledger.begun(ListeningQuery(limit=2))
    assert [one.note for one in page] == [notes[5], notes[4]]
    rest = await ledger.begun(ListeningQuery(before=page[-1].seq))
    assert [one.note for one in rest] == notes[3::-1]
    assert [one.note for one in await ledger.begun(ListeningQuery(user=TOM))] == [notes[5], notes[3], notes[1]]
    period = ListeningQuery(since=notes[1].at, until=notes[3].at)
    assert [one.note for one in await ledger.begun(period)] == [notes[2], notes[1]]
    assert [one.note for one in await ledger.of([notes[0].listening, notes[2].listening])] == [
        notes[0],
        ended(notes[0]),
        notes[2],
        ended(notes[2]),
    ]
    assert [one.filing.user for one in await ledger.listeners()] == [SUE, TOM]
    assert await ledger.stretch(notes[1].at, notes[2].at) == (3, 3)
    assert await ledger.stretch(None, None) == (1, 12)
    assert await ledger.stretch(NOON + timedelta(days=1), None) is None


async def test_what_a_server_left_open_is_found_with_what_was_noted_last(storage: Storage) -> None:
    ledger = storage.listening
    over, open_, moved, elsewhere = (began(f"monitoring_{n}") for n in range(4))
    later = replace(moved, number=2, what=What.MODE, mode=Mode.WHISPER)
    await ledger.append([over, open_, moved, replace(elsewhere, node="other"), later, ended(over)])

    assert [one.note for one in await ledger.unfinished("main")] == [open_, later]
    assert [one.note for one in await ledger.unfinished("other")] == [replace(elsewhere, node="other")]


async def test_a_server_signs_that_it_lives(storage: Storage) -> None:
    ledger = storage.listening
    assert await ledger.last_sign("main") is None
    await ledger.sign("main", NOON)
    await ledger.sign("main", NOON + timedelta(seconds=10))
    await ledger.sign("other", NOON)
    assert await ledger.last_sign("main") == NOON + timedelta(seconds=10)


async def test_many_who_add_at_once_make_one_chain(storage: Storage) -> None:
    ledger = storage.listening
    notes = [began(f"monitoring_{n}") for n in range(60)]

    await asyncio.gather(*(ledger.append([note, ended(note)]) for note in notes))

    entries = await ledger.entries()
    assert verify(entries) is None
    assert len(entries) == 120
    for note in notes:
        mine = [one.seq for one in entries if one.filing.listening == note.listening]
        assert mine[1] == mine[0] + 1, "what is added together stays together"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Storage, Storage]]:
    """The same database, opened by two who know nothing of each other, as two processes are."""
    if request.param == "postgres":
        server = conftest.postgres_server()
        name = f"ledger_{next(conftest._numbers)}"
        server.sql(f"CREATE DATABASE {name}")
        stores = [postgres_storage(server.url(name)) for _ in range(2)]
    else:
        stores = [sqlite_storage(tmp_path / "madoguchi.db") for _ in range(2)]
    async with AsyncExitStack() as stack:
        for store in stores:
            await store.open()
            stack.push_async_callback(store.close)
        yield stores[0], stores[1]


async def test_two_processes_that_add_at_once_make_one_chain(two: tuple[Storage, Storage]) -> None:
    notes = [began(f"monitoring_{n}") for n in range(60)]

    await asyncio.gather(*(two[n % 2].listening.append([note, ended(note)]) for n, note in enumerate(notes)))
    await asyncio.gather(*(store.listening.append([note]) for store in two for note in notes))

    entries = await two[0].listening.entries()
    assert verify(entries) is None
    assert len(entries) == 120
