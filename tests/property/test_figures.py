"""Figures against recounting by hand, and days and intervals of all time zones against the calendar."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given

from madoguchi.domain.figures.facts import HandlingFact, StatusFact, StayFact
from madoguchi.domain.figures.periods import Interval, Period, beginning, day_of, quarter_of, series
from madoguchi.domain.figures.story import Came, Outcome
from madoguchi.domain.figures.totals import (
    Goals,
    Totals,
    WorkTime,
    figures,
    of_handling,
    of_status,
    of_stay,
    summed,
)
from madoguchi.domain.figures.worktime import Course, read_on, stretch_facts
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Instant, stamp
from madoguchi.ports.storage import JournalRow

pytestmark = pytest.mark.req("BASE-15")

ZONES = ["UTC", "Asia/Tokyo", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/London"]
instants = st.integers(0, 10 * 365 * 86_400 * 1000).map(
    lambda ms: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
stays = st.builds(
    StayFact,
    interaction=st.text("abc", min_size=1, max_size=3),
    number=st.integers(1, 3),
    channel=st.sampled_from(Channel),
    queue=st.sampled_from(["queue_1", "queue_2"]),
    came=st.sampled_from(Came),
    queued_at=instants,
    wait_ms=st.integers(0, 120_000),
    outcome=st.sampled_from(Outcome),
    agent=st.none(),
)
handlings = st.builds(
    HandlingFact,
    id=st.just("handling_1"),
    interaction=st.just("call_1"),
    channel=st.sampled_from(Channel),
    queue=st.none(),
    agent=st.just("user_1"),
    started_at=instants,
    talk_ms=st.integers(0, 600_000),
    hold_ms=st.integers(0, 60_000),
    wrap_up_ms=st.integers(0, 60_000),
    transferred=st.booleans(),
)
goals = st.builds(Goals, answer_s=st.floats(1, 90), service_level=st.just(0.8), short_abandon_s=st.floats(0, 30))


@given(st.lists(stays, max_size=30), st.lists(handlings, max_size=30), goals)
def test_figures_are_what_one_counts_by_hand(found: list[StayFact], work: list[HandlingFact], aims: Goals) -> None:
    result = figures(summed([*(of_stay(one, aims) for one in found), *map(of_handling, work)]))

    short_ms = round(aims.short_abandon_s * 1000)
    counted = [one for one in found if one.outcome is not Outcome.ABANDONED or one.wait_ms >= short_ms]
    answered = [one for one in found if one.outcome is Outcome.ANSWERED]
    abandoned = [one for one in counted if one.outcome is Outcome.ABANDONED]
    in_time = [one for one in answered if one.wait_ms <= round(aims.answer_s * 1000)]
    assert (result.offered, result.answered, result.abandoned) == (len(counted), len(answered), len(abandoned))
    assert result.service_level == (len(in_time) / len(counted) if counted else None)
    assert result.abandon_rate == (len(abandoned) / len(counted) if counted else None)
    assert result.asa_s == pytest.approx(_average([one.wait_ms for one in answered]))
    assert result.aht_s == pytest.approx(_average([one.talk_ms + one.hold_ms + one.wrap_up_ms for one in work]))
    assert result.hold_s == pytest.approx(_average([one.hold_ms for one in work]))
    assert result.longest_wait_s == max((one.wait_ms for one in found), default=0) / 1000
    assert result.transfers == sum(one.transferred for one in work)
    assert result.service_level is None or 0 <= result.service_level <= 1


def _average(spans: Sequence[int]) -> float | None:
    return sum(spans) / len(spans) / 1000 if spans else None


@given(st.lists(stays, max_size=20), st.lists(handlings, max_size=20), goals, st.data())
def test_the_sums_of_parts_are_the_sum_of_the_whole(
    found: list[StayFact], work: list[HandlingFact], aims: Goals, data: st.DataObject
) -> None:
    every = [*(of_stay(one, aims) for one in found), *map(of_handling, work)]
    cut = data.draw(st.integers(0, len(every)))
    assert summed(every[:cut]) + summed(every[cut:]) == summed(every)
    assert summed(every) == summed(reversed(every))


@given(instants, st.sampled_from(ZONES), st.sampled_from(Interval))
def test_an_interval_begins_at_a_round_local_time_and_holds_its_instant(
    at: Instant, name: str, interval: Interval
) -> None:
    zone = ZoneInfo(name)
    start = beginning(at, interval, zone)
    local = start.astimezone(zone)
    assert start <= at < start + timedelta(hours=26)
    assert beginning(start, interval, zone) == start
    match interval:
        case Interval.QUARTER:
            assert (local.minute % 15, local.second) == (0, 0)
        case Interval.HOUR:
            assert (local.minute, local.second, local.hour) == (0, 0, at.astimezone(zone).hour)
        case Interval.DAY:
            assert local.date() == at.astimezone(zone).date() == day_of(at, zone)


@given(
    st.dates(date(2021, 1, 2), date(2029, 12, 1)),
    st.integers(0, 3),
    st.sampled_from(ZONES),
    st.sampled_from(Interval),
    st.lists(st.floats(0, 0.999), max_size=8),
)
def test_a_series_has_every_interval_once_and_loses_nothing(
    first: date, more: int, name: str, interval: Interval, places: list[float]
) -> None:
    period = Period(first, first + timedelta(days=more), ZoneInfo(name))
    by_quarter: dict[Instant, Totals] = {}
    for place in places:
        at = quarter_of(period.since + place * (period.until - period.since))
        by_quarter[at] = by_quarter.get(at, Totals()) + Totals(offered=1)

    found = series(by_quarter, period, interval)

    starts = [at for at, _ in found]
    assert starts == sorted(set(starts))
    assert starts[0] == period.since
    assert starts[-1] < period.until
    assert summed(totals for _, totals in found).offered == len(places)
    if interval is Interval.DAY:
        assert len(found) == period.days


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["BecameAvailable", "WentOnBreak", "SignedOut", "MissedTooMany", "open", "wrap", "close", "SlotFreed"]
        ),
        st.sampled_from(["h1", "h2", "h3"]),
        st.integers(0, 200_000),
    ),
    max_size=25,
)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def an_agents_journal(steps: list[tuple[str, str, int]]) -> list[JournalRow]:
    """Any journal that an agent's owner could write; steps that do not fit are left out."""
    rows: list[JournalRow] = []
    state: dict[str, str] = {}
    at = NOON
    for kind, handling, wait_s in steps:
        at += timedelta(seconds=wait_s)
        data: dict[str, object] = {"at": stamp(at)}
        if kind == "open" and handling not in state:
            state[handling], name = "working", "HandlingOpened"
            data = {"handling": {"id": handling, "interaction": "call_1", "channel": "call", "queue": None}}
            data["handling"]["started_at"] = stamp(at)  # type: ignore[index]
        elif kind == "wrap" and state.get(handling) == "working":
            state[handling], name = "wrap_up", "WrapUpStarted"
            data["handling"] = handling
        elif kind == "close" and state.get(handling) in {"working", "wrap_up"}:
            state[handling], name = "closed", "HandlingClosed"
            data["handling"] = handling
        elif kind in {"open", "wrap", "close"}:
            continue
        else:
            name = kind
        rows.append(JournalRow("user_ana", len(rows) + 1, at, name, 1, data))
    return rows


