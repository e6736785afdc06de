"""The small parts: concealment, resampling, files, frames, ticks."""

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.errors import UnavailableError
from madoguchi.media import wavfile
from madoguchi.media.channel import LONGEST, FrameError, FrameReader, frame
from madoguchi.media.codecs import WIDE_FRAME, PacketVoice, coder
from madoguchi.media.jitter import FRAME
from madoguchi.media.resample import Narrower, Widener
from madoguchi.media.ticker import MOST_BEHIND, Durations, Ticker
from madoguchi.media.voices import VoiceBuffer
from madoguchi.testing.tones import amplitude, tone, tones_in

SLOT = np.array([2])


def read(buffer: VoiceBuffer, position: int) -> tuple[list[int], bool]:
    frames, missing = buffer.read(SLOT, np.array([position]), np.array([False]))
    return frames[0].tolist(), bool(missing[0])


@given(st.permutations(range(6)))
def test_frames_come_out_in_order_whatever_order_they_came_in(order: list[int]) -> None:
    buffer = VoiceBuffer(4)
    buffer.clear(SLOT)
    for number in order:
        buffer.write_frames(SLOT, np.array([number * FRAME]), np.full((1, FRAME), number + 1, np.int16))

    assert [read(buffer, number * FRAME) for number in range(6)] == [([n + 1] * FRAME, False) for n in range(6)]


