"""Which of several custom hours count."""

from itertools import permutations

import pytest

from madoguchi.domain.hours.custom import Asked, CustomHours, EntryPoint, MatchedBy, best_match, conflicts
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import QueueId
from tests.unit.domain.hours.builders import custom

pytestmark = pytest.mark.req("BASE-7")

SHOP, ORDERS, RETURNS = QueueId("queue_shop"), QueueId("queue_orders"), QueueId("queue_returns")
ABOVE = {RETURNS: (ORDERS, SHOP), ORDERS: (SHOP,), SHOP: ()}
RETURNS_IN_JAPANESE_BY_CALL = Asked(RETURNS, Channel.CALL, "ja")

# From the most specific to the least: queue before language before channel; the queue itself before those above it.
IN_ORDER = [
    custom("own queue, ja, call", EntryPoint(Channel.CALL, ("ja",), (RETURNS,))),
    custom("own queue, ja", EntryPoint(None, ("ja",), (RETURNS,))),
    custom("own queue, call", EntryPoint(Channel.CALL, (), (RETURNS,))),
    custom("own queue", EntryPoint(None, (), (RETURNS,))),
    custom("parent, ja, call", EntryPoint(Channel.CALL, ("ja",), (ORDERS,))),
    custom("parent", EntryPoint(None, (), (ORDERS,))),
    custom("grandparent, ja, call", EntryPoint(Channel.CALL, ("ja",), (SHOP,))),
    custom("grandparent", EntryPoint(None, (), (SHOP,))),
    custom("ja, call", EntryPoint(Channel.CALL, ("ja",))),
    custom("ja", EntryPoint(None, ("ja",))),
    custom("call", EntryPoint(Channel.CALL)),
]


def parents(queue: QueueId) -> tuple[QueueId, ...]:
    return ABOVE[queue]


def chosen(hours: list[CustomHours], asked: Asked) -> str | None:
    match = best_match(hours, asked, parents)
    return match.hours.name if match is not None else None


@pytest.mark.parametrize("winner", range(len(IN_ORDER)))
def test_the_more_specific_wins_whatever_the_order_in_which_they_were_saved(winner: int) -> None:
    rest = IN_ORDER[winner:]
    for hours in (rest, rest[::-1]):
        assert chosen(hours, RETURNS_IN_JAPANESE_BY_CALL) == IN_ORDER[winner].name
    for pair in permutations([IN_ORDER[winner], IN_ORDER[-1]]):
        assert chosen(list(pair), RETURNS_IN_JAPANESE_BY_CALL) == IN_ORDER[winner].name


@pytest.mark.parametrize(
    ("point", "asked"),
    [
        (EntryPoint(Channel.CHAT), RETURNS_IN_JAPANESE_BY_CALL),
        (EntryPoint(None, ("en",)), RETURNS_IN_JAPANESE_BY_CALL),
        (EntryPoint(None, (), (RETURNS,)), Asked(ORDERS, Channel.CALL, "ja")),
        (EntryPoint(None, (), (RETURNS,)), Asked(None, Channel.CALL, "ja")),
        (EntryPoint(Channel.CHAT, ("ja",), (RETURNS,)), RETURNS_IN_JAPANESE_BY_CALL),
        (EntryPoint(Channel.CALL, ("en",), (RETURNS,)), RETURNS_IN_JAPANESE_BY_CALL),
        (EntryPoint(), RETURNS_IN_JAPANESE_BY_CALL),
    ],
)
def test_what_is_named_must_fit(point: EntryPoint, asked: Asked) -> None:
    assert chosen([custom("other", point)], asked) is None


@pytest.mark.parametrize(
    ("point", "by", "queue"),
    [
        (EntryPoint(Channel.CALL, ("ja",), (RETURNS,)), MatchedBy.QUEUE, RETURNS),
        (EntryPoint(None, (), (SHOP,)), MatchedBy.PARENT_QUEUE, SHOP),
        (EntryPoint(Channel.CALL, ("ja",)), MatchedBy.LANGUAGE, None),
        (EntryPoint(Channel.CALL), MatchedBy.CHANNEL, None),
    ],
)
def test_a_match_says_what_made_it(point: EntryPoint, by: MatchedBy, queue: QueueId | None) -> None:
    match = best_match([custom("one", point)], RETURNS_IN_JAPANESE_BY_CALL, parents)
    assert match is not None
    assert (match.by, match.queue) == (by, queue)


def test_two_that_claim_the_same_entry_point_are_found_and_named() -> None:
    day = custom("day", EntryPoint(Channel.CALL, ("ja", "en"), (SHOP, ORDERS)))
    night = custom("night", EntryPoint(Channel.CHAT), EntryPoint(Channel.CALL, ("en",), (ORDERS,)))

    (found,) = conflicts(night, [day])

    assert (found.mine.name, found.other.name, found.entry) == ("night", "day", 1)
    assert found.claim == (ORDERS, "en", Channel.CALL)


def test_a_more_specific_claim_within_a_wider_one_is_no_conflict() -> None:
    assert not [*conflicts(IN_ORDER[0], IN_ORDER[1:])]
