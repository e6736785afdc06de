"""From RTP packets to what every leg says in this tick."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.ids import LegId
from madoguchi.media import g711, rtp
from madoguchi.media.codecs import PacketVoice
from madoguchi.media.jitter import FRAME, JitterBank
from madoguchi.media.legs import Leg, LegTable
from madoguchi.media.voices import VoiceBuffer

FAST_LENGTH: Final = rtp.SHORTEST + FRAME
"""A packet of 20 ms of G.711 without extras: all but a few look like this."""
QUIET: Final = 256
"""Peak of a frame in which nobody speaks."""

_PAUSE_TICKS: Final = 5
"""After so many ticks without a packet a far end is silent by its own will, and nothing is missing."""

Ints = NDArray[np.int64]


class SequenceBank:
    """Counts what should have arrived and what did (RFC 3550 appendix A.3)."""

    def __init__(self, capacity: int) -> None:
        self.highest: Ints = np.full(capacity, -1, np.int64)
        self.received: Ints = np.zeros(capacity, np.int64)
        self._first: Ints = np.zeros(capacity, np.int64)
        self._settled_lost = 0
        self._settled_in = 0

    def restart(self, slot: int) -> None:
        """Begin a stream anew; what it lost before stays counted in `lost`."""
        self._settled_lost += self.lost_by(slot)
        self._settled_in += int(self.received[slot])
        self.highest[slot], self.received[slot] = -1, 0

    def count(self, slots: Ints, sequences: Ints) -> None:
        """Note packets; a stream may be there several times."""
        fresh, where = np.unique(slots[self.highest[slots] < 0], return_index=True)
        if len(fresh):
            first = sequences[np.flatnonzero(self.highest[slots] < 0)[where]]
            self._first[fresh] = self.highest[fresh] = first
        ahead = (sequences - self.highest[slots]) & 0xFFFF
        forward = ahead < 0x8000  # noqa: PLR2004 - half of the number space lies ahead, the other half behind
        np.maximum.at(self.highest, slots[forward], self.highest[slots[forward]] + ahead[forward])
        np.add.at(self.received, slots, 1)

    def lost_by(self, slot: int) -> int:
        """How many packets of a stream are missing; duplicates make it smaller."""
        if self.highest[slot] < 0:
            return 0
        return max(0, int(self.highest[slot] - self._first[slot] + 1 - self.received[slot]))

    @property
    def lost(self) -> int:
        """How many packets of all streams, past and present, are missing."""
        live = self.highest >= 0
        missing = np.maximum(self.highest - self._first + 1 - self.received, 0)
        return self._settled_lost + int(missing[live].sum())

    @property
    def total(self) -> int:
        """How many packets came."""
        return self._settled_in + int(self.received.sum())


class Intake:
    """Takes the packets of a tick, then says what everybody says.

    Args:
        table: the legs.
        on_digit: told of every key that a far end pressed.
    """

    def __init__(self, table: LegTable, on_digit: Callable[[LegId, str], None]) -> None:
        self.jitter = JitterBank(table.capacity)
        self.sequences = SequenceBank(table.capacity)
        self.concealed = 0
        self._voices = VoiceBuffer(table.capacity)
        self._table = table
        self._on_digit = on_digit
        self._tick = 0
        self._arrived: list[tuple[Leg, rtp.RtpPacket]] = []
        self._known_change = -1
        self._narrow: Ints = np.zeros(0, np.int64)
        self._wide: Ints = np.zeros(0, np.int64)
        self._wide_voices: list[PacketVoice] = []
        self._missing = np.zeros(table.capacity, np.bool_)
        self._quiet = np.zeros(table.capacity, np.bool_)

    def begin(self, tick: int) -> None:
        """Start a tick; then feed packets, then `listen`."""
        self._tick = tick

    def open(self, leg: Leg) -> None:
        """Make room for what `leg` will say; again whenever its codec changes."""
        self.jitter.open(leg.slot, leg.clock_rate)
        self.sequences.restart(leg.slot)
        self._voices.clear(np.array([leg.slot]))
        self._table.ssrc[leg.slot] = -1
        self._table.said[leg.slot] = 0
        self._table.said_wide[leg.slot] = 0

    def close(self, leg: Leg) -> None:
        """Forget what `leg` said."""
        self._arrived = [(other, packet) for other, packet in self._arrived if other is not leg]
        self.jitter.started[leg.slot] = False
        self.sequences.restart(leg.slot)

    def batch(self, slots: list[int], packets: list[bytes]) -> None:
        """Take packets of `FAST_LENGTH` bytes from the right peers of narrow legs; those that do not fit go slowly."""
        rows = np.frombuffer(b"".join(packets), np.uint8).reshape(-1, FAST_LENGTH)
        at = np.array(slots, np.int64)
        ssrc = rows[:, 8:12].copy().view(">u4")[:, 0].astype(np.int64)
        fits = (rows[:, 0] == rtp.VERSION) & (rows[:, 1] & 0x7F == self._table.payload_type[at])
        if not fits.all():
            for odd in np.flatnonzero(~fits):
                leg = self._table.at[slots[odd]]
                if leg is not None:
                    self.packet(leg, packets[odd])
            at, rows, ssrc = at[fits], rows[fits], ssrc[fits]
            if not len(at):
                return
        for new in np.flatnonzero(ssrc != self._table.ssrc[at]).tolist():
            self._new_stream(int(at[new]), int(ssrc[new]))
        sequences = rows[:, 2:4].copy().view(">u2")[:, 0].astype(np.int64)
        stamps = rows[:, 4:8].copy().view(">u4")[:, 0].astype(np.int64)
        self._table.heard_at[at] = self._tick
        self.sequences.count(at, sequences)
        positions, usable, begun = self.jitter.arrive(at, stamps, self._tick)
        if len(begun):
            self._clear(begun)
        aligned = usable & (positions % FRAME == 0)
        samples = g711.decode(rows[:, rtp.SHORTEST :], self._table.law[at])
        if aligned.all():
            self._voices.write_frames(at, positions, samples)
            return
        self._voices.write_frames(at[aligned], positions[aligned], samples[aligned])
        for odd in np.flatnonzero(usable & ~aligned):
            self._voices.write(int(at[odd]), int(positions[odd]), samples[odd])

    def packet(self, leg: Leg, data: bytes) -> None:
        """Take any plain RTP packet of `leg`, whatever it looks like."""
        packet = rtp.parse(data)
        if packet is None or not leg.connected:
            return
        if packet.payload_type in leg.dtmf:
            self._table.heard_at[leg.slot] = self._tick
            digit = leg.digit_reader.read(packet.timestamp, packet.payload)
            if digit and not leg.discards:
                self._on_digit(leg.id, digit)
        elif packet.payload_type == leg.payload_type:
            self._table.heard_at[leg.slot] = self._tick
            if not leg.discards and leg.receive:
                if packet.ssrc != self._table.ssrc[leg.slot]:
                    self._sort_in()
                    self._new_stream(leg.slot, packet.ssrc)
                self._arrived.append((leg, packet))
        elif packet.payload_type == rtp.COMFORT_NOISE:
            self._table.heard_at[leg.slot] = self._tick

    def listen(self) -> None:
        """Fill the rows of `said` and `said_wide`."""
        if self._known_change != self._table.changed:
            self._work_out()
        self._sort_in()
        jitter, table = self.jitter, self._table
        jitter.begin_tick(self._tick)
        narrow, wide = self._narrow, self._wide
        if len(narrow):
            frames, missing = self._voices.read(narrow, jitter.play[narrow], jitter.waiting[narrow])
            table.said[narrow] = frames
            self._missing[narrow] = missing
            self._quiet[narrow] = _quiet(frames)
        if len(wide):
            due = zip(self._wide_voices, jitter.play[wide].tolist(), jitter.waiting[wide].tolist(), strict=True)
            taken = [voice.take(position, waiting=waiting) for voice, position, waiting in due]
            frames = np.stack([frame for frame, _ in taken])
            table.said_wide[wide] = frames
            self._missing[wide] = [missing for _, missing in taken]
            self._quiet[wide] = _quiet(frames)
        talks = table.heard_at > self._tick - _PAUSE_TICKS
        self.concealed += int((self._missing & talks & jitter.started & (jitter.play >= 0)).sum())
        skips = np.flatnonzero(jitter.end_tick(self._missing, self._quiet))
        for slot in skips.tolist():
            skipped = self._table.at[slot]
            if skipped is not None and skipped.voice is not None:
                skipped.voice.drop(int(jitter.play[slot]) - FRAME)
            else:
                self._voices.drop(np.array([slot]), jitter.play[[slot]] - FRAME)

    def _sort_in(self) -> None:
        """Give the packets that came singly their places, all at once."""
        arrived, self._arrived = self._arrived, []
        if not arrived:
            return
        at = np.array([leg.slot for leg, _ in arrived], np.int64)
        self.sequences.count(at, np.array([packet.sequence for _, packet in arrived], np.int64))
        stamps = np.array([packet.timestamp for _, packet in arrived], np.int64)
        positions, usable, begun = self.jitter.arrive(at, stamps, self._tick)
        if len(begun):
            self._clear(begun)
        for (leg, packet), position, fits in zip(arrived, positions.tolist(), usable.tolist(), strict=True):
            if not fits or not packet.payload:
                continue
            if leg.voice is not None:
                leg.voice.put(position, packet.payload)
            else:
                codes = np.frombuffer(packet.payload, np.uint8)
                self._voices.write(leg.slot, position, g711.DECODED[self._table.law[leg.slot]][codes])

    def _clear(self, slots: Ints) -> None:
        """Empty the buffers of streams that begin."""
        self._voices.clear(slots)
        for slot in slots.tolist():
            leg = self._table.at[slot]
            if leg is not None and leg.voice is not None:
                leg.voice.clear()

    def _new_stream(self, slot: int, ssrc: int) -> None:
        """Take up a far end's stream, or another one that follows it."""
        self._table.ssrc[slot] = ssrc
        self.sequences.restart(slot)
        self.jitter.started[slot] = False

    def _work_out(self) -> None:
        self._known_change = self._table.changed
        talking = [leg for leg in self._table if leg.connected and leg.receive and not leg.discards]
        self._narrow = np.array([leg.slot for leg in talking if not leg.wide], np.int64)
        wide = [(leg.slot, leg.voice) for leg in talking if leg.voice is not None]
        self._wide = np.array([slot for slot, _ in wide], np.int64)
        self._wide_voices = [voice for _, voice in wide]
        silent = np.ones(self._table.capacity, np.bool_)
        silent[[leg.slot for leg in talking]] = False
        self._table.said[silent] = 0
        self._table.said_wide[silent] = 0
        self._missing[silent] = False


def _quiet(frames: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return in which frames nobody speaks."""
    quiet: NDArray[np.bool_] = (frames.max(axis=1) < QUIET) & (frames.min(axis=1) > -QUIET)
    return quiet
