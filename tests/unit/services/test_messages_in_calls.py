"""What callers hear of own messages: from the next playback on, and the built-in ones where an own one is gone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.adapters.speech.assets import HOLD_MUSIC
from madoguchi.domain.access.permissions import Role
from madoguchi.kernel.ids import LegId, UserId
from madoguchi.ports.voice import BrowserOffer
from madoguchi.testing.builders import a_principal, a_queue
from madoguchi.testing.environment import settle
from madoguchi.testing.queues import plant
from madoguchi.testing.tones import write_tone
from tests.unit.services.floor import Floor, a_visitor

ADMIN = a_principal(UserId("user_ada"), role=Role.ADMIN)
ANA = UserId("user_ana")
PHONE = LegId("leg_phone")


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, queues=[a_queue("sales", ANA, key=1), a_queue("support", ANA, key=2)])
    async with made:
        await settle()
        made.speech.said.clear()
        yield made


async def upload(floor: Floor, message: str, *, hertz: int = 500, language: str = "en", version: int = 0) -> bytes:
    path = write_tone(floor.folder / "upload.wav", (hertz,), 1.0, 16_000)
    await floor.core.messages.upload(ADMIN, message, language, version, "upload.wav", path)
    return path.read_bytes()


def plays(floor: Floor, leg: LegId = PHONE) -> list[Path]:
    """Return the files that the leg is being played, from the present one on."""
    playing = floor.voice.playback_to(leg)
    assert playing is not None
    return [sound.path for sound in playing.sounds]


@pytest.mark.req("BASE-6")
async def test_a_caller_hears_own_text_and_recordings_between_built_in_lines(floor: Floor) -> None:
    recorded = await upload(floor, "greeting")
    entry = "Press @{KEY} for @{QUEUE} of @{COMPANY}, dear @{END_USER}."
    await floor.core.messages.set_text(ADMIN, "menu_entry", "en", 0, entry)

    await floor.rings(PHONE)

    files = plays(floor)
    assert files[0].read_bytes() == recorded
    names = [queue.name("en") for queue in floor.core.queues.phone_menu().entries]
    assert floor.speech.said == [
        ("en", f"Press 1 for {names[0]} of Madoguchi, dear Customer."),
        ("en", f"Press 2 for {names[1]} of Madoguchi, dear Customer."),
        ("en", "To hear this again, press star."),
    ]
    assert len(files) == 4


@pytest.mark.req("BASE-6")
async def test_a_change_is_heard_at_the_next_playback(floor: Floor) -> None:
    await floor.rings(PHONE)
    before = plays(floor)[0]
    await upload(floor, "menu_repeat", hertz=600)
    recorded = await upload(floor, "invalid_choice", hertz=700)
    assert plays(floor)[0] == before

    floor.voice.far_end_presses(PHONE, "9")
    await settle()

    assert plays(floor)[0].read_bytes() == recorded


@pytest.mark.req("BASE-6")
async def test_hold_music_is_replaced_for_all_and_goes_round(floor: Floor) -> None:
    music = await upload(floor, "hold_music", language="zxx")
    await floor.waits(PHONE, key="1")

    playing = floor.voice.playback_to(PHONE)
    assert playing is not None
    assert (playing.sound.loop, playing.sound.path.read_bytes()) == (True, music)


@pytest.mark.req("BASE-6")
async def test_values_that_are_known_in_the_queue_are_said(floor: Floor) -> None:
    text = "@{END_USER}, you are number @{POSITION} for @{QUEUE}."
    await floor.core.messages.set_text(ADMIN, "position", "en", 0, text)
    await floor.waits(LegId("leg_first"), key="1")
    call = await floor.waits(PHONE, key="1")
    await floor.clock.advance(46)
    await settle()

    queue = floor.call(call).queue
    assert queue is not None
    assert floor.speech.said[-1] == ("en", f"Customer, you are number 2 for {queue.name('en')}.")


@pytest.mark.req("BASE-6")
async def test_where_a_recording_is_gone_the_built_in_text_is_heard_and_counted(floor: Floor) -> None:
    await upload(floor, "greeting")
    await upload(floor, "hold_music", language="zxx")
    floor.blobs.kept.clear()
    for copy in (floor.folder / "messages").glob("*"):
        copy.unlink()

    await floor.waits(PHONE, key="1")

    assert floor.speech.said[0] == ("en", "Thank you for calling Madoguchi.")
    playing = floor.voice.playback_to(PHONE)
    assert playing is not None
    assert playing.sound.path == HOLD_MUSIC
    assert floor.house.message_figures()["madoguchi_message_fallbacks"] >= 2


async def test_where_an_own_text_cannot_be_spoken_the_built_in_one_is_heard(floor: Floor) -> None:
    await floor.core.messages.set_text(ADMIN, "greeting", "ko", 0, "안녕하세요")
    await floor.core.languages.change(ADMIN, 0, "ko", ["ko", "en"])

    await floor.rings(PHONE)

    assert floor.speech.said[0] == ("en", "Thank you for calling Madoguchi.")
    assert floor.house.message_figures() == {"madoguchi_message_fallbacks": 1.0}


@pytest.mark.req("BASE-5")
async def test_a_consumer_whose_language_is_not_live_gets_the_default(floor: Floor) -> None:
    await floor.core.languages.change(ADMIN, 0, "ja", ["ja"])
    queue = a_queue("web", ANA, key=3)
    await plant(floor.storage.queues, queue)
    await floor.core.queues.load()

    call, *_ = await floor.core.calls.start(a_visitor(), queue.id, "en", BrowserOffer("v=0 m=audio"))
    chat = await floor.core.chats.start(a_visitor(2), queue.id, "en", "Hello")

    assert floor.call(call).language == "ja"
    state = floor.house._chats.state(chat)
    assert state is not None
    assert state.language == "ja"
    assert (await floor.core.consumers.config())["languages"] == ["ja"]
