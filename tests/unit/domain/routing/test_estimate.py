"""The probable wait, against figures worked out by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.routing.estimate import Load, estimate, minutes

pytestmark = pytest.mark.req("BASE-9")

FIVE_MIN = timedelta(minutes=5)


def seconds(load: Load, ahead: int) -> float | None:
    wait = estimate(load, ahead)
    return None if wait is None else wait.total_seconds()


@pytest.mark.parametrize(
    ("serves", "ahead", "available", "wait_s"),
    [
        # One of ten agents is free every 30 s; who is fifth in line needs five of them. 5 × 30 + 10.
        ((1,) * 10, 4, 0, 160.0),
        # The next in line: 300 / 10 × 1 + 10.
        ((1,) * 10, 0, 0, 40.0),
        # Two are free, so the fifth needs three more: 3 × 30 + 10; the second nobody more.
        ((1,) * 10, 4, 2, 100.0),
        ((1,) * 10, 1, 2, 10.0),
        # All ten serve another queue as well and are five agents to this one: 300 / 10 × 10 / 5 × 5 + 10.
        ((2,) * 10, 4, 0, 310.0),
        # 1 + 1/2 + 1/2 agents: 300 / 3 × 3 / 2 × 2 + 10.
        ((1, 2, 2), 1, 0, 310.0),
        # A single one who serves four queues: 300 / 1 × 1 / (1/4) × 1 + 10.
        ((4,), 0, 0, 1_210.0),
    ],
)
def test_the_wait_of_a_call(serves: tuple[int, ...], ahead: int, available: int, wait_s: float) -> None:
    assert seconds(Load(FIVE_MIN, serves, available), ahead) == pytest.approx(wait_s)


def test_agents_who_chat_with_three_at_once_count_three_times() -> None:
    # 600 / (2 × 3) × 4 + 10.
    assert seconds(Load(timedelta(minutes=10), (1, 1), concurrency=3.0), 3) == pytest.approx(410.0)


def test_nobody_tells_how_long_it_takes_where_nobody_is_there() -> None:
    assert estimate(Load(FIVE_MIN, ()), 0) is None


def test_nobody_is_told_more_than_three_hundred_minutes() -> None:
    assert estimate(Load(FIVE_MIN, (1,)), 1_000) == timedelta(minutes=300)


def test_callbacks_that_come_due_are_added() -> None:
    load = replace(Load(FIVE_MIN, (1,)), available=1)
    assert estimate(load, 0, later=timedelta(seconds=90)) == timedelta(seconds=100)


@pytest.mark.parametrize(("wait_s", "said"), [(10, 1), (60, 1), (61, 2), (18_000, 300)])
def test_a_wait_is_said_in_whole_minutes_rounded_up(wait_s: float, said: int) -> None:
    assert minutes(timedelta(seconds=wait_s)) == said
