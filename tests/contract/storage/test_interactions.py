"""What `InteractionStore` promises: commits, snapshots, journal and chat lines."""

import asyncio
from dataclasses import replace

import pytest

from madoguchi.kernel.ids import ConsumerId
from madoguchi.ports.storage import StaleVersionError, Storage
from tests.contract.storage.records import CHAT, NOON, commit, effect, event, later, line, snapshot

AWKWARD = {
    "text": "窓口 🙂 \x00 \u2028 \"quoted\" 'x'",
    "n": 2**53,
    "f": 0.1,
    "no": None,
    "list": [1, {"a": []}],
    "": "",
}


async def test_a_snapshot_comes_back_as_it_was_stored(storage: Storage) -> None:
    first = snapshot(data=AWKWARD, at=later(0.000001))

    await storage.interactions.commit(commit(first))

    assert await storage.interactions.load("call_01") == first


async def test_an_unknown_owner_has_no_snapshot(storage: Storage) -> None:
    assert await storage.interactions.load("call_none") is None


async def test_the_newest_snapshot_counts(storage: Storage) -> None:
    second = snapshot(version=2, state="talking", data={"n": 2}, at=later(5))

    await storage.interactions.commit(commit(snapshot()))
    await storage.interactions.commit(commit(second))

    assert await storage.interactions.load("call_01") == second


@pytest.mark.parametrize("version", [1, 2, 4, 9])
async def test_a_commit_on_another_version_is_stale_and_stores_nothing(storage: Storage, version: int) -> None:
    store = storage.interactions
    await store.commit(commit(snapshot(), event("call_01", 1)))
    await store.commit(commit(snapshot(version=2)))
    stale = commit(snapshot(version=version), event("call_01", 2), effect("call_01", 2, 1), line(1))

    with pytest.raises(StaleVersionError):
        await store.commit(stale)

    assert await store.load("call_01") == snapshot(version=2)
    assert await store.journal("call_01") == [event("call_01", 1)]
    assert await store.messages(CHAT) == []
    assert await store.lease(now=later(9), until=later(99), limit=9) == []


async def test_the_first_version_of_an_owner_is_one(storage: Storage) -> None:
    with pytest.raises(StaleVersionError):
        await storage.interactions.commit(commit(snapshot(version=2)))

    assert await storage.interactions.load("call_01") is None


async def test_of_many_commits_on_one_version_exactly_one_wins(storage: Storage) -> None:
    rivals = [commit(snapshot(data={"rival": n}), event("call_01", 1, rival=n)) for n in range(20)]

    outcomes = await asyncio.gather(*map(storage.interactions.commit, rivals), return_exceptions=True)

    winner = outcomes.index(None)
    assert sum(isinstance(one, StaleVersionError) for one in outcomes) == 19
    assert await storage.interactions.load("call_01") == rivals[winner].snapshot
    assert await storage.interactions.journal("call_01") == [event("call_01", 1, rival=winner)]


async def test_a_stale_commit_does_not_harm_those_beside_it(storage: Storage) -> None:
    store = storage.interactions
    await store.commit(commit(snapshot("call_00")))
    good = [commit(snapshot(f"call_{n:02}"), event(f"call_{n:02}", 1)) for n in range(1, 9)]
    stale = [commit(snapshot("call_00"), event("call_00", 1)) for _ in range(8)]
    mixed = [one for pair in zip(good, stale, strict=True) for one in pair]

    outcomes = await asyncio.gather(*map(store.commit, mixed), return_exceptions=True)

    assert [type(one) for one in outcomes] == [type(None), StaleVersionError] * 8
    assert [one.id for one in await store.live("call")] == [f"call_{n:02}" for n in range(9)]
    assert await store.journal("call_00") == []


