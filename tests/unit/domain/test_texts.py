"""What callers hear."""

import pytest

from madoguchi.domain.messages.texts import TEXTS, Line, Message, line


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_every_message_exists_in_every_language(language: str) -> None:
    assert set(TEXTS[language]) == set(Message) - {Message.HOLD_MUSIC}
    assert all(text.strip() for text in TEXTS[language].values())


def test_variables_are_filled_in() -> None:
    said = line(Message.MENU_ENTRY, "en", queue="Sales", key=1)
    values = (("QUEUE", "Sales"), ("KEY", "1"))
    assert said == Line("For Sales, press 1.", "en", "menu_entry", "en", values)
    assert line(Message.POSITION, "ja", position=2).text.startswith("ただいま2番目")


def test_a_variable_without_value_stays_out() -> None:
    assert line(Message.GREETING, "en").text == "Thank you for calling ."


def test_an_unknown_language_is_answered_in_english() -> None:
    assert line(Message.GOODBYE, "fr").language == "en"
