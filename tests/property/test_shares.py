"""Percent allocation: shares hold at every moment."""

from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given

from madoguchi.domain.routing.shares import Shares

pytestmark = pytest.mark.req("BASE-9")


@st.composite
def percents(draw: st.DrawFn) -> list[int]:
    """Return one to six shares that make a hundred; some may be nothing."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), max_size=5)))
    return [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]


@given(percents(), st.integers(1, 400))
def test_no_group_ever_has_an_interaction_more_or_less_than_its_share(shares: list[int], picks: int) -> None:
    state, got = Shares(), Counter[int]()
    for number in range(1, picks + 1):
        group, state = state.pick(shares, range(len(shares)))
        assert group is not None
        got[group] += 1
        for index, percent in enumerate(shares):
            assert abs(got[index] - number * percent / 100) < 1


@given(percents(), st.lists(st.sets(st.integers(0, 5)), max_size=100))
def test_only_groups_that_are_there_are_picked_and_the_same_picks_follow_from_the_same_past(
    shares: list[int], history: list[set[int]]
) -> None:
    states = [Shares(), Shares()]
    for there in history:
        present = {index for index in there if index < len(shares)}
        picked = [state.pick(shares, present) for state in states]
        states = [after for _, after in picked]
        assert picked[0] == picked[1]
        assert (picked[0][0] in present) if present else picked[0][0] is None


def test_a_group_that_was_away_has_nothing_to_make_up_for() -> None:
    state, got = Shares(), Counter[int | None]()
    for _ in range(1_000):
        _, state = state.pick([50, 50], {0})
    for _ in range(10):
        group, state = state.pick([50, 50], {0, 1})
        got[group] += 1
    assert got == {0: 5, 1: 5}


def test_a_group_without_a_share_gets_something_only_where_no_other_is_there() -> None:
    assert Shares().pick([0, 100], {0, 1})[0] == 1
    assert Shares().pick([0, 100], {0})[0] == 0