async def test_sixty_four_writers_at_once_lose_nothing(storage: Storage) -> None:
    store = storage.interactions

    async def write(owner: str) -> None:
        for version in range(1, 11):
            await store.commit(
                commit(
                    snapshot(owner, version, data={"v": version}),
                    event(owner, 2 * version - 1),
                    event(owner, 2 * version),
                    effect(owner, version, 1),
                )
            )

    await asyncio.gather(*(write(f"call_{n:02}") for n in range(64)))

    live = await store.live("call")
    assert [(one.id, one.version) for one in live] == [(f"call_{n:02}", 10) for n in range(64)]
    assert [row.seq for row in await store.journal("call_63")] == list(range(1, 21))
    assert len(await store.lease(now=later(1), until=later(2), limit=10_000)) == 640


async def test_one_owner_may_commit_again_before_the_first_answer(storage: Storage) -> None:
    versions = [commit(snapshot(version=n), event("call_01", n)) for n in (1, 2, 3)]

    await asyncio.gather(*map(storage.interactions.commit, versions))

    assert await storage.interactions.load("call_01") == snapshot(version=3)
    assert len(await storage.interactions.journal("call_01")) == 3


async def test_an_event_with_a_number_that_is_taken_is_stale(storage: Storage) -> None:
    store = storage.interactions
    await store.commit(commit(snapshot(), event("call_01", 1, first=True)))

    with pytest.raises(StaleVersionError):
        await store.commit(commit(snapshot(version=2), event("call_01", 1)))

    assert await store.load("call_01") == snapshot()
    assert await store.journal("call_01") == [event("call_01", 1, first=True)]


async def test_live_snapshots_come_by_kind_and_birth(storage: Storage) -> None:
    store = storage.interactions
    old = snapshot("call_9", at=NOON)
    young = snapshot("call_1", at=later(1))
    over = snapshot("call_5", live=False)
    for one in (young, over, old, snapshot("chat_1", kind="chat")):
        await store.commit(commit(one))
    changed = replace(old, version=2, at=later(60))
    await store.commit(commit(changed))

    assert await store.live("call") == [changed, young]
    assert sorted(await store.live_ids("call")) == sorted([changed.id, young.id])
    assert [one.id for one in await store.live("chat")] == ["chat_1"]
    assert await store.live("agent") == []
    assert await store.live_ids("agent") == []


async def test_finished_interactions_come_newest_first_page_by_page(storage: Storage) -> None:
    store = storage.interactions
    over = [snapshot(f"call_{n}", live=False, state="ended", at=later(n)) for n in range(6)]
    for one in (*over, snapshot("chat_1", kind="chat", live=False), snapshot("call_live")):
        await store.commit(commit(one))

    first = await store.finished("call", limit=4)
    rest = await store.finished("call", limit=4, before=first[-1].at)

    assert first == over[:1:-1]
    assert rest == over[1::-1]


async def test_no_finished_interaction_is_lost_between_pages_where_several_ended_at_once(storage: Storage) -> None:
    store = storage.interactions
    together = [snapshot(f"call_{n}", live=False, state="ended", at=later(1)) for n in range(5)]
    for one in together:
        await store.commit(commit(one))

    first = await store.finished("call", limit=2)
    second = await store.finished("call", limit=2, before=first[-1].at, before_id=first[-1].id)
    third = await store.finished("call", limit=2, before=second[-1].at, before_id=second[-1].id)

    assert [*first, *second, *third] == together[::-1]


async def test_a_consumers_finished_interactions_of_all_kinds_come_newest_first(storage: Storage) -> None:
    store = storage.interactions
    hers = {"consumer": {"id": "cons_1"}}
    call = snapshot("call_1", live=False, data=hers, at=later(1))
    chat = snapshot("chat_1", kind="chat", live=False, data=hers, at=later(2))
    others = [
        snapshot("call_2", live=False, data={"consumer": {"id": "cons_2"}}),
        snapshot("call_3", data=hers),
        snapshot("call_4", live=False, data={"consumer": None}),
        snapshot("call_5", live=False),
    ]
    for one in (call, chat, *others):
        await store.commit(commit(one))

    assert await store.finished_of(ConsumerId("cons_1"), limit=9) == [chat, call]
    assert await store.finished_of(ConsumerId("cons_1"), limit=1) == [chat]


