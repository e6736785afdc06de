"""What legs say and hear, on tape: collected in every tick, written by a thread twice a second.

What a crash of this process can take is what was collected since, half a second; a second thread asks the system
every second to bring everything to the disk, so that a power cut takes no more than the last second or two.
"""

import ctypes
import logging
import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import RecordingId
from madoguchi.media.legs import Leg, LegTable
from madoguchi.media.wavfile import WavFile

log = logging.getLogger(__name__)

BATCH_TICKS: Final = 25
"""Ticks whose sound is written at once: half a second."""
SYNC_S: Final = 1.0
Samples = NDArray[np.int16]
Ints = NDArray[np.int64]
OnEnd = Callable[[RecordingId, str, float], None]


@dataclass(eq=False)
class Tape:
    """One recording."""

    id: RecordingId
    leg: Leg
    path: str
    dual: bool
    wide: bool
    row: int
    paused: bool = False
    file: WavFile | None = None


class TapeWriter:
    """The thread that writes, and the one that syncs. All answers come on the writing thread."""

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._open: dict[int, WavFile] = {}
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name="tapes", daemon=True),
            threading.Thread(target=self._sync, name="sync", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def open(self, tape: Tape, on_open: Callable[[str], None]) -> None:
        """Make the file; `on_open` is told why that failed, or the empty text."""

        def make() -> None:
            try:
                tape.file = WavFile(tape.path, 2 if tape.dual else 1, 16000 if tape.wide else 8000)
            except MadoguchiError as error:
                on_open(error.detail)
                return
            self._open[tape.file.descriptor] = tape.file
            on_open("")

        self._orders.put(make)

    def write(self, tape: Tape, samples: bytes) -> None:
        """Append to the file."""

        def append() -> None:
            if tape.file is None:
                return
            healthy = not tape.file.failed
            tape.file.append(samples)
            if healthy and tape.file.failed:
                log.error("recording %s stops short: %s", tape.path, tape.file.failed)

        self._orders.put(append)

    def close(self, tape: Tape, on_end: OnEnd) -> None:
        """Close the file and tell `on_end`."""

        def finish() -> None:
            if tape.file is not None:
                self._open.pop(tape.file.descriptor, None)
                tape.file.close()
            on_end(tape.id, tape.path, tape.file.span_s if tape.file else 0.0)

        self._orders.put(finish)

    def stop(self) -> None:
        """Write what is waiting, then end the threads."""
        self._orders.put(None)
        self._threads[0].join(timeout=10)
        self._stop.set()

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            order()

    def _sync(self) -> None:
        """Sync file systems, not files: three hundred files would be three hundred waits for the disk."""
        library = ctypes.CDLL(None, use_errno=True)
        while not self._stop.wait(SYNC_S):
            devices: dict[int, int] = {}
            for descriptor in list(self._open):
                try:
                    devices[os.fstat(descriptor).st_dev] = descriptor
                except OSError:
                    continue  # closed in this moment, and synced by that
            for descriptor in devices.values():
                library.syncfs(descriptor)


class _Reel:
    """The collected ticks of all tapes of one rate."""

    def __init__(self, capacity: int, frame: int) -> None:
        self.sound: Samples = np.zeros((capacity, BATCH_TICKS, frame, 2), np.int16)
        self.filled: Ints = np.zeros(capacity, np.int64)
        self.running: list[Tape] = []
        self.rows: Ints = np.zeros(0, np.int64)
        self.slots: Ints = np.zeros(0, np.int64)


class Recorder:
    """All tapes of a worker.

    Args:
        table: the legs.
        on_end: told, on another thread, of every file that is closed.
    """

    def __init__(self, table: LegTable, on_end: OnEnd) -> None:
        self._table = table
        self._on_end = on_end
        self._writer = TapeWriter()
        self._tapes: dict[RecordingId, Tape] = {}
        self._free = list(range(table.capacity - 1, -1, -1))
        self._reels = {False: _Reel(table.capacity, 160), True: _Reel(table.capacity, 320)}
        self._known_change = -1
        self._abandoned: deque[RecordingId] = deque()

    def __len__(self) -> int:
        return len(self._tapes)

    def start(self, recording: RecordingId, leg: Leg, path: str, on_open: Callable[[str], None], *, dual: bool) -> None:
        """Begin to record; `on_open` is told, on another thread, why that failed, or the empty text.

        A leg that is narrow now is recorded at 8 kHz to the end, a wide one at 16 kHz.
        """
        if recording in self._tapes:
            on_open("")
            return
        if not self._free:
            on_open(f"{len(self._tapes)} recordings run already")
            return
        tape = Tape(recording, leg, path, dual, leg.wide, self._free.pop())
        self._tapes[recording] = tape
        self._reels[tape.wide].filled[tape.row] = 0
        self._known_change = -1
        self._writer.open(tape, on_open)

    def pause(self, recording: RecordingId, *, paused: bool) -> None:
        """Leave out what follows, or go on."""
        tape = self._tapes.get(recording)
        if tape is not None and tape.paused is not paused:
            tape.paused = paused
            self._known_change = -1

    def stop(self, recording: RecordingId, *, report: bool = True) -> None:
        """Write the rest and close the file; an unknown recording is no error."""
        tape = self._tapes.pop(recording, None)
        if tape is None:
            return
        reel = self._reels[tape.wide]
        self._hand_over(reel, tape, int(reel.filled[tape.row]))
        self._free.append(tape.row)
        self._known_change = -1
        self._writer.close(tape, self._on_end if report else _nobody)

    def abandon(self, recording: RecordingId) -> None:
        """Forget a recording whose file could not be made. May be called from the recordings' thread."""
        self._abandoned.append(recording)

    def stop_leg(self, leg: Leg) -> None:
        """Stop all recordings of a leg."""
        for tape in [tape for tape in self._tapes.values() if tape.leg is leg]:
            self.stop(tape.id)

    def close(self) -> None:
        """Stop everything and wait until it is on the disk."""
        for recording in list(self._tapes):
            self.stop(recording)
        self._writer.stop()

    def run(self) -> None:
        """Collect this tick."""
        while self._abandoned:
            self.stop(self._abandoned.popleft(), report=False)
        if self._known_change != self._table.changed:
            self._work_out()
        for wide, reel in self._reels.items():
            if len(reel.rows):
                self._collect(reel, wide=wide)

    def _collect(self, reel: _Reel, *, wide: bool) -> None:
        slots, rows = reel.slots, reel.rows
        said, heard = self._sound(slots, wide=wide)
        at = reel.filled[rows]
        reel.sound[rows, at, :, 0] = said
        reel.sound[rows, at, :, 1] = heard
        reel.filled[rows] = at + 1
        for index in np.flatnonzero(at + 1 >= BATCH_TICKS):
            tape = reel.running[index]
            self._hand_over(reel, tape, BATCH_TICKS)
            reel.filled[tape.row] = 0

    def _sound(self, slots: Ints, *, wide: bool) -> tuple[Samples, Samples]:
        """Return what legs say and hear at a reel's rate, also for the rare leg whose codec has changed its width."""
        table = self._table
        said, heard = (table.said_wide, table.heard_wide) if wide else (table.said, table.heard)
        here = said[slots], heard[slots]
        for index in np.flatnonzero(table.is_wide[slots] != wide):
            slot = slots[index]
            for mine, other in zip(
                here, (table.said, table.heard) if wide else (table.said_wide, table.heard_wide), strict=True
            ):
                mine[index] = other[slot].repeat(2) if wide else other[slot].reshape(-1, 2).mean(axis=1)
        return here

    def _hand_over(self, reel: _Reel, tape: Tape, ticks: int) -> None:
        if not ticks:
            return
        sound = reel.sound[tape.row, :ticks]
        if tape.dual:
            data = sound.tobytes()
        else:
            both = sound.sum(axis=-1, dtype=np.int32)
            data = np.clip(both, -32768, 32767).astype("<i2").tobytes()
        self._writer.write(tape, data)

    def _work_out(self) -> None:
        self._known_change = self._table.changed
        for wide, reel in self._reels.items():
            reel.running = [
                tape for tape in self._tapes.values() if tape.wide is wide and tape.leg.connected and not tape.paused
            ]
            reel.rows = np.array([tape.row for tape in reel.running], np.int64)
            reel.slots = np.array([tape.leg.slot for tape in reel.running], np.int64)


def _nobody(_recording: RecordingId, _path: str, _span_s: float) -> None:
    """Tell nobody."""
