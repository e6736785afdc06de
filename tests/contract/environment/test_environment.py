"""What the ports of `madoguchi.ports.environment` promise, proved on the machine's own time, ids and chance."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from itertools import pairwise

from madoguchi.adapters.system import SystemClock, SystemIds, SystemRng
from madoguchi.ports.environment import Clock, IdSource, Rng


def test_time_is_utc_and_never_goes_back() -> None:
    clock: Clock = SystemClock()

    times = [clock.now() for _ in range(1000)]

    assert times == sorted(times)
    assert times[0].tzinfo is UTC


async def test_sleeping_takes_at_least_the_asked_span() -> None:
    clock: Clock = SystemClock()
    before = clock.now()

    await clock.sleep(timedelta(milliseconds=20))
    await clock.sleep(timedelta(seconds=-1))

    assert clock.now() - before >= timedelta(milliseconds=19)


def test_ids_are_prefixed_unique_and_sort_by_their_making() -> None:
    ids: IdSource = SystemIds()

    made = [ids.new("call") for _ in range(20_000)]

    assert all(earlier < later for earlier, later in pairwise(made))
    assert re.fullmatch(r"call_[0-7][0-9A-HJKMNP-TV-Z]{25}", made[0])


def test_ids_sort_on_while_the_machine_clock_is_set_back() -> None:
    times = iter([1_000_000, 1_000_001, 900_000, 900_001, 1_000_002])
    ids = SystemIds(lambda: next(times))

    made = [ids.new("x") for _ in range(5)]

    assert all(earlier < later for earlier, later in pairwise(made))


def test_ids_from_many_threads_are_unique() -> None:
    ids: IdSource = SystemIds()

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new("x"), range(5000)))

    assert len(set(made)) == 5000


def test_secrets_have_256_bits_and_fit_into_a_url() -> None:
    ids: IdSource = SystemIds()

    secret = ids.secret()

    assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", secret)
    assert secret != ids.secret()


def test_chance_stays_within_its_bounds_and_repeats_from_a_seed() -> None:
    first: Rng = SystemRng(7)
    second: Rng = SystemRng(7)

    numbers = [first.uniform(2.0, 3.0) for _ in range(100)]

    assert all(2.0 <= number <= 3.0 for number in numbers)
    assert numbers == [second.uniform(2.0, 3.0) for _ in range(100)]
    assert {first.choice("ab") for _ in range(100)} == {"a", "b"}
