"""What becomes of a recording."""

import pytest

from madoguchi.domain.recording import Captured, Kept, Recording, RecordingState, Unreadable, evolve
from madoguchi.kernel.ids import InteractionId, RecordingId
from madoguchi.kernel.machine import IllegalTransitionError
from madoguchi.testing.environment import NOON

LIVE = Recording(RecordingId("recording_1"), InteractionId("call_1"), RecordingState.LIVE, NOON, "recordings/x.wav")


@pytest.mark.req("REC-1")
def test_from_the_capture_to_the_file_that_is_played() -> None:
    captured = evolve(LIVE, Captured(12.5))
    assert (captured.state, captured.span_s) == (RecordingState.CAPTURED, 12.5)
    ready = evolve(captured, Kept("recordings/x.mp3", 12.4, 99))
    assert (ready.state, ready.blob_key, ready.span_s, ready.size) == (
        RecordingState.READY,
        "recordings/x.mp3",
        12.4,
        99,
    )


@pytest.mark.parametrize("before", [LIVE, evolve(LIVE, Captured(1.0))])
def test_what_cannot_be_read_has_failed(before: Recording) -> None:
    lost = evolve(before, Unreadable("no head"))
    assert (lost.state, lost.detail) == (RecordingState.FAILED, "no head")


def test_what_is_ready_stays_so() -> None:
    ready = evolve(evolve(LIVE, Captured(1.0)), Kept("k", 1.0, 1))
    with pytest.raises(IllegalTransitionError):
        evolve(ready, Unreadable("late"))
