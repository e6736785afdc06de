"""Opus for speech, by the libopus that comes inside the PyAV wheel.

Opus 16 kHz mono is the richest sound that a browser and a telephone bridge share. The library is called directly so
that a packet is written straight into the buffer that is sent (RFC 6716; RFC 7587 for the RTP side). Where the wheel
keeps no separate library file, PyAV's own codec does the same work at three times the cost.
"""

import ctypes
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import av
import av.audio.resampler
import av.error
import numpy as np
from numpy.typing import NDArray

from madoguchi.kernel.errors import InvalidInputError

Samples = NDArray[np.int16]

RATE: Final = 16_000
"""Samples per second that we code at; RTP counts in 48 kHz all the same (RFC 7587 section 4.1)."""
BIT_RATE: Final = 24_000
COMPLEXITY: Final = 3
NARROW_COMPLEXITY: Final = 1
"""For telephone sound: more costs half as much again, and makes no difference that could be measured."""
EXPECTED_LOSS_PERCENT: Final = 10
"""What the encoder prepares for when in-band error correction is on. With less it makes no copies at our bit rate."""

LONGEST_S: Final = Fraction(120, 1000)
"""No Opus packet holds more (RFC 6716 section 3.2.5)."""

_APPLICATION_VOIP: Final = 2048
_SET_BITRATE: Final = 4002
_SET_MAX_BANDWIDTH: Final = 4004
_SET_COMPLEXITY: Final = 4010
_SET_INBAND_FEC: Final = 4012
_SET_PACKET_LOSS_PERCENT: Final = 4014
_RESET_STATE: Final = 4028
_NARROWBAND, _FULLBAND = 1101, 1105
_RATES: Final = (8_000, 12_000, 16_000, 24_000, 48_000)


class BadOpusPacketError(InvalidInputError):
    """This is no Opus packet."""

    code = "bad_opus_packet"


class OpusEncoder(Protocol):
    """Turns 20 ms frames of one speaker into packets. Keeps state: one encoder a stream."""

    def encode_into(self, samples: Samples, buffer: bytearray, offset: int) -> int:
        """Write the packet for `samples` into `buffer` from `offset` on and return its length in bytes.

        Args:
            samples: shape (n,), mono, contiguous; n is 2.5, 5, 10, 20, 40 or 60 ms at the encoder's rate.
            buffer: has room for the packet after `offset`; 1275 bytes are always enough.
            offset: where the packet starts, for instance after an RTP header.

        Raises:
            ValueError: the length of `samples` is none of these, or the packet does not fit.
        """

    def limit(self, *, narrow: bool) -> None:
        """Spend nothing on what is above 4 kHz, or do again. The stream goes on without a seam."""

    def reset(self) -> None:
        """Forget what was said, as a new stream does."""


class OpusDecoder(Protocol):
    """Turns packets of one speaker into samples. Keeps state: one decoder a stream."""

    def decode(self, packet: bytes | memoryview | None, samples: int, *, fec: bool = False) -> Samples:
        """Return the sound of `packet`.

        Args:
            packet: one Opus packet; None conceals a lost one.
            samples: how long a concealed piece is, in samples; a multiple of 2.5 ms. Ignored for a packet that came.
            fec: `packet` is the one after a lost one: return the `samples` of the lost one that it carries along.

        Returns:
            Shape (n,), mono; n is what the packet holds, 120 ms at most.

        Raises:
            BadOpusPacketError: `packet` is damaged or no Opus; the decoder is unharmed.
        """


@cache
def _library() -> ctypes.CDLL | None:
    """The libopus of the PyAV wheel, or None where this build keeps it elsewhere."""
    package = Path(av.__file__).parent
    found = (*package.parent.glob("av.libs/*opus*"), *package.glob(".dylibs/*opus*"))
    for path in found:
        try:
            library = ctypes.CDLL(str(path))
            _declare(library)
        except (OSError, AttributeError):  # no library, or one without the calls that we need
            continue
        return library
    return None


