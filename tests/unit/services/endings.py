"""What holds whenever somebody ends a call or a chat: who is done with it, and what the next one finds."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from madoguchi.domain.access.users import Credentials
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.kernel.ids import InteractionId, LegId, UserId
from madoguchi.services.views import SnapshotFrame
from madoguchi.testing.builders import ANA, BEN, SUE, a_queue, a_user
from madoguchi.testing.queues import plant
from tests.unit.services.floor import Floor, a_visitor

CALLER, SECOND = LegId("leg_caller"), LegId("leg_second")
CONSUMER, AGENT, THIRD, SUPERVISOR = 440, 660, 880, 1100
SALES = a_queue("sales", ANA, key=1, recording=RecordingPolicy.RECORD)
SUPPORT = a_queue("support", BEN, key=2)
DIRECT = "+81355551111"
WES = UserId("user_wes")
VISITOR = a_visitor()


@dataclass(frozen=True)
class Stage:
    """An interaction in some state, and who has what to do with it."""

    id: InteractionId
    wrap_up: tuple[UserId, ...] = ()
    """Who wraps up when it ends."""
    left: tuple[UserId, ...] = ()
    """Who of them had left it before."""
    rings: tuple[UserId, ...] = ()
    """At whom it rings now."""


Scene = Callable[[Floor], Awaitable[Stage]]


@asynccontextmanager
async def a_centre(folder: Path) -> AsyncIterator[Floor]:
    """Ana sells and has a number of her own, Ben gives support, Wes and Sue supervise."""
    made = Floor(folder)
    await made.storage.catalogue.add_user(replace(a_user(ANA), direct_numbers={DIRECT: ""}), Credentials("x"))
    await made.staff(BEN, WES)
    await plant(made.storage.queues, SALES, SUPPORT)
    async with made:
        yield made


def assert_it_rings_at(floor: Floor, *agents: UserId) -> None:
    assert tuple(one for one in (ANA, BEN) if floor.desk(one, "offer")) == agents


async def assert_everybody_is_done(floor: Floor, stage: Stage, board: str) -> None:
    """Nothing of it is on any screen, and who handled it wraps up, and nobody else."""
    assert floor.rows(board) == []
    for agent in (ANA, BEN):
        assert floor.desk(agent, "offer") == floor.desk(agent, "call") == floor.desk(agent, "chat") == []
        state = floor.house._agents.state(agent)
        assert state is not None
        assert not state.reservations
        assert [one.state.value for one in state.handlings] == ["wrap_up"] * (agent in stage.wrap_up)
        told = [(row["interaction"], row["dismissed"]) for row in floor.desk(agent, "wrap_up")]
        assert told == [(stage.id, agent not in stage.left)] * (agent in stage.wrap_up)


async def assert_the_next_one_rings(floor: Floor) -> None:
    """After the wrap-up nothing is wrong, and the next call rings at whom it should."""
    await floor.clock.advance(SALES.wrap_up_s + 61)
    assert [one.code.value for one in await floor.core.doctor.anomalies(floor.manager(SUE))] == []
    if floor.status(ANA) != "available":
        await floor.available(ANA)
    await floor.waits(SECOND, key="1")
    assert_it_rings_at(floor, ANA)


def told_last(timeline: list[dict[str, object]]) -> tuple[object, object, object]:
    """Return how a timeline ends: what happened, and who did it."""
    last = timeline[-1]
    data = last["data"]
    assert isinstance(data, dict)
    return last["kind"], data.get("by"), data.get("name")


async def read_by_consumer(floor: Floor, chat: InteractionId) -> tuple[str, str | None, str, str | None]:
    """Return what the consumer's page shows: state, reason, and the last line's event with the name in it."""
    subscription = await floor.core.views.subscribe(VISITOR, "chat", {"chat": chat})
    try:
        async for frame in subscription:
            assert isinstance(frame, SnapshotFrame)
            (row,) = (one for one in frame.rows if one["kind"] == "chat")
            last = [one for one in frame.rows if one["kind"] == "message"][-1]["body"]
            return row["state"], row["end_reason"], last["event"], last.get("name")
    finally:
        subscription.close()
    raise AssertionError("nothing came")
