"""Recordings: their lifecycle from the first second to the file that is played."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from madoguchi.kernel.ids import InteractionId, RecordingId
from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class RecordingState(Enum):
    """How far a recording is."""

    LIVE = "live"
    """Being written."""
    CAPTURED = "captured"
    """The WAV is closed, or was left by a crash; not encoded yet."""
    READY = "ready"
    """The MP3 is stored; the WAV is gone."""
    FAILED = "failed"
    """Nothing readable was captured."""


@dataclass(frozen=True)
class Captured:
    """The WAV is whole."""

    span_s: float


@dataclass(frozen=True)
class Kept:
    """The MP3 is in the blob store."""

    blob_key: str
    span_s: float
    size: int


@dataclass(frozen=True)
class Unreadable:
    """There is nothing to keep."""

    detail: str


RecordingEvent: TypeAlias = Captured | Kept | Unreadable

RECORDING: Final[Machine[RecordingState]] = Machine(
    name="recording",
    initial=RecordingState.LIVE,
    table={
        (RecordingState.LIVE, Captured): RecordingState.CAPTURED,
        (RecordingState.LIVE, Unreadable): RecordingState.FAILED,
        (RecordingState.CAPTURED, Kept): RecordingState.READY,
        (RecordingState.CAPTURED, Unreadable): RecordingState.FAILED,
    },
    terminal=frozenset({RecordingState.READY, RecordingState.FAILED}),
)


@dataclass(frozen=True)
class Recording:
    """What is known of one recording."""

    id: RecordingId
    interaction: InteractionId
    state: RecordingState
    started_at: Instant
    wav: str
    """Path of the crash-safe capture, relative to the data folder."""
    blob_key: str = ""
    """Where the MP3 is, once ready."""
    span_s: float = 0.0
    size: int = 0
    detail: str = ""
    """Why it failed."""


def evolve(recording: Recording, event: RecordingEvent) -> Recording:
    """Return the recording after `event`.

    Raises:
        IllegalTransitionError: that cannot follow; nothing has changed.
    """
    state = RECORDING.advance(recording.state, event)
    match event:
        case Captured(span_s):
            return replace(recording, state=state, span_s=span_s)
        case Kept(blob_key, span_s, size):
            return replace(recording, state=state, blob_key=blob_key, span_s=span_s, size=size)
        case Unreadable(detail):
            return replace(recording, state=state, detail=detail)
