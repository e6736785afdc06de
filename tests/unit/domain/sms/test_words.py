import pytest

from madoguchi.domain.queues.names import SMS_WORDS
from madoguchi.domain.sms.words import Order, is_reserved, order_in, plain_word

pytestmark = pytest.mark.req("CH-4")


@pytest.mark.parametrize("text", ["STOP", "stop", " Stop. ", "ＳＴＯＰ", "UNSUBSCRIBE", "停止", "「配信停止」", "ｽﾄｯﾌﾟ"])
def test_orders_to_stop_are_understood_however_they_are_written(text: str) -> None:
    assert order_in(text, opted_out=False) is Order.STOP


@pytest.mark.parametrize("text", ["Please stop", "停止してください", "", "stopp", "Cancel my order"])
def test_a_sentence_is_no_order(text: str) -> None:
    assert order_in(text, opted_out=False) is None


@pytest.mark.parametrize("text", ["YES", "はい"])
def test_yes_is_an_order_only_of_who_has_stopped(text: str) -> None:
    assert order_in(text, opted_out=False) is None
    assert order_in(text, opted_out=True) is Order.START


@pytest.mark.parametrize(("text", "order"), [("START", Order.START), ("再開", Order.START), ("Info", Order.HELP)])
def test_other_orders(text: str, order: Order) -> None:
    assert order_in(text, opted_out=True) is order


def test_no_queue_and_no_keyword_can_be_called_like_an_order() -> None:
    assert [word for word in SMS_WORDS if not is_reserved(word)] == []
    assert not is_reserved("Refund")


def test_words_are_compared_whatever_their_width_and_case() -> None:
    assert plain_word(" ＲＥＦＵＮＤ！ ") == plain_word("refund")
