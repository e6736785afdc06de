"""The menu trees: what can be done with them, and what is refused."""

from collections.abc import Callable

import pytest

from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.tree import (
    DEPTH,
    KEYS,
    ChangedMeanwhileError,
    Direction,
    MenuFullError,
    NotALevelError,
    Tree,
)
from madoguchi.kernel.errors import InvalidInputError, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import QueueId, UserId

pytestmark = pytest.mark.req("BASE-4")

IVR, WEB, SMS = MenuChannel.IVR, MenuChannel.WEB, MenuChannel.SMS
ANA = UserId("user_ana")
NONE: tuple[str, ...] = ()


def q(name: str) -> QueueId:
    return QueueId(f"queue_{name}")


def grown(*paths: str, channel: MenuChannel = WEB, tree: Tree | None = None) -> Tree:
    """Return a tree of `a`, `a/b` …; each node is called after its last step."""
    tree = tree or Tree()
    for path in paths:
        *above, name = path.split("/")
        tree = tree.with_(tree.add(q(name), channel, q(above[-1]) if above else None, {"en": name}))
    return tree


def names(tree: Tree, parent: str | None = None, channel: MenuChannel = WEB) -> list[str]:
    return [one.name("en") for one in tree.level(channel, q(parent) if parent else None)]


def edited(tree: Tree, name: str, **change: object) -> Tree:
    node = tree.node(q(name))
    values: dict[str, object] = {
        "names": node.names,
        "hidden": node.hidden,
        "overrides": node.overrides,
        "assignments": node.assignments,
    }
    return tree.with_(tree.edit(node.id, node.version, **(values | change)))  # type: ignore[arg-type]


def staffed(tree: Tree, name: str) -> Tree:
    return edited(tree, name, assignments=(Assignment(users=(ANA,)),))


def test_new_nodes_come_last_on_their_level() -> None:
    tree = grown("shop", "shop/orders", "shop/returns", "billing")
    assert names(tree) == ["shop", "billing"]
    assert names(tree, "shop") == ["orders", "returns"]
    assert [one.name("en") for one in tree.walk(WEB)] == ["shop", "orders", "returns", "billing"]
    assert [one.name("en") for one in tree.chain(tree.node(q("returns")))] == ["shop", "returns"]


