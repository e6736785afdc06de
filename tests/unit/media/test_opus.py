"""Speech through Opus and back."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from madoguchi.media import opus
from madoguchi.media.opus import BadOpusPacketError, OpusDecoder, OpusEncoder, PyAvDecoder, PyAvEncoder

FRAME = 320
MakeEncoder = Callable[[], OpusEncoder]
MakeDecoder = Callable[[], OpusDecoder]


def pyav_encoder() -> OpusEncoder:
    return PyAvEncoder(opus.RATE, bit_rate=opus.BIT_RATE, complexity=opus.COMPLEXITY, inband_fec=False)


def pyav_decoder() -> OpusDecoder:
    return PyAvDecoder(opus.RATE)


encoders = pytest.mark.parametrize("make_encoder", [opus.encoder, pyav_encoder], ids=["libopus", "pyav"])
decoders = pytest.mark.parametrize("make_decoder", [opus.decoder, pyav_decoder], ids=["libopus", "pyav"])


def tone(hertz: float, frames: int) -> NDArray[np.int16]:
    at = np.arange(frames * FRAME) / opus.RATE
    return (8000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


def loudest(samples: NDArray[np.int16]) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * opus.RATE / len(samples))


def packets(encoder: OpusEncoder, sound: NDArray[np.int16]) -> list[bytes]:
    result = []
    for frame in sound.reshape(-1, FRAME):
        buffer = bytearray(12 + 1275)
        length = encoder.encode_into(np.ascontiguousarray(frame), buffer, 12)
        assert buffer[:12] == bytes(12)
        result.append(bytes(buffer[12 : 12 + length]))
    return result


def test_the_library_of_the_wheel_is_found() -> None:
    assert isinstance(opus.encoder(), opus.LibraryEncoder)
    assert isinstance(opus.decoder(), opus.LibraryDecoder)


@encoders
@decoders
def test_a_tone_survives(make_encoder: MakeEncoder, make_decoder: MakeDecoder) -> None:
    decoder = make_decoder()
    coded = packets(make_encoder(), tone(700, 50))

    heard = np.concatenate([decoder.decode(packet, FRAME) for packet in coded])

    assert heard.shape == (50 * FRAME,)
    assert loudest(heard[FRAME * 5 :]) == pytest.approx(700, abs=5)
    assert np.abs(heard[FRAME * 5 :]).max() > 6000
    assert max(len(packet) for packet in coded) < 160


@decoders
def test_a_lost_packet_is_concealed_by_sound_of_its_length(make_decoder: MakeDecoder) -> None:
    decoder = make_decoder()
    for packet in packets(opus.encoder(), tone(500, 20)):
        decoder.decode(packet, FRAME)

    concealed = decoder.decode(None, FRAME)

    assert concealed.shape == (FRAME,)
    assert np.abs(concealed).max() > 1000


@decoders
def test_a_decoder_without_a_past_conceals_by_silence(make_decoder: MakeDecoder) -> None:
    concealed = make_decoder().decode(None, FRAME)

    assert concealed.shape == (FRAME,)
    assert not concealed.any()


@encoders
def test_a_reset_encoder_goes_on(make_encoder: MakeEncoder) -> None:
    encoder = make_encoder()
    packets(encoder, tone(500, 5))
    encoder.reset()

    assert loudest(np.concatenate([_decoded(packets(encoder, tone(900, 20)))])) == pytest.approx(900, abs=10)


def _decoded(coded: list[bytes]) -> NDArray[np.int16]:
    decoder = opus.decoder()
    return np.concatenate([decoder.decode(packet, FRAME) for packet in coded])


def test_in_band_correction_brings_a_lost_frame_back() -> None:
    rng = np.random.default_rng(1)
    at = np.arange(60 * FRAME) / opus.RATE
    voice = sum(2500 / k * np.sin(2 * np.pi * 140 * k * at) for k in range(1, 20)) * (1.2 + np.sin(2 * np.pi * 4 * at))
    sound = (voice + rng.normal(0, 200, voice.shape)).clip(-32000, 32000).astype(np.int16)
    coded = packets(opus.encoder(inband_fec=True), sound)
    whole = _decoded(coded).astype(float).reshape(-1, FRAME)
    likeness: dict[bool, list[float]] = {True: [], False: []}

    for lost in range(20, 50, 3):
        for fec, packet in ((True, coded[lost + 1]), (False, None)):
            decoder = opus.decoder()
            for earlier in coded[:lost]:
                decoder.decode(earlier, FRAME)
            restored = decoder.decode(packet, FRAME, fec=fec)
            assert restored.shape == (FRAME,)
            likeness[fec].append(float(np.corrcoef(whole[lost], restored)[0, 1]))

    assert np.mean(likeness[True]) > np.mean(likeness[False]) + 0.1


@decoders
@pytest.mark.parametrize("packet", [b"", b"\x03", b"\x03\xff\xff", b"\xff\x00"])
def test_a_bad_packet_is_named_and_does_no_harm(make_decoder: MakeDecoder, packet: bytes) -> None:
    decoder = make_decoder()
    with pytest.raises(BadOpusPacketError):
        decoder.decode(packet, FRAME)

    heard = np.concatenate([decoder.decode(good, FRAME) for good in packets(opus.encoder(), tone(700, 30))])
    assert loudest(heard[FRAME * 5 :]) == pytest.approx(700, abs=5)


@given(st.binary(max_size=1500), st.booleans())
def test_rubbish_is_refused_or_decoded_and_never_longer_than_120_ms(data: bytes, fec: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    try:
        heard = opus.decoder().decode(data, FRAME, fec=fec)
    except BadOpusPacketError:
        return
    assert 0 < len(heard) <= opus.RATE * 0.12


@encoders
def test_a_frame_of_a_wrong_length_is_refused(make_encoder: MakeEncoder) -> None:
    with pytest.raises(ValueError, match=r"100 samples|20 ms"):
        make_encoder().encode_into(np.zeros(100, np.int16), bytearray(200), 0)


@encoders
def test_a_packet_that_does_not_fit_is_refused(make_encoder: MakeEncoder) -> None:
    encoder = make_encoder()
    with pytest.raises(ValueError, match=r"fit|buffer|offset"):
        encoder.encode_into(tone(700, 1), bytearray(12), 12)
    with pytest.raises(ValueError, match=r"fit|buffer|offset"):
        encoder.encode_into(tone(700, 1), bytearray(12), 40)


@pytest.mark.parametrize("make", [opus.encoder, opus.decoder, PyAvDecoder])
def test_a_rate_that_opus_does_not_know_is_refused(make: Callable[[int], object]) -> None:
    with pytest.raises(ValueError, match="44100"):
        make(44_100)