def _declare(library: ctypes.CDLL) -> None:
    pointer, number = ctypes.c_void_p, ctypes.c_int
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "opus_encoder_create": (pointer, [ctypes.c_int32, number, number, ctypes.POINTER(number)]),
        "opus_encoder_destroy": (None, [pointer]),
        "opus_encode": (ctypes.c_int32, [pointer, pointer, number, pointer, ctypes.c_int32]),
        "opus_decoder_create": (pointer, [ctypes.c_int32, number, ctypes.POINTER(number)]),
        "opus_decoder_destroy": (None, [pointer]),
        "opus_decode": (number, [pointer, ctypes.c_char_p, ctypes.c_int32, pointer, number, number]),
        "opus_packet_get_nb_samples": (number, [ctypes.c_char_p, ctypes.c_int32, ctypes.c_int32]),
        "opus_strerror": (ctypes.c_char_p, [number]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.opus_encoder_ctl.restype = number  # variadic: the fixed arguments are declared, the value is passed as int
    library.opus_encoder_ctl.argtypes = [pointer, number]


def encoder(
    rate: int = RATE, *, bit_rate: int = BIT_RATE, complexity: int = COMPLEXITY, inband_fec: bool = False
) -> OpusEncoder:
    """Make an encoder for mono speech.

    Args:
        rate: samples per second, one of 8000, 12000, 16000, 24000, 48000.
        bit_rate: bits per second.
        complexity: 0 (cheap) to 10 (good); 3 costs 0.45 % of a core, 5 a third more.
        inband_fec: each packet carries a coarse copy of the one before.

    Raises:
        ValueError: libopus knows no such rate.
    """
    library = _library()
    if library is None:
        return PyAvEncoder(rate, bit_rate=bit_rate, complexity=complexity, inband_fec=inband_fec)
    return LibraryEncoder(library, rate, bit_rate=bit_rate, complexity=complexity, inband_fec=inband_fec)


def decoder(rate: int = RATE) -> OpusDecoder:
    """Make a decoder to mono samples at `rate`.

    Raises:
        ValueError: libopus knows no such rate.
    """
    library = _library()
    return PyAvDecoder(rate) if library is None else LibraryDecoder(library, rate)


class LibraryEncoder:
    """An encoder of libopus itself."""

    def __init__(self, library: ctypes.CDLL, rate: int, *, bit_rate: int, complexity: int, inband_fec: bool) -> None:
        self._encode: Callable[..., int] = library.opus_encode
        self._library = library
        self._handle = _create(library, library.opus_encoder_create, rate, 1, _APPLICATION_VOIP)
        self._destroy: Callable[[int], None] = library.opus_encoder_destroy
        settings = {_SET_BITRATE: bit_rate, _SET_COMPLEXITY: complexity, _SET_INBAND_FEC: int(inband_fec)}
        if inband_fec:
            settings[_SET_PACKET_LOSS_PERCENT] = EXPECTED_LOSS_PERCENT
        self._complexity = complexity
        for setting, value in settings.items():
            self._set(setting, value)

    def encode_into(self, samples: Samples, buffer: bytearray, offset: int) -> int:
        """Write the packet for `samples` into `buffer`; see `OpusEncoder`."""
        room = len(buffer) - offset
        if (
            samples.dtype != np.int16
            or samples.ndim != 1
            or not samples.flags.c_contiguous
            or not 0 <= offset < len(buffer)
        ):
            raise ValueError("samples must be contiguous mono int16, and the offset inside the buffer")
        target = (ctypes.c_char * room).from_buffer(buffer, offset)
        length = self._encode(self._handle, samples.ctypes.data, len(samples), target, room)
        if length < 0:
            raise ValueError(f"opus encoder: {_reason(self._library, length)} ({len(samples)} samples, {room} bytes)")
        return length

    def limit(self, *, narrow: bool) -> None:
        """See `OpusEncoder`."""
        self._set(_SET_MAX_BANDWIDTH, _NARROWBAND if narrow else _FULLBAND)
        self._set(_SET_COMPLEXITY, min(NARROW_COMPLEXITY, self._complexity) if narrow else self._complexity)

    def _set(self, setting: int, value: int) -> None:
        result = self._library.opus_encoder_ctl(self._handle, setting, ctypes.c_int(value))
        if result < 0:
            raise ValueError(f"opus encoder setting {setting} = {value}: {_reason(self._library, result)}")

    def reset(self) -> None:
        """Forget what was said, as a new stream does."""
        self._library.opus_encoder_ctl(self._handle, _RESET_STATE)

    def __del__(self) -> None:
        if getattr(self, "_handle", 0):
            self._destroy(self._handle)


class LibraryDecoder:
    """A decoder of libopus itself."""

    def __init__(self, library: ctypes.CDLL, rate: int) -> None:
        self._library = library
        self._decode: Callable[..., int] = library.opus_decode
        self._rate = rate
        self._handle = _create(library, library.opus_decoder_create, rate, 1)
        self._destroy: Callable[[int], None] = library.opus_decoder_destroy
        self._out = np.empty(int(rate * LONGEST_S), np.int16)
        self._address = self._out.ctypes.data

    def decode(self, packet: bytes | memoryview | None, samples: int, *, fec: bool = False) -> Samples:
        """Return the sound of `packet`; see `OpusDecoder`."""
        out = self._out
        if packet is None:
            length = self._decode(self._handle, None, 0, self._address, min(samples, len(out)), 0)
        else:
            data = bytes(packet)
            if not data:  # libopus would take it for a lost packet
                raise BadOpusPacketError("an empty packet")
            room = min(samples, len(out)) if fec else len(out)
            length = self._decode(self._handle, data, len(data), self._address, room, int(fec))
        if length < 0:
            if packet is None:
                raise ValueError(f"cannot conceal {samples} samples: {_reason(self._library, length)}")
            raise BadOpusPacketError(_reason(self._library, length))
        return out[:length].copy()

    def __del__(self) -> None:
        if getattr(self, "_handle", 0):
            self._destroy(self._handle)


def _create(library: ctypes.CDLL, constructor: Callable[..., int | None], rate: int, *arguments: int) -> int:
    error = ctypes.c_int()
    handle = constructor(rate, *arguments, ctypes.byref(error))
    if not handle or error.value < 0:
        raise ValueError(f"opus at {rate} Hz: {_reason(library, error.value)}")
    return handle


def _reason(library: ctypes.CDLL, code: int) -> str:
    text: bytes = library.opus_strerror(code)
    return text.decode("ascii", "replace")


class PyAvEncoder:
    """The same by PyAV's codec: frames of exactly 20 ms, three times the cost."""

    def __init__(self, rate: int, *, bit_rate: int, complexity: int, inband_fec: bool) -> None:
        if rate not in _RATES:
            raise ValueError(f"opus at {rate} Hz")
        self._rate = rate
        self._options = {
            "application": "voip",
            "frame_duration": "20",
            "compression_level": str(complexity),
            "fec": str(int(inband_fec)),
            "packet_loss": str(EXPECTED_LOSS_PERCENT if inband_fec else 0),
        }
        self._bit_rate = bit_rate
        self._codec = self._open()

    def _open(self) -> Any:
        codec = av.CodecContext.create("libopus", "w")
        codec.sample_rate, codec.layout, codec.format = self._rate, "mono", "s16"
        codec.bit_rate, codec.time_base, codec.options = self._bit_rate, Fraction(1, self._rate), self._options
        return codec

    def encode_into(self, samples: Samples, buffer: bytearray, offset: int) -> int:
        """Write the packet for `samples` into `buffer`; see `OpusEncoder`."""
        if samples.dtype != np.int16 or samples.shape != (self._rate // 50,):
            raise ValueError("PyAV codes frames of 20 ms of mono int16")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = self._rate
        packet = b"".join(bytes(part) for part in self._codec.encode(frame))
        if not 0 <= offset <= len(buffer) - len(packet):
            raise ValueError(f"a packet of {len(packet)} bytes does not fit")
        buffer[offset : offset + len(packet)] = packet
        return len(packet)

    def limit(self, *, narrow: bool) -> None:
        """See `OpusEncoder`; PyAV cannot change a codec that is open."""

    def reset(self) -> None:
        """Forget what was said, as a new stream does."""
        self._codec = self._open()


class PyAvDecoder:
    """The same by PyAV's codec. It cannot conceal: a lost packet is the last sound fading out."""

    def __init__(self, rate: int) -> None:
        if rate not in _RATES:
            raise ValueError(f"opus at {rate} Hz")
        self._rate = rate
        self._codec: Any = av.CodecContext.create("libopus", "r")
        self._codec.sample_rate, self._codec.layout = 48_000, "mono"
        self._resampler = av.audio.resampler.AudioResampler(format="s16", layout="mono", rate=rate)
        self._kept = np.zeros(0, np.int16)
        self._last = np.zeros(0, np.int16)

    def decode(self, packet: bytes | memoryview | None, samples: int, *, fec: bool = False) -> Samples:
        """Return the sound of `packet`; see `OpusDecoder`."""
        if packet is None or fec:
            return self._conceal(samples)
        if not packet:  # PyAV takes it for the end of the stream
            raise BadOpusPacketError("an empty packet")
        try:
            frames = self._codec.decode(av.Packet(bytes(packet)))
        except av.error.FFmpegError as error:
            raise BadOpusPacketError(error.strerror or "damaged") from None
        wanted = sum(frame.samples for frame in frames) * self._rate // 48_000
        pieces = [self._kept, *(piece.to_ndarray()[0] for frame in frames for piece in self._resampler.resample(frame))]
        heard = np.concatenate(pieces)
        if len(heard) < wanted:  # the resampler's filter swallows a little of the very first packet
            heard = np.concatenate([np.zeros(wanted - len(heard), np.int16), heard])
        self._kept = heard[wanted:]
        self._last = heard[:wanted]
        return self._last.copy()

    def _conceal(self, samples: int) -> Samples:
        samples = max(0, min(samples, int(self._rate * LONGEST_S)))
        if not len(self._last):
            return np.zeros(samples, np.int16)
        faded = np.resize(self._last, samples) * np.linspace(1.0, 0.0, samples)
        self._last = np.zeros(0, np.int16)
        return faded.astype(np.int16)
