"""Each text is spoken once, whoever asks, and whoever leaves."""

import asyncio
from pathlib import Path

import pytest

from madoguchi.adapters.speech.engines import latin_only
from madoguchi.adapters.speech.synthesizer import CachingSpeech, NullSpeech
from madoguchi.ports.speech import SpeechError


class SlowSpeaker:
    """Speaks when it is let; counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.called = asyncio.Event()
        self.go = asyncio.Event()
        self.failing = False

    async def speak(self, engine: str, text: str, speed: float, path: Path) -> None:
        """Write a file, or fail."""
        self.asked.append(f"{engine} {speed} {text}")
        self.called.set()
        await self.go.wait()
        if self.failing:
            raise SpeechError("hoarse")
        await asyncio.to_thread(path.write_bytes, text.encode())

    async def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def flite(tmp_path: Path) -> Path:
    path = tmp_path / "flite.wasm"
    path.touch()
    return path


async def test_many_who_ask_at_once_get_one_file_spoken_once(tmp_path: Path, flite: Path) -> None:
    speaker = SlowSpeaker()
    speech = CachingSpeech(tmp_path, speaker, flite=flite)
    speaker.go.set()

    paths = await asyncio.gather(*(speech.speak("hello", "en") for _ in range(20)))
    later = await speech.speak("hello", "en")

    assert {*paths, later} == {paths[0]}
    assert speaker.asked == ["flite 1.0 hello"]


async def test_another_process_finds_what_was_spoken_before(tmp_path: Path, flite: Path) -> None:
    first, second = SlowSpeaker(), SlowSpeaker()
    first.go.set()
    path = await CachingSpeech(tmp_path, first, flite=flite).speak("hello", "en")

    assert await CachingSpeech(tmp_path, second, flite=flite).speak("hello", "en") == path
    assert second.asked == []


async def test_one_who_leaves_does_not_take_the_file_from_the_others(tmp_path: Path, flite: Path) -> None:
    speaker = SlowSpeaker()
    speech = CachingSpeech(tmp_path, speaker, flite=flite)
    leaving, staying = (asyncio.ensure_future(speech.speak("hello", "en")) for _ in range(2))
    await speaker.called.wait()

    leaving.cancel()
    await asyncio.sleep(0)
    speaker.go.set()

    assert (await staying).is_file()
    assert speaker.asked == ["flite 1.0 hello"]


async def test_a_failure_is_told_to_all_who_wait_and_tried_again_for_the_next(tmp_path: Path, flite: Path) -> None:
    speaker = SlowSpeaker()
    speech = CachingSpeech(tmp_path, speaker, flite=flite)
    speaker.failing = True
    speaker.go.set()

    outcomes = await asyncio.gather(*(speech.speak("hello", "en") for _ in range(3)), return_exceptions=True)
    speaker.failing = False

    assert [type(one) for one in outcomes] == [SpeechError] * 3
    assert (await speech.speak("hello", "en")).is_file()


async def test_speed_has_bounds(tmp_path: Path, flite: Path) -> None:
    speaker = SlowSpeaker()
    speaker.go.set()
    speech = CachingSpeech(tmp_path, speaker, flite=flite)

    for speed in (0.01, 99.0):
        await speech.speak("hello", "ja", speed=speed)

    assert speaker.asked == ["openjtalk 0.5 hello", "openjtalk 2.0 hello"]


async def test_a_text_without_end_is_refused(tmp_path: Path, flite: Path) -> None:
    with pytest.raises(SpeechError, match="too long"):
        await CachingSpeech(tmp_path, SlowSpeaker(), flite=flite).speak("la " * 2000, "en")


async def test_missing_voices_are_no_language_and_the_remedy_is_named(tmp_path: Path) -> None:
    speech = CachingSpeech(tmp_path, SlowSpeaker(), flite=tmp_path / "nowhere")

    assert list(speech.languages) == ["ja"]
    assert "make voices" in speech.missing("en-US")
    with pytest.raises(SpeechError, match="make voices"):
        await speech.speak("hello", "en")


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, flite: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SpeechError, match="cannot be written"):
        await CachingSpeech(tmp_path / "file", SlowSpeaker(), flite=flite).speak("hello", "en")


async def test_closing_ends_what_is_being_spoken(tmp_path: Path, flite: Path) -> None:
    speaker = SlowSpeaker()
    speech = CachingSpeech(tmp_path, speaker, flite=flite)
    waiting = asyncio.ensure_future(speech.speak("hello", "en"))
    await speaker.called.wait()

    await speech.close()

    with pytest.raises(SpeechError):
        await waiting


async def test_speech_that_is_switched_off_speaks_no_language() -> None:
    assert list(NullSpeech().languages) == []
    with pytest.raises(SpeechError):
        await NullSpeech().speak("hello", "en")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Café – “naïve”…", 'Cafe , "naive"...'),
        ("窓口 Support 2", "Support 2"),
        ("一つ。Two！", ". Two!"),
        ("🙂", ""),
    ],
)
def test_an_english_voice_reads_latin_letters_only(text: str, read: str) -> None:
    assert latin_only(text) == read
