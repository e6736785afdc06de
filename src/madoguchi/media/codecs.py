"""The wide codecs behind one face: 20 ms of 16 kHz sound in and out of a packet."""

from typing import Final, Protocol

import G722
import numpy as np
from numpy.typing import NDArray

from madoguchi.media import opus

Samples = NDArray[np.int16]

WIDE_FRAME: Final = 320
"""Samples in 20 ms at 16 kHz."""
_FADE: Final = np.linspace(0.9, 0.4, WIDE_FRAME, dtype=np.float32)


class WideCoder(Protocol):
    """Both directions of one leg. Keeps state."""

    def decode(self, payload: bytes) -> Samples:
        """Return what `payload` holds, nothing where it is damaged."""

    def conceal(self, following: bytes | None) -> Samples:
        """Make up a lost frame; `following` is the packet after it, where that has come already."""

    def encode_into(self, samples: Samples, buffer: bytearray, offset: int) -> int:
        """Write the packet for a frame into `buffer`; return its length."""

    def limit(self, *, narrow: bool, was_silent: bool) -> None:
        """Know whether what is encoded from now on is telephone sound, with nothing above 4 kHz.

        `was_silent`: the frame before was, so nobody would notice if the stream began anew.
        """


class OpusCoder:
    """Opus at 16 kHz (RFC 7587)."""

    def __init__(self, *, inband_fec: bool = False) -> None:
        self._encoder = opus.encoder(inband_fec=inband_fec)
        self._decoder = opus.decoder()
        self._narrow = False

    def decode(self, payload: bytes) -> Samples:
        """See `WideCoder`."""
        try:
            return self._decoder.decode(payload, WIDE_FRAME)
        except opus.BadOpusPacketError:
            return np.zeros(0, np.int16)

    def conceal(self, following: bytes | None) -> Samples:
        """See `WideCoder`; the packet after may carry a copy of the lost one."""
        try:
            return self._decoder.decode(following, WIDE_FRAME, fec=following is not None)
        except opus.BadOpusPacketError:
            return np.zeros(WIDE_FRAME, np.int16)

    def encode_into(self, samples: Samples, buffer: bytearray, offset: int) -> int:
        """See `WideCoder`."""
        return self._encoder.encode_into(samples, buffer, offset)

    def limit(self, *, narrow: bool, was_silent: bool) -> None:
        """See `WideCoder`; within sound, libopus changes over the next seconds, unheard."""
        if narrow is not self._narrow:
            self._narrow = narrow
            self._encoder.limit(narrow=narrow)
            if was_silent:
                self._encoder.reset()


class _Mirroring:
    """Conceals by playing the last frame backwards, softer each time."""

    def __init__(self) -> None:
        self._last: Samples = np.zeros(WIDE_FRAME, np.int16)

    def _remember(self, samples: Samples) -> Samples:
        if len(samples) >= WIDE_FRAME:
            self._last = samples[-WIDE_FRAME:]
        return samples

    def limit(self, *, narrow: bool, was_silent: bool) -> None:
        """See `WideCoder`; to these codecs all sound is the same."""

    def conceal(self, following: bytes | None) -> Samples:  # noqa: ARG002 - these codecs carry no copies
        """See `WideCoder`."""
        self._last = (self._last[::-1] * _FADE).astype(np.int16)
        return self._last


class G722Coder(_Mirroring):
    """G.722 at 64 kbit/s (RFC 3551 section 4.5.2)."""

    def __init__(self) -> None:
        super().__init__()
        self._encoder = G722.G722(16000, 64000)
        self._decoder = G722.G722(16000, 64000)

    def decode(self, payload: bytes) -> Samples:
        """See `WideCoder`."""
        return self._remember(np.frombuffer(self._decoder.decode(payload), np.int16))

    def encode_into(self, samples: Samples, buffer: bytearray, offset: int) -> int:
        """See `WideCoder`."""
        payload = self._encoder.encode(samples)
        buffer[offset : offset + len(payload)] = payload
        return len(payload)


class LinearCoder(_Mirroring):
    """Samples as they are (RFC 3551 section 4.5.11), between workers."""

    def decode(self, payload: bytes) -> Samples:
        """See `WideCoder`."""
        return self._remember(np.frombuffer(payload[: len(payload) & ~1], ">i2").astype(np.int16))

    def encode_into(self, samples: Samples, buffer: bytearray, offset: int) -> int:
        """See `WideCoder`."""
        payload = samples.astype(">i2").tobytes()
        buffer[offset : offset + len(payload)] = payload
        return len(payload)


class PacketVoice:
    """What a wide leg says: packets waiting for their play-out, decoded in order."""

    def __init__(self, coder: WideCoder) -> None:
        self._coder = coder
        self._packets: dict[int, bytes] = {}
        self._ready: Samples = np.zeros(0, np.int16)
        """Sound of the present packet beyond the present frame."""
        self._gap = 0

    def clear(self) -> None:
        """Forget what waits."""
        self._packets.clear()
        self._ready = self._ready[:0]

    def put(self, position: int, payload: bytes) -> None:
        """Store a packet that begins at `position` (1/8000 s)."""
        self._packets[position] = payload

    def take(self, position: int, *, waiting: bool) -> tuple[Samples, bool]:
        """Return the frame that is due, shape (320,), and whether it is made up.

        `waiting` makes one up and keeps what is there.
        """
        if not waiting:
            sound = self._ready
            if len(sound) < WIDE_FRAME:
                payload = self._due(position + len(sound) // 2)
                if payload is not None:
                    sound = (
                        np.concatenate([sound, self._coder.decode(payload)])
                        if len(sound)
                        else self._coder.decode(payload)
                    )
            if len(sound) >= WIDE_FRAME:
                self._ready = sound[WIDE_FRAME:]
                self._gap = 0
                return sound[:WIDE_FRAME], False
            self._ready = self._ready[:0]
        self._gap += 1
        if self._gap > _LONGEST_GAP:
            return _SILENCE, True
        return self._coder.conceal(self._packets.get(position + _FRAME) if not waiting else None), True

    def drop(self, position: int) -> None:
        """Forget the frame at `position`, which will not be played, and anything before it."""
        if len(self._ready) >= WIDE_FRAME:
            self._ready = self._ready[WIDE_FRAME:]
        for old in [known for known in self._packets if known <= position]:
            del self._packets[old]

    def _due(self, position: int) -> bytes | None:
        """Take the packet at `position`, or one that begins within half a frame of it: clocks of some peers slip."""
        payload = self._packets.pop(position, None)
        if payload is None and self._packets:
            near = min(self._packets)
            if near < position + _FRAME // 2:
                payload = self._packets.pop(near)
                return payload if near >= position - _FRAME // 2 else self._due(position)
        return payload


_FRAME: Final = 160
_LONGEST_GAP: Final = 5
"""Frames that are made up in a row before there is silence."""
_SILENCE: Final[Samples] = np.zeros(WIDE_FRAME, np.int16)


def coder(name: str, *, inband_fec: bool = False) -> WideCoder:
    """Make the coder for a wide codec.

    Raises:
        ValueError: `name` is none.
    """
    match name:
        case "opus":
            return OpusCoder(inband_fec=inband_fec)
        case "G722":
            return G722Coder()
        case "L16":
            return LinearCoder()
        case _:
            raise ValueError(f"{name} is no wide codec")
