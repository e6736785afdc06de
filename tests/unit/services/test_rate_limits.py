"""How often somebody may do something."""

from datetime import timedelta

import pytest

from madoguchi.services.rate_limits import Rate, RateLimit, TooFastError
from madoguchi.testing.environment import FakeClock


async def test_each_key_has_its_own_count_which_old_deeds_leave() -> None:
    clock = FakeClock()
    limit = RateLimit(clock, Rate(2, timedelta(seconds=10)))
    assert limit.allows("a")
    await clock.advance(5)
    assert limit.allows("a")
    assert not limit.allows("a")
    assert limit.allows("b")
    await clock.advance(5)
    assert limit.allows("a"), "the first one is ten seconds old"
    assert not limit.allows("a")
    with pytest.raises(TooFastError):
        limit.require("a")


async def test_what_is_remembered_is_bounded_and_quiet_keys_are_forgotten() -> None:
    clock = FakeClock()
    limit = RateLimit(clock, Rate(1, timedelta(seconds=10)), keys=100)
    for number in range(1_000):
        limit.allows(f"key-{number}")
    assert len(limit._done) <= 101
    await clock.advance(10)
    limit.allows("one more")
    assert set(limit._done) == {"one more"}
