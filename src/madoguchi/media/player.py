"""Sounds: decoded ahead of their time on a thread of their own, and handed out frame by frame."""

import logging
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import av
import av.audio.resampler
import av.error
import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.ids import PlaybackId
from madoguchi.media.legs import Leg, LegTable
from madoguchi.media.protocol import SoundFile

Samples = NDArray[np.int16]
log = logging.getLogger(__name__)

LONGEST_S: Final = 1800
"""A sound is cut off after half an hour: 57 MB at 16 kHz."""
KEPT_BYTES: Final = 128 * 2**20
"""How much decoded sound is kept for the next time."""


class PcmSound:
    """A file as samples, while it is being decoded and after. Written by one thread, read by another."""

    def __init__(self, path: str, rate: int) -> None:
        self.path = path
        self.rate = rate
        self.ended = False
        """All there will be is here."""
        self._seconds: list[Samples] = []
        self.length = 0
        """Samples so far; only whole frames of 20 ms once it has ended."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return self.length * 2

    def append(self, samples: Samples) -> None:
        """Add decoded sound."""
        while len(samples):
            within = self.length % self.rate
            if within == 0:
                self._seconds.append(np.zeros(self.rate, np.int16))
            part = samples[: self.rate - within]
            self._seconds[-1][within : within + len(part)] = part
            self.length += len(part)
            samples = samples[len(part) :]

    def end(self) -> None:
        """Round up to whole frames; a second's array is zero beyond what was decoded."""
        frame = self.rate // 50
        self.length = -(-self.length // frame) * frame
        self.ended = True

    def frame(self, number: int) -> Samples | None:
        """Return the 20 ms frame with that number, or None where there is none (yet)."""
        frame = self.rate // 50
        at = number * frame
        if at + frame > self.length:
            return None
        within = at % self.rate
        return self._seconds[at // self.rate][within : within + frame]


def decode_file(path: str, rate: int) -> Iterator[Samples]:
    """Yield a file's sound as mono at `rate`, piece by piece.

    Raises:
        OSError: the file cannot be read.
        av.error.FFmpegError: it holds no sound that can be decoded.
        ValueError: it has no audio at all.
    """
    with av.open(path, metadata_errors="ignore") as file:
        if not file.streams.audio:
            raise ValueError("no audio in it")
        resampler: Any = av.audio.resampler.AudioResampler(format="s16", layout="mono", rate=rate)
        for frame in file.decode(audio=0):
            for piece in resampler.resample(frame):
                yield piece.to_ndarray()[0]
        for piece in resampler.resample(None):
            yield piece.to_ndarray()[0]


class SoundStore:
    """All sounds in use, and those used last. A file that has changed is read anew."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int, int], PcmSound] = OrderedDict()
        self._orders: queue.SimpleQueue[PcmSound | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._thread.start()

    def get(self, path: str, rate: int) -> PcmSound:
        """Return the sound at `path`, whose decoding begins now where it has not yet."""
        try:
            status = Path(path).stat()
            key = (path, rate, status.st_mtime_ns, status.st_size)
        except OSError:
            key = (path, rate, 0, 0)
        sound = self._known.pop(key, None)
        if sound is None:
            sound = PcmSound(path, rate)
            self._orders.put(sound)
        self._known[key] = sound
        self._tidy()
        return sound

    def close(self) -> None:
        """Stop decoding."""
        self._orders.put(None)
        self._thread.join(timeout=5)

    def _tidy(self) -> None:
        """Forget the sounds used longest ago; who still plays one keeps it."""
        total = sum(sound.size for sound in self._known.values())
        while total > KEPT_BYTES and len(self._known) > 1:
            _, oldest = self._known.popitem(last=False)
            total -= oldest.size
        for key in [key for key, sound in self._known.items() if sound.ended and not sound.length]:
            del self._known[key]

    def _run(self) -> None:
        while (sound := self._orders.get()) is not None:
            try:
                for samples in decode_file(sound.path, sound.rate):
                    sound.append(samples)
                    if sound.length >= LONGEST_S * sound.rate:
                        log.warning("%s is cut off after %d s", sound.path, LONGEST_S)
                        break
            except (OSError, ValueError, av.error.FFmpegError) as error:
                log.warning("%s cannot be played: %s", sound.path, error)
            finally:
                sound.end()


@dataclass(eq=False)
class Playback:
    """Sounds on their way to one leg."""

    id: PlaybackId
    leg: Leg
    files: tuple[SoundFile, ...]
    index: int = 0
    frame: int = 0
    sound: PcmSound | None = field(default=None, repr=False)


class Player:
    """Puts sounds in place of what legs hear.

    Args:
        table: the legs.
        on_end: told of every playback that is over, and whether it came to its own end.
    """

    def __init__(self, table: LegTable, on_end: Callable[[PlaybackId, bool], None]) -> None:
        self._table = table
        self._on_end = on_end
        self._store = SoundStore()
        self._by_id: dict[PlaybackId, Playback] = {}
        self._by_leg: dict[Leg, Playback] = {}

    def play(self, playback: PlaybackId, leg: Leg, files: tuple[SoundFile, ...]) -> None:
        """Begin; what plays to the leg already is replaced. A playback that is known goes on as it is."""
        if playback in self._by_id:
            return
        self.stop_leg(leg)
        made = Playback(playback, leg, files)
        self._by_id[playback] = self._by_leg[leg] = made
        self._table.changed += 1

    def stop(self, playback: PlaybackId) -> None:
        """End a playback; an unknown one is no error."""
        known = self._by_id.get(playback)
        if known is not None:
            self._end(known, completed=False)

    def stop_leg(self, leg: Leg) -> None:
        """End what plays to a leg."""
        playing = self._by_leg.get(leg)
        if playing is not None:
            self._end(playing, completed=False)

    def plays_to(self, leg: Leg) -> bool:
        """Whether the leg hears a sound in place of its bridge."""
        return leg in self._by_leg

    def close(self) -> None:
        """End everything."""
        for playing in list(self._by_id.values()):
            self._end(playing, completed=False)
        self._store.close()

    def run(self) -> None:
        """Overwrite what the legs that are played to hear in this tick."""
        for playing in list(self._by_leg.values()):
            leg = playing.leg
            if not leg.connected:
                continue
            row = (self._table.heard_wide if leg.wide else self._table.heard)[leg.slot]
            row[:] = 0
            self._fill(playing, row)

    def _fill(self, playing: Playback, row: Samples) -> None:
        rate = len(row) * 50
        while playing.index < len(playing.files):
            file = playing.files[playing.index]
            if playing.sound is None or playing.sound.rate != rate:
                playing.sound = self._store.get(file.path, rate)
            sound = playing.sound
            frame = sound.frame(playing.frame)
            if frame is None and file.loop and sound.ended and sound.length:
                playing.frame = 0
                frame = sound.frame(0)
            if frame is not None:
                playing.frame += 1
                row[:] = frame if file.gain == 1.0 else np.clip(frame * file.gain, -32768, 32767)
                return
            if not sound.ended:
                return
            playing.index, playing.frame, playing.sound = playing.index + 1, 0, None
        self._end(playing, completed=True)

    def _end(self, playing: Playback, *, completed: bool) -> None:
        del self._by_id[playing.id], self._by_leg[playing.leg]
        self._table.changed += 1
        self._on_end(playing.id, completed)