@given(STEPS, st.integers(0, 25))
def test_an_agents_time_is_told_the_same_in_one_reading_and_in_two(steps: list[tuple[str, str, int]], cut: int) -> None:
    journal = [(row.seq, row) for row in an_agents_journal(steps)]
    whole = read_on(Course("user_ana"), journal)
    first = read_on(Course("user_ana"), journal[:cut])
    second = read_on(first.course, journal[cut:])
    assert second.course == whole.course
    assert (*first.statuses, *second.statuses) == whole.statuses
    assert (*first.closed, *second.closed) == whole.closed


@given(STEPS)
def test_statuses_follow_each_other_and_fill_the_time(steps: list[tuple[str, str, int]]) -> None:
    journal = an_agents_journal(steps)
    progress = read_on(Course("user_ana"), [(row.seq, row) for row in journal])
    end = (journal[-1].at if journal else NOON) + timedelta(hours=30)
    facts = [*progress.statuses, *stretch_facts(progress.course, end)]

    assert all(timedelta() < one.ended_at - one.started_at <= timedelta(days=1) for one in facts)
    assert all(one.ended_at <= other.started_at for one, other in pairwise(facts))
    assert sum(of_status(one, NOON, end).busy_ms for one in facts) == _busy_ms(journal, end)
    assert sum_of(facts, NOON, end) == sum_of(facts, NOON, NOON + timedelta(hours=9)) + sum_of(
        facts, NOON + timedelta(hours=9), end
    )


def sum_of(facts: Sequence[StatusFact], since: Instant, until: Instant) -> WorkTime:
    return sum((of_status(one, since, until) for one in facts), start=WorkTime())


def _busy_ms(journal: Sequence[JournalRow], end: Instant) -> int:
    """Count second by second of change: for how long was any handling open."""
    total, opened, since = timedelta(), set[str](), NOON
    for row in journal:
        if opened:
            total += row.at - since
        since = row.at
        if row.kind == "HandlingOpened":
            opened.add(row.data["handling"]["id"])
        elif row.kind == "HandlingClosed":
            opened.discard(row.data["handling"])
    return int((total + (end - since if opened else timedelta())) / timedelta(milliseconds=1))