@given(st.lists(st.integers(10, 400), min_size=1, max_size=12))
def test_packets_of_any_length_make_the_same_sound(lengths: list[int]) -> None:
    buffer = VoiceBuffer(4)
    buffer.clear(SLOT)
    sound = np.arange(1, sum(lengths) + 1).astype(np.int16)
    at = 0
    for length in lengths:
        buffer.write(2, at, sound[at : at + length])
        at += length

    heard = [sample for number in range(at // FRAME) for sample in read(buffer, number * FRAME)[0]]

    assert heard == sound[: len(heard)].tolist()


def test_a_gap_goes_on_without_a_step_and_fades_to_silence() -> None:
    buffer = VoiceBuffer(4)
    buffer.clear(SLOT)
    buffer.write_frames(SLOT, np.array([0]), tone([440], 0.02)[np.newaxis])
    last, _ = read(buffer, 0)

    gap = [read(buffer, number * FRAME) for number in range(1, 6)]

    assert all(missing for _, missing in gap)
    assert abs(gap[0][0][0] - last[-1]) < 100
    peaks = [max(map(abs, samples)) for samples, _ in gap]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[0] > 3000
    assert peaks[3:] == [0, 0]


def test_a_waiting_leg_keeps_its_sound() -> None:
    buffer = VoiceBuffer(4)
    buffer.clear(SLOT)
    buffer.write_frames(SLOT, np.array([0]), np.full((1, FRAME), 9, np.int16))

    buffer.read(SLOT, np.array([0]), np.array([True]))

    assert read(buffer, 0) == ([9] * FRAME, False)


@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_tones_survive_both_changes_of_rate(hertz: int) -> None:
    widener, narrower = Widener(4), Narrower(4)
    sound = tone([hertz], 1.0)

    wide = np.concatenate([widener.run(SLOT, sound[at : at + 160][np.newaxis])[0] for at in range(0, 8000, 160)])
    back = np.concatenate([narrower.run(SLOT, wide[at : at + 320][np.newaxis])[0] for at in range(0, 16_000, 320)])

    assert amplitude(wide[1600:], hertz, 16_000) == pytest.approx(8000, rel=0.05)
    assert amplitude(wide[1600:], 8000 - hertz, 16_000) < 80
    assert amplitude(back[800:], hertz) == pytest.approx(8000, rel=0.05)


def test_what_a_narrow_leg_cannot_hear_does_not_turn_into_something_else() -> None:
    narrower = Narrower(4)
    sound = tone([5000], 1.0, 16_000)

    narrow = np.concatenate([narrower.run(SLOT, sound[at : at + 320][np.newaxis])[0] for at in range(0, 16_000, 320)])

    assert amplitude(narrow[800:], 3000) < 200


@pytest.mark.parametrize("name", ["opus", "G722", "L16"])
def test_wide_codecs_carry_a_tone_and_cover_a_lost_packet(name: str) -> None:
    sender, voice = coder(name), PacketVoice(coder(name))
    sound = tone([700], 1.0, 16_000)
    heard, made_up = [], 0
    for number in range(50):
        buffer = bytearray(1500)
        length = sender.encode_into(sound[number * WIDE_FRAME : (number + 1) * WIDE_FRAME], buffer, 12)
        if number != 30:
            voice.put(number * FRAME, bytes(buffer[12 : 12 + length]))
    for number in range(50):
        samples, missing = voice.take(number * FRAME, waiting=False)
        heard.append(samples)
        made_up += missing

    assert made_up == 1
    assert {len(samples) for samples in heard} == {WIDE_FRAME}
    assert tones_in(np.concatenate(heard[5:]), [330, 700, 1500], 16_000) == {700}
    assert np.abs(heard[30]).max() > 1000


def test_opus_limits_its_band_to_telephone_sound_and_back_without_a_seam() -> None:
    sender, voice = coder("opus"), PacketVoice(coder("opus"))
    sound = tone([500], 3.0, 16_000)
    heard, sizes = [], []
    sender.limit(narrow=True, was_silent=True)
    for number in range(150):
        if number in {50, 100}:
            sender.limit(narrow=number == 100, was_silent=False)
        buffer = bytearray(1500)
        length = sender.encode_into(sound[number * WIDE_FRAME : (number + 1) * WIDE_FRAME], buffer, 0)
        sizes.append(bandwidth(buffer))
        voice.put(number * FRAME, bytes(buffer[:length]))
        heard.append(voice.take(number * FRAME, waiting=False)[0])

    assert set(sizes[:50]) == {NARROWBAND}
    assert max(sizes[50:100]) > NARROWBAND
    steps = np.abs(np.diff(np.concatenate(heard[10:]).astype(np.int64)))
    assert steps.max() < 1.2 * np.abs(np.diff(sound.astype(np.int64))).max()


def test_a_stream_that_was_silent_begins_anew_with_all_its_band() -> None:
    sender, buffer = coder("opus"), bytearray(1500)
    sound = tone([500], 0.5, 16_000)
    sender.limit(narrow=True, was_silent=True)
    sender.encode_into(np.zeros(WIDE_FRAME, np.int16), buffer, 0)
    assert bandwidth(buffer) == NARROWBAND

    sender.limit(narrow=False, was_silent=True)
    sender.encode_into(sound[:WIDE_FRAME], buffer, 0)

    assert bandwidth(buffer) == WIDEBAND


NARROWBAND, WIDEBAND = 0, 2


def bandwidth(packet: bytearray) -> int:
    """0, 1 or 2: SILK at 8, 12 or 16 kHz (RFC 6716 table 2)."""
    assert packet[0] >> 3 < 12
    return packet[0] >> 5


def test_damaged_packets_are_silence_not_failure() -> None:
    voice = PacketVoice(coder("opus"))
    voice.put(0, b"")
    voice.put(160, b"\xff\xff\xff")

    assert [voice.take(at, waiting=False)[1] for at in (0, 160, 320)] == [True] * 3


def test_a_codec_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="PCMU"):
        coder("PCMU")


def test_a_wav_file_is_whole_after_every_piece(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "call.wav"
    file = wavfile.WavFile(str(path), 2, 8000)

    for number in range(1, 4):
        file.append(bytes(4 * 4000))

        with wave.open(str(path)) as opened:
            assert (opened.getnframes(), opened.getnchannels(), opened.getframerate()) == (4000 * number, 2, 8000)
        assert wavfile.span_s(str(path)) == file.span_s == number / 2
    file.close()


def test_no_recording_is_ever_written_over(tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(b"older")

    with pytest.raises(UnavailableError):
        wavfile.WavFile(str(tmp_path / "call.wav"), 1, 8000)

    assert (tmp_path / "call.wav").read_bytes() == b"older"
    assert wavfile.span_s(str(tmp_path / "call.wav")) == wavfile.span_s(str(tmp_path / "none")) == 0.0


@given(st.lists(st.binary(max_size=50), max_size=8), st.integers(1, 9))
def test_frames_survive_any_cutting_of_the_stream(bodies: list[bytes], size: int) -> None:
    stream, reader = b"".join(frame(body) for body in bodies), FrameReader()

    found = [body for at in range(0, len(stream), size) for body in reader.feed(stream[at : at + size])]

    assert found == bodies


def test_a_stream_that_has_lost_step_is_noticed() -> None:
    with pytest.raises(FrameError):
        FrameReader().feed((LONGEST + 1).to_bytes(4, "big"))


class Clockwork:
    """A clock that moves when it is waited for, and by what the work takes."""

    def __init__(self) -> None:
        self.now = 100.0
        self.ticks: list[int] = []
        self.work_s = 0.001

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def work(self, number: int) -> None:
        self.ticks.append(number)
        self.now += self.work_s


def test_ticks_are_punctual_and_a_short_stall_is_made_up_for() -> None:
    clock = Clockwork()
    ticker = Ticker(0.02, clock.work, clock.wait, lambda: clock.now)
    for _ in range(10):
        ticker.step()
    assert ticker.late == 0

    clock.now += 0.1
    for _ in range(10):
        ticker.step()

    assert clock.ticks == list(range(20))
    assert ticker.late in {4, 5}
    assert ticker.skipped == 0
    assert clock.now == pytest.approx(100 + 19 * 0.02 + 0.001)


def test_after_a_long_stall_ticks_are_left_out() -> None:
    clock = Clockwork()
    ticker = Ticker(0.02, clock.work, clock.wait, lambda: clock.now)
    ticker.step()

    clock.now += 10
    ticker.step()
    ticker.step()

    assert ticker.skipped > MOST_BEHIND
    assert clock.ticks[1] >= 499
    assert clock.ticks[2] == clock.ticks[1] + 1


def test_quantiles_are_of_what_was_counted() -> None:
    durations = Durations()
    assert durations.quantile_ms(0.99) == 0.0

    for milliseconds in range(100):
        durations.add(milliseconds / 1000)

    assert durations.quantile_ms(0.5) == pytest.approx(49.5, abs=1)
    assert durations.quantile_ms(0.99) == pytest.approx(98.5, abs=1)
    assert durations.longest_s == 0.099
