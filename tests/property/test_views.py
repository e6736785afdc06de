"""Whatever happens, a reader who applies what he gets has what a fresh snapshot has."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from madoguchi.kernel.time import Instant, Span
from madoguchi.services.views import DeltaFrame, Frame, Row, SnapshotFrame, Subscription, ViewLimits, ViewStore

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMITS = ViewLimits(deltas=4, delta_rows=6, linger=Span(seconds=60))


class Hand:
    """A clock and an id source that move only by hand, and the end of a loop's turn."""

    def __init__(self) -> None:
        self.time = NOON
        self.made = 0
        self.soon: list[Callable[[], None]] = []

    def now(self) -> Instant:
        return self.time

    async def sleep(self, span: Span) -> None:
        raise AssertionError(span)

    def new(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made}"

    def secret(self) -> str:
        raise AssertionError

    def turn(self) -> None:
        while self.soon:
            self.soon.pop(0)()


def finish(steps: Coroutine[Any, Any, Subscription]) -> Subscription:
    """Run a coroutine that never has to wait."""
    try:
        steps.send(None)
    except StopIteration as done:
        result: Subscription = done.value
        return result
    raise AssertionError("it waited")


def apply(rows: dict[str, Row], frame: Frame) -> dict[str, Row]:
    """Do what a client does."""
    if isinstance(frame, SnapshotFrame):
        return {row["id"]: row for row in frame.rows}
    assert not {row["id"] for row in frame.put} & set(frame.gone)
    kept = dict(rows)
    for row_id in frame.gone:
        kept.pop(row_id, None)
    kept |= {row["id"]: row for row in frame.put}
    return kept


class Client:
    """A page: it has rows, a cursor, and sometimes a subscription."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.cursor: str | None = None
        self.subscription: Subscription | None = None
        self.frames = 0

    def read(self) -> None:
        while self.subscription is not None and (frame := self.subscription.poll()) is not None:
            self.rows = apply(self.rows, frame)
            self.frames += 1
            assert frame.cursor != self.cursor or frame == DeltaFrame(frame.cursor, (), ())
            self.cursor = frame.cursor


topics = st.sampled_from(["calls", "chat:1"])
ids = st.sampled_from(["a", "b", "c", "d"])
row = st.builds(lambda row_id, value: {"id": row_id, "value": value}, ids, st.integers(0, 2))


class Views(RuleBasedStateMachine):
    """Random histories of two topics, one of which is loaded from a source, with readers who come, go and sleep."""

    @initialize()
    def begin(self) -> None:
        self.hand = Hand()
        self.truth: dict[str, dict[str, Row]] = {"calls": {}, "chat:1": {}}
        self.store = ViewStore(self.hand, self.hand, LIMITS, self.hand.soon.append)
        self.store.add_source("chat", self.source)
        self.clients = {topic: [Client() for _ in range(3)] for topic in self.truth}

    async def source(self, topic: str) -> list[Row]:
        return list(self.truth[topic].values())

    @rule(topic=topics, put=st.lists(row, max_size=3), gone=st.lists(ids, max_size=2))
    def publish(self, topic: str, put: list[Row], gone: list[str]) -> None:
        for row_id in gone:
            self.truth[topic].pop(row_id, None)
        self.truth[topic] |= {one["id"]: one for one in put}
        self.store.publish(topic, put, gone)

    @rule()
    def turn(self) -> None:
        self.hand.turn()

    @rule(topic=topics, who=st.integers(0, 2))
    def connect(self, topic: str, who: int) -> None:
        client = self.clients[topic][who]
        if client.subscription is None:
            client.subscription = finish(self.store.subscribe(topic, client.cursor))
            frames = client.frames
            client.read()
            assert client.frames > frames, "the first frame comes at once"
            assert client.rows == self.truth[topic]

    @rule(topic=topics, who=st.integers(0, 2))
    def disconnect(self, topic: str, who: int) -> None:
        client = self.clients[topic][who]
        if client.subscription is not None:
            client.subscription.close()
            client.subscription = None

    @rule(topic=topics, who=st.integers(0, 2))
    def read(self, topic: str, who: int) -> None:
        self.clients[topic][who].read()

    @rule(seconds=st.sampled_from([1, 59, 61]))
    def wait(self, seconds: int) -> None:
        self.hand.time += Span(seconds=seconds)
        self.store.sweep()

    @invariant()
    def what_is_kept_is_bounded(self) -> None:
        for topic in self.store._topics.values():
            assert len(topic.ring) <= LIMITS.deltas
            assert sum(len(delta.put) + len(delta.gone) for delta in topic.ring) == topic.ring_rows <= LIMITS.delta_rows

    def teardown(self) -> None:
        if not hasattr(self, "hand"):
            return
        self.hand.turn()
        for topic, clients in self.clients.items():
            for client in clients:
                if client.subscription is not None:
                    client.read()
                    assert client.rows == self.truth[topic]


TestViews = pytest.mark.req("BASE-17")(Views.TestCase)
TestViews.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(st.lists(st.lists(row, min_size=1, max_size=3), max_size=8))
def test_a_reader_who_sleeps_gets_one_frame_for_everything_he_missed(history: list[list[Row]]) -> None:
    hand = Hand()
    store = ViewStore(hand, hand, LIMITS, hand.soon.append)
    client = Client()
    client.subscription = finish(store.subscribe("calls"))
    client.read()
    for put in history:
        store.publish("calls", put)
        hand.turn()

    frames = client.frames
    client.read()

    assert client.frames - frames <= 1
    assert client.rows == store.rows("calls")


def test_rows_published_in_one_turn_go_out_in_one_frame_and_equal_rows_not_at_all() -> None:
    hand = Hand()
    store = ViewStore(hand, hand, LIMITS, hand.soon.append)
    reader = finish(store.subscribe("calls"))
    assert reader.poll() == SnapshotFrame("view_1:0", ())

    store.publish("calls", [{"id": "a", "value": 1}])
    store.publish("calls", [{"id": "a", "value": 2}, {"id": "b", "value": 1}])
    store.publish("calls", gone=["b", "never"])
    hand.turn()

    assert reader.poll() == DeltaFrame("view_1:1", ({"id": "a", "value": 2},), ())
    store.publish("calls", [{"id": "a", "value": 2}])
    hand.turn()
    assert reader.poll() is None
