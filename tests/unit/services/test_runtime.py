"""The owner-task runtime, driven by a counter that knows nothing of calls."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

import pytest

from madoguchi.adapters.bus.directory import LocalDirectory
from madoguchi.kernel.decision import Decision, Moment
from madoguchi.kernel.errors import ConflictError, NotFoundError, UnavailableError
from madoguchi.kernel.time import Instant
from madoguchi.ports.storage import StorageUnavailableError
from madoguchi.services.codec import Codec
from madoguchi.services.lifecycle import Change, InteractionOverError, Lifecycle
from madoguchi.services.runtime import Owners, Runtime
from madoguchi.testing.environment import NOON, CountingIds, FakeClock, settle
from madoguchi.testing.storage import MemoryStorage


@dataclass(frozen=True)
class Tally:
    id: str
    total: int = 0
    due: Instant | None = None
    over: bool = False
    restarts: int = 0
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Add:
    n: int
    lane: str = ""


@dataclass(frozen=True)
class AddSoon:
    n: int


@dataclass(frozen=True)
class Finish:
    pass


@dataclass(frozen=True)
class Crash:
    pass


@dataclass(frozen=True)
class Due:
    pass


@dataclass(frozen=True)
class Restarted:
    pass


@dataclass(frozen=True)
class Failed:
    code: str


@dataclass(frozen=True)
class Added:
    n: int


@dataclass(frozen=True)
class Scheduled:
    at: Instant | None


@dataclass(frozen=True)
class Noted:
    what: str


@dataclass(frozen=True)
class Finished:
    pass


@dataclass(frozen=True)
class Print:
    text: str
    lane: str = ""


@dataclass(frozen=True)
class Mail:
    text: str


Message: TypeAlias = Add | AddSoon | Finish | Crash | Due | Restarted | Failed
Event: TypeAlias = Added | Scheduled | Noted | Finished
Effect: TypeAlias = Print | Mail


def decide(tally: Tally | None, message: Message, at: Moment) -> Decision[Event, Effect]:
    total = tally.total if tally else 0
    match message:
        case Add(n, _) if n < 0:
            raise ConflictError("only upwards")
        case Add(n, lane):
            return Decision((Added(n),), (Print(str(total + n), lane), Mail(str(total + n))), answer=total + n)
        case AddSoon(n):
            return Decision((Scheduled(at.now + timedelta(seconds=n)),))
        case Due():
            return Decision((Scheduled(None), Added(100)))
        case Finish():
            return Decision((Finished(),), (Print("bye"),))
        case Restarted():
            return Decision((Noted("restarted"),))
        case Failed(code):
            return Decision((Noted(code),), lasting=False)
        case Crash():
            raise RuntimeError("a bug")


def evolve(tally: Tally | None, event: Event) -> Tally:
    tally = tally or Tally("counter_1")
    match event:
        case Added(n):
            return replace(tally, total=tally.total + n)
        case Scheduled(at):
            return replace(tally, due=at)
        case Noted("restarted"):
            return replace(tally, restarts=tally.restarts + 1)
        case Noted(what):
            return replace(tally, failures=(*tally.failures, what))
        case Finished():
            return replace(tally, over=True)


LIFE: Lifecycle[Tally, Message, Event, Effect] = Lifecycle(
    kind="counter",
    codec=Codec(Tally, effects=(Mail,)),
    decide=decide,
    evolve=evolve,
    state_name=lambda tally: "over" if tally.over else "counting",
    live=lambda tally: not tally.over,
    next_deadline=lambda tally: tally.due,
    due=Due(),
    failed=lambda _effect, error: Failed(error.code),
    lanes=lambda effect: (effect.lane,) if isinstance(effect, Print) and effect.lane else (),
    lasting=lambda effect: isinstance(effect, Mail),
    resume=lambda tally: (Print(f"again {tally.total}"),),
    recovered=Restarted(),
)


@dataclass
class Recorder:
    done: list[str] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    errors: dict[str, Exception] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    async def perform(self, owner: str, effect: Effect, key: str) -> Sequence[Message]:
        assert owner.startswith("counter")
        name = f"{type(effect).__name__} {effect.text}"
        if name in self.gates:
            await self.gates[name].wait()
        if name in self.errors:
            raise self.errors[name]
        self.done.append(name)
        self.keys.append(key)
        return ()


@dataclass
class World:
    storage: MemoryStorage
    clock: FakeClock
    performer: Recorder
    ids: CountingIds
    runtime: Runtime
    owners: Owners[Tally, Message, Event, Effect]
    changes: list[Change[Tally, Event]] = field(default_factory=list)

    def restarted(self) -> "World":
        return world_on(self.storage, self.clock)


def world_on(storage: MemoryStorage, clock: FakeClock) -> World:
    ids = CountingIds()
    runtime = Runtime(storage.interactions, LocalDirectory(), clock, ids)
    performer = Recorder()
    owners = runtime.add(LIFE, performer)
    world = World(storage, clock, performer, ids, runtime, owners)
    owners.observe(world.changes.append)
    return world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = world_on(MemoryStorage(), FakeClock())
    async with made.runtime:
        yield made


async def test_a_command_is_answered_with_the_state_that_was_committed(world: World) -> None:
    await world.owners.create("counter_1", Add(1))

    outcome = await world.owners.send("counter_1", Add(2))

    assert outcome.state == Tally("counter_1", 3)
    assert outcome.answer == 3
    stored = await world.storage.interactions.load("counter_1")
    assert stored is not None
    assert (stored.version, stored.state, stored.live, stored.data["total"]) == (2, "counting", True, 3)
    assert [(row.seq, row.kind, row.data) for row in await world.storage.interactions.journal("counter_1")] == [
        (1, "Added", {"n": 1}),
        (2, "Added", {"n": 2}),
    ]


async def test_effects_are_done_after_the_commit_and_carry_their_key(world: World) -> None:
    await world.owners.create("counter_1", Add(1))
    await settle()

    assert world.performer.done == ["Print 1", "Mail 1"]
    assert world.performer.keys == ["counter_1/1/1", "counter_1/1/2"]
    assert not await world.storage.interactions.lease(now=NOON + timedelta(days=1), until=NOON, limit=9)


async def test_observers_see_each_change_before_the_sender_is_answered(world: World) -> None:
    await world.owners.create("counter_1", Add(1))

    assert [(change.before, change.state.total, change.events, change.first_seq) for change in world.changes] == [
        (None, 1, (Added(1),), 1)
    ]


async def test_a_refused_command_changes_nothing(world: World) -> None:
    await world.owners.create("counter_1", Add(1))

    with pytest.raises(ConflictError, match="only upwards"):
        await world.owners.send("counter_1", Add(-1))

    assert world.owners.state("counter_1") == Tally("counter_1", 1)


async def test_a_refused_creation_leaves_nothing_behind(world: World) -> None:
    with pytest.raises(ConflictError):
        await world.owners.create("counter_1", Add(-1))

    assert world.owners.state("counter_1") is None
    await world.owners.create("counter_1", Add(1))


async def test_nobody_is_created_twice(world: World) -> None:
    await world.owners.create("counter_1", Add(1))
    with pytest.raises(ConflictError):
        await world.owners.create("counter_1", Add(1))


async def test_a_deadline_comes_as_a_message(world: World) -> None:
    await world.owners.create("counter_1", AddSoon(5))

    await world.clock.advance(4.9)
    assert world.owners.state("counter_1") == Tally("counter_1", 0, NOON + timedelta(seconds=5))
    await world.clock.advance(0.1)

    assert world.owners.state("counter_1") == Tally("counter_1", 100)


async def test_effects_of_one_lane_keep_their_order_and_others_do_not_wait(world: World) -> None:
    world.performer.gates["Print 1"] = asyncio.Event()
    await world.owners.create("counter_1", Add(1, "leg"))
    await world.owners.send("counter_1", Add(1, "leg"))
    await world.owners.send("counter_1", Add(1, "other"))
    await settle()
    prints = [name for name in world.performer.done if name.startswith("Print")]
    assert prints == ["Print 3"]

    world.performer.gates["Print 1"].set()
    await settle()

    prints = [name for name in world.performer.done if name.startswith("Print")]
    assert prints == ["Print 3", "Print 1", "Print 2"]


async def test_a_failed_effect_comes_back_as_a_fact(world: World) -> None:
    world.performer.errors["Print 1"] = NotFoundError("no paper")
    await world.owners.create("counter_1", Add(1))
    await settle()

    assert world.owners.state("counter_1") == Tally("counter_1", 1, failures=("not_found",))


async def test_a_lasting_effect_that_cannot_be_done_now_is_done_later(world: World) -> None:
    world.performer.errors["Mail 1"] = UnavailableError("no post office")
    await world.owners.create("counter_1", Add(1))
    await world.clock.advance(20)
    assert "Mail 1" not in world.performer.done

    del world.performer.errors["Mail 1"]
    await world.clock.advance(60)

    assert world.performer.done.count("Mail 1") == 1
    assert world.performer.keys[-1] == "counter_1/1/2"


async def test_the_task_ends_with_the_lifecycle_after_its_effects(world: World) -> None:
    await world.owners.create("counter_1", Add(1))
    await world.owners.send("counter_1", Finish())
    await settle()

    assert "Print bye" in world.performer.done
    assert list(world.owners.states()) == []
    with pytest.raises(InteractionOverError):
        await world.owners.send("counter_1", Add(1))
    world.owners.tell("counter_1", Add(1))
    with pytest.raises(NotFoundError):
        await world.owners.send("counter_2", Add(1))


async def test_a_bug_ends_the_task_but_not_the_interaction(world: World) -> None:
    await world.owners.create("counter_1", Add(1))
    with pytest.raises(RuntimeError, match="a bug"):
        await world.owners.send("counter_1", Crash())

    outcome = await world.owners.send("counter_1", Add(1))

    assert outcome.state.total == 2
    await settle()
    assert "Print again 1" in world.performer.done


async def test_a_bug_in_an_effect_ends_the_task_but_not_the_interaction(world: World) -> None:
    world.performer.errors["Print 1"] = ZeroDivisionError()
    await world.owners.create("counter_1", Add(1))
    await settle()

    assert (await world.owners.send("counter_1", Add(1))).state.total == 2


async def test_without_storage_commands_are_refused_and_nothing_happens(world: World) -> None:
    await world.owners.create("counter_1", Add(1))
    world.storage.interactions.available = False

    asked = asyncio.ensure_future(world.owners.send("counter_1", Add(1)))
    await world.clock.advance(5)

    with pytest.raises(StorageUnavailableError):
        await asked
    assert world.owners.state("counter_1") == Tally("counter_1", 1)


async def test_without_storage_facts_wait(world: World) -> None:
    await world.owners.create("counter_1", Add(1))
    world.storage.interactions.available = False
    world.owners.tell("counter_1", Add(5))
    world.owners.tell("counter_1", Add(6))
    await world.clock.advance(60)
    with pytest.raises(StorageUnavailableError):
        await world.owners.send("counter_1", Add(1))

    world.storage.interactions.available = True
    await world.clock.advance(1)

    assert world.owners.state("counter_1") == Tally("counter_1", 12)


async def test_live_owners_are_taken_up_again_when_the_process_starts() -> None:
    storage, clock = MemoryStorage(), FakeClock()
    async with (first := world_on(storage, clock)).runtime:
        await first.owners.create("counter_1", Add(1))
        await first.owners.create("counter_2", Add(1))
        await first.owners.send("counter_2", Finish())

    async with (second := world_on(storage, clock)).runtime:
        await settle()

        assert list(second.owners.states()) == [Tally("counter_1", 1, restarts=1)]
        assert second.changes[0].events == ()


async def test_effects_left_open_by_a_dead_process_are_done_by_the_next() -> None:
    storage, clock = MemoryStorage(), FakeClock()
    first = world_on(storage, clock)
    first.performer.gates["Mail 1"] = asyncio.Event()
    first.performer.gates["Print 1"] = asyncio.Event()
    async with first.runtime:
        await first.owners.create("counter_1", Add(1))

    async with (second := world_on(storage, clock)).runtime:
        await settle()

        assert second.performer.done == ["Mail 1"]
        assert second.performer.keys == ["counter_1/1/2"]


async def test_a_passing_decision_is_not_stored(world: World) -> None:
    await world.owners.create("counter_1", Add(1))
    world.owners.tell("counter_1", Failed("somebody types"))
    await settle()

    assert world.owners.state("counter_1") == Tally("counter_1", 1, failures=("somebody types",))
    stored = await world.storage.interactions.load("counter_1")
    assert stored is not None
    assert stored.version == 1