@pytest.mark.req("BASE-11")
async def test_a_consumers_finished_interactions_come_in_pages_and_by_kind(storage: Storage) -> None:
    store = storage.interactions
    hers = {"consumer": {"id": "cons_1"}}
    kinds = ("call", "call", "chat", "chat")
    together = [snapshot(f"{kind}_{n}", kind=kind, live=False, data=hers, at=later(1)) for n, kind in enumerate(kinds)]
    for one in together:
        await store.commit(commit(one))
    who = ConsumerId("cons_1")

    first = await store.finished_of(who, limit=3)
    rest = await store.finished_of(who, limit=3, before=first[-1].at, before_id=first[-1].id)

    assert [*first, *rest] == together[::-1]
    assert await store.finished_of(who, limit=9, before=later(1)) == []
    assert await store.finished_of(who, limit=9, kinds={"chat"}) == together[:1:-1]
    assert await store.finished_of(who, limit=9, kinds=()) == []


async def test_an_interaction_that_learns_its_consumer_late_is_found_by_him(storage: Storage) -> None:
    store = storage.interactions
    await store.commit(commit(snapshot()))
    ended = snapshot(version=2, live=False, data={"consumer": {"id": "cons_1"}})
    await store.commit(commit(ended))

    assert await store.finished_of(ConsumerId("cons_1"), limit=9) == [ended]


async def test_the_journal_can_be_read_from_a_number_on(storage: Storage) -> None:
    store = storage.interactions
    events = [event("call_01", n, n=n, text=AWKWARD["text"]) for n in (1, 2, 3)]
    await store.commit(commit(snapshot(), *events, event("call_02", 1)))

    assert await store.journal("call_01") == events
    assert await store.journal("call_01", after=2) == events[2:]


async def test_chat_lines_come_in_order_and_in_pages(storage: Storage) -> None:
    store = storage.interactions
    lines = [line(n, f"client-{n}", text="改行\n\x00") for n in range(1, 8)]
    await store.commit(commit(snapshot(CHAT, kind="chat"), *lines))

    assert await store.messages(CHAT) == lines
    assert await store.messages(CHAT, after=2, limit=3) == lines[2:5]


async def test_both_sides_may_give_their_lines_the_same_id(storage: Storage) -> None:
    store = storage.interactions
    lines = [line(1, "client-1", "mine"), line(2, "client-1", "yours")]
    await store.commit(commit(snapshot(CHAT, kind="chat"), *lines))

    assert await store.messages(CHAT) == lines


async def test_a_second_line_with_a_number_is_refused_with_its_whole_commit(storage: Storage) -> None:
    store = storage.interactions
    first = line(1, "client-1", "first")
    await store.commit(commit(snapshot(CHAT, kind="chat"), first))

    with pytest.raises(StaleVersionError):
        await store.commit(commit(snapshot(CHAT, 2, kind="chat"), line(1, "client-2", "second")))

    assert await store.messages(CHAT) == [first]
    assert await store.load(CHAT) == snapshot(CHAT, kind="chat")


async def test_data_that_is_no_json_is_refused_and_harms_nobody(storage: Storage) -> None:
    store = storage.interactions

    outcomes = await asyncio.gather(
        store.commit(commit(snapshot("call_01"))),
        store.commit(commit(snapshot("call_02", data={"what": object()}))),
        store.commit(commit(snapshot("call_03"))),
        return_exceptions=True,
    )

    assert outcomes[0] is None
    assert isinstance(outcomes[1], TypeError)
    assert [one.id for one in await store.live("call")] == ["call_01", "call_03"]


async def test_a_waiter_who_leaves_does_not_stop_the_others(storage: Storage) -> None:
    store = storage.interactions
    tasks = [asyncio.ensure_future(store.commit(commit(snapshot(f"call_{n}")))) for n in range(5)]
    await asyncio.sleep(0)
    tasks[2].cancel()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(one) for n, one in enumerate(outcomes) if n != 2] == [type(None)] * 4
    assert {"call_0", "call_1", "call_3", "call_4"} <= {one.id for one in await store.live("call")}
