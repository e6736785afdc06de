"""The process that speaks may die, hang or fail; those who ask are told, and the next text is spoken."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.adapters.speech.speaking_process import SpeakingProcess
from madoguchi.ports.speech import SpeechError

COMMAND = (sys.executable, "-m", "tests.unit.adapters.speech.voices_that_fail")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
async def process() -> AsyncIterator[SpeakingProcess]:
    process = SpeakingProcess(COMMAND)
    yield process
    await process.close()


async def test_texts_are_spoken_one_after_the_other(process: SpeakingProcess, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.wav" for n in range(8)]

    await asyncio.gather(*(process.speak("noise", f"text {n}", 1.0, path) for n, path in enumerate(paths)))

    assert names(tmp_path) == sorted(path.name for path in paths)


async def test_a_text_that_fails_is_told_and_the_next_is_spoken(process: SpeakingProcess, tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="no breath left"):
        await process.speak("noise", "raise", 1.0, tmp_path / "a.wav")
    await process.speak("noise", "fine", 1.0, tmp_path / "b.wav")

    assert names(tmp_path) == ["b.wav"]


async def test_a_process_that_died_is_started_again_unnoticed(process: SpeakingProcess, tmp_path: Path) -> None:
    await process.speak("noise", f"die-once {tmp_path}/marker", 1.0, tmp_path / "a.wav")

    assert (tmp_path / "a.wav").is_file()


async def test_a_text_that_kills_is_given_up_and_the_next_is_spoken(process: SpeakingProcess, tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="died twice"):
        await process.speak("noise", "die", 1.0, tmp_path / "a.wav")
    await process.speak("noise", "fine", 1.0, tmp_path / "b.wav")


async def test_a_text_that_hangs_is_given_up_and_the_next_is_spoken(tmp_path: Path) -> None:
    process = SpeakingProcess(COMMAND, one_text_s=2.0)
    await process.speak("noise", "warm", 1.0, tmp_path / "a.wav")

    with pytest.raises(SpeechError, match="not spoken within"):
        await process.speak("noise", "hang", 1.0, tmp_path / "b.wav")
    await process.speak("noise", "fine", 1.0, tmp_path / "c.wav")

    await process.close()


async def test_an_answer_to_one_who_left_is_not_given_to_the_next(process: SpeakingProcess, tmp_path: Path) -> None:
    await process.speak("noise", "warm", 1.0, tmp_path / "a.wav")
    leaving = asyncio.ensure_future(process.speak("noise", "hang", 1.0, tmp_path / "b.wav"))
    await asyncio.sleep(0.05)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)

    await process.speak("noise", "fine", 1.0, tmp_path / "c.wav")

    assert (tmp_path / "c.wav").is_file()


async def test_a_folder_that_is_missing_is_told(process: SpeakingProcess, tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="No such file"):
        await process.speak("noise", "fine", 1.0, tmp_path / "nowhere" / "a.wav")


async def test_a_program_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="cannot be started"):
        await SpeakingProcess(("/nowhere/at/all",)).speak("noise", "fine", 1.0, tmp_path / "a.wav")


async def test_closing_what_never_started_is_no_error() -> None:
    await SpeakingProcess(COMMAND).close()
