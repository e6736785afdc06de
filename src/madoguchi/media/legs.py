"""The table of legs: a row each in the arrays that every tick works on, and an object for what is rare."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.errors import UnavailableError
from madoguchi.kernel.ids import LegId
from madoguchi.media.codecs import WIDE_FRAME, PacketVoice, WideCoder
from madoguchi.media.jitter import FRAME
from madoguchi.media.rtp import DigitReader, DigitSender

CAPACITY: Final = 1024
"""Legs that one worker takes."""
NEVER: Final = -(2**40)


class Line(Protocol):
    """A leg's way to its far end."""

    def send(self, packet: memoryview) -> None:
        """Send an RTP packet, now or when the tick's packets are flushed. Leaves it as it is. Never raises."""

    def send_rtcp(self, packet: bytes) -> None:
        """Send an RTCP packet, where this line carries ours. Never raises."""

    def close(self) -> None:
        """Give the way up."""


@dataclass(eq=False)
class Leg:
    """What is known of a leg beyond its rows."""

    id: LegId
    slot: int
    line: Line
    lost_after: int
    """Ticks without a packet after which its media count as lost."""
    connected: bool = False
    payload_type: int = -1
    dtmf: dict[int, int] = field(default_factory=dict)
    """Telephone-event payload types and their clocks."""
    clock_rate: int = 8000
    codec: str = ""
    coder: WideCoder | None = None
    """None for a narrow leg."""
    voice: PacketVoice | None = None
    send: bool = False
    receive: bool = False
    discards: bool = False
    """Nothing that arrives is heard or recorded."""
    plain: bool = False
    """Its packets need no more than a socket: it takes the fast path."""
    lost: bool = False
    digit_reader: DigitReader = field(default_factory=DigitReader)
    digit_sender: DigitSender = field(default_factory=DigitSender)

    @property
    def wide(self) -> bool:
        """Whether it is mixed at 16 kHz."""
        return self.coder is not None

    @property
    def dtmf_type(self) -> int | None:
        """The payload type for the keys that we press: the one on the sound's clock, if there is one."""
        same = [number for number, clock in self.dtmf.items() if clock == self.clock_rate]
        return same[0] if same else next(iter(self.dtmf), None)


class LegTable:
    """All legs of a worker. `changed` counts changes, so that others know when to work out their indices anew."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.changed = 0
        self.by_id: dict[LegId, Leg] = {}
        self.at: list[Leg | None] = [None] * capacity
        self._free = list(range(capacity - 1, -1, -1))
        self.said: NDArray[np.int16] = np.zeros((capacity, FRAME), np.int16)
        """What each leg says in this tick, at 8 kHz; wide legs only while something needs it."""
        self.heard: NDArray[np.int16] = np.zeros((capacity, FRAME), np.int16)
        self.said_wide: NDArray[np.int16] = np.zeros((capacity, WIDE_FRAME), np.int16)
        self.heard_wide: NDArray[np.int16] = np.zeros((capacity, WIDE_FRAME), np.int16)
        self.is_wide: NDArray[np.bool_] = np.zeros(capacity, np.bool_)
        self.law: NDArray[np.uint8] = np.zeros(capacity, np.uint8)
        self.payload_type: NDArray[np.int16] = np.full(capacity, -1, np.int16)
        """What a leg's packets must carry to take the fast path; -1: none does."""
        self.ssrc: NDArray[np.int64] = np.full(capacity, -1, np.int64)
        """The far end's SSRC; -1 before its first packet."""
        self.heard_at: NDArray[np.int64] = np.full(capacity, NEVER, np.int64)
        """The tick of the last packet."""

    def __iter__(self) -> Iterator[Leg]:
        return iter(self.by_id.values())

    def add(self, leg_id: LegId, line: Line, lost_after: int) -> Leg:
        """Give a new leg a row.

        Raises:
            UnavailableError: all rows are taken.
        """
        if not self._free:
            raise UnavailableError(f"this worker carries {self.capacity} legs already")
        slot = self._free.pop()
        leg = Leg(leg_id, slot, line, lost_after)
        self.by_id[leg_id] = leg
        self.at[slot] = leg
        self._clear(slot)
        self.changed += 1
        return leg

    def remove(self, leg: Leg) -> None:
        """Forget a leg."""
        del self.by_id[leg.id]
        self.at[leg.slot] = None
        self._clear(leg.slot)
        self._free.insert(0, leg.slot)
        self.changed += 1

    def _clear(self, slot: int) -> None:
        for frames in (self.said, self.heard, self.said_wide, self.heard_wide):
            frames[slot] = 0
        self.is_wide[slot] = False
        self.payload_type[slot] = self.ssrc[slot] = -1
        self.heard_at[slot] = NEVER
