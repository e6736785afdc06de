"""From RTP packets to what every leg says in this tick."""

from collections.abc import Callable
from typing import Any, Final

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
Bytes = NDArray[np.uint8]


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
        self._narrow_rows: list[tuple[Ints, Bytes]] = []
        """Packets of G.711: their legs' slots, and the packets, shape (n, `FAST_LENGTH`)."""
        self._wide_heads: list[tuple[Ints, Bytes]] = []
        """The same of wide codecs, of which the headers are here, and the payloads there."""
        self._wide_payloads: list[bytes] = []
        self._arrived: list[tuple[Leg, rtp.RtpPacket]] = []
        """Packets that came singly."""
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
        self._sort_in()
        self.jitter.started[leg.slot] = False
        self.sequences.restart(leg.slot)

    def batch(self, slots: Ints, packets: Bytes) -> None:
        """Take packets of `FAST_LENGTH` bytes from the right peers of narrow legs; those that do not fit go slowly."""
        fits = self._fit(slots, packets)
        if not fits.all():
            for odd in np.flatnonzero(~fits).tolist():
                self._slowly(int(slots[odd]), packets[odd].tobytes())
            slots, packets = slots[fits], packets[fits]
        if len(slots):
            self._narrow_rows.append((slots, packets))

    def batch_wide(self, slots: Ints, heads: Bytes, packets: list[bytes]) -> None:
        """Take packets from the right peers of wide legs; those that do not fit go slowly.

        Args:
            slots: shape (n,), the legs.
            heads: shape (n, at least 12), the first bytes of each packet.
            packets: the packets.
        """
        fits = self._fit(slots, heads)
        if not fits.all():
            for odd in np.flatnonzero(~fits).tolist():
                self._slowly(int(slots[odd]), packets[odd])
            packets = [packet for packet, fit in zip(packets, fits.tolist(), strict=True) if fit]
            slots, heads = slots[fits], heads[fits]
        if len(slots):
            self._wide_heads.append((slots, heads[:, : rtp.SHORTEST]))
            self._wide_payloads += [packet[rtp.SHORTEST :] for packet in packets]

    def _fit(self, slots: Ints, heads: Bytes) -> NDArray[np.bool_]:
        """Return which packets have nothing in their headers but what all have, and the payload type that is agreed."""
        fits: NDArray[np.bool_] = (heads[:, 0] == rtp.VERSION) & (heads[:, 1] & 0x7F == self._table.payload_type[slots])
        ssrc = _words(heads, 8)
        new = np.flatnonzero(fits & (ssrc != self._table.ssrc[slots])).tolist()
        if new:
            self._sort_in()
            for index in new:
                self._new_stream(int(slots[index]), int(ssrc[index]))
        self._table.heard_at[slots[fits]] = self._tick
        return fits

    def _slowly(self, slot: int, packet: bytes) -> None:
        leg = self._table.at[slot]
        if leg is not None:
            self.packet(leg, packet)

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
        """Give all packets that have come their places, all at once."""
        narrow, heads, payloads, arrived = self._narrow_rows, self._wide_heads, self._wide_payloads, self._arrived
        parts = [*narrow, *heads]
        if not parts and not arrived:
            return
        self._narrow_rows, self._wide_heads, self._wide_payloads, self._arrived = [], [], [], []
        slots = [part for part, _ in parts]
        numbers, stamps = [_halves(packets, 2) for _, packets in parts], [_words(packets, 4) for _, packets in parts]
        if arrived:
            slots.append(np.array([leg.slot for leg, _ in arrived], np.int64))
            numbers.append(np.array([packet.sequence for _, packet in arrived], np.int64))
            stamps.append(np.array([packet.timestamp for _, packet in arrived], np.int64))
        at = _joined(slots)
        self.sequences.count(at, _joined(numbers))
        positions, usable, begun = self.jitter.arrive(at, _joined(stamps), self._tick)
        if len(begun):
            self._clear(begun)
        first = sum(len(part) for part, _ in narrow)
        if first:
            rows = _joined([packets for _, packets in narrow])
            self._store_narrow(at[:first], positions[:first], usable[:first], rows)
        places = zip(at[first:].tolist(), positions[first:].tolist(), usable[first:].tolist(), strict=True)
        for payload, (slot, position, fits) in zip(
            [*payloads, *(packet.payload for _, packet in arrived)], places, strict=True
        ):
            leg = self._table.at[slot]
            if not fits or not payload or leg is None:
                continue
            if leg.voice is not None:
                leg.voice.put(position, payload)
            else:
                codes = np.frombuffer(payload, np.uint8)
                self._voices.write(slot, position, g711.DECODED[self._table.law[slot]][codes])

    def _store_narrow(self, at: Ints, positions: Ints, usable: NDArray[np.bool_], rows: Bytes) -> None:
        samples = g711.decode(rows[:, rtp.SHORTEST :], self._table.law[at])
        aligned = usable & (positions % FRAME == 0)
        if aligned.all():
            self._voices.write_frames(at, positions, samples)
            return
        self._voices.write_frames(at[aligned], positions[aligned], samples[aligned])
        for odd in np.flatnonzero(usable & ~aligned):
            self._voices.write(int(at[odd]), int(positions[odd]), samples[odd])

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


def _words(packets: Bytes, at: int) -> Ints:
    """Return the 32-bit number at `at` of each packet."""
    return packets[:, at : at + 4].copy().view(">u4")[:, 0].astype(np.int64)


def _halves(packets: Bytes, at: int) -> Ints:
    """Return the 16-bit number at `at` of each packet."""
    return packets[:, at : at + 2].copy().view(">u2")[:, 0].astype(np.int64)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _quiet(frames: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return in which frames nobody speaks."""
    quiet: NDArray[np.bool_] = (frames.max(axis=1) < QUIET) & (frames.min(axis=1) > -QUIET)
    return quiet
