"""What `AudioTranscoder` promises, proved on recordings as crashes leave them."""

import asyncio
import os
import struct
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from madoguchi.adapters.speech.transcoder import PyAvTranscoder
from madoguchi.kernel.errors import NotFoundError, UnavailableError
from madoguchi.ports.speech import AudioTranscoder, BadAudioError

HEAD = 44


@pytest.fixture
def transcoder() -> AudioTranscoder:
    return PyAvTranscoder()


def record(path: Path, span_s: float = 2.0, channels: int = 1, rate: int = 8000, pitch_hz: float = 440.0) -> Path:
    """Write a whole WAV file with a tone, an octave higher in the second channel."""
    times = np.arange(int(span_s * rate)) / rate
    tones = [8000 * np.sin(2 * np.pi * pitch_hz * (channel + 1) * times) for channel in range(channels)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(tones, axis=1).astype(np.int16).tobytes())
    return path


def patch(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def length_s(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def pitches_hz(path: Path) -> list[float]:
    """Return each channel's loudest frequency."""
    with av.open(str(path)) as file:
        rate = file.streams.audio[0].rate
        sound = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
    return [float(np.argmax(np.abs(np.fft.rfft(channel))) * rate / len(channel)) for channel in sound]


@pytest.mark.req("REC-1")
@pytest.mark.parametrize("declared", [0, 1600, 0xFFFFFFFF, 0x7FFFFFFF])
async def test_a_recording_whose_head_was_not_finished_is_read_to_its_end(
    transcoder: AudioTranscoder, tmp_path: Path, declared: int
) -> None:
    wav = record(tmp_path / "a.wav", span_s=3.0)
    patch(wav, 4, struct.pack("<I", declared))
    patch(wav, HEAD - 4, struct.pack("<I", declared))

    assert await transcoder.recover(wav) == pytest.approx(3.0)

    assert length_s(wav) == pytest.approx(3.0)
    assert await transcoder.recover(wav) == pytest.approx(3.0)


@pytest.mark.req("REC-1")
@pytest.mark.parametrize("lost", [1, 2, 3, 4, 5, 9999])
async def test_a_recording_that_was_cut_off_keeps_every_whole_sample(
    transcoder: AudioTranscoder, tmp_path: Path, lost: int
) -> None:
    wav = record(tmp_path / "a.wav", channels=2)
    os.truncate(wav, wav.stat().st_size - lost)

    span_s = await transcoder.recover(wav)

    assert span_s == length_s(wav) == (64_000 - lost) // 4 / 8000


async def test_a_whole_recording_is_left_as_it_is(transcoder: AudioTranscoder, tmp_path: Path) -> None:
    wav = record(tmp_path / "a.wav")
    with wav.open("ab") as file:
        file.write(b"LIST" + struct.pack("<I", 4) + b"INFO")
    before = wav.read_bytes()

    assert await transcoder.recover(wav) == pytest.approx(2.0)

    assert wav.read_bytes() == before


async def test_a_recording_that_has_only_a_head_is_empty(transcoder: AudioTranscoder, tmp_path: Path) -> None:
    wav = record(tmp_path / "a.wav")
    os.truncate(wav, HEAD)

    assert await transcoder.recover(wav) == 0.0
    with pytest.raises(BadAudioError):
        await transcoder.to_mp3(wav, tmp_path / "a.mp3")


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"\0" * 5000, b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd"]
)
async def test_a_file_without_a_head_is_bad_audio(transcoder: AudioTranscoder, tmp_path: Path, content: bytes) -> None:
    wav = tmp_path / "a.wav"
    wav.write_bytes(content)

    with pytest.raises(BadAudioError):
        await transcoder.recover(wav)
    with pytest.raises(BadAudioError):
        await transcoder.to_mp3(wav, tmp_path / "a.mp3")

    assert wav.read_bytes() == content
    assert not (tmp_path / "a.mp3").exists()


@pytest.mark.req("REC-1")
@pytest.mark.parametrize(("channels", "rate"), [(1, 8000), (2, 8000), (1, 16000), (2, 48000)])
async def test_an_mp3_has_the_same_length_channels_and_tones(
    transcoder: AudioTranscoder, tmp_path: Path, channels: int, rate: int
) -> None:
    wav = record(tmp_path / "a.wav", 4.0, channels, rate)
    mp3 = tmp_path / "a.mp3"

    assert await transcoder.to_mp3(wav, mp3) == pytest.approx(4.0)

    expected = [440.0, 880.0][:channels]
    assert pitches_hz(mp3) == pytest.approx(expected, abs=2.0)
    with av.open(str(mp3)) as file:
        assert file.duration == pytest.approx(4_000_000, abs=150_000)
    assert mp3.stat().st_size == pytest.approx(channels * 32_000 / 8 * 4, rel=0.1)


async def test_an_mp3_replaces_the_one_before_in_one_step(transcoder: AudioTranscoder, tmp_path: Path) -> None:
    mp3 = tmp_path / "a.mp3"
    mp3.write_bytes(b"old")
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"noise")
    good = record(tmp_path / "good.wav")

    with pytest.raises(BadAudioError):
        await transcoder.to_mp3(bad, mp3)
    assert mp3.read_bytes() == b"old"
    await transcoder.to_mp3(good, mp3)

    assert pitches_hz(mp3) == pytest.approx([440.0], abs=2.0)
    assert names(tmp_path) == ["a.mp3", "bad.wav", "good.wav"]


async def test_what_is_not_there_and_what_cannot_be_written_is_told(
    transcoder: AudioTranscoder, tmp_path: Path
) -> None:
    wav = record(tmp_path / "a.wav")

    with pytest.raises(NotFoundError):
        await transcoder.recover(tmp_path / "none.wav")
    with pytest.raises(NotFoundError):
        await transcoder.to_mp3(tmp_path / "none.wav", tmp_path / "a.mp3")
    with pytest.raises(UnavailableError):
        await transcoder.to_mp3(wav, tmp_path / "nowhere" / "a.mp3")


async def test_many_files_are_encoded_a_few_at_a_time(tmp_path: Path) -> None:
    transcoder = PyAvTranscoder(at_once=2)
    wavs = [record(tmp_path / f"{n}.wav", 1.0, pitch_hz=300.0 + 50 * n) for n in range(4)]

    spans = await asyncio.gather(*(transcoder.to_mp3(wav, wav.with_suffix(".mp3")) for wav in wavs))

    assert spans == pytest.approx([1.0] * 4)
    found = [pitches_hz(wav.with_suffix(".mp3"))[0] for wav in wavs]
    assert found == pytest.approx([300.0, 350.0, 400.0, 450.0], abs=3.0)


async def test_a_cancelled_encoding_leaves_nothing(transcoder: AudioTranscoder, tmp_path: Path) -> None:
    wav = record(tmp_path / "a.wav", 400.0)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.6):
            await transcoder.to_mp3(wav, tmp_path / "a.mp3")

    assert names(tmp_path) == ["a.wav"]
    short = record(tmp_path / "b.wav")
    assert await transcoder.to_mp3(short, tmp_path / "a.mp3") == pytest.approx(2.0)
