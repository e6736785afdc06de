"""What `SoundImport` promises: whatever people upload becomes what the player plays, or is refused with the reason."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from madoguchi.adapters.speech.loudness import PEAK_DBFS, SPEECH_DBFS
from madoguchi.adapters.speech.sound_import import PyAvSoundImport
from madoguchi.domain.messages.own import Refusal
from madoguchi.ports.messages import BadSoundError, SoundRule
from madoguchi.testing.tones import Samples, read_wav, tone, tones_in, write_wav

SPEECH = SoundRule(5.0, trim=True)
MUSIC = SoundRule(5.0, trim=False)
RATE = 44_100


def mp3(path: Path, samples: Samples, rate: int = RATE) -> Path:
    with av.open(str(path), "w", format="mp3") as file:
        encoder = file.add_stream("libmp3lame", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16p", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler("s16p", "mono", rate, frame_size=1152)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(encoder.encode(piece))
        file.mux(encoder.encode(None))
    return path


def dbfs(samples: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2)) / 32768))


async def brought_in(source: Path, rule: SoundRule = SPEECH) -> tuple[Samples, float]:
    target = source.parent / "made.wav"
    span_s = await PyAvSoundImport().bring_in(source, source.suffix, target, rule)
    (samples,), rate = read_wav(target)
    assert rate == 16_000
    assert span_s == pytest.approx(len(samples) / rate)
    return samples, span_s


async def refused(source: Path, rule: SoundRule = SPEECH, **options: float) -> str | None:
    target = source.parent / "made.wav"
    with pytest.raises(BadSoundError) as error:
        await PyAvSoundImport(**options).bring_in(source, source.suffix, target, rule)  # type: ignore[arg-type] # memory is a whole number
    assert not target.exists()
    return error.value.reason


@pytest.mark.req("BASE-6")
@pytest.mark.parametrize("level", [0.02, 1.0, 4.0])
async def test_a_quiet_and_a_loud_recording_come_to_the_level_of_the_voices(level: float, tmp_path: Path) -> None:
    stereo = [(tone((500,), 1.0, RATE) * level).astype(np.int16)] * 2
    samples, span_s = await brought_in(write_wav(tmp_path / "in.wav", stereo, RATE))

    assert span_s == pytest.approx(1.0, abs=0.05)
    assert tones_in(samples, {500, 700}, 16_000) == {500}
    assert dbfs(samples) == pytest.approx(SPEECH_DBFS, abs=0.5)


@pytest.mark.req("BASE-6")
async def test_an_mp3_is_as_good(tmp_path: Path) -> None:
    samples, span_s = await brought_in(mp3(tmp_path / "in.mp3", tone((700,), 2.0, RATE)))
    assert span_s == pytest.approx(2.0, abs=0.1)
    assert tones_in(samples, {500, 700}, 16_000) == {700}


async def test_a_single_peak_keeps_the_rest_from_being_clipped(tmp_path: Path) -> None:
    quiet = (tone((500,), 1.0, RATE) * 0.01).astype(np.int16)
    quiet[100:140] = 20_000
    samples, _ = await brought_in(write_wav(tmp_path / "in.wav", [quiet], RATE))
    assert np.abs(samples).max() <= 32768 * 10 ** (PEAK_DBFS / 20) * 1.05


@pytest.mark.req("BASE-6")
async def test_silence_around_speech_is_cut_off_and_musics_rests_stay(tmp_path: Path) -> None:
    rest = np.zeros(RATE, np.int16)
    source = write_wav(tmp_path / "in.wav", [np.concatenate([rest, tone((500,), 1.0, RATE), rest])], RATE)
    _, speech_s = await brought_in(source)
    _, music_s = await brought_in(source, MUSIC)
    assert speech_s == pytest.approx(1.2, abs=0.05)
    assert music_s == pytest.approx(3.0, abs=0.05)


@pytest.mark.req("BASE-6")
async def test_silence_is_refused(tmp_path: Path) -> None:
    assert await refused(write_wav(tmp_path / "in.wav", [np.zeros(RATE, np.int16)], RATE)) == Refusal.SILENT.value
    hiss = np.random.default_rng(1).integers(-3, 4, RATE).astype(np.int16)
    assert await refused(write_wav(tmp_path / "in.wav", [hiss], RATE)) == Refusal.SILENT.value


@pytest.mark.req("BASE-6")
async def test_what_is_too_long_is_refused(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "in.wav", [tone((500,), 5.2, RATE)], RATE)
    assert await refused(source) == Refusal.TOO_LONG.value


@pytest.mark.req("BASE-6")
@pytest.mark.parametrize("ending", [".wav", ".mp3"])
async def test_a_file_that_was_cut_off_is_refused(ending: str, tmp_path: Path) -> None:
    whole = tone((500,), 3.0, RATE)
    source = tmp_path / f"in{ending}"
    _ = mp3(source, whole) if ending == ".mp3" else write_wav(source, [whole], RATE)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    assert await refused(source) == Refusal.DAMAGED.value


@pytest.mark.req("BASE-6")
@pytest.mark.parametrize(
    "content",
    [
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0",
        b"RIFF" + bytes(4) + b"WAVE" + bytes(range(256)) * 50,
    ],
)
async def test_a_broken_wav_is_refused(content: bytes, tmp_path: Path) -> None:
    source = tmp_path / "in.wav"
    source.write_bytes(content)
    assert await refused(source) == Refusal.DAMAGED.value


@pytest.mark.req("BASE-6")
async def test_garbage_that_begins_like_an_mp3_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.mp3"
    noise = np.random.default_rng(2).integers(0, 256, 60_000, dtype=np.uint8).tobytes()
    source.write_bytes(b"\xff\xfb\x90\x00" + noise)
    assert await refused(source) == Refusal.DAMAGED.value


async def test_a_sound_format_that_is_not_known_is_refused(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "in.wav", [tone((500,), 1.0, RATE)], RATE)
    content = bytearray(source.read_bytes())
    struct.pack_into("<H", content, 20, 0x0161)  # Windows Media Audio, in a WAV file
    source.write_bytes(content)
    assert await refused(source) in {Refusal.WRONG_FORMAT.value, Refusal.DAMAGED.value}


async def test_a_file_that_needs_too_much_is_refused(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "in.wav", [tone((500,), 1.0, RATE)], RATE)
    assert await refused(source, patience_s=0.01) == Refusal.TOO_COMPLEX.value
