from dataclasses import replace
from typing import Any

import pytest

from madoguchi.domain.sms.records import Carrier, Keyword, SmsConnection, SmsNumber, checked_connection, checked_number
from madoguchi.domain.sms.texts import TEXTS, Reply, menu_text
from madoguchi.kernel.fields import InvalidFieldsError
from madoguchi.kernel.ids import QueueId, SmsConnectionId, SmsNumberId

pytestmark = pytest.mark.req("CH-4")

QUEUE = QueueId("queue_1")
SMPP = SmsConnection(
    SmsConnectionId("a"), "A", Carrier.SMPP, host="smsc.example.com", system_id="we", secret="12345678"
)
HTTP = SmsConnection(
    SmsConnectionId("b"), "B", Carrier.HTTP, base_url="https://api.example.com", account="AC1", secret="token"
)


@pytest.mark.parametrize(
    ("connection", "wrong", "field"),
    [
        (SMPP, {"name": " "}, "name"),
        (SMPP, {"host": "a b"}, "host"),
        (SMPP, {"host": ""}, "host"),
        (SMPP, {"port": 0}, "port"),
        (SMPP, {"system_id": "x" * 16}, "system_id"),
        (SMPP, {"system_id": ""}, "system_id"),
        (SMPP, {"system_type": "x" * 13}, "system_type"),
        (SMPP, {"secret": "123456789"}, "secret"),
        (SMPP, {"secret": "パスワード"}, "secret"),
        (HTTP, {"base_url": "ftp://example.com"}, "base_url"),
        (HTTP, {"base_url": "https://example.com?x=1"}, "base_url"),
        (HTTP, {"account": "a/b"}, "account"),
        (HTTP, {"secret": ""}, "secret"),
    ],
)
def test_what_cannot_work_is_refused_with_its_field(
    connection: SmsConnection, wrong: dict[str, Any], field: str
) -> None:
    assert checked_connection(connection) is connection
    with pytest.raises(InvalidFieldsError) as refused:
        checked_connection(replace(connection, **wrong))
    assert {one.field for one in refused.value.errors} == {field}


def test_a_secret_is_in_no_print_of_a_connection() -> None:
    assert "12345678" not in repr(SMPP)


def test_every_answer_exists_in_both_languages() -> None:
    assert {language: set(texts) for language, texts in TEXTS.items()} == {"en": set(Reply), "ja": set(Reply)}
    assert menu_text(["A", "B"], "fr").endswith("\n1 A\n2 B")


@pytest.mark.parametrize(
    ("keywords", "field"),
    [
        ((Keyword("", QUEUE),), "keywords.0.word"),
        ((Keyword("...", QUEUE),), "keywords.0.word"),
        ((Keyword("x" * 41, QUEUE),), "keywords.0.word"),
        (tuple(Keyword(f"word{n}", QUEUE) for n in range(51)), "keywords"),
    ],
)
def test_keywords_are_words_and_not_too_many(keywords: tuple[Keyword, ...], field: str) -> None:
    number = SmsNumber(SmsNumberId("n"), "12345", SMPP.id, None, "en", keywords)
    with pytest.raises(InvalidFieldsError) as refused:
        checked_number(number)
    assert [one.field for one in refused.value.errors] == [field]
    assert checked_number(replace(number, keywords=())) == replace(number, keywords=())