@pytest.mark.parametrize(
    ("names", "field"),
    [
        ({}, "names"),
        ({"en": "  "}, "names"),
        ({"english": "x"}, "names"),
        ({"en": "x" * 81}, "names.en"),
        ({"ja": "a\nb"}, "names.ja"),
    ],
)
def test_a_name_must_be_one(names: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Tree().add(q("x"), WEB, None, names)
    assert refused.value.field == field


def test_in_text_messages_an_order_to_the_carrier_is_no_name() -> None:
    with pytest.raises(InvalidInputError) as refused:
        Tree().add(q("x"), SMS, None, {"en": "Stop"})
    assert (refused.value.field, refused.value.reason) == ("names.en", "sms")
    assert Tree().add(q("x"), WEB, None, {"en": "Stop"})


def test_a_level_of_the_phone_menu_has_nine_keys_but_hidden_queues_need_none() -> None:
    tree = grown(*"abcdefghi", channel=IVR)
    assert list(tree.keys(IVR).values()) == list(range(1, KEYS + 1))
    with pytest.raises(MenuFullError):
        grown("j", channel=IVR, tree=tree)

    tree = grown("j", channel=IVR, tree=edited(tree, "c", hidden=True))

    assert tree.keys(IVR)[q("d")] == 3
    with pytest.raises(MenuFullError):
        edited(tree, "c", hidden=False)
    assert names(grown(*"abcdefghijk")) == list("abcdefghijk"), "a page has no keys"


def test_no_path_is_longer_than_eight_levels() -> None:
    steps = [str(step) for step in range(DEPTH)]
    tree = grown(*("/".join(steps[: n + 1]) for n in range(DEPTH)))
    with pytest.raises(MenuFullError) as refused:
        tree.add(q("deeper"), WEB, q(steps[-1]), {"en": "x"})
    assert refused.value.reason == "depth"
    tall = grown("x", "x/y", tree=tree)
    with pytest.raises(MenuFullError):
        tall.move_into(q("x"), q(steps[-2]))
    assert tall.move_into(q("y"), q(steps[-2]))


def test_moving_up_and_down_changes_places_with_the_neighbour() -> None:
    tree = grown("a", "b", "c")
    tree = tree.with_(tree.move(q("c"), Direction.UP))
    assert names(tree) == ["a", "c", "b"]
    tree = tree.with_(tree.move(q("a"), Direction.DOWN))
    assert names(tree) == ["c", "a", "b"]
    assert tree.move(q("c"), Direction.UP) == ()
    assert tree.move(q("b"), Direction.DOWN) == ()
    assert all(one.version == 1 for one in tree.nodes.values()), "whoever edits a sibling is not disturbed"


def test_moving_into_a_level_takes_everything_below_along() -> None:
    tree = grown("a", "a/x", "b", "c")
    tree = tree.with_(tree.move_into(q("a"), q("c")))
    assert names(tree) == ["b", "c"]
    assert [one.name("en") for one in tree.walk(WEB)] == ["b", "c", "a", "x"]
    tree = tree.with_(tree.move_into(q("x"), None))
    assert names(tree) == ["b", "c", "x"]
    assert tree.move_into(q("x"), None) == ()


def into_itself(tree: Tree) -> object:
    return tree.move_into(q("a"), q("x"))


def into_another_channel(tree: Tree) -> object:
    return grown("p", channel=IVR, tree=tree).move_into(q("a"), q("p"))


def below_agents(tree: Tree) -> object:
    return staffed(tree, "b").add(q("new"), WEB, q("b"), {"en": "new"})


def below_another_channel(tree: Tree) -> object:
    return tree.add(q("new"), IVR, q("b"), {"en": "new"})


def agents_to_a_level(tree: Tree) -> object:
    return staffed(tree, "a")


def a_language_twice(tree: Tree) -> object:
    return edited(tree, "b", assignments=(Assignment("ja", (ANA,)), Assignment("ja", (UserId("user_ben"),))))


def an_old_version(tree: Tree) -> object:
    return tree.edit(q("b"), 0, names={"en": "b"}, hidden=False, overrides={}, assignments=())


@pytest.mark.parametrize(
    ("attempt", "refusal", "field"),
    [
        (into_itself, InvalidInputError, "parent"),
        (into_another_channel, InvalidInputError, "parent"),
        (below_agents, NotALevelError, "parent"),
        (below_another_channel, InvalidInputError, "parent"),
        (agents_to_a_level, InvalidInputError, "assignments"),
        (a_language_twice, InvalidInputError, "assignments"),
        (an_old_version, ChangedMeanwhileError, None),
    ],
)
def test_what_would_make_no_tree_is_refused(
    attempt: Callable[[Tree], object], refusal: type[MadoguchiError], field: str | None
) -> None:
    with pytest.raises(refusal) as refused:
        attempt(grown("a", "a/x", "b"))
    assert refused.value.field == field


def copies(tree: Tree, *names: str, channel: MenuChannel, parent: str | None = None) -> Tree:
    ids = (q(f"copy{number}") for number in range(1000))
    nodes = [tree.node(q(name)) for name in names]
    return tree.with_(tree.copy(nodes, channel, q(parent) if parent else None, lambda: next(ids)))


def test_a_subtree_is_copied_to_another_channel_with_agents_and_settings() -> None:
    tree = staffed(grown("a", "a/x", "a/y"), "x")
    tree = edited(tree, "a", overrides={"wrap_up": {"wrap_up_s": 5}}, hidden=True)

    copied = copies(tree, "a", channel=IVR)

    assert [one.name("en") for one in copied.walk(IVR)] == ["a", "x", "y"]
    top, first, _ = copied.walk(IVR)
    assert (top.overrides, top.hidden, top.version) == ({"wrap_up": {"wrap_up_s": 5}}, True, 1)
    assert first.assignments == tree.node(q("x")).assignments
    assert list(copied.walk(WEB)) == list(tree.walk(WEB))


def test_a_copy_may_go_beside_or_below_what_it_was_made_of() -> None:
    tree = copies(grown("a", "a/x"), "a", channel=WEB, parent="a")
    assert [one.name("en") for one in tree.walk(WEB)] == ["a", "x", "a", "x"]


def test_more_than_nine_choices_do_not_fit_into_the_phone_menu_at_any_level() -> None:
    wide = grown("top", *(f"top/{letter}" for letter in "abcdefghij"))
    with pytest.raises(MenuFullError):
        copies(wide, "top", channel=IVR)
    with pytest.raises(MenuFullError):
        copies(wide, *"abcdefghij", channel=IVR)
    with pytest.raises(InvalidInputError):
        copies(grown("help"), "help", channel=SMS)


def test_deleting_takes_everything_below_along_and_keeps_it_for_those_who_wait() -> None:
    tree = staffed(grown("a", "a/x", "b", "c"), "x")
    tree = tree.with_(tree.delete(q("a")))
    assert names(tree) == ["b", "c"]
    assert [one.position for one in tree.level(WEB)] == [1, 2]
    assert tree.nodes[q("x")].deleted
    assert tree.nodes[q("x")].assigned
    with pytest.raises(NotFoundError):
        tree.node(q("x"))


def test_a_name_falls_back_to_english_then_to_any() -> None:
    node = Node(q("x"), WEB, None, 1, {"fr": "Chose"})
    assert node.name("ja") == "Chose"
    assert Node(q("x"), WEB, None, 1, {"fr": "Chose", "en": "Thing"}).name("ja") == "Thing"
