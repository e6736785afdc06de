"""What `InteractionStore` promises of the outbox: every effect is handed out until it is done."""

import asyncio
from dataclasses import replace

from madoguchi.ports.storage import InteractionStore, OutboxRow, Storage
from tests.contract.storage.records import NOON, commit, effect, later, snapshot


async def store_effects(store: InteractionStore, *effects: OutboxRow) -> None:
    await store.commit(commit(snapshot(), *effects))


async def test_due_effects_are_handed_out_in_order_and_count_their_attempts(storage: Storage) -> None:
    store = storage.interactions
    second, first, not_due = (effect("call_01", 1, n, later(due)) for n, due in ((1, 2), (2, 1), (3, 60)))
    await store_effects(store, second, first, not_due)

    leased = await store.lease(now=later(5), until=later(30), limit=9)

    assert leased == [replace(first, attempts=1), replace(second, attempts=1)]


async def test_an_effect_is_due_at_its_very_instant(storage: Storage) -> None:
    await store_effects(storage.interactions, effect("call_01", 1, 1, later(5)))

    assert await storage.interactions.lease(now=later(4.999999), until=later(30), limit=9) == []
    assert len(await storage.interactions.lease(now=later(5), until=later(30), limit=9)) == 1


async def test_a_leased_effect_is_nobody_elses_until_the_lease_expires(storage: Storage) -> None:
    store = storage.interactions
    only = effect("call_01", 1, 1)
    await store_effects(store, only)

    first = await store.lease(now=NOON, until=later(30), limit=9)
    held = await store.lease(now=later(29), until=later(60), limit=9)
    expired = await store.lease(now=later(30), until=later(60), limit=9)

    assert first == [replace(only, attempts=1)]
    assert held == []
    assert expired == [replace(only, attempts=2)]


async def test_a_lease_takes_no_more_than_its_limit(storage: Storage) -> None:
    store = storage.interactions
    await store_effects(store, *(effect("call_01", 1, n) for n in range(5)))

    first = await store.lease(now=NOON, until=later(9), limit=3)
    rest = await store.lease(now=NOON, until=later(9), limit=3)

    assert [row.id for row in first] == ["call_01/1/0", "call_01/1/1", "call_01/1/2"]
    assert [row.id for row in rest] == ["call_01/1/3", "call_01/1/4"]


async def test_two_relays_at_once_never_get_the_same_effect(storage: Storage) -> None:
    store = storage.interactions
    await store_effects(store, *(effect("call_01", 1, n) for n in range(40)))

    shares = await asyncio.gather(*(store.lease(now=NOON, until=later(9), limit=10) for _ in range(8)))

    taken = [row.id for share in shares for row in share]
    assert len(taken) == len(set(taken)) == 40


async def test_done_effects_never_come_back_and_done_may_be_told_twice(storage: Storage) -> None:
    store = storage.interactions
    await store_effects(store, *(effect("call_01", 1, n) for n in range(3)))

    await store.done(["call_01/1/0", "call_01/1/1"])
    await store.done(["call_01/1/1", "never/heard/of"])
    await store.done([])

    assert [row.id for row in await store.lease(now=later(99), until=later(100), limit=9)] == ["call_01/1/2"]


async def test_an_effect_done_before_its_first_lease_is_done(storage: Storage) -> None:
    store = storage.interactions

    await asyncio.gather(store_effects(store, effect("call_01", 1, 1)), store.done(["call_09/1/1"]))
    await store.done(["call_01/1/1"])

    assert await store.lease(now=later(99), until=later(100), limit=9) == []


async def test_an_effect_put_off_is_due_again_at_its_new_time(storage: Storage) -> None:
    store = storage.interactions
    only = effect("call_01", 1, 1)
    await store_effects(store, only)
    await store.lease(now=NOON, until=later(3600), limit=9)

    await store.put_off(only.id, later(10))
    await store.put_off("never/heard/of", later(10))

    assert await store.lease(now=later(9), until=later(60), limit=9) == []
    assert await store.lease(now=later(10), until=later(60), limit=9) == [replace(only, due_at=later(10), attempts=2)]
