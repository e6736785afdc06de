"""What routing, calls and pages get of the trees."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.queues.menu import Manner
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel, OfferPolicy
from madoguchi.domain.queues.resolve import Menus
from madoguchi.domain.queues.settings import WRAP_UP
from madoguchi.domain.queues.tree import Tree
from madoguchi.kernel.ids import QueueId, UserId

pytestmark = pytest.mark.req("BASE-4")

ANA, BEN, KEN = UserId("user_ana"), UserId("user_ben"), UserId("user_ken")
IVR, WEB = MenuChannel.IVR, MenuChannel.WEB


def node(name: str, parent: str | None, position: int, *agents: UserId, channel: MenuChannel = IVR) -> Node:
    above = QueueId(f"queue_{parent}") if parent else None
    assigned = (Assignment(users=agents),) if agents else ()
    return Node(QueueId(f"queue_{name}"), channel, above, position, {"en": name, "ja": f"{name}の窓口"}, assigned)


SHOP = node("shop", None, 1)
ORDERS = node("orders", "shop", 1, ANA)
RETURNS = node("returns", "shop", 2, ANA, BEN)
EMPTY = node("empty", None, 2)
BILLING = node("billing", None, 3, BEN)


def menus(*nodes: Node, **rest: object) -> Menus:
    return Menus(Tree.of(nodes), **rest)  # type: ignore[arg-type]


def test_a_queue_has_its_path_its_agents_and_the_settings_in_effect() -> None:
    shop = replace(SHOP, overrides={"offers": {"offer_policy": "multicast"}})
    returns = replace(RETURNS, overrides={"wrap_up": {"wrap_up_s": 5}})
    found = menus(shop, returns, common={"offers": {"attempts": 7}})

    (queue,) = found.queues()

    assert (queue.id, queue.channels, queue.agents, queue.position) == (RETURNS.id, frozenset({IVR}), (ANA, BEN), 2)
    assert queue.parents == ({"en": "shop", "ja": "shopの窓口"},)
    assert (queue.offer_policy, queue.attempts, queue.wrap_up_s) == (OfferPolicy.MULTICAST, 7, 5.0)
    assert found.settings(WRAP_UP, returns).sources == {"wrap_up_s": RETURNS.id}


def test_agents_come_from_users_and_teams_and_some_serve_certain_languages_only() -> None:
    mixed = replace(
        BILLING,
        assignments=(Assignment(users=(ANA,)), Assignment("ja", (BEN,), ("team_b",)), Assignment("en", (BEN,))),
    )
    (queue,) = menus(mixed, members=lambda team: (KEN, ANA) if team == "team_b" else ()).queues()
    assert queue.agents == (ANA, BEN, KEN)
    assert queue.spoken == {BEN: ("en", "ja"), KEN: ("ja",)}
    assert queue.agents_for("ja") == (ANA, BEN, KEN)
    assert queue.agents_for("en") == (ANA, BEN)
    only_japanese = replace(queue, agents=(KEN,))
    assert only_japanese.agents_for("en") == (KEN,), "a foreign word beats none at all"


def test_the_phone_menu_leaves_out_what_is_hidden_or_empty_but_keys_stay() -> None:
    hidden = replace(ORDERS, hidden=True)
    menu = menus(SHOP, hidden, RETURNS, EMPTY, BILLING).phone_menu()
    assert [(one.key, one.name("en"), one.queue is None) for one in menu.entries] == [
        (1, "shop", True),
        (3, "billing", False),
    ]
    (returns,) = menu.entries[0].entries
    assert (returns.key, returns.name("ja")) == (1, "returnsの窓口"), "hidden queues have no key"
    assert returns.queue is not None
    assert returns.queue.agents == ()
    assert not menus(EMPTY).phone_menu()


def test_each_level_of_the_phone_menu_has_its_own_manner() -> None:
    shop = replace(SHOP, overrides={"phone_menu": {"tries": 1, "last_resort": "default_queue"}})
    common = {"phone_menu": {"wait_s": 8, "default_queue": BILLING.id}}
    menu = menus(shop, ORDERS, BILLING, common=common).phone_menu()
    assert menu.manner == Manner(timedelta(seconds=8), 9, 3, None)
    assert menu.entries[0].manner == Manner(timedelta(seconds=8), 9, 1, BILLING.id)
    assert [one.id for one in menu.defaults] == [BILLING.id]
    gone = menus(shop, ORDERS, common=common).phone_menu()
    assert gone.defaults == ()


def test_deleted_queues_are_known_last_so_that_who_waits_is_served() -> None:
    found = menus(replace(ORDERS, parent=None, position=0, deleted=True), BILLING)
    assert [one.id for one in found.queues()] == [BILLING.id, ORDERS.id]
    assert [one.key for one in found.phone_menu().entries] == [1]


def test_a_missing_name_is_borrowed() -> None:
    (queue,) = menus(replace(BILLING, names={"ja": "請求"})).queues()
    assert queue.names == {"en": "請求", "ja": "請求"}
