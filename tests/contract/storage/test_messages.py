"""What `MessageStore` promises: records come back, and nobody overwrites what he has not seen."""

import asyncio
from dataclasses import replace

import pytest

from madoguchi.domain.messages.languages import LanguageSettings
from madoguchi.domain.messages.own import Audio, OwnMessage
from madoguchi.kernel.ids import UserId
from madoguchi.ports.storage import StaleVersionError, Storage
from tests.contract.storage.records import NOON

MIA = UserId("user_mia")
SOUND = Audio("messages/ja/greeting/sound_1.wav", "あいさつ.wav", 3.25, 104_044)
GREETING = OwnMessage("greeting", "ja", 1, "お電話ありがとうございます 😀", None, MIA, NOON)


async def test_nothing_was_changed_at_first(storage: Storage) -> None:
    assert await storage.messages.languages() is None
    assert await storage.messages.own_messages() == []
    assert await storage.messages.own_message("greeting", "ja") is None


@pytest.mark.req("BASE-5")
async def test_language_settings_come_back_as_they_were_stored(storage: Storage) -> None:
    first = LanguageSettings("ja", ("ja", "en"), 1, MIA, NOON)
    await storage.messages.save_languages(first)
    assert await storage.messages.languages() == first

    second = LanguageSettings("en", ("en",), 2)
    await storage.messages.save_languages(second)
    assert await storage.messages.languages() == second


@pytest.mark.req("BASE-6")
async def test_own_messages_come_back_by_message_and_language(storage: Storage) -> None:
    recorded = OwnMessage("goodbye", "en", 1, "", SOUND, MIA, NOON)
    english = replace(GREETING, language="en", text="Hello")
    for own in (GREETING, english, recorded):
        await storage.messages.save_own_message(own)

    assert await storage.messages.own_messages() == [recorded, english, GREETING]
    assert await storage.messages.own_message("goodbye", "en") == recorded
    assert await storage.messages.own_message("goodbye", "ja") is None


async def test_a_message_is_replaced_as_a_whole(storage: Storage) -> None:
    await storage.messages.save_own_message(GREETING)
    recorded = OwnMessage("greeting", "ja", 2, "", SOUND, MIA, NOON)
    await storage.messages.save_own_message(recorded)
    assert await storage.messages.own_messages() == [recorded]

    plain = OwnMessage("greeting", "ja", 3)
    await storage.messages.save_own_message(plain)
    assert await storage.messages.own_messages() == [plain]


@pytest.mark.parametrize("version", [1, 2, 4])
async def test_who_has_not_seen_the_present_version_changes_nothing(storage: Storage, version: int) -> None:
    await storage.messages.save_own_message(GREETING)
    seen = replace(GREETING, version=2, text="二")
    await storage.messages.save_own_message(seen)
    await storage.messages.save_languages(LanguageSettings("ja", ("ja",), 1))
    await storage.messages.save_languages(LanguageSettings("ja", ("ja",), 2))

    with pytest.raises(StaleVersionError):
        await storage.messages.save_own_message(replace(GREETING, version=version, text="x"))
    with pytest.raises(StaleVersionError):
        await storage.messages.save_languages(LanguageSettings("en", ("en",), version))

    assert await storage.messages.own_message("greeting", "ja") == seen
    assert await storage.messages.languages() == LanguageSettings("ja", ("ja",), 2)


async def test_a_change_of_what_was_never_made_changes_nothing(storage: Storage) -> None:
    with pytest.raises(StaleVersionError):
        await storage.messages.save_own_message(replace(GREETING, version=2))
    assert await storage.messages.own_messages() == []


async def test_of_two_who_change_at_once_one_is_told(storage: Storage) -> None:
    changes = [replace(GREETING, text=str(number)) for number in range(6)]
    done = await asyncio.gather(*map(storage.messages.save_own_message, changes), return_exceptions=True)
    assert sum(one is None for one in done) == 1
    assert all(one is None or isinstance(one, StaleVersionError) for one in done)
