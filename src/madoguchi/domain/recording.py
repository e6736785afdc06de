"""Recordings: their lifecycle from the first second to the file that is played."""

from dataclasses import dataclass
from enum import Enum

from madoguchi.kernel.ids import InteractionId, RecordingId
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
