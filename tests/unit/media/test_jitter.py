"""The play-out follows what arrives: late ones, lost ones, drifting clocks, new streams."""

from collections.abc import Iterable

import numpy as np

from madoguchi.media.jitter import DEEPEST, FRAME, START, JitterBank


class Stream:
    """One stream through a bank, tick by tick; packets are whole frames."""

    def __init__(self, clock_rate: int = 8000) -> None:
        self.bank = JitterBank(4)
        self.bank.open(1, clock_rate)
        self.waiting: set[int] = set()
        self.played: list[int | None] = []
        """Per tick the frame that was played, None for a made-up one."""
        self.tick = 0
        self.quiet = False
        self.step = clock_rate // 50

    def run(self, frames: Iterable[int], *, stamp: int = 0) -> None:
        """Do a tick in which these frames arrive."""
        arrived = list(frames)
        bank, slots = self.bank, np.full(len(arrived), 1)
        stamps = np.array([(stamp + frame * self.step) % 2**32 for frame in arrived], np.int64)
        if arrived:
            positions, usable, begun = bank.arrive(slots, stamps, self.tick)
            if len(begun):
                self.waiting.clear()
            self.waiting |= set((positions[usable] // FRAME).tolist())
        bank.begin_tick(self.tick)
        missing, quiet = np.zeros(4, np.bool_), np.full(4, self.quiet)
        due = int(bank.play[1]) // FRAME
        takes = not bank.waiting[1]
        missing[1] = due not in self.waiting
        self.played.append(due if takes and not missing[1] else None)
        if takes:
            self.waiting.discard(due)
        bank.end_tick(missing, quiet)
        self.tick += 1


def test_a_steady_stream_is_played_whole_and_in_order() -> None:
    stream = Stream()

    for number in range(200):
        stream.run([number])

    heard = [frame for frame in stream.played if frame is not None]
    assert heard == list(range(heard[0], heard[0] + len(heard)))
    assert stream.played[START:].count(None) == 0
    assert stream.bank.late[1] == 0


def test_silence_lets_a_steady_stream_catch_up_to_the_least_delay() -> None:
    stream = Stream()
    stream.quiet = True

    for number in range(200):
        stream.run([number])

    assert stream.bank.target[1] == 1
    assert stream.played[-1] == 198


def test_a_jittery_stream_is_delayed_until_it_is_whole() -> None:
    stream = Stream()
    rng = np.random.default_rng(7)
    arrivals: dict[int, list[int]] = {}
    for number in range(1500):
        arrivals.setdefault(number + int(rng.integers(0, 5)), []).append(number)

    for tick in range(1500):
        stream.run(arrivals.get(tick, []))

    assert 3 <= stream.bank.target[1] <= 5
    assert stream.played[500:].count(None) <= 50


def test_a_lost_frame_is_made_up_and_the_others_keep_their_time() -> None:
    stream = Stream()

    for number in range(100):
        stream.run([] if number == 50 else [number])

    where = stream.played.index(49)
    assert stream.played[where : where + 3] == [49, None, 51]


def test_time_stamps_wrap_around_without_a_seam() -> None:
    stream = Stream()

    for number in range(60):
        stream.run([number], stamp=2**32 - 20 * FRAME)

    heard = [frame for frame in stream.played if frame is not None]
    assert heard == list(range(heard[0], heard[0] + len(heard)))
    assert len(heard) >= 57


def test_opus_counts_six_times_as_fast() -> None:
    stream = Stream(48_000)

    for number in range(60):
        stream.run([number], stamp=2**32 - 960)

    assert stream.played[-1] == 59 - START


def test_a_stream_that_jumps_is_taken_up_anew_after_a_moment() -> None:
    stream = Stream()
    for number in range(50):
        stream.run([number])

    for number in range(50):
        stream.run([number], stamp=2**31 - 7)

    assert stream.played[-1] == 49 - 10 - START  # counted from the tenth frame, with which it begins


def test_a_far_end_whose_clock_stood_still_is_heard_again() -> None:
    stream = Stream()
    for number in range(50):
        stream.run([number])
    for _ in range(100):
        stream.run([])

    for number in range(50, 120):
        stream.run([number])

    assert stream.played[-1] is not None


def test_a_clock_that_runs_fast_never_lets_the_delay_grow_without_end() -> None:
    stream = Stream()
    number = 0

    for tick in range(6000):
        count = 2 if tick % 200 == 199 else 1
        stream.run(range(number, number + count))
        number += count
        delay = number - (stream.bank.play[1] // FRAME)
        assert delay <= DEEPEST

    assert stream.played.count(None) < 40
