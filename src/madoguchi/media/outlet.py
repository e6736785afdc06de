"""From what every leg hears to RTP packets.

A leg's SSRC never changes; its sequence number grows by one a packet and its time stamp by one frame a tick, whatever
happens to bridges, playbacks, codecs and monitors: a far end cannot tell who else listens.
"""

import secrets
from typing import Final

import numpy as np
from numpy.typing import NDArray

from madoguchi.media import g711, rtp
from madoguchi.media.codecs import WideCoder
from madoguchi.media.intake import FAST_LENGTH
from madoguchi.media.legs import Leg, LegTable, Line

REPORT_TICKS: Final = 250
"""Ticks between two sender reports of a leg: 5 s."""
LONGEST: Final = 1500

Ints = NDArray[np.int64]


class Outlet:
    """Makes and sends the packets of a tick."""

    def __init__(self, table: LegTable) -> None:
        capacity = table.capacity
        self.sent: Ints = np.zeros(capacity, np.int64)
        """Packets per leg."""
        self.total = 0
        self.octets: Ints = np.zeros(capacity, np.int64)
        self.ssrc: Ints = np.zeros(capacity, np.int64)
        self._table = table
        self._sequence: Ints = np.zeros(capacity, np.int64)
        self._stamp: Ints = np.zeros(capacity, np.int64)
        self._step: Ints = np.full(capacity, 160, np.int64)
        self._marker: NDArray[np.uint8] = np.zeros(capacity, np.uint8)
        self._type: NDArray[np.uint8] = np.zeros(capacity, np.uint8)
        self._packets: NDArray[np.uint8] = np.zeros((capacity, FAST_LENGTH), np.uint8)
        self._packets[:, 0] = rtp.VERSION
        self._known_change = -1
        self._connected: Ints = np.zeros(0, np.int64)
        self._narrow: tuple[Ints, Ints] = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        """The senders of µ-law and of A-law."""
        self._rows: list[tuple[Line, memoryview]] = []
        """The narrow legs' lines and packets."""
        self._wide: Ints = np.zeros(0, np.int64)
        self._coders: list[tuple[Leg, WideCoder]] = []
        self._pressing: set[Leg] = set()
        self._scratch = bytearray(LONGEST)
        self._view = memoryview(self._scratch)

    def open(self, leg: Leg, ssrc: int | None = None) -> None:
        """Begin a leg's one outgoing stream at random numbers (RFC 3550 section 5.1)."""
        slot = leg.slot
        self.ssrc[slot] = secrets.randbelow(2**32) if ssrc is None else ssrc
        self._sequence[slot] = secrets.randbelow(2**15)
        self._stamp[slot] = secrets.randbelow(2**32)
        self.sent[slot] = self.octets[slot] = 0
        self._marker[slot] = rtp.MARKER
        self._packets[slot, 8:12] = np.frombuffer(int(self.ssrc[slot]).to_bytes(4, "big"), np.uint8)

    def change(self, leg: Leg) -> None:
        """Take a leg's codec and direction as they are now; its numbers go on."""
        slot = leg.slot
        self._step[slot] = leg.clock_rate // 50
        self._type[slot] = leg.payload_type

    def press(self, leg: Leg, digits: str) -> None:
        """Send keys to a leg, in place of its sound."""
        leg.digit_sender.press(digits)
        if leg.digit_sender.waiting and leg not in self._pressing:
            self._pressing.add(leg)
            self._known_change = -1

    def forget(self, leg: Leg) -> None:
        """Stop sending to a leg."""
        self._pressing.discard(leg)

    def send(self) -> None:
        """Send everybody what he hears."""
        if self._known_change != self._table.changed:
            self._work_out()
        for law, slots in enumerate(self._narrow):
            if len(slots):
                self._fill(slots, law)
        for line, row in self._rows:
            line.send(row)
        self._send_wide()
        for leg in list(self._pressing):
            self._send_keys(leg)
        self._stamp[self._connected] += self._step[self._connected]

    def due_reports(self, tick: int) -> list[Leg]:
        """Return the legs whose sender report is due in this tick."""
        return [leg for leg in self._table if leg.connected and leg.send and (tick + leg.slot) % REPORT_TICKS == 0]

    def report(self, leg: Leg, ntp_s: float, cname: str, reception: tuple[rtp.ReceptionReport, ...]) -> None:
        """Send a leg's far end a sender report."""
        slot = leg.slot
        packets, octets = int(self.sent[slot]), int(self.octets[slot])
        stamp = int(self._stamp[slot])
        leg.line.send_rtcp(
            rtp.sender_report(int(self.ssrc[slot]), ntp_s, stamp, packets, octets, cname, reception),
        )

    def _fill(self, slots: Ints, law: int) -> None:
        """Write the packets of narrow legs, headers and all, into their rows."""
        packets = self._packets
        packets[slots, 1] = self._type[slots] | self._marker[slots]
        packets[slots, 2:4] = (self._sequence[slots] & 0xFFFF).astype(">u2").view(np.uint8).reshape(-1, 2)
        packets[slots, 4:8] = (self._stamp[slots] & 0xFFFFFFFF).astype(">u4").view(np.uint8).reshape(-1, 4)
        packets[slots, rtp.SHORTEST :] = g711.encode(self._table.heard[slots], law)
        self._count(slots, 160)

    def _send_wide(self) -> None:
        slots = self._wide
        if not len(slots):
            return
        packet, heard = self._scratch, self._table.heard_wide
        kinds = (self._type[slots] | self._marker[slots]).tolist()
        sequences, stamps = (self._sequence[slots] & 0xFFFF).tolist(), (self._stamp[slots] & 0xFFFFFFFF).tolist()
        octets = []
        for (leg, coder), slot, kind, sequence, stamp, ssrc in zip(
            self._coders, slots.tolist(), kinds, sequences, stamps, self.ssrc[slots].tolist(), strict=True
        ):
            length = coder.encode_into(heard[slot], packet, rtp.SHORTEST)
            rtp.HEADER.pack_into(packet, 0, rtp.VERSION, kind, sequence, stamp, ssrc)
            leg.line.send(self._view[: rtp.SHORTEST + length])
            octets.append(length)
        self._count(slots, np.array(octets, np.int64))

    def _send_keys(self, leg: Leg) -> None:
        """Send one tick of a key press; the keys wait while the far end does not listen."""
        payload_type = leg.dtmf_type
        slot = leg.slot
        if payload_type is None or not leg.send:
            return
        now = leg.digit_sender.tick(int(self._step[slot]))
        if now is None:
            self._pressing.discard(leg)
            self._marker[slot] = rtp.MARKER
            self._known_change = -1
            return
        since, payloads = now
        for payload in payloads:
            stamp = int(self._stamp[slot]) - since * int(self._step[slot])
            ssrc, sequence = int(self.ssrc[slot]), int(self._sequence[slot])
            data = rtp.build(payload_type, sequence, stamp, ssrc, payload, marker=since == 0)
            leg.line.send(memoryview(data))
            self._count(np.array([slot]), len(payload))

    def _count(self, slots: Ints, octets: int | Ints) -> None:
        self._sequence[slots] += 1
        self._marker[slots] = 0
        self.sent[slots] += 1
        self.octets[slots] += octets
        self.total += len(slots)

    def _work_out(self) -> None:
        self._known_change = self._table.changed
        self._pressing = {leg for leg in self._pressing if self._table.by_id.get(leg.id) is leg}
        self._connected = np.array([leg.slot for leg in self._table if leg.connected], np.int64)
        sending = [leg for leg in self._table if leg.connected and leg.send and leg not in self._pressing]
        narrow = [leg for leg in sending if not leg.wide]
        self._narrow = tuple(  # type: ignore[assignment]
            np.array([leg.slot for leg in narrow if self._table.law[leg.slot] == law], np.int64) for law in (0, 1)
        )
        self._rows = [(leg.line, self._packets[leg.slot].data) for leg in narrow]
        self._coders = [(leg, leg.coder) for leg in sending if leg.coder is not None]
        self._wide = np.array([leg.slot for leg, _ in self._coders], np.int64)
