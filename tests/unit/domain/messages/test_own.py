"""What can be worded anew, and what is missing."""

import re

import pytest

from madoguchi.domain.messages.languages import LanguageSettings, checked
from madoguchi.domain.messages.own import Audio, Missing, OwnMessage, Way, missing, way
from madoguchi.domain.messages.registry import LONGEST_TEXT, NO_LANGUAGE, REGISTRY, declared
from madoguchi.domain.messages.texts import TEXTS, Message
from madoguchi.domain.messages.variables import faults
from madoguchi.kernel.errors import InvalidInputError, NotFoundError

VOICES = ("en", "ja")
SOUND = Audio("messages/ko/greeting/1.wav", "annyeong.wav", 2.5, 80_044)


def own(message: Message, language: str, text: str = "", audio: Audio | None = None) -> OwnMessage:
    return OwnMessage(message.value, language, 1, text, audio)


@pytest.mark.req("BASE-6")
@pytest.mark.parametrize("language", sorted(TEXTS))
@pytest.mark.parametrize("message", [one for one in REGISTRY if REGISTRY[one].text])
def test_every_built_in_text_could_be_saved_as_an_own_text(message: Message, language: str) -> None:
    declaration = REGISTRY[message]
    text = TEXTS[language][message]
    assert faults(text, declaration.variables, declaration.required, LONGEST_TEXT) == ()
    assert set(re.findall(r"@\{([A-Z_]+)\}", text)) <= {one.value for one in declaration.variables}


def test_a_message_is_found_in_its_languages_only() -> None:
    assert declared("greeting", "ja")[0] is Message.GREETING
    assert declared("hold_music", NO_LANGUAGE)[0] is Message.HOLD_MUSIC
    for message, language in [("greetings", "ja"), ("estimated_wait", "ja"), ("hold_music", "ja"), ("greeting", "zxx")]:
        with pytest.raises(NotFoundError):
            declared(message, language)


@pytest.mark.req("BASE-6")
@pytest.mark.parametrize(
    ("language", "had", "expected"),
    [
        ("ja", None, Way.BUILT_IN),
        ("ja", OwnMessage("greeting", "ja", 4), Way.BUILT_IN),
        ("ja", own(Message.GREETING, "ja", "ようこそ"), Way.TEXT),
        ("ja", own(Message.GREETING, "ja", audio=SOUND), Way.AUDIO),
        ("ko", None, Way.MISSING),
        ("ko", own(Message.GREETING, "ko", "안녕하세요"), Way.MISSING),
        ("ko", own(Message.GREETING, "ko", audio=SOUND), Way.AUDIO),
    ],
)
def test_how_a_message_is_said_follows_from_what_there_is(language: str, had: OwnMessage | None, expected: Way) -> None:
    assert way(Message.GREETING, language, had, VOICES) is expected


def test_music_is_never_missing() -> None:
    assert way(Message.HOLD_MUSIC, NO_LANGUAGE, None, ()) is Way.BUILT_IN


@pytest.mark.req("BASE-5")
def test_what_is_missing_in_the_live_languages_is_listed() -> None:
    spoken = [message for message in REGISTRY if message is not Message.HOLD_MUSIC]
    recorded = {("greeting", "ko"): own(Message.GREETING, "ko", audio=SOUND)}

    found = missing(("ja", "ko"), recorded, VOICES)

    assert found == tuple(Missing("ko", one) for one in spoken if one is not Message.GREETING)
    assert missing(("ja", "en"), {}, VOICES) == ()
    assert len(missing(("ja",), {}, ())) == len(spoken)


@pytest.mark.req("BASE-5")
def test_languages_are_known_ordered_and_contain_the_default() -> None:
    assert checked("en", ["en", "ja", "en"]) == ("en", ("ja", "en"))
    for default, live, reason in [("ja", ["en"], "default_not_live"), ("ja", ["ja", "tlh"], "unknown_language")]:
        with pytest.raises(InvalidInputError) as refused:
            checked(default, live)
        assert refused.value.reason == reason


@pytest.mark.req("BASE-5")
def test_who_wants_a_language_that_is_not_live_is_offered_the_default() -> None:
    settings = LanguageSettings("ja", ("ja", "en"))
    assert [settings.offered(one) for one in ("ja", "en", "ko")] == ["ja", "en", "ja"]
