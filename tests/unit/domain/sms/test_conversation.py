from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.sms.conversation import (
    ASKS,
    CLOSED_EVERY,
    MENU_LASTS,
    Ask,
    Begin,
    Choice,
    GoOn,
    Obey,
    Peer,
    Setting,
    Silence,
    may_tell_closed,
    step,
)
from madoguchi.domain.sms.words import Order
from madoguchi.kernel.ids import QueueId
from madoguchi.testing.environment import NOON

pytestmark = pytest.mark.req("CH-4")

ORDERS: Final = Choice(QueueId("orders"), {"en": "Orders", "ja": "ご注文"})
RETURNS: Final = Choice(QueueId("returns"), {"en": "Returns", "ja": "返品"})
REPAIRS: Final = Choice(QueueId("repairs"), {"en": "Repairs", "ja": "修理"})
SERVICE: Final = Choice(QueueId("service"), {"en": "Service", "ja": "サービス"}, (RETURNS, REPAIRS))
MENU: Final = Choice(QueueId(""), {}, (ORDERS, SERVICE))
SETTING: Final = Setting("en", MENU, {"refund": RETURNS.id})
PEER: Final = Peer("+815012345678", "+819011112222")
ASKED: Final = replace(PEER, level=QueueId(""), asked_at=NOON, asks=1)


def test_who_talks_goes_on_whatever_he_writes() -> None:
    for text in ("Hello", "1", "refund", "yes"):
        assert step(text, ASKED, SETTING, NOON, talking=True) == GoOn()


def test_a_number_or_a_name_chooses_at_the_level_that_was_asked() -> None:
    for text in ("1", "１", "orders", "ご注文"):
        assert step(text, ASKED, SETTING, NOON, talking=False) == Begin(ORDERS.id, PEER, chosen=True)
    below = step("2", ASKED, SETTING, NOON, talking=False)
    assert isinstance(below, Ask)
    assert (below.peer.level, below.chosen) == (SERVICE.id, True)
    assert step("2", below.peer, SETTING, NOON, talking=False) == Begin(REPAIRS.id, PEER, chosen=True)


@pytest.mark.parametrize("text", ["0", "3", "99999999999999999999", "-1", "Hello"])
def test_what_is_no_choice_is_asked_again_and_in_the_end_led_to_a_person(text: str) -> None:
    again = step(text, ASKED, SETTING, NOON, talking=False)
    assert isinstance(again, Ask)
    assert not again.chosen
    tired = replace(ASKED, asks=ASKS)
    assert step(text, tired, SETTING, NOON, talking=False) == Begin(ORDERS.id, PEER, chosen=False)


def test_a_question_is_forgotten_after_a_day() -> None:
    asked = step("1", ASKED, SETTING, NOON + MENU_LASTS, talking=False)
    assert isinstance(asked, Ask)
    assert not asked.chosen


def test_one_choice_is_no_question() -> None:
    only = replace(SETTING, place=Choice(QueueId(""), {}, (Choice(QueueId("s"), {}, (RETURNS,)),)))
    assert step("Hello", PEER, only, NOON, talking=False) == Begin(RETURNS.id, PEER, chosen=False)


def test_where_nobody_is_there_is_silence() -> None:
    assert step("Hello", PEER, replace(SETTING, place=None), NOON, talking=False) is Silence.NO_QUEUE


def test_stop_is_confirmed_once() -> None:
    first = step("STOP", ASKED, SETTING, NOON, talking=True)
    assert isinstance(first, Obey)
    assert (first.order, first.peer) == (Order.STOP, replace(PEER, opted_out_at=NOON))
    assert first.answer
    later = step("STOP", first.peer, SETTING, NOON + timedelta(days=1), talking=False)
    assert later == Obey(Order.STOP, first.peer, "")


def test_start_is_an_ordinary_word_of_who_has_not_stopped() -> None:
    assert isinstance(step("start", PEER, SETTING, NOON, talking=False), Ask)


def test_he_is_told_that_it_is_closed_now_and_then() -> None:
    told = replace(PEER, told_closed_at=NOON)
    assert may_tell_closed(PEER, NOON)
    assert not may_tell_closed(told, NOON + CLOSED_EVERY - timedelta(seconds=1))
    assert may_tell_closed(told, NOON + CLOSED_EVERY)


@given(st.text(), st.sampled_from([PEER, ASKED, replace(ASKED, level=SERVICE.id, asks=2)]), st.booleans())
def test_who_has_stopped_begins_nothing_but_by_an_order(text: str, peer: Peer, talking: bool) -> None:  # noqa: FBT001 - drawn
    stopped = replace(peer, opted_out_at=NOON)
    assert isinstance(step(text, stopped, SETTING, NOON, talking=talking), Obey | Silence)


@given(st.lists(st.text(max_size=10), min_size=ASKS * 2 + 2, max_size=10))
def test_nobody_is_asked_for_ever(texts: list[str]) -> None:
    peer, steps = PEER, []
    for text in texts:
        found = step(text, peer, SETTING, NOON, talking=False)
        steps.append(found)
        peer = found.peer if isinstance(found, Ask | Begin | Obey) else peer
    asks = [isinstance(one, Ask) for one in steps]
    assert not all(asks)
