"""Legs of one call share a worker; calls are spread."""

import random

from madoguchi.adapters.voice.embedded.places import Places
from madoguchi.kernel.ids import LegId

BOTH = (0, 1)
A, B, C, D = (LegId(name) for name in "abcd")


def test_calls_go_to_the_worker_with_the_fewest_legs_and_further_legs_to_their_call() -> None:
    places = Places(2)

    assert [places.place(leg, None, BOTH) for leg in (A, B)] == [0, 1]
    assert places.place(C, B, BOTH) == 1
    assert places.place(D, None, BOTH) == 0
    assert places.at(1) == (B, C)


def test_a_leg_keeps_its_place_whatever_it_is_near_later() -> None:
    places = Places(2)
    places.place(A, None, BOTH)
    places.place(B, None, BOTH)

    assert places.place(A, B, BOTH) == 0


def test_near_a_leg_that_is_gone_is_near_those_that_were_near_it() -> None:
    places = Places(2)
    places.place(A, None, BOTH)
    places.place(B, A, BOTH)
    places.forget(A)
    places.place(C, None, BOTH)

    assert places.find(A) is None
    assert places.place(D, A, BOTH) == places.find(B)


def test_legs_near_one_that_is_still_to_come_are_with_it_when_it_comes() -> None:
    places = Places(2)
    worker = places.place(A, "call", BOTH)
    places.place(B, None, BOTH)

    assert places.place(C, "call", BOTH) == worker
    assert places.place(LegId("call"), None, BOTH) == worker


def test_no_call_goes_to_a_worker_that_does_not_run_unless_none_does() -> None:
    places = Places(2)

    assert [places.place(leg, None, [1]) for leg in (A, B)] == [1, 1]
    assert places.place(C, None, []) == 0


def test_nothing_is_left_when_all_have_gone() -> None:
    places, rng = Places(3), random.Random(7)
    living: list[LegId] = []
    for number in range(500):
        leg = LegId(f"leg_{number}")
        places.place(leg, rng.choice([None, f"call_{number % 9}", *living[-3:]]), range(3))
        living.append(leg)
        if len(living) > 20:
            places.forget(living.pop(rng.randrange(len(living))))
        assert sorted(leg for worker in range(3) for leg in places.at(worker)) == sorted(living)

    for leg in living:
        places.forget(leg)
        places.forget(leg)

    assert places._groups == {}
    assert places._load == [0, 0, 0]
