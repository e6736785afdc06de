"""The ledger of listening: a chain that several processes add to and nobody can change."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.listening.ledger import Mode, Observation, What, first_broken
from madoguchi.ports.listening import SessionQuery
from madoguchi.ports.storage import Storage
from madoguchi.testing.environment import NOON

HEARD = Observation(
    NOON,
    "monitoring_1",
    What.BEGAN,
    Mode.LISTEN,
    "user_sue",
    "高橋",
    "call_1",
    "call",
    "user_ana",
    "Ana",
    "queue_1",
)


def after(seconds: float, what: What, **more: object) -> Observation:
    return replace(HEARD, at=NOON + timedelta(seconds=seconds), what=what, **more)  # type: ignore[arg-type]


@pytest.mark.req("MON-12")
async def test_entries_come_back_in_their_order_and_sealed(storage: Storage) -> None:
    ledger = storage.listening
    assert (await ledger.last(), list(await ledger.entries()), list(await ledger.add([]))) == (None, [], [])
    made = [
        *await ledger.add([HEARD, after(1, What.SWITCHED, mode=Mode.WHISPER)]),
        *await ledger.add([after(9, What.ENDED)]),
    ]
    assert [one.number for one in made] == [1, 2, 3]
    assert list(await ledger.entries()) == made
    assert list(await ledger.entries(after=1, limit=1)) == made[1:2]
    assert await ledger.last() == made[-1]
    assert first_broken(await ledger.entries()) is None


@pytest.mark.req("MON-12")
async def test_who_add_at_once_stand_one_after_the_other(storage: Storage) -> None:
    ledger = storage.listening
    sessions = [after(n, What.BEGAN, session=f"monitoring_{n}") for n in range(12)]
    await asyncio.gather(*(ledger.add([one, replace(one, what=What.ENDED)]) for one in sessions))
    entries = await ledger.entries()
    assert [one.number for one in entries] == list(range(1, 25))
    assert first_broken(entries) is None
    assert all(
        one.observation.session == two.observation.session for one, two in zip(entries[::2], entries[1::2], strict=True)
    )


@pytest.mark.req("MON-12")
async def test_sessions_are_found_by_time_and_supervisor_and_those_that_are_open_by_that(storage: Storage) -> None:
    ledger = storage.listening
    other = after(60, What.BEGAN, session="viewing_2", user="user_wes", channel="chat", mode=Mode.VIEW)
    await ledger.add([HEARD, other, after(70, What.ENDED), after(80, What.BEGAN, session="monitoring_3")])

    async def found(**query: object) -> list[str]:
        return [one.observation.session for one in await ledger.begun(SessionQuery(**query))]  # type: ignore[arg-type]

    assert await found() == ["monitoring_3", "viewing_2", "monitoring_1"]
    assert await found(limit=1) == ["monitoring_3"]
    assert await found(before=4) == ["viewing_2", "monitoring_1"]
    assert await found(user="user_wes") == ["viewing_2"]
    assert await found(since=NOON + timedelta(seconds=60), until=NOON + timedelta(seconds=80)) == ["viewing_2"]
    assert [one.number for one in await ledger.of_sessions(["monitoring_1", "monitoring_3"])] == [1, 3, 4]
    assert [one.session for one in await ledger.open_sessions()] == ["viewing_2", "monitoring_3"]
